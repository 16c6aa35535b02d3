/** What the page says of a payment that waits. */
import { codeWords } from '#words/codeWords.ts'
import { waitingWords } from '#words/waitingWords.ts'
import { phoneEnd } from './answerEnd.ts'
import type { Payment, Profile } from './api.ts'
import { codesLockedInWords, isLockShownUntil } from './codesLocked.ts'
import type { ServerClock } from './serverClock.ts'
import { hasSmsCode } from './smsCode.ts'
import { isTextOnly, type SmsOffer } from './smsOffer.ts'

type Known = { readonly profile: Profile; readonly clock: Pick<ServerClock, 'now'> }

/** What the payer has to do now. */
export function headingOf(payment: Payment, offer: SmsOffer): string {
  const { push, device } = payment
  if (offer === 'enter') return codeWords.heading
  // Nothing can approve it now.
  if (isTextOnly(payment) && !offer.startsWith('send')) return waitingWords.opening
  return device === 'waiting' ? waitingWords.onPhone : HOW[push].heading
}

/** How, if there is a choice. */
export function howOf({ clock }: Known, payment: Payment, offer: SmsOffer): string {
  const phone = phoneOf(clock, payment)
  if (phone === 'over') return waitingWords.phoneOver
  if (offer === 'enter') return phone === 'none' ? '' : waitingWords.phoneCanAnswer
  return payment.device === 'waiting' ? waitingWords.onDevice : HOW[payment.push].how
}

/** Whether a phone asks now, does not any more, or never did. */
function phoneOf(clock: Known['clock'], payment: Payment): 'asks' | 'over' | 'none' {
  const end = phoneEnd(payment)
  if (end === null) return 'none'
  return clock.now() < end ? 'asks' : 'over'
}

/** For `unavailable` nothing mentions a push, because none may have been tried. */
const HOW: Record<Payment['push'], { readonly heading: string; readonly how: string }> = {
  sending: { heading: waitingWords.onPhone, how: waitingWords.sending },
  sent: { heading: waitingWords.onPhone, how: waitingWords.sent },
  unavailable: { heading: waitingWords.byText, how: waitingWords.check },
}

/** What can be done with codes by text, or why nothing can; empty if that is said elsewhere. */
export function offerInWords(app: Known, payment: Payment, offer: SmsOffer): string {
  const isOnly = isTextOnly(payment)
  const asks = phoneOf(app.clock, payment) === 'asks'
  const otherwise = asks ? waitingWords.phoneCanAnswer : codeWords.cancelAndStart
  switch (offer) {
    case 'none':
    case 'enter':
      return ''
    case 'send':
      return isOnly ? codeWords.byText : codeWords.trouble
    case 'sendAgain':
      return codeWords.noText
    case 'noTexts':
      return `${codeWords.noText} ${codeWords.noTexts} ${otherwise}`
    case 'noAttempts':
      return `${codeWords.noAttempts} ${otherwise}`
    case 'locked':
      return `${codeWords.locked(codesLockedInWords(app) ?? '')} ${isOnly ? afterLock(app, payment) : otherwise}`
  }
}

/** What can be done once codes are not locked any more. */
function afterLock(app: Known, payment: Payment): string {
  if (isLockShownUntil(app, Date.parse(payment.expiresAt))) return codeWords.endsBefore
  return hasSmsCode(payment) ? codeWords.enterThen : codeWords.askThen
}
