import { el } from '../element.ts'
import { ownerInvitation } from '../ownerInvitation.ts'
import { fragmentOf } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { operatorHere } from './howToAdd.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** Where there are no texts: the way to the first phone that approves, by the sign-in or by an invitation. */
export function showFirstPhone(app: App, screen: Screen): void {
  const add = (kind: string) =>
    el('a', { href: fragmentOf({ view: 'addPhone' }), class: kind }, 'Add a phone')
  const hasWay = app.profile.devices.leaves.includes('sign-in') || ownerInvitation() !== null
  const enter = el(
    'a',
    { href: fragmentOf({ view: 'invitation' }), class: 'button primary' },
    'Enter the invitation’s code',
  )
  screen.show(
    'Add a phone that approves',
    el(
      'p',
      {},
      'Payfriend shows each payment on your phone before it goes on. You approve it there, with your fingerprint, ' +
        'your face or your screen lock. There is no app to install.',
    ),
    !hasWay &&
      el(
        'p',
        {},
        `To add your phone you need an invitation: ask ${operatorHere()} for one. It is a link or a code.`,
      ),
    el('div', { class: 'actions' }, hasWay ? add('button primary') : enter),
    ...signedInElsewhere(app),
  )
}
