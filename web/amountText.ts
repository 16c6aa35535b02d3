/**
 * Amounts as payers write them. One country's comma is another's point, so a text is accepted only if it can be read as
 * one amount in every country; the language of a browser is often not its payer's own. The page shows the amount that it
 * read before a payment is sent.
 */

import { amountReadingWords } from '#words/amountReadingWords.ts'
import { plainDigits } from './plainText.ts'

/** A currency that the page offers. */
export type Currency = {
  readonly code: string
  readonly digits: number
  /** Left out if several currencies use the same symbol. */
  readonly symbol?: string
}

/** The marks of a language in numbers and in sums of money, which differ in a few languages, like `en-DE`. */
export type Marks = { readonly decimals: readonly string[]; readonly groups: readonly string[] }

/** @param language as `navigator.language` has it */
export function marksOf(language: string): Marks {
  const formats = [{}, { style: 'currency', currency: 'EUR' } as const].map((options) => {
    try {
      return new Intl.NumberFormat(language, options)
    } catch {
      return new Intl.NumberFormat('en', options)
    }
  })
  // Seven digits, because some languages group only from five digits on.
  const parts = formats.flatMap((format) => format.formatToParts(1234567.5))
  const valuesOf = (wanted: string) =>
    parts.flatMap(({ type, value }) => (type === wanted ? value : []))
  return { decimals: valuesOf('decimal'), groups: valuesOf('group') }
}

/**
 * Read what was typed as an amount.
 *
 * @returns the amount as the API takes it ("20.50"), or the problem as a sentence to show beside the field
 */
export function readAmount(
  typed: string,
  currency: Currency,
  marks: Marks,
): { readonly value: string } | { readonly reason: string } {
  const text = withoutCurrency(plainMarks(plainDigits(typed)).trim(), currency)
  const [one, other] = readings(text)
  if (!one) return { reason: amountReadingWords.unreadable(amountToType('20.50', marks)) }
  if (!other) return payable(one, currency)
  // Of two readings the first has thousands: "1,234" or "1.234".
  return { reason: whichOfTwo(text, one, other, currency, marks) }
}

/** An amount from the API as a payer of this language types it: `readAmount` reads the same amount from it. */
export function amountToType(value: string, { decimals, groups }: Marks): string {
  const [whole = '', fraction] = value.split('.')
  if (fraction === undefined) return whole
  const mark = decimals.find((mark) => !groups.includes(mark)) ?? '.'
  // A fourth decimal, because three could be read as thousands.
  return `${whole}${mark}${fraction}${fraction.length === 3 ? '0' : ''}`
}

/** The amount as the payment's display text will show it: "€1,234.50", "CHF 12.00". */
export function amountInWords(value: string, { code, symbol }: Currency): string {
  const [whole = '', ...fraction] = value.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${symbol ?? `${code} `}${[grouped, ...fraction].join('.')}`
}

type Reading = { readonly whole: string; readonly fraction: string }

/** Every possible reading: first as a whole number, then with each mark that may begin the decimals. */
function readings(text: string): Reading[] {
  const whole = wholeOf(text)
  const found: Reading[] = whole === undefined ? [] : [{ whole, fraction: '' }]
  for (const mark of DECIMAL_MARKS) {
    const [before, fraction, ...more] = text.split(mark)
    if (before === undefined || fraction === undefined || more.length > 0) continue
    const whole = before === '' ? '0' : wholeOf(before)
    if (whole !== undefined && /^\d+$/.test(fraction)) found.push({ whole, fraction })
  }
  return found
}

const ARABIC_POINT = '\u066b'
const ARABIC_THOUSANDS = '\u066c'
const DECIMAL_MARKS = [',', '.', ARABIC_POINT]
/** Groups of three with the same mark; or, as in India, groups of two before the last three. */
const GROUPED = new RegExp(`^[1-9]\\d{0,2}([,. '${ARABIC_THOUSANDS}])\\d{3}(?:\\1\\d{3})*$`)
const IN_LAKHS = /^[1-9]\d?(?:,\d\d)+,\d{3}$/

function wholeOf(text: string): string | undefined {
  if (/^(0|[1-9]\d*)$/.test(text)) return text
  return GROUPED.test(text) || IN_LAKHS.test(text) ? text.replace(/\D/g, '') : undefined
}

/** Replace marks that look alike by one: narrow and wide spaces, apostrophes, full-width marks. */
const plainMarks = (text: string) =>
  text
    .replace(/\p{Zs}/gu, ' ')
    .replace(/[\u2018\u2019\u02bc\uff07]/g, "'")
    .replace(/\uff0c/g, ',')
    .replace(/\uff0e/g, '.')

function withoutCurrency(text: string, { code, symbol = code }: Currency): string {
  for (const name of [symbol, code]) {
    if (text.startsWith(name)) return text.slice(name.length).trim()
    if (text.endsWith(name)) return text.slice(0, -name.length).trim()
  }
  return text
}

function payable({ whole, fraction }: Reading, { code, digits }: Currency) {
  const isTooFine = /[1-9]/.test(fraction.slice(digits))
  if (isTooFine) return { reason: amountReadingWords.tooFine(code, digits) }
  const decimals = fraction.slice(0, digits).padEnd(digits, '0')
  return { value: decimals === '' ? whole : `${whole}.${decimals}` }
}

function whichOfTwo(
  text: string,
  { whole }: Reading,
  decimal: Reading,
  currency: Currency,
  marks: Marks,
): string {
  const { digits } = currency
  const inWords = (value: string) => amountInWords(value, currency)
  const thousands = inWords(digits === 0 ? whole : `${whole}.${'0'.repeat(digits)}`)
  const read = payable(decimal, currency)
  if ('reason' in read) {
    const fine = inWords(`${decimal.whole}.${decimal.fraction}`)
    return amountReadingWords.thousandsOnly(
      text,
      { amount: thousands, write: whole },
      fine,
      read.reason,
    )
  }
  const { value } = read
  return amountReadingWords.thousandsOrNot(
    text,
    { amount: thousands, write: whole },
    { amount: inWords(value), write: amountToType(value, marks) },
  )
}
