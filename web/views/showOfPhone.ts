import '../openPage.ts'
import type { OfPhone } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { showAddPhone } from './addPhone.ts'
import { showInvitation } from './invitation.ts'
import { showLostPhone } from './lostPhone.ts'
import { showNumberOfAccount, showPhone } from './phone.ts'

/**
 * Show a view of the menu's "Phone". Who pays needs none of them: with the numbering plans of all countries and the
 * drawing of codes they are a file of their own, which is loaded when it is needed.
 */
export function showOfPhone(app: App, screen: Screen, view: 'phone' | OfPhone): void {
  switch (view) {
    case 'phone':
      showPhone(app, screen)
      break
    case 'addPhone':
      showAddPhone(app, screen)
      break
    case 'invitation':
      showInvitation(app, screen)
      break
    case 'lostPhone':
      showLostPhone(app, screen)
      break
    case 'phoneNumber':
      showNumberOfAccount(app, screen)
      break
    default:
      view satisfies never
  }
}
