/** Asking for an SMS code, and remembering that none was sent. */
import type { Api, Payment } from './api.ts'
import { detailsOf } from './problem.ts'
import { recall, remember } from './tabStorage.ts'

/**
 * Have an SMS code sent. Refusals and faults are thrown as `Problem`.
 *
 * A payment counts each text that was asked for, also those that the provider then refused. Only this
 * answer tells them apart, so it is stored.
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
    // An answer without a refusal code is not the Lambda's, so a text may have been sent.
    if (detailsOf(error).code !== undefined && !hasSmsCode(payment)) {
      await api.payment(paymentId, signal).then(rememberNoSms, () => {})
    }
    throw error
  }
}

/** An SMS code was sent, as far as this tab knows, so it can be entered. */
export function hasSmsCode({ paymentId, sms }: Payment): boolean {
  const noSmsAt = recallNoSms()[paymentId]
  // Fewer sends left than then: another text was asked for since.
  return sms.sentAt !== null && !(noSmsAt !== undefined && sms.sendsLeft >= noSmsAt)
}

/** Store that none of the texts asked for so far was sent. */
export function rememberNoSms({ paymentId, sms }: Payment): void {
  remember('noSms', { ...recallNoSms(), [paymentId]: sms.sendsLeft })
}

/** For each payment of which no text was sent, how many sends it had left then. */
function recallNoSms(): { readonly [paymentId: string]: number } {
  const kept = recall('noSms')
  if (typeof kept !== 'object' || kept === null) return {}
  return Object.fromEntries(Object.entries(kept).filter((entry) => typeof entry[1] === 'number'))
}
