import '../openPage.ts'
import { titleOf } from '#words/brandName.ts'
import { resultWords } from '#words/resultWords.ts'
import { timeWords } from '#words/timeWords.ts'
import type { Payment } from '../api.ts'
import { HOW_DECIDED } from '../channelTexts.ts'
import { codesLockedInWords } from '../codesLocked.ts'
import { draftOf, rememberDraft } from '../draft.ts'
import { type Child, el, verbatim } from '../element.ts'
import { type Ended, isRecent } from '../ended.ts'
import { button } from '../form.ts'
import type { App, Screen } from '../screen.ts'
import { isTextOnly } from '../smsOffer.ts'
import { dateAndTime } from '../times.ts'
import { displayText } from './displayText.ts'
import { receiptButtons } from './receiptButtons.ts'
import { signOutEverywhere } from './signOutEverywhere.ts'
import { isStartsLocked, startsLocked } from './startsLocked.ts'

/** Show how a payment ended, what that means, and what the payer can do next. */
export function showResult(app: App, screen: Screen, payment: Payment, status: Ended): void {
  const isPaid = status === 'approved'
  const at = dateAndTime(new Date(payment.decidedAt ?? payment.expiresAt))
  const again = button(
    isPaid ? resultWords.payAgain : resultWords.startAgain,
    () => fillInAgain(app, payment),
    { kind: isPaid || isCodeNeededAndLocked(app, payment) ? 'secondary' : 'primary' },
  )
  screen.show(
    resultWords.heading[status],
    el(
      'div',
      { class: `ending ${status}` },
      sign(status),
      displayText(payment),
      !isPaid && el('p', {}, el('strong', {}, resultWords.nothingPaid)),
      el('p', {}, whatHappened(payment, status)),
      el(
        'dl',
        { class: 'facts' },
        fact(resultWords.at[status], at),
        fact(resultWords.started, dateAndTime(new Date(payment.createdAt))),
        fact(resultWords.reference, verbatim('span', { class: 'reference' }, payment.reference)),
        fact(resultWords.payer, verbatim('span', { dir: 'auto' }, app.profile.email), 'only-print'),
      ),
    ),
    ...meaningOf(app, payment, status),
    el(
      'div',
      { class: 'actions' },
      // What is locked is not offered.
      !isStartsLocked(app) && again,
      ...receiptButtons([
        resultWords.heading[status],
        payment.displayText,
        isPaid ? null : resultWords.nothingPaid,
        resultWords.line(resultWords.at[status], at),
        resultWords.line(resultWords.reference, payment.reference),
      ]),
    ),
  )
  if (!screen.signal.aborted) document.title = titleOf(resultWords.title[status])
}

function whatHappened(payment: Payment, status: Ended): string {
  const how = payment.decidedBy === null ? '' : HOW_DECIDED[payment.decidedBy]
  switch (status) {
    case 'approved':
      return resultWords.approved(how)
    case 'denied':
      return resultWords.denied(how)
    case 'expired':
      return resultWords.expired(lifeInWords(payment))
    case 'failed':
      return payment.sms.to === null ? resultWords.wrongAnswers : resultWords.wrongCodes
    case 'cancelled':
      return resultWords.cancelled
  }
}

function meaningOf(app: App, payment: Payment, status: Ended): Child[] {
  const ignore = isRecent(app, payment) ? ignoreOnPhone(payment, status) : null
  const canStart = !isStartsLocked(app) && el('p', {}, resultWords.canStart)
  switch (status) {
    case 'approved':
      return [ignore]
    case 'denied':
      return [...startsLocked(app), canStart, ignore, ...notYou(app, payment)]
    case 'failed':
      return [...codesLocked(app, payment), ignore]
    default:
      return [canStart, ignore]
  }
}

/** What may still be on the phone, only if it ever was: null if nothing was sent there. */
function ignoreOnPhone({ push, device, sms, decidedBy }: Payment, status: Ended): Child {
  const wasAsked =
    (push !== 'unavailable' && decidedBy !== 'push') ||
    (device === 'waiting' && decidedBy !== 'device')
  const wasTexted = sms.sentAt !== null && status !== 'failed' && decidedBy !== 'sms'
  if (wasAsked) {
    return el('p', {}, wasTexted ? resultWords.ignoreBoth : resultWords.ignoreRequest)
  }
  return wasTexted && el('p', {}, resultWords.ignoreCode)
}

/** Until when another payment could not be approved with a code either. */
function codesLocked(app: App, payment: Payment): Child[] {
  const until = codesLockedInWords(app)
  if (until === null) return [el('p', {}, resultWords.canStart)]
  return [el('p', { class: 'told' }, resultWords.codesLocked(until, !isTextOnly(payment)))]
}

const isCodeNeededAndLocked = (app: App, payment: Payment): boolean =>
  isTextOnly(payment) && codesLockedInWords(app) !== null

/**
 * A payer who denies a payment that they did not start should change their password and then end every session:
 * a changed password alone leaves the intruder's session open.
 */
function notYou(app: App, { decidedBy }: Payment): Child[] {
  // Asked on the phone's page already: who did not start it has locked new payments, and is told so.
  if (decidedBy === 'device') return []
  const { changePasswordUrl } = app.config
  const change = resultWords.changePassword
  const link = changePasswordUrl ? el('a', { href: changePasswordUrl }, change) : change
  return [el('p', {}, resultWords.notYou, link, resultWords.thenSignOut), ...signOutEverywhere(app)]
}

function fillInAgain(app: App, payment: Payment): void {
  rememberDraft(draftOf(payment))
  app.go({ view: 'send' })
}

/** Never rounded up: 90 seconds are not two minutes. */
function lifeInWords({ createdAt, expiresAt }: Payment): string {
  const seconds = Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / 1000)
  return seconds % 60 === 0 ? timeWords.wait(seconds) : resultWords.seconds(seconds)
}

const fact = (term: string, value: Child, className: string | null = null) =>
  el('div', { class: className }, el('dt', {}, term), el('dd', {}, el('span', {}, value)))

const SVG = 'http://www.w3.org/2000/svg'

/** A tick, a cross, a clock, an exclamation mark or a line; the heading says the same. */
const LINES: Readonly<Record<Ended, string>> = {
  approved: 'M5 12.5l5 5 9-11',
  denied: 'M6 6l12 12M18 6L6 18',
  expired: 'M12 6v6.5l4.5 2.5',
  failed: 'M12 5v9M12 18.5v.5',
  cancelled: 'M6 12h12',
}

function sign(status: Ended): Element {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'sign')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(SVG, 'path')
  path.setAttribute('d', LINES[status])
  svg.append(path)
  return svg
}
