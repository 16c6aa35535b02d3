/** A verification of a number that this page did not begin, or that another one replaced. */

import { numberTakenWords, phoneNumberWords } from '#words/phoneNumberWords.ts'
import type { PendingNumber } from '../api.ts'
import { forgetPhone } from '../draft.ts'
import { type Child, el, keeping } from '../element.ts'
import { button } from '../form.ts'
import type { App, Screen } from '../screen.ts'
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
  leave: PendingNumber['leave'],
): void {
  screen.show(
    numberTakenWords.noAttemptsTitle,
    el('p', {}, numberTakenWords.noAttempts),
    el('p', {}, numberTakenWords.noAttemptsNext),
    el(
      'div',
      { class: 'actions' },
      button(numberTakenWords.enterNumber, steps.number, { kind: 'primary' }),
      leave !== null && button(keepLabel(app), steps.keep),
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
      canKeep && button(keepLabel(app), steps.keep),
      changePasswordUrl !== undefined &&
        el('a', { href: changePasswordUrl, class: 'button' }, numberTakenWords.changePassword),
    ),
  ]
}

/** The button that leaves the number as it is; without devices the number is the phone that approves. */
export const keepLabel = ({ profile: { devices } }: App): string =>
  devices.everHadOne ? phoneNumberWords.keepNumber : phoneNumberWords.keepPhone

/** A text with these numbers, each kept on one line and not translated; ears get the last digits of a masked one. */
export function withNumbers(words: string, ...numbers: readonly string[]): Child[] {
  const whole = numbers.reduce((text, one) => text.replaceAll(one, unbroken(one)), words)
  const parts = keeping(whole, ...numbers.map(unbroken))
  for (const part of parts) if (part instanceof Element) readLastDigits(part)
  return parts
}

/** A masked number, "+1 ••••• ••283", is otherwise read as seven bullets. */
export function readLastDigits(element: Element): void {
  const [, digits] = /\u2022.*?(\d+)$/.exec(element.textContent ?? '') ?? []
  if (digits === undefined) return
  element.setAttribute('role', 'img')
  element.setAttribute('aria-label', phoneNumberWords.endingIn([...digits].join(' ')))
}

/** A number without a line break in it. */
export const unbroken = (number: string): string => number.replaceAll(' ', '\u00a0')
