import type { OfPhone, Place } from '../place.ts'
import { Problem } from '../problem.ts'
import type { App, Screen } from '../screen.ts'
import { showCode } from './code.ts'
import { showPayments } from './payments.ts'
import { showSend } from './send.ts'
import { showWaiting } from './waiting.ts'

/** Show the view of a place. */
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
      loadOfPhone(app, screen, place.view)
      break
    case 'payments':
      showPayments(app, screen)
      break
    case 'waiting':
      showWaiting(app, screen, place.paymentId)
      break
    case 'code':
      showCode(app, screen, place.paymentId)
  }
}

async function loadOfPhone(app: App, screen: Screen, view: 'phone' | OfPhone): Promise<void> {
  try {
    const { showOfPhone } = await import('./showOfPhone.ts')
    if (!screen.signal.aborted) showOfPhone(app, screen, view)
  } catch (error) {
    console.error(error)
    // A browser may keep the failure as the file's content until the page is loaded anew.
    screen.showTrouble(new Problem({ kind: 'unreachable' }), () => location.reload())
  }
}
