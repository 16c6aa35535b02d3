import { firstPhoneWords, lostPhoneWords } from '#words/lostPhoneWords.ts'
import { el } from '../element.ts'
import { ownerInvitation } from '../ownerInvitation.ts'
import { fragmentOf } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { operatorHere } from './howToAdd.ts'
import { signedInElsewhere } from './signOutEverywhere.ts'

/** Where there are no texts: the way to the first phone that approves, by the sign-in or by an invitation. */
export function showFirstPhone(app: App, screen: Screen): void {
  const add = (kind: string) =>
    el('a', { href: fragmentOf({ view: 'addPhone' }), class: kind }, lostPhoneWords.addPhone)
  const hasWay = app.profile.devices.leaves.includes('sign-in') || ownerInvitation() !== null
  const enter = el(
    'a',
    { href: fragmentOf({ view: 'invitation' }), class: 'button primary' },
    lostPhoneWords.enterInvitation,
  )
  screen.show(
    firstPhoneWords.title,
    el('p', {}, firstPhoneWords.how),
    !hasWay && el('p', {}, firstPhoneWords.needInvitation(operatorHere())),
    el('div', { class: 'actions' }, hasWay ? add('button primary') : enter),
    ...signedInElsewhere(app),
  )
}
