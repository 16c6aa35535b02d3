import type { Devices } from '../deviceApi.ts'
import { type Child, el, fill } from '../element.ts'
import { fragmentOf } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { waysToAdd } from '../waysToAdd.ts'
import { operatorHere } from './howToAdd.ts'
import { activeRow, removedRow } from './phoneRows.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** What to do if the phone is lost, stolen, or has forgotten Payfriend. */
export async function showLostPhone(app: App, screen: Screen): Promise<void> {
  screen.show('I don’t have my phone', el('p', {}, 'One moment…'))
  try {
    app.profile = await app.api.profile()
  } catch (error) {
    screen.showTrouble(error, () => showLostPhone(app, screen))
    return
  }
  const remove = el('div', {})
  const add = el('div', {})
  const events = {
    changed: (said: Child[]) => app.go({ view: 'lostPhone' }, { replace: true, notice: said }),
  }
  render()
  screen.show(
    'I don’t have my phone',
    el('p', {}, 'If you only left it somewhere safe, wait until you have it again.'),
    el('h2', {}, '1. Remove the phone that is gone'),
    remove,
    el('h2', {}, '2. Add another phone'),
    add,
    el('h2', {}, 'Who helps'),
    el(
      'p',
      {},
      `Ask ${operatorHere()}. They can give you an invitation, and lock your account if somebody has your phone and its screen lock.`,
    ),
    el(
      'div',
      { class: 'actions' },
      el('a', { href: fragmentOf({ view: 'invitation' }), class: 'button' }, INVITATION),
    ),
    el('h2', {}, 'The phone is here, but it forgot Payfriend'),
    el('p', {}, forgot(app.profile.devices)),
    el(
      'div',
      { class: 'actions' },
      // Offered also if there is no room: this phone has its place.
      el('a', { href: fragmentOf({ view: 'addPhone' }), class: 'button' }, 'Show a code for it'),
      el('a', { href: fragmentOf({ view: 'phone' }), class: 'button' }, 'Back to your phones'),
    ),
    ...signedInElsewhere(app),
  )

  function render(): void {
    const { list, removed, canAdd } = app.profile.devices
    const rows = [
      ...list.map((device) => activeRow(app, device, events)),
      ...removed.map((device) => removedRow(app, device, events)),
    ]
    fill(
      remove,
      el('p', {}, list.length === 0 ? REMOVED : REMOVE),
      rows.length > 0 && el('ul', { class: 'devices' }, ...rows),
    )
    fill(
      add,
      ...addInWords(app),
      canAdd
        ? el(
            'div',
            { class: 'actions' },
            el(
              'a',
              { href: fragmentOf({ view: 'addPhone' }), class: 'button primary' },
              'Add a phone',
            ),
          )
        : el('p', { class: 'hint' }, 'Three phones at a time are possible: remove one first.'),
    )
  }
}

function addInWords({ profile: { devices } }: App): Child[] {
  const { intro, ways } = waysToAdd(devices, operatorHere())
  return [el('p', {}, intro), el('ul', { class: 'steps' }, ...ways.map((way) => el('li', {}, way)))]
}

const INVITATION = 'Enter the invitation’s code'
const REMOVE =
  'From then on it approves nothing, not even with your finger, your face or your screen lock. Until you remove it, it can.'
const REMOVED = 'No phone approves your payments now.'
/** The passkey of an active device is still there, so its new key needs no wait. */
const forgot = ({ leaves }: Devices): string =>
  'Don’t remove it. Show a code here, open its address on that phone, and choose “This phone was added before”. ' +
  `With ${leaves.includes('text') ? 'a code by text or ' : ''}an invitation it approves again at once.`
