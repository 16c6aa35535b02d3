import { lostPhoneWords } from '#words/lostPhoneWords.ts'
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
  screen.show(lostPhoneWords.title, el('p', {}, lostPhoneWords.oneMoment))
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
    lostPhoneWords.title,
    el('p', {}, lostPhoneWords.justWait),
    el('h2', {}, lostPhoneWords.removeTitle),
    remove,
    el('h2', {}, lostPhoneWords.addTitle),
    add,
    el('h2', {}, lostPhoneWords.helpTitle),
    el('p', {}, lostPhoneWords.help(operatorHere())),
    el(
      'div',
      { class: 'actions' },
      el(
        'a',
        { href: fragmentOf({ view: 'invitation' }), class: 'button' },
        lostPhoneWords.enterInvitation,
      ),
    ),
    el('h2', {}, lostPhoneWords.forgotTitle),
    el('p', {}, forgot(app.profile.devices)),
    el(
      'div',
      { class: 'actions' },
      // Offered also if there is no room: this phone has its place.
      el('a', { href: fragmentOf({ view: 'addPhone' }), class: 'button' }, lostPhoneWords.showCode),
      el(
        'a',
        { href: fragmentOf({ view: 'phone' }), class: 'button' },
        lostPhoneWords.backToPhones,
      ),
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
      el('p', {}, list.length === 0 ? lostPhoneWords.removed : lostPhoneWords.remove),
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
              lostPhoneWords.addPhone,
            ),
          )
        : el('p', { class: 'hint' }, lostPhoneWords.noRoom),
    )
  }
}

function addInWords({ profile: { devices } }: App): Child[] {
  const { intro, ways } = waysToAdd(devices, operatorHere())
  return [el('p', {}, intro), el('ul', { class: 'steps' }, ...ways.map((way) => el('li', {}, way)))]
}

/** The passkey of an active device is still there, so its new key needs no wait. */
const forgot = ({ leaves }: Devices): string => lostPhoneWords.forgot(leaves.includes('text'))
