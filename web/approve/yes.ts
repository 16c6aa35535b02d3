/**
 * How this phone says yes to a request: in the browser's own sheet, where it has one and the passkey was made for it, else
 * by the passkey alone. Which of the two it is, only the sheet tells the payer.
 */

import { approveWords } from '#words/approveWords.ts'
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
          throw new SheetEnded(isSheetGood ? approveWords.sheetClosed : approveWords.withoutSheet)
        })
      }
      return signWithPasskey(challenge, device.credentialId)
    },

    /** What to say if it was not signed. */
    whyNot(error: unknown): readonly string[] {
      if (error instanceof SheetEnded) return [error.message]
      dismissals = isDismissed(error) ? dismissals + 1 : 0
      const gone = goneAfter(dismissals)
      const why = isDismissed(error)
        ? approveWords.notApproved
        : approveWords.noPasskey(explain(error))
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
      return approveWords.sheetNotTaken
    },
  }
}

/** The sheet ended without a signature; the message is for the payer. */
class SheetEnded extends Error {}
