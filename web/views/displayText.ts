import type { Payment } from '../api.ts'
import { verbatim } from '../element.ts'

/** The payment's display text, the same on every channel, and so English in every language of the page. */
export function displayText(payment: Payment): HTMLElement {
  return verbatim('p', { class: 'display-text', dir: 'auto', lang: 'en' }, payment.displayText)
}
