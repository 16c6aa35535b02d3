/**
 * Amounts as people write them. The comma of one country is the point of another, so a text is taken only if
 * it is one amount to everybody, or to everybody who writes as this browser does; and the page shows what it
 * reads before anything is sent.
 */
import { plainDigits } from './plainText.ts'

/** A currency on offer. */
export type Currency = {
  readonly code: string
  readonly digits: number
  /** Where it is unmistakable. */
  readonly symbol?: string
}

/** Which marks a browser's language has in numbers and in sums of money; those of a few, like `en-DE`, differ. */
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
  // So large because some languages group from five digits on.
  const parts = formats.flatMap((format) => format.formatToParts(1234567.5))
  const valuesOf = (wanted: string) =>
    parts.flatMap(({ type, value }) => (type === wanted ? value : []))
  return { decimals: valuesOf('decimal'), groups: valuesOf('group') }
}

/**
 * Read what was typed as an amount.
 *
 * @returns the amount as the API takes it ("20.50"); or why it is none, as a sentence to show beside the field
 */
export function readAmount(
  typed: string,
  currency: Currency,
  marks: Marks,
): { readonly value: string } | { readonly reason: string } {
  const text = withoutCurrency(plainMarks(plainDigits(typed)).trim(), currency)
  const [one, other] = readings(text)
  if (!one) return { reason: `Write the amount like ${amountToType('20.50', marks)}.` }
  if (!other) return payable(one, currency)
  // The first of two is the one with thousands: "1,234" or "1.234". Where the other is an amount too, as of a
  // dinar's thousandths, nothing shown would help: "KWD 1.234" is read in two ways itself.
  const mark = text.replace(/\d/g, '')
  const isTwo = other.fraction.length <= currency.digits
  const isThousands = marks.groups.includes(mark) && !marks.decimals.includes(mark)
  if (isThousands && !isTwo) return payable(one, currency)
  return { reason: whichOfTwo(text, one, other, currency, marks) }
}

/** An amount of the API's as it is typed here, so that it is read back as the same. */
export function amountToType(value: string, { decimals, groups }: Marks): string {
  const [whole = '', fraction] = value.split('.')
  if (fraction === undefined) return whole
  const mark = decimals.find((mark) => !groups.includes(mark)) ?? '.'
  // No thousands have four digits.
  return `${whole}${mark}${fraction}${fraction.length === 3 ? '0' : ''}`
}

/** The amount in the words that the payment will have: "€1,234.50", "CHF 12.00". */
export function amountInWords(value: string, { code, symbol }: Currency): string {
  const [whole = '', ...fraction] = value.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return `${symbol ?? `${code} `}${[grouped, ...fraction].join('.')}`
}

type Reading = { readonly whole: string; readonly fraction: string }

/** Whatever somebody somewhere reads: as a whole number first, then with each mark that may begin the decimals. */
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
/** In threes with one mark between all; or in twos before the last three, as in India. */
const GROUPED = new RegExp(`^[1-9]\\d{0,2}([,. '${ARABIC_THOUSANDS}])\\d{3}(?:\\1\\d{3})*$`)
const IN_LAKHS = /^[1-9]\d?(?:,\d\d)+,\d{3}$/

function wholeOf(text: string): string | undefined {
  if (/^(0|[1-9]\d*)$/.test(text)) return text
  return GROUPED.test(text) || IN_LAKHS.test(text) ? text.replace(/\D/g, '') : undefined
}

/** One mark for all that are drawn alike: spaces narrow and wide, apostrophes, marks of full width. */
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
  if (isTooFine) return { reason: `${code} has ${DECIMALS[digits]}.` }
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
  const { code, digits } = currency
  const inWords = (value: string) => amountInWords(value, currency)
  const thousands = inWords(digits === 0 ? whole : `${whole}.${'0'.repeat(digits)}`)
  const asThousands = `${text} can be read in two ways. For ${thousands} write ${whole}`
  if (decimal.fraction.length > digits) return `${asThousands}; ${code} has ${DECIMALS[digits]}.`
  const value = `${decimal.whole}.${decimal.fraction}`
  return `${asThousands}, for ${inWords(value)} write ${amountToType(value, marks)}.`
}

const DECIMALS: Readonly<Record<number, string>> = {
  0: 'no decimals',
  2: 'two decimals at most',
  3: 'three decimals at most',
}
