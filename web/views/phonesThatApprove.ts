import type { Device, Devices } from '../deviceApi.ts'
import { factsOf } from '../deviceFacts.ts'
import { deviceIdsHere } from '../deviceHere.ts'
import { type Child, el, fill, verbatim } from '../element.ts'
import { button, formMessage } from '../form.ts'
import { fragmentOf } from '../place.ts'
import { explain } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { allPhonesRemoved, showPhonesRemoved } from './phonesRemoved.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** The view of an account with devices: they come first, because its number approves nothing. */
export function showPhonesThatApprove(app: App, screen: Screen): void {
  const { phone, devices } = app.profile
  screen.show(
    'Your phone',
    ...phonesThatApprove(app, screen),
    el(
      'div',
      { class: 'actions' },
      el('a', { href: fragmentOf({ view: 'send' }), class: 'button primary' }, 'Send a payment'),
    ),
    el('h2', {}, 'Your phone number'),
    phone?.verified === true && verbatim('p', { class: 'display-text' }, phone.number),
    el('p', {}, "You don't need a phone number to pay: your phone approves."),
    phone?.verified === true &&
      devices.everHadOne &&
      el('p', { class: 'hint' }, "Your number can't be changed here for now."),
    ...signedInElsewhere(app),
  )
}

/** The section with the account's devices, where one can be added or removed. */
export function phonesThatApprove(app: App, screen: Screen): Child[] {
  const section = el('section', { 'aria-labelledby': 'phones-that-approve' })
  const idsHere = deviceIdsHere()
  render()
  return [section]

  function render(): void {
    const { list, pending, canAdd } = app.profile.devices
    fill(
      section,
      el('h2', { id: 'phones-that-approve', tabindex: -1 }, 'Phones that approve payments'),
      el('p', {}, list.length === 0 ? NONE : SOME),
      (list.length > 0 || pending !== null) &&
        el(
          'ul',
          { class: 'devices' },
          ...list.map((device) => row(device, factsOf(device))),
          pending !== null && row(pending, 'Being added; it approves nothing yet.'),
        ),
      canAdd
        ? el('a', { href: fragmentOf({ view: 'addPhone' }), class: 'button' }, 'Add a phone')
        : el('p', { class: 'hint' }, whyNoMore(app.profile.devices)),
    )
  }

  function row({ id, name }: Named, facts: string): HTMLElement {
    const { box, say } = formMessage()
    const mark = el('span', {})
    idsHere.then((ids) => ids.includes(id) && fill(mark, ' (this browser)'))
    const actions = el('div', { class: 'actions' })
    offer()
    return el(
      'li',
      {},
      el('p', {}, verbatim('strong', { dir: 'auto' }, name), mark),
      el('p', { class: 'hint' }, facts),
      box,
      actions,
    )

    function offer(): void {
      fill(actions, button('Remove', askFirst, { kind: 'quiet', 'aria-label': `Remove ${name}` }))
    }

    function askFirst(): void {
      const sure = button('Yes, remove it', remove, { busyLabel: 'Removing…' })
      fill(
        actions,
        el('p', { role: 'status' }, whatRemovalMeans({ id, name }, app.profile.devices)),
        sure,
        button('Keep it', keep, { kind: 'quiet' }),
      )
      sure.focus()
    }

    function keep(): void {
      offer()
      actions.querySelector('button')?.focus()
    }

    async function remove(): Promise<void> {
      say()
      try {
        app.profile = await app.api.removeDevice(id)
        if (allPhonesRemoved(app.profile)) {
          showPhonesRemoved(app, screen)
          return
        }
        render()
        section.querySelector('h2')?.focus()
      } catch (error) {
        say(el('p', {}, explain(error)))
      }
    }
  }
}

const NONE =
  'Your own phone can approve by itself, with your fingerprint, your face or your screen lock: no texts, and no ' +
  'app to install.'
const SOME =
  'You approve each payment on one of these, with your fingerprint, your face or your screen lock.'

const whyNoMore = ({ list }: Devices): string =>
  list.length > 0
    ? 'No more can be added now. Three at a time are possible: remove one first.'
    : 'Confirm your phone number first. Then you can add a phone here.'

type Named = Pick<Device, 'id' | 'name'>

function whatRemovalMeans({ id, name }: Named, { list }: Devices): string {
  return list.every((one) => one.id === id) && list.length > 0
    ? `${name} is your only phone that approves. Without it you can approve nothing, and only the people who run this service can help.`
    : `${name} then approves no payment of yours any more.`
}
