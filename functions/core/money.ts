/**
 * Money as integer minor units, parsed and worded without a float and without `Intl`, which rounds
 * COP, HUF, IDR and others to whole units.
 */

/**
 * The currencies that Payfriend supports (ISO 4217): minor digits, a symbol if it is unmistakable, and the default
 * limit of one payment, in whole units. The limit is about 10,000 euro, rounded to one significant digit at rates of
 * November 2026. Each currency has its own: 10,000 rupiah are less than a dollar, 10,000 dinar more than 30,000
 * dollars.
 */
export const CURRENCIES = {
  EUR: { digits: 2, symbol: '€', most: 10_000 },
  GBP: { digits: 2, symbol: '£', most: 9_000 },
  USD: { digits: 2, symbol: '$', most: 10_000 },
  AUD: { digits: 2, most: 20_000 },
  BHD: { digits: 3, most: 4_000 },
  CAD: { digits: 2, most: 20_000 },
  CHF: { digits: 2, most: 9_000 },
  COP: { digits: 2, most: 40_000_000 },
  CZK: { digits: 2, most: 200_000 },
  DKK: { digits: 2, most: 70_000 },
  HUF: { digits: 2, most: 4_000_000 },
  IDR: { digits: 2, most: 200_000_000 },
  JPY: { digits: 0, most: 2_000_000 },
  KRW: { digits: 0, most: 20_000_000 },
  KWD: { digits: 3, most: 4_000 },
  NOK: { digits: 2, most: 100_000 },
  PLN: { digits: 2, most: 40_000 },
  RON: { digits: 2, most: 50_000 },
  SEK: { digits: 2, most: 100_000 },
} as const satisfies Record<string, Offered>

/** The values that every currency must have. */
type Offered = { readonly digits: 0 | 2 | 3; readonly symbol?: string; readonly most: number }

export type Currency = keyof typeof CURRENCIES

/** The values that the page needs to read and show amounts of a currency. */
export function currencyForPage(code: Currency): { code: string; digits: number; symbol?: string } {
  const { most: _, ...rest }: Offered = CURRENCIES[code]
  return { code, ...rest }
}

/** An amount in the currency's smallest unit: 2050 EUR is €20.50. A safe integer above zero. */
export type Money = { readonly amountMinor: number; readonly currency: Currency }

/** An amount in its wire form (as in W3C Payment Request): `{ value: "20.50", currency: "EUR" }`. */
export type Amount = { readonly value: string; readonly currency: string }

/** The offered currencies, each with the limit of one payment ("10000.00"). */
export type AmountLimits = { readonly [currency in Currency]?: string }

/** An amount's value: ten digits and three decimals at most, so that it fits a safe integer and a push's text. */
export const AMOUNT_PATTERN = /^(0|[1-9]\d{0,9})(\.\d{1,3})?$/
/** A limit in a setting: at least one whole unit. */
export const LIMIT_PATTERN = /^[1-9]\d{0,9}(\.\d{1,3})?$/

/** Limits that allow every amount in every currency, for payments that are already stored. */
export const ANY_AMOUNT: AmountLimits = limitsBy(allCurrencies(), () => '9999999999.999')

/**
 * The limit of one payment in each offered currency: from the settings, else the default.
 *
 * @param said amounts in the form of `LIMIT_PATTERN`, by currency; or a single amount if one currency is offered
 * @returns the limits, or the reason they are invalid, worded to follow the setting's name
 */
export function amountLimits(
  currencies: readonly Currency[] = allCurrencies(),
  said: string | { readonly [currency: string]: string } = {},
): { readonly limits: AmountLimits } | { readonly reason: string } {
  const [first, ...others] = currencies
  if (typeof said === 'string' && first && others.length > 0) {
    return {
      reason: `must say the most of each currency, because ${said} ${first} are not ${said} ${others[0]}`,
    }
  }
  const bySaid = typeof said === 'string' ? { [first ?? '']: said } : said
  for (const [code, most] of Object.entries(bySaid)) {
    if (!isOneOf(currencies, code))
      return { reason: `names ${code}, which is not among currencies` }
    const { digits } = CURRENCIES[code]
    if (decimalsOf(most) > digits)
      return { reason: `is ${most} for ${code}, which has ${DECIMALS[digits]}` }
  }
  return { limits: limitsBy(currencies, (code) => bySaid[code] ?? String(CURRENCIES[code].most)) }
}

/**
 * Read an amount from the wire.
 *
 * @returns the money, or which field is wrong and why
 */
export function parseAmount(
  { value, currency }: Amount,
  limits: AmountLimits,
): Money | { readonly field: 'value' | 'currency'; readonly reason: string } {
  const currencies = Object.keys(limits) as Currency[]
  if (!isOneOf(currencies, currency)) return wrong('currency', 'Choose a currency from the list.')
  const { digits } = CURRENCIES[currency]
  const most = { amountMinor: minor(limits[currency] ?? '0', digits), currency }
  const tooMuch = wrong('value', `You can send ${inWords(most)} at most.`)
  if (/^[1-9]\d{10,}(\.\d+)?$/.test(value)) return tooMuch
  if (!AMOUNT_PATTERN.test(value)) return wrong('value', 'Enter the amount like 20.50.')
  if (decimalsOf(value) > digits) return wrong('value', `${currency} has ${DECIMALS[digits]}.`)
  const money = { amountMinor: minor(value, digits), currency }
  if (money.amountMinor === 0) return wrong('value', 'The amount must be more than zero.')
  return money.amountMinor > most.amountMinor ? tooMuch : money
}

/** The amount in its wire form, with exactly the currency's minor digits. */
export const amountOf = ({ amountMinor, currency }: Money): Amount => ({
  value: decimal(amountMinor, CURRENCIES[currency].digits).join(''),
  currency,
})

/** The amount as people read it: "€1,020.50", "CHF 12.00"; ASCII except for the symbol. */
export function inWords({ amountMinor, currency }: Money): string {
  const offered: { digits: number; symbol?: string } = CURRENCIES[currency]
  const [whole, fraction] = decimal(amountMinor, offered.digits)
  return `${offered.symbol ?? `${currency} `}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction}`
}

function allCurrencies(): Currency[] {
  return Object.keys(CURRENCIES) as Currency[]
}

function limitsBy(
  currencies: readonly Currency[],
  mostOf: (code: Currency) => string,
): AmountLimits {
  return Object.fromEntries(currencies.map((code) => [code, mostOf(code)]))
}

const isOneOf = (offered: readonly Currency[], code: string): code is Currency =>
  (offered as readonly string[]).includes(code)

const DECIMALS = { 0: 'no decimals', 2: 'two decimals at most', 3: 'three decimals at most' }

const decimalsOf = (value: string): number => value.split('.')[1]?.length ?? 0

const wrong = <const F>(field: F, reason: string) => ({ field, reason })

/** Decimal text to minor units; surplus decimals, which only `ANY_AMOUNT` has, are cut off. */
function minor(value: string, digits: number): number {
  const [whole = '0', fraction = ''] = value.split('.')
  return Number(whole + fraction.slice(0, digits).padEnd(digits, '0'))
}

function decimal(amountMinor: number, digits: number): [whole: string, fraction: string] {
  const text = String(amountMinor).padStart(digits + 1, '0')
  const point = text.length - digits
  return [text.slice(0, point), digits === 0 ? '' : `.${text.slice(point)}`]
}
