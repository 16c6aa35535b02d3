import type { OfPhone, Place } from '../place.ts'
import type { App, Screen } from '../screen.ts'
import { paymentsView, phoneViews } from './laterViews.ts'
import { showSend } from './send.ts'
import { showWaiting } from './waiting.ts'

/** Show the view of a place. A view that is missing here does not compile. */
export function showPlace(app: App, screen: Screen, place: Place): void {
  switch (place.view) {
    case 'send':
      showSend(app, screen)
      break
    case 'phone':
    case 'addPhone':
    case 'invitation':
    case 'lostPhone':
    case 'phoneNumber':
      showOfPhone(app, screen, place.view)
      break
    case 'payments':
      paymentsView.show(screen, ({ showPayments }) => showPayments(app, screen))
      break
    case 'waiting':
      showWaiting(app, screen, place.paymentId)
      break
    default:
      place satisfies never
  }
}

function showOfPhone(app: App, screen: Screen, view: 'phone' | OfPhone): void {
  phoneViews.show(screen, (part) => part.showOfPhone(app, screen, view))
}
