import { el } from '../../element.ts'
import type { PhoneScreen } from '../phonePage.ts'

/** This browser can't keep the phone's key. */
export function showKeepsNothing(screen: Pick<PhoneScreen, 'show'>): void {
  screen.show(
    "This browser doesn't keep the key of this phone",
    el(
      'p',
      {},
      'To approve payments, the browser has to keep a key. That is forbidden here, or there is no room left.',
    ),
    el(
      'p',
      {},
      'Allow site data for this page in the settings of your browser, or leave its private mode. Then load this ' +
        'page again.',
    ),
  )
}
