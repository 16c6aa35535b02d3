/** A payee in one text, the same on every channel and in the browser's own sheet (RTS Art. 5(1)(a)). */

/** Unicode blocks whose letters run from right to left, for use inside a character class. */
export const RIGHT_TO_LEFT =
  '\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}'
const HAS_RIGHT_TO_LEFT = new RegExp(`[${RIGHT_TO_LEFT}]`, 'u')
const DIGITS_BEFORE_RIGHT_TO_LEFT = new RegExp(
  `^[^\\p{L}${RIGHT_TO_LEFT}]*\\p{Nd}[^\\p{L}${RIGHT_TO_LEFT}]*[${RIGHT_TO_LEFT}]`,
  'u',
)
const LEFT_TO_RIGHT_MARK = '\u200e'
const RIGHT_TO_LEFT_MARK = '\u200f'

/**
 * Name and account in one text. Beside right-to-left letters an account number would be shown in another order
 * (UAX 9), so left-to-right marks end name and account. A right-to-left name that begins with digits is put between
 * right-to-left marks, because the digits would be shown at its end. A payee's own text can hold no marks.
 */
export function payeeInWords({ name, id }: Worded): string {
  const mark = HAS_RIGHT_TO_LEFT.test(name + id) ? LEFT_TO_RIGHT_MARK : ''
  const turn = DIGITS_BEFORE_RIGHT_TO_LEFT.test(name) ? RIGHT_TO_LEFT_MARK : ''
  return `${turn}${name}${turn}${mark} (${id}${mark})`
}

type Worded = { readonly name: string; readonly id: string }
