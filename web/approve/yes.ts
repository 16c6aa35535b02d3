/**
 * How this phone says yes to a request: in the browser's own sheet, where it has one and the passkey was made for it, else
 * by the passkey alone. Which of the two it is, only the sheet tells the payer.
 */
import { explain } from '../problem.ts'
import type { Request } from './documents.ts'
import { goneAfter, isDismissed, type PasskeyJson, signWithPasskey } from './passkey.ts'
import { isClosed, type OwnPasskey, sheetHere, signOnSheet } from './paymentSheet.ts'

/** The yes to one request, whose challenge was computed before the press. */
export function yesTo(request: Request, device: OwnPasskey, challenge: ArrayBuffer) {
  const hasSheet = sheetHere()
  let isSheetGood = device.hasSheet === true
  let isOnSheet = false
  let dismissals = 0

  return {
    /** Sign it. Call it directly in the press of a button. */
    sign(now: number): Promise<PasskeyJson> {
      const shown = request.kind === 'payment' && isSheetGood && hasSheet() ? request : null
      isOnSheet = shown !== null
      if (shown) {
        return signOnSheet(shown, challenge, device, now).catch((error) => {
          // The next press goes on without it: in this one the browser may not be asked again.
          isSheetGood = isClosed(error)
          throw new SheetEnded(isSheetGood ? CLOSED : WITHOUT_SHEET)
        })
      }
      return signWithPasskey(challenge, device.credentialId)
    },

    /** What to say if it was not signed. */
    whyNot(error: unknown): readonly string[] {
      if (error instanceof SheetEnded) return [error.message]
      dismissals = isDismissed(error) ? dismissals + 1 : 0
      const gone = goneAfter(dismissals)
      const why = isDismissed(error) ? NOT_APPROVED : `${NO_PASSKEY} ${explain(error)}`
      return gone === null ? [why] : [why, gone]
    },

    /** It was signed; whether it is right, the server says. */
    signed(): void {
      dismissals = 0
    },

    /**
     * The server did not take what was signed. If it was signed in the sheet, this browser perhaps words it in another way
     * than we do: what to say then.
     */
    notTaken(): string | undefined {
      if (!isOnSheet) return undefined
      isSheetGood = false
      return NOT_TAKEN
    },
  }
}

/** The sheet ended without a signature; the message is for the payer. */
class SheetEnded extends Error {}

const NOT_APPROVED = 'Nothing was approved. Try again.'
const NO_PASSKEY = 'Nothing was approved, because this phone’s passkey did not answer.'
const CLOSED =
  'You closed the browser’s sheet, so nothing was approved and nothing was denied. Approve or Deny?'
const NOT_TAKEN =
  'Nothing was approved, because your browser showed the payment in another way than it is. Compare payee and amount, ' +
  'and press Approve again: it then asks without showing it.'
const WITHOUT_SHEET =
  'Nothing was approved, because the browser’s sheet ended without your yes. Press Approve again: it then asks for your ' +
  'fingerprint, your face or your screen lock without showing it.'
