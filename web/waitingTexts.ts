/** What the page says of a payment that waits. */
import { codeWords } from '#words/codeWords.ts'
import { waitingWords } from '#words/waitingWords.ts'
import type { Payment } from './api.ts'
import { codesLockedInWords, isLockShownUntil } from './codesLocked.ts'
import type { App } from './screen.ts'
import { hasSmsCode } from './smsCode.ts'
import { isTextOnly, type SmsOffer } from './smsOffer.ts'

/** What the payer has to do now. */
export function headingOf({ push, device }: Payment, offer: SmsOffer): string {
  if (offer === 'enter') return codeWords.heading
  return device === 'waiting' ? waitingWords.onPhone : HOW[push].heading
}

/** How, if there is a choice. */
export function howOf(payment: Payment, offer: SmsOffer): string {
  if (offer === 'enter') return isTextOnly(payment) ? '' : waitingWords.phoneCanAnswer
  return payment.device === 'waiting' ? waitingWords.onDevice : HOW[payment.push].how
}

/** For `unavailable` nothing mentions a push, because none may have been tried. */
const HOW: Record<Payment['push'], { readonly heading: string; readonly how: string }> = {
  sending: { heading: waitingWords.onPhone, how: waitingWords.sending },
  sent: { heading: waitingWords.onPhone, how: waitingWords.sent },
  unavailable: { heading: waitingWords.byText, how: waitingWords.check },
}

/** What can be done with codes by text, or why nothing can; empty if that is said elsewhere. */
export function offerInWords(app: App, payment: Payment, offer: SmsOffer): string {
  const isOnly = isTextOnly(payment)
  const otherwise = isOnly ? codeWords.cancelAndStart : waitingWords.phoneCanAnswer
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
function afterLock(app: App, payment: Payment): string {
  if (isLockShownUntil(app, Date.parse(payment.expiresAt))) return codeWords.endsBefore
  return hasSmsCode(payment) ? codeWords.enterThen : codeWords.askThen
}
