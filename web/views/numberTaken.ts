/** A verification of a number that this page did not begin, or that another one replaced. */

import { numberTakenWords, phoneNumberWords } from '#words/phoneNumberWords.ts'
import type { PendingNumber } from '../api.ts'
import { codesLockedUntil, timeOnDevice } from '../codesLocked.ts'
import { type Child, el, fill } from '../element.ts'
import { button } from '../form.ts'
import { forgetPhone } from '../phoneDraft.ts'
import type { App, Screen } from '../screen.ts'
import { withNumbers } from './numbers.ts'
import type { UnderWay } from './numberUnderWay.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** Where a view of the number leads. */
export type NumberSteps = {
  /** Enter a number. */
  number(): void
  /** Leave the number as it is. */
  keep(): void
}

/** A verification begun on another page, perhaps by another person: this page does not ask for its codes. */
export function showBegunElsewhere(
  app: App,
  screen: Screen,
  steps: NumberSteps,
  { number: to, leave }: PendingNumber,
): void {
  const changing = app.profile.phone?.verified === true
  const { byCode, byDevice, byNobody } = numberTakenWords
  screen.show(
    changing ? numberTakenWords.changeBegun : numberTakenWords.confirmBegun,
    el('p', {}, ...withNumbers(numberTakenWords.askedElsewhere(to), to)),
    el('p', {}, leave === 'device' ? byDevice : changing ? byCode : byNobody),
    el('p', {}, numberTakenWords.ifNotYou),
    ...startAgain(app, steps, changing || leave !== null),
    ...signedInElsewhere(app),
  )
}

/** A verification of another number replaced this one: its codes are void, and nothing was changed. */
export function showOvertaken(app: App, screen: Screen, steps: NumberSteps): void {
  forgetPhone()
  screen.show(
    numberTakenWords.overtakenTitle,
    el('p', {}, numberTakenWords.overtaken),
    el('p', {}, numberTakenWords.overtakenNotYou),
    ...startAgain(app, steps, false),
    ...signedInElsewhere(app),
  )
}

/** Too many codes were wrong: the form would take another one only to refuse it. */
export function showNoAttempts(
  app: App,
  screen: Screen,
  steps: NumberSteps,
  { leave, expiresAt }: Pick<UnderWay, 'leave' | 'expiresAt'>,
): void {
  const { clock } = app
  // Until then a code is refused for any number.
  const freeAt = Math.max(Date.parse(expiresAt), codesLockedUntil(app) ?? 0)
  const next = el('p', { role: 'status' })
  const enter = el('span', {})
  const tick = () => {
    if (freeAt > clock.now()) return
    clearInterval(timer)
    next.textContent = numberTakenWords.newCodeNow
    fill(enter, button(numberTakenWords.enterNumber, steps.number, { kind: 'primary' }))
  }
  const timer = setInterval(tick, 1000)
  screen.signal.addEventListener('abort', () => clearInterval(timer))
  next.textContent = numberTakenWords.newCodeFrom(timeOnDevice(freeAt, clock))
  tick()
  screen.show(
    numberTakenWords.noAttemptsTitle,
    el('p', {}, numberTakenWords.noAttempts),
    next,
    el(
      'div',
      { class: 'actions' },
      enter,
      leave !== null && button(phoneNumberWords.keepNumber, steps.keep),
    ),
    ...signedInElsewhere(app),
  )
}

/** A device said no to the number, or the time for its yes is over. */
export function showNotAgreed(app: App, screen: Screen, steps: NumberSteps): void {
  forgetPhone()
  screen.show(
    numberTakenWords.staysTitle,
    el('p', {}, numberTakenWords.stays),
    ...startAgain(app, steps, true),
    ...signedInElsewhere(app),
  )
}

function startAgain(app: App, steps: NumberSteps, canKeep: boolean): Child[] {
  const { changePasswordUrl } = app.config
  return [
    el(
      'div',
      { class: 'actions' },
      button(phoneNumberWords.startAgain, steps.number, { kind: 'primary' }),
      canKeep && button(phoneNumberWords.keepNumber, steps.keep),
      changePasswordUrl !== undefined &&
        el('a', { href: changePasswordUrl, class: 'button' }, numberTakenWords.changePassword),
    ),
  ]
}
