/**
 * Money as integer minor units, parsed and worded without a float and without `Intl`, which rounds
 * COP, HUF, IDR and others to whole units.
 */

/** ISO 4217 codes on offer with their number of minor digits, and a symbol where one is unmistakable. */
export const CURRENCIES = {
  EUR: { digits: 2, symbol: '€' },
  GBP: { digits: 2, symbol: '£' },
  USD: { digits: 2, symbol: '$' },
  AUD: { digits: 2 },
  BHD: { digits: 3 },
  CAD: { digits: 2 },
  CHF: { digits: 2 },
  COP: { digits: 2 },
  CZK: { digits: 2 },
  DKK: { digits: 2 },
  HUF: { digits: 2 },
  IDR: { digits: 2 },
  JPY: { digits: 0 },
  KRW: { digits: 0 },
  KWD: { digits: 3 },
  NOK: { digits: 2 },
  PLN: { digits: 2 },
  RON: { digits: 2 },
  SEK: { digits: 2 },
} as const satisfies Record<string, { readonly digits: 0 | 2 | 3; readonly symbol?: string }>

export type Currency = keyof typeof CURRENCIES

/** An amount in the currency's smallest unit: 2050 EUR is €20.50. A safe integer above zero. */
export type Money = { readonly amountMinor: number; readonly currency: Currency }

/** An amount as it is written on the wire (as in W3C Payment Request): `{ value: "20.50", currency: "EUR" }`. */
export type Amount = { readonly value: string; readonly currency: string }

export type AmountLimits = { readonly maxAmount: string; readonly currencies: readonly Currency[] }

/** Ten digits and three decimals at most, so that every amount fits a safe integer and a push's text. */
export const AMOUNT_PATTERN = /^(0|[1-9]\d{0,9})(\.\d{1,3})?$/

/**
 * Read an amount from the wire.
 *
 * @param limits the most that may be sent, in whole units and decimals ("10000.00"), and the
 *   currencies on offer
 * @returns the money, or which field is wrong and why
 */
export function parseAmount(
  { value, currency }: Amount,
  { maxAmount, currencies }: AmountLimits,
): Money | { readonly field: 'value' | 'currency'; readonly reason: string } {
  if (!isOneOf(currencies, currency)) return wrong('currency', 'Choose a currency from the list.')
  if (!AMOUNT_PATTERN.test(value)) return wrong('value', 'Write the amount like 20.50.')
  const { digits } = CURRENCIES[currency]
  if ((value.split('.')[1] ?? '').length > digits) {
    return wrong('value', `${currency} has ${DECIMALS[digits]}.`)
  }
  const money = { amountMinor: minor(value, digits), currency }
  if (money.amountMinor === 0) return wrong('value', 'The amount must be more than zero.')
  const most = { amountMinor: minor(maxAmount, digits), currency }
  if (money.amountMinor > most.amountMinor) {
    return wrong('value', `You can send ${inWords(most)} at most.`)
  }
  return money
}

/** The amount as it goes over the wire: with exactly the currency's digits. */
export const amountOf = ({ amountMinor, currency }: Money): Amount => ({
  value: decimal(amountMinor, CURRENCIES[currency].digits).join(''),
  currency,
})

/** The amount as a person reads it: "€1,020.50", "CHF 12.00". Plain ASCII but for the symbol. */
export function inWords({ amountMinor, currency }: Money): string {
  const offered: { digits: number; symbol?: string } = CURRENCIES[currency]
  const [whole, fraction] = decimal(amountMinor, offered.digits)
  return `${offered.symbol ?? `${currency} `}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction}`
}

const isOneOf = (offered: readonly Currency[], code: string): code is Currency =>
  (offered as readonly string[]).includes(code)

const DECIMALS = { 0: 'no decimals', 2: 'two decimals at most', 3: 'three decimals at most' }

const wrong = <F>(field: F, reason: string) => ({ field, reason })

/** Decimal text to minor units; decimals beyond the currency's are cut (only a limit can have them). */
function minor(value: string, digits: number): number {
  const [whole = '0', fraction = ''] = value.split('.')
  return Number(whole + fraction.slice(0, digits).padEnd(digits, '0'))
}

function decimal(amountMinor: number, digits: number): [whole: string, fraction: string] {
  const text = String(amountMinor).padStart(digits + 1, '0')
  const point = text.length - digits
  return [text.slice(0, point), digits === 0 ? '' : `.${text.slice(point)}`]
}
