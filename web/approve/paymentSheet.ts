/**
 * The browser's own sheet (Secure Payment Confirmation). Where a browser has one, it shows payee and amount itself before
 * the passkey signs, and signs what it showed.
 */

import { approveWords } from '#words/approveWords.ts'
import { sheetOf } from '../../functions/core/paymentSheet.ts'
import { bytesOf } from '../base64url.ts'
import type { Request } from './documents.ts'
import { asJson, type PasskeyJson } from './passkey.ts'

/** The part that TypeScript's types do not have. */
type WithSheet = { readonly securePaymentConfirmationAvailability?: () => Promise<string> }

/**
 * Ask whether this browser has such a sheet; the function tells, and says no until the answer is there. Nothing waits for
 * that answer, because a browser may keep it for itself.
 */
export function sheetHere(): () => boolean {
  let isHere = false
  const payments = (globalThis as { PaymentRequest?: WithSheet }).PaymentRequest
  payments?.securePaymentConfirmationAvailability?.().then(
    (availability) => {
      isHere = availability === 'available'
    },
    () => {},
  )
  return () => isHere
}

/** A device's passkey, and whether it was made for the sheet. */
export type OwnPasskey = { readonly credentialId: string; readonly hasSheet?: boolean }

type AskedPayment = Extract<Request, { readonly kind: 'payment' }>

/** Sign a payment's challenge in the browser's sheet. Call it directly in the press of a button. */
export async function signOnSheet(
  payment: AskedPayment,
  challenge: ArrayBuffer,
  { credentialId }: Pick<OwnPasskey, 'credentialId'>,
  now: number,
): Promise<PasskeyJson> {
  const { payeeName, total, instrument } = sheetOf(payment, location.origin)
  const data = {
    credentialIds: [bytesOf(credentialId)],
    challenge,
    rpId: location.hostname,
    payeeName,
    // A picture that did not load is no reason to show nothing.
    instrument: { ...instrument, iconMustBeShown: false },
    timeout: Math.max(payment.expiresAt - now, 1000),
  }
  const asked = new PaymentRequest([{ supportedMethods: 'secure-payment-confirmation', data }], {
    total: { label: approveWords.sheetTotal, amount: total },
  })
  const shown = await asked.show()
  // The page tells how it ended, not the browser.
  await shown.complete('unknown')
  return asJson(shown.details)
}

/** The payer closed the sheet. Every other error means that the browser did not show it, or not to its end. */
export const isClosed = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'AbortError'
