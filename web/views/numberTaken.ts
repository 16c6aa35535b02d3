/** A verification of a number that this page did not begin, or that another one replaced. */
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
  screen.show(
    changing ? 'A change of phone was begun' : 'Somebody began to confirm a phone',
    el(
      'p',
      {},
      ...withNumbers(`Codes for ${to} were asked for on another page, or by another person.`, to),
    ),
    el('p', {}, leave === 'device' ? BY_DEVICE : changing ? BY_CODE : BY_NOBODY),
    el(
      'p',
      {},
      'If it wasn’t you, somebody else is signed in to your account: change your password, then sign out everywhere.',
    ),
    ...startAgain(app, steps, changing || leave !== null),
    ...signedInElsewhere(app),
  )
}

const BY_CODE =
  'Nothing changes without the code sent to your current phone. If you didn’t ask for it, don’t enter it anywhere.'
const BY_DEVICE =
  'Nothing changes without a yes on a phone of yours that approves. If you didn’t ask for it, press “Deny” there.'
const BY_NOBODY = 'If it was you, finish on that page, or start again here.'

/** A verification of another number replaced this one: its codes are void, and nothing was changed. */
export function showOvertaken(app: App, screen: Screen, steps: NumberSteps): void {
  forgetPhone()
  screen.show(
    'These codes are no longer good',
    el(
      'p',
      {},
      'Another number was entered for this account since, on another page or by another person. Nothing was changed by these codes.',
    ),
    el(
      'p',
      {},
      'If it wasn’t you, somebody else is signed in to your account: change your password, and don’t enter any code from a text that you didn’t ask for.',
    ),
    ...startAgain(app, steps, false),
    ...signedInElsewhere(app),
  )
}

/** A device said no to the number, or the time for its yes is over. */
export function showNotAgreed(app: App, screen: Screen, steps: NumberSteps): void {
  forgetPhone()
  screen.show(
    'Your number stays as it is',
    el('p', {}, 'One of your phones said no to the new one, or the ten minutes are over.'),
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
      button('Start again', steps.number, { kind: 'primary' }),
      canKeep && button(keepLabel(app), steps.keep),
      changePasswordUrl !== undefined &&
        el('a', { href: changePasswordUrl, class: 'button' }, 'Change password'),
    ),
  ]
}

/** The button that leaves the number as it is; without devices the number is the phone that approves. */
export const keepLabel = ({ profile: { devices } }: App): string =>
  devices.everHadOne ? 'Keep my number' : 'Keep my phone'

/** A text with these numbers, each kept on one line and not translated. */
export function withNumbers(words: string, ...numbers: readonly string[]): Child[] {
  const whole = numbers.reduce((text, one) => text.replaceAll(one, unbroken(one)), words)
  return keeping(whole, ...numbers.map(unbroken))
}

/** A number without a line break in it. */
export const unbroken = (number: string): string => number.replaceAll(' ', '\u00a0')
