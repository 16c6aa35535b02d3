/** Until when a payer can answer a payment, in milliseconds of the server's time. */
import { PUSH_ENDS_EARLIER_SECONDS } from '../functions/core/limits.ts'
import type { Payment } from './api.ts'
import type { SmsOffer } from './smsOffer.ts'

type Asked = Pick<Payment, 'push' | 'device' | 'expiresAt'>

/** When the request leaves the payer's phone: an app's a little before the payment ends. Null if no phone is asked. */
export function phoneEnd({ push, device, expiresAt }: Asked): number | null {
  const end = Date.parse(expiresAt)
  if (device === 'waiting') return end
  return push === 'unavailable' ? null : end - PUSH_ENDS_EARLIER_SECONDS * 1000
}

/** The end of the time that the page shows: a code can be entered for longer than an app asks. */
export const answerEnd = (payment: Asked, offer: SmsOffer): number =>
  (offer === 'enter' ? null : phoneEnd(payment)) ?? Date.parse(payment.expiresAt)
