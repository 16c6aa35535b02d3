import type { Payment } from '../api.ts'
import { leftPush } from '../channelTexts.ts'
import type { Config } from '../config.ts'
import { draftOf, rememberDraft } from '../draft.ts'
import { type Child, el, verbatim } from '../element.ts'
import { button } from '../form.ts'
import { inWords } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { signOutEverywhere } from './signOutEverywhere.ts'
import { isStartsLocked, startsLocked } from './startsLocked.ts'

type Decided = Exclude<Payment['status'], 'pending'>

/** Show how a payment ended, what that means, and what the payer can do next. */
export function showResult(app: App, screen: Screen, payment: Payment, status: Decided): void {
  const list = el('a', { href: '#/payments', class: 'button' }, 'My payments')
  const next =
    status === 'approved'
      ? el('a', { href: '#/send', class: 'button' }, 'Send another payment')
      : button('Start again', () => fillInAgain(app, payment), { kind: 'primary' })
  screen.show(
    HEADING[status],
    factsOf(payment),
    ...meaningOf(app, payment, status),
    el('div', { class: 'actions' }, next, list),
  )
}

const HEADING: Record<Decided, string> = {
  approved: 'Your payment has been approved!',
  denied: 'Your payment request has been denied.',
  expired: 'This payment request has expired.',
  failed: 'This payment has failed.',
  cancelled: 'This payment was cancelled.',
}

function meaningOf(app: App, payment: Payment, status: Decided): Child[] {
  switch (status) {
    case 'approved':
      return leftPush(payment.decidedBy) ? [ignoreOnPhone(app.config)] : []
    case 'denied':
      return [el('p', {}, 'Nothing was paid.'), ...startsLocked(app), ...wasntYou(app, payment)]
    case 'expired':
      return [
        el(
          'p',
          {},
          `It was not approved within ${inWords(lifeSeconds(payment))}, so nothing was paid. ` +
            'You can start again with the same details.',
        ),
      ]
    case 'failed':
      return [
        el(
          'p',
          {},
          payment.sms.to === null
            ? 'Five tries to approve it failed, so nothing was paid. You can start again.'
            : 'Five wrong codes were entered, so nothing was paid. You can start anew; if no code can be sent then, ' +
                'codes are locked for some minutes.',
        ),
        ignoreOnPhone(app.config),
      ]
    case 'cancelled':
      return [el('p', {}, 'Nothing was paid.'), ignoreOnPhone(app.config)]
  }
}

/** The payment's display text, the same on every channel. */
export function factsOf(payment: Payment): HTMLElement {
  return verbatim('p', { class: 'display-text', dir: 'auto' }, payment.displayText)
}

/** In a notice above another view, which payment it is about: several may wait at the same time. */
export function whichOne({ displayText, reference }: Payment): HTMLElement {
  return el(
    'p',
    {},
    verbatim('strong', { dir: 'auto' }, displayText),
    ', reference ',
    verbatim('strong', {}, reference),
  )
}

export function ignoreOnPhone({ texts }: Pick<Config, 'texts'>): HTMLElement {
  const orCode = texts ? ', or a code for it,' : ','
  return el('p', {}, `If your phone still shows this request${orCode} you can ignore it.`)
}

export function deniedNotice(app: App, payment: Payment): Child[] {
  return [
    el('p', {}, 'Your payment request has been denied.'),
    whichOne(payment),
    ...wasntYou(app, payment),
    // The view under it says until when nothing can be sent, and what else to do.
    !isStartsLocked(app) && button('Fill in the same details', () => fillInAgain(app, payment)),
  ]
}

/**
 * A payer who denies a payment that they did not start should change their password and then end every session:
 * a changed password alone leaves the intruder's session open.
 */
function wasntYou(app: App, { decidedBy }: Payment): Child[] {
  // Asked on the phone's page already: who did not start it has locked new payments, and is told so.
  if (decidedBy === 'device') return []
  const { changePasswordUrl } = app.config
  const change = 'Change your password.'
  const link = changePasswordUrl ? el('a', { href: changePasswordUrl }, change) : change
  return [
    el('p', {}, "Wasn't you? ", link, ' Then sign out everywhere.'),
    ...signOutEverywhere(app),
  ]
}

function fillInAgain(app: App, payment: Payment): void {
  rememberDraft(draftOf(payment))
  app.go({ view: 'send' })
}

const lifeSeconds = ({ createdAt, expiresAt }: Payment) =>
  Math.round((Date.parse(expiresAt) - Date.parse(createdAt)) / 1000)
