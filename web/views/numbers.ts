/** Phone numbers as they are shown everywhere: on one line, not translated, and a masked one read by its last digits. */

import { phoneNumberWords } from '#words/phoneNumberWords.ts'
import { type Child, keeping, verbatim } from '../element.ts'

/** A text with these numbers, each kept on one line and not translated; ears get the last digits of a masked one. */
export function withNumbers(words: string, ...numbers: readonly string[]): Child[] {
  const whole = numbers.reduce((text, one) => text.replaceAll(one, unbroken(one)), words)
  const parts = keeping(whole, ...numbers.map(unbroken))
  for (const part of parts) if (part instanceof Element) readLastDigits(part)
  return parts
}

/** A number by itself. */
export function numberShown(number: string): HTMLElement {
  const shown = verbatim('span', {}, unbroken(number))
  readLastDigits(shown)
  return shown
}

/** A masked number, "+1 ••••• ••283", is otherwise read as seven bullets. */
function readLastDigits(element: Element): void {
  const [, digits] = /\u2022.*?(\d+)$/.exec(element.textContent ?? '') ?? []
  if (digits === undefined) return
  element.setAttribute('role', 'img')
  element.setAttribute('aria-label', phoneNumberWords.endingIn([...digits].join(' ')))
}

/** A number without a line break in it. */
const unbroken = (number: string): string => number.replaceAll(' ', '\u00a0')
