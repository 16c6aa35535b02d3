/** Asking for a code by text, and what is known if none went out. */
import type { Api, Payment } from './api.ts'
import { detailsOf } from './problem.ts'
import { recall, remember } from './tabStorage.ts'

/**
 * Have a code sent by text. A no is thrown as the `Problem` it is.
 *
 * A payment counts each text that it asks for, also those that the provider then refused: only this
 * answer tells them apart, so it is kept in mind.
 */
export async function requestSmsCode(
  api: Pick<Api, 'startSms' | 'payment'>,
  payment: Payment,
  signal: AbortSignal,
): Promise<Payment> {
  const { paymentId } = payment
  try {
    return await api.startSms(paymentId)
  } catch (error) {
    // Without a code it is not our function that answered, and a text may be on its way.
    if (detailsOf(error).code !== undefined && !hasSmsCode(payment)) {
      await api.payment(paymentId, signal).then(rememberNoSms, () => {})
    }
    throw error
  }
}

/** A text was asked for and, as far as this tab knows, sent: its code can be entered. */
export function hasSmsCode({ paymentId, sms }: Payment): boolean {
  const noSmsAt = recallNoSms()[paymentId]
  // Fewer left than then: another text was asked for since.
  return sms.sentAt !== null && !(noSmsAt !== undefined && sms.sendsLeft >= noSmsAt)
}

/** None of the texts asked for so far went out. */
export function rememberNoSms({ paymentId, sms }: Payment): void {
  remember('noSms', { ...recallNoSms(), [paymentId]: sms.sendsLeft })
}

/** For each such payment, how many texts were left then. */
function recallNoSms(): { readonly [paymentId: string]: number } {
  const kept = recall('noSms')
  if (typeof kept !== 'object' || kept === null) return {}
  return Object.fromEntries(Object.entries(kept).filter((entry) => typeof entry[1] === 'number'))
}
