import type { Place } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { showAddPhone } from './addPhone.ts'
import { showInvitation } from './invitation.ts'
import { showLostPhone } from './lostPhone.ts'
import { showPayments } from './payments.ts'
import { showNumberOfAccount, showPhone } from './phone.ts'
import { showSend } from './send.ts'
import { showWaiting } from './waiting.ts'

/** Show the view of a place. */
export function showPlace(app: App, screen: Screen, place: Place): void {
  switch (place.view) {
    case 'send':
      showSend(app, screen)
      break
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
    case 'payments':
      showPayments(app, screen)
      break
    case 'waiting':
      showWaiting(app, screen, place.paymentId)
  }
}
