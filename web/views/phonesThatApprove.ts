import { type Child, el, fill, verbatim } from '../element.ts'
import { canPay, textsPay } from '../phoneNeeded.ts'
import { fragmentOf } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { howToAdd } from './howToAdd.ts'
import { unbroken } from './numberTaken.ts'
import { activeRow, pendingRow, removedRow, waitingRow } from './phoneRows.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** How often the page looks whether a removed phone asks to be put back, or one that waits was stopped. */
const LOOK_MS = 5000

/** The view of an account that has devices or had one: they come first, because its number lets in no phone alone. */
export function showPhonesThatApprove(app: App, screen: Screen): void {
  screen.show(
    'Your phone',
    ...phonesThatApprove(app, screen),
    ...(app.config.texts ? numberSection(app) : []),
    ...signedInElsewhere(app),
  )
}

/** The section with the account's devices, where one can be added, removed, stopped or put back. */
export function phonesThatApprove(app: App, screen: Screen): Child[] {
  const content = el('div', {})
  const heading = el('h2', { id: 'phones-that-approve' }, 'Phones that approve payments')
  const events = {
    // Whatever was said above before is not true any more. Who has gone on meanwhile is not called back.
    changed(said: Child[]): void {
      if (!screen.signal.aborted) app.go({ view: 'phone' }, { replace: true, notice: said })
    },
  }
  render()
  const looking = setInterval(look, LOOK_MS)
  screen.signal.addEventListener('abort', () => clearInterval(looking))
  return [el('section', { 'aria-labelledby': heading.id }, heading, content)]

  function render(): void {
    const { list, waiting, removed, pending } = app.profile.devices
    const rows = [
      ...list.map((device) => activeRow(app, device, events)),
      ...waiting.map((device) => waitingRow(app, device, events)),
      ...(pending ? [pendingRow(app, pending, events)] : []),
      ...removed.map((device) => removedRow(app, device, events)),
    ]
    fill(
      content,
      ...whatApproves(app).map((words) => el('p', {}, words)),
      rows.length > 0 && el('ul', { class: 'devices' }, ...rows),
      ...whatNext(app),
    )
  }

  /** Nothing is drawn anew under the hands of the payer. */
  async function look(): Promise<void> {
    if (!content.isConnected) clearInterval(looking)
    const { waiting, removed } = app.profile.devices
    if (waiting.length + removed.length === 0 || document.visibilityState !== 'visible') return
    const profile = await app.api.profile().catch(() => app.profile)
    const isNew = JSON.stringify(profile.devices) !== JSON.stringify(app.profile.devices)
    if (!isNew || !content.isConnected || content.contains(document.activeElement)) return
    app.profile = profile
    render()
  }
}

function whatApproves(app: App): readonly string[] {
  const { phone, devices } = app.profile
  const { list, waiting, removed, everHadOne } = devices
  if (list.length > 0) return [SOME]
  if (!everHadOne && waiting.length === 0)
    return [NONE, app.config.texts ? NO_TEXTS_NEEDED : NO_APP]
  const byText = textsPay(app.profile, app.config)
    ? `payments are approved with a code that we text to ${unbroken(phone?.number ?? '')}.`
    : null
  const [next] = waiting
  if (next) return [`Until ${next.name} can approve, ${byText ?? 'nothing can be paid.'}`]
  if (removed.length > 0) {
    return [
      'No phone approves your payments now, so nothing can be paid. Put one back, or add one.',
    ]
  }
  return byText === null
    ? ['No phone approves your payments now, so nothing can be paid. Add one.']
    : [`No phone approves your payments any more. Until you add one, ${byText}`]
}

/** One primary action: to pay, or to get a phone that approves. */
function whatNext(app: App): Child[] {
  const { list, waiting, canAdd, everHadOne } = app.profile.devices
  const pays = canPay(app.profile, app.config)
  const kind = pays || waiting.length > 0 || !everHadOne ? 'button' : 'button primary'
  const to = (view: 'addPhone' | 'lostPhone' | 'send', words: string, className = 'button') =>
    el('a', { href: fragmentOf({ view }), class: className }, words)
  return [
    !canAdd && el('p', { class: 'hint' }, FULL),
    canAdd && list.length === 0 && el('p', { class: 'hint' }, howToAdd(app)),
    el(
      'div',
      { class: 'actions' },
      everHadOne && pays && to('send', 'Send a payment', 'button primary'),
      canAdd && to('addPhone', 'Add a phone', kind),
      everHadOne && to('lostPhone', 'I don’t have my phone'),
    ),
  ]
}

function numberSection(app: App): Child[] {
  const { phone, devices } = app.profile
  const verified = phone?.verified === true ? phone.number : null
  const href = fragmentOf({ view: 'phoneNumber' })
  return [
    el('h2', {}, 'Your phone number'),
    verified !== null && verbatim('p', { class: 'display-text' }, verified),
    devices.list.length > 0 &&
      el('p', {}, "You don't need a phone number to pay: your phone approves."),
    el('p', { class: 'hint' }, 'A number helps you back in if you lose your phone.'),
    el(
      'div',
      { class: 'actions' },
      el('a', { href, class: 'button' }, verified === null ? 'Add a number' : 'Change the number'),
    ),
  ]
}

const NONE =
  'Your own phone can approve by itself, with your fingerprint, your face or your screen lock.'
const NO_TEXTS_NEEDED = 'It needs no texts, and no app to install.'
const NO_APP = 'There is no app to install.'
const SOME =
  'You approve each payment on one of these, with your fingerprint, your face or your screen lock.'
const FULL = 'No more can be added now. Three at a time are possible: remove one first.'
