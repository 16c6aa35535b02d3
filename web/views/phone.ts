import { phoneNumberWords } from '#words/phoneNumberWords.ts'
import { el } from '../element.ts'
import { button } from '../form.ts'
import { forgetPhone } from '../phoneDraft.ts'
import { fragmentOf } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { showFirstPhone } from './firstPhone.ts'
import { numberShown } from './numbers.ts'
import { type NumberSteps, showBegunElsewhere, showNoAttempts } from './numberTaken.ts'
import { begunHere, underWay } from './numberUnderWay.ts'
import { showCodes } from './phoneCodes.ts'
import { showNumber } from './phoneNumber.ts'
import { phonesThatApprove, showPhonesThatApprove } from './phonesThatApprove.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** The phones on which payments are approved, or else the phone number. No code is sent unasked. */
export async function showPhone(app: App, screen: Screen): Promise<void> {
  if (!(await loadProfile(app, screen, showPhone))) return
  const { everHadOne, waiting } = app.profile.devices
  if (everHadOne || waiting.length > 0) showPhonesThatApprove(app, screen)
  else if (!app.config.texts) showFirstPhone(app, screen)
  else showNumberOf(app, screen)
}

/** Confirm or change the number of an account whose phones approve by themselves. */
export async function showNumberOfAccount(app: App, screen: Screen): Promise<void> {
  if (!(await loadProfile(app, screen, showNumberOfAccount))) return
  const { phone, devices } = app.profile
  if (!app.config.texts || !devices.everHadOne) app.go({ view: 'phone' }, { replace: true })
  else if (phone?.pending) showNumberOf(app, screen)
  else showNumber(app, screen, stepsOf(app, screen))
}

async function loadProfile(
  app: App,
  screen: Screen,
  again: (app: App, screen: Screen) => unknown,
): Promise<boolean> {
  screen.show(phoneNumberWords.yourPhone, el('p', {}, phoneNumberWords.oneMoment))
  try {
    app.profile = await app.api.profile()
    return true
  } catch (error) {
    screen.showTrouble(error, () => again(app, screen))
    return false
  }
}

function showNumberOf(app: App, screen: Screen): void {
  const { phone } = app.profile
  const steps = stepsOf(app, screen)
  const begun = phone?.pending && begunHere(phone.pending)
  if (phone?.pending && begun?.isOver) {
    showNoAttempts(app, screen, steps, underWay(phone.pending, begun))
  } else if (phone?.pending && begun) {
    showCodes(app, screen, steps, underWay(phone.pending, begun))
  } else if (phone?.pending) showBegunElsewhere(app, screen, steps, phone.pending)
  else if (phone?.verified) showVerified(app, screen, phone.number)
  else showNumber(app, screen, steps)
}

function showVerified(app: App, screen: Screen, number: string): void {
  screen.show(
    phoneNumberWords.yourPhone,
    el('p', { class: 'display-text' }, numberShown(number)),
    el('p', {}, phoneNumberWords.approvedWith),
    el(
      'div',
      { class: 'actions' },
      el(
        'a',
        { href: fragmentOf({ view: 'send' }), class: 'button primary' },
        phoneNumberWords.sendPayment,
      ),
      button(phoneNumberWords.changeMyNumber, () => showNumber(app, screen, stepsOf(app, screen))),
    ),
    ...phonesThatApprove(app, screen),
    ...signedInElsewhere(app),
  )
}

const stepsOf = (app: App, screen: Screen): NumberSteps => ({
  number: () => showNumber(app, screen, stepsOf(app, screen)),
  /** Abandon the verification that this tab began: the page no longer asks for its codes. */
  keep() {
    forgetPhone()
    if (app.profile.devices.everHadOne) app.go({ view: 'phone' })
    else showVerified(app, screen, app.profile.phone?.number ?? '')
  },
})
