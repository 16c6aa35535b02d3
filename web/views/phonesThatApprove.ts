import { devicesWords } from '#words/devicesWords.ts'
import { phoneNumberWords } from '#words/phoneNumberWords.ts'
import type { Devices } from '../deviceApi.ts'
import { type Child, el, fill } from '../element.ts'
import { canPay, textsPay } from '../phoneNeeded.ts'
import { fragmentOf } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { howToAdd } from './howToAdd.ts'
import { numberShown, withNumbers } from './numbers.ts'
import { activeRow, pendingRow, removedRow, waitingRow } from './phoneRows.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** How often the page looks whether a removed phone asks to be put back, or one that waits was stopped. */
const LOOK_MS = 5000

/** The view of an account that has devices or had one: they come first, because its number lets in no phone alone. */
export function showPhonesThatApprove(app: App, screen: Screen): void {
  screen.show(
    devicesWords.yourPhone,
    ...phonesThatApprove(app, screen),
    ...(app.config.texts ? numberSection(app) : []),
    ...signedInElsewhere(app),
  )
}

/** The section with the account's devices, where one can be added, removed, stopped or put back. */
export function phonesThatApprove(app: App, screen: Screen): Child[] {
  const content = el('div', {})
  const heading = el('h2', { id: 'phones-that-approve' }, devicesWords.phonesThatApprove)
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
      ...whatApproves(app).map((words) =>
        el('p', {}, ...withNumbers(words, app.profile.phone?.number ?? '')),
      ),
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
    // What was said above, of a phone that waits or was removed, is perhaps no longer true.
    if (passing(profile.devices) !== passing(app.profile.devices)) {
      document.getElementById('notice')?.replaceChildren()
    }
    app.profile = profile
    render()
  }
}

const passing = ({ waiting, removed }: Devices): string => JSON.stringify([waiting, removed])

function whatApproves(app: App): readonly string[] {
  const { phone, devices } = app.profile
  const { list, waiting, removed, everHadOne } = devices
  if (list.length > 0) return [devicesWords.some]
  if (!everHadOne && waiting.length === 0) {
    return [devicesWords.none, app.config.texts ? devicesWords.noTextsNeeded : devicesWords.noApp]
  }
  const number = phone?.number ?? ''
  const byText = textsPay(app.profile, app.config) ? devicesWords.byText(number) : null
  const [next] = waiting
  if (next) return [devicesWords.until(next.name, byText)]
  return [removed.length > 0 ? devicesWords.noneNowPutBack : devicesWords.noneNow(byText)]
}

/** One primary action: to pay, or to get a phone that approves. */
function whatNext(app: App): Child[] {
  const { list, waiting, canAdd, everHadOne } = app.profile.devices
  const pays = canPay(app.profile, app.config)
  const isFirst = !pays && waiting.length === 0 && everHadOne
  const to = (view: 'addPhone' | 'lostPhone' | 'send', words: string, isPrimary = false) =>
    el('a', { href: fragmentOf({ view }), class: isPrimary ? 'button primary' : 'button' }, words)
  return [
    !canAdd && el('p', { class: 'hint' }, devicesWords.full),
    canAdd && list.length === 0 && el('p', { class: 'hint' }, howToAdd(app)),
    el(
      'div',
      { class: 'actions' },
      everHadOne && pays && to('send', devicesWords.sendPayment, true),
      canAdd && to('addPhone', devicesWords.addPhone, isFirst),
      everHadOne && to('lostPhone', devicesWords.notHere),
    ),
  ]
}

function numberSection(app: App): Child[] {
  const { phone, devices } = app.profile
  const verified = phone?.verified === true ? phone.number : null
  const href = fragmentOf({ view: 'phoneNumber' })
  return [
    el('h2', {}, devicesWords.yourNumber),
    verified !== null && el('p', { class: 'display-text' }, numberShown(verified)),
    devices.list.length > 0 && el('p', {}, devicesWords.numberNotNeeded),
    el('p', { class: 'hint' }, devicesWords.numberHelps),
    el(
      'div',
      { class: 'actions' },
      el(
        'a',
        { href, class: 'button' },
        verified === null ? devicesWords.addNumber : phoneNumberWords.changeMyNumber,
      ),
    ),
  ]
}
