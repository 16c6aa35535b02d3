import type { Profile } from '../api.ts'
import { el } from '../element.ts'
import { fragmentOf } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** Whether the account had devices and has none now: it can't pay, add a device or change its number. */
export const allPhonesRemoved = ({ devices }: Profile): boolean =>
  devices.everHadOne && devices.list.length === 0

/** Say that only the people who run this service can help, and offer nothing that the API would refuse. */
export function showPhonesRemoved(app: App, screen: Screen): void {
  screen.show(
    'Your phones that approve were removed',
    el(
      'p',
      {},
      'Nothing can be paid now. To add a phone again, ask the people who run this service.',
    ),
    el(
      'div',
      { class: 'actions' },
      el('a', { href: fragmentOf({ view: 'payments' }), class: 'button primary' }, 'My payments'),
    ),
    ...signedInElsewhere(app),
  )
}
