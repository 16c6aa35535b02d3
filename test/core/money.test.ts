import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  AMOUNT_PATTERN,
  ANY_AMOUNT,
  amountLimits,
  amountOf,
  CURRENCIES,
  type Currency,
  inWords,
  parseAmount,
} from '../../functions/core/money.ts'

const currencies = Object.keys(CURRENCIES) as Currency[]
/** Ten thousand of each. */
const MAX = Object.fromEntries(currencies.map((code) => [code, '10000']))
const digitsOf = (currency: Currency) => CURRENCIES[currency].digits

test.each(currencies)('every amount in %s is read back as it was written', (currency) => {
  const most = Number(`9999999999${'9'.repeat(digitsOf(currency))}`)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: most }), (amountMinor) => {
      const money = { amountMinor, currency }
      expect(parseAmount(amountOf(money), ANY_AMOUNT)).toEqual(money)
    }),
  )
})

test.each(currencies)('the words for an amount in %s hold its very digits', (currency) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (amountMinor) => {
      const money = { amountMinor, currency }
      expect(inWords(money).replace(/[^0-9.]/g, '')).toBe(amountOf(money).value)
    }),
  )
})

test.each([
  [2050, 'EUR', '20.50', '€20.50'],
  [1, 'EUR', '0.01', '€0.01'],
  [100000, 'GBP', '1000.00', '£1,000.00'],
  [123456789, 'USD', '1234567.89', '$1,234,567.89'],
  [1200, 'CHF', '12.00', 'CHF 12.00'],
  [5, 'JPY', '5', 'JPY 5'],
  [1000000, 'KRW', '1000000', 'KRW 1,000,000'],
  [1, 'KWD', '0.001', 'KWD 0.001'],
  // `Intl` would round these three to whole units.
  [150, 'HUF', '1.50', 'HUF 1.50'],
  [150, 'COP', '1.50', 'COP 1.50'],
  [150, 'IDR', '1.50', 'IDR 1.50'],
] as const)('%i minor units of %s are %s, in words %s', (amountMinor, currency, value, words) => {
  expect(amountOf({ amountMinor, currency })).toEqual({ value, currency })
  expect(inWords({ amountMinor, currency })).toBe(words)
})

test('no two currencies are worded alike', () => {
  for (const amountMinor of [1, 1234567]) {
    const worded = currencies.map((currency) =>
      inWords({ amountMinor, currency }).replace(/[\d.,]/g, ''),
    )
    expect(new Set(worded).size).toBe(currencies.length)
  }
})

test('only the three unmistakable currencies have a symbol; all else is plain ASCII', () => {
  const worded = currencies.map((currency) => inWords({ amountMinor: 1, currency }))
  const symbols = worded.join('').replace(/[\x20-\x7e]/g, '')
  expect(symbols).toBe('€£')
})

test.each([
  ['20', 2000],
  ['20.5', 2050],
  ['20.50', 2050],
  ['0.01', 1],
  ['0.1', 10],
])('%s EUR are %i cents', (value, amountMinor) => {
  expect(parseAmount({ value, currency: 'EUR' }, MAX)).toEqual({ amountMinor, currency: 'EUR' })
})

const NO_AMOUNTS = [
  ...['1e3', '1e-1', '20.505', '1.2345', 'NaN', 'Infinity', '-1', '−1', '+1', '0x10', '1_0'],
  ...['٢٠', '١', '１', '01', '00', '.5', '5.', '1.2.3', '1,000', '20,50', '$5', '5€'],
  ...['', ' ', ' 5', '5 ', '5\n', '0', '0.0', '0.00', '12345678901', 'null', '__proto__'],
]
test.each(NO_AMOUNTS)('as an amount %j is refused (2019: W7)', (value) => {
  expect(parseAmount({ value, currency: 'EUR' }, ANY_AMOUNT)).toMatchObject({ field: 'value' })
})

test('whatever text is read as an amount is one that the pattern allows', () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[0-9.eE+ -]{0,8}$/),
    fc.double().map(String),
    fc.stringMatching(/^\d{1,5}(\.\d{1,3})?$/),
  )
  let read = 0
  fc.assert(
    fc.property(text, fc.constantFrom(...currencies), (value, currency) => {
      const parsed = parseAmount({ value, currency }, MAX)
      if ('field' in parsed) return
      read += 1
      expect(value).toMatch(AMOUNT_PATTERN)
      expect(Number.isSafeInteger(parsed.amountMinor)).toBe(true)
      expect(parsed.amountMinor).toBeGreaterThan(0)
    }),
  )
  expect(read).toBeGreaterThan(0)
})

test.each(currencies)('in %s no digit more is taken than it has', (currency) => {
  const digits = digitsOf(currency)
  const value = (decimals: number) => (decimals === 0 ? '1' : `1.${'1'.repeat(decimals)}`)
  expect(parseAmount({ value: value(digits), currency }, MAX)).toMatchObject({ currency })
  expect(parseAmount({ value: value(digits + 1), currency }, MAX)).toMatchObject({
    field: 'value',
  })
})

test.each(currencies)('in %s the limit may be sent, and not one minor unit more', (currency) => {
  const most = 10_000 * 10 ** digitsOf(currency)
  const read = (amountMinor: number) => parseAmount(amountOf({ amountMinor, currency }), MAX)
  expect(read(most)).toEqual({ amountMinor: most, currency })
  expect(read(most + 1)).toMatchObject({ field: 'value' })
})

test.each(['', 'eur', 'EURO', 'XXX', 'BTC', 'toString', '__proto__', ' EUR', 'ЕUR'])(
  'the currency %j does not exist here',
  (currency) => {
    expect(parseAmount({ value: '1', currency }, MAX)).toMatchObject({ field: 'currency' })
  },
)

test('a currency that is not on offer is refused, though it exists', () => {
  const limits = { EUR: '10000.00', GBP: '10000.00' }
  expect(parseAmount({ value: '1', currency: 'GBP' }, limits)).toMatchObject({ amountMinor: 100 })
  expect(parseAmount({ value: '1', currency: 'USD' }, limits)).toMatchObject({ field: 'currency' })
})

test('the currencies on offer have as many decimals as ISO 4217 says', () => {
  const digits = Object.entries(CURRENCIES).map(([code, { digits }]) => [code, digits])
  const two = 'EUR GBP USD AUD CAD CHF COP CZK DKK HUF IDR NOK PLN RON SEK'
  expect(Object.fromEntries(digits)).toEqual({
    ...Object.fromEntries(two.split(' ').map((code) => [code, 2])),
    BHD: 3,
    JPY: 0,
    KRW: 0,
    KWD: 3,
  })
})

test('the pattern has ten digits and three decimals at most', () => {
  expect('9999999999.999').toMatch(AMOUNT_PATTERN)
  for (const long of ['10000000000', '10000000000.1', '1.2345', '0.0001']) {
    expect(long).not.toMatch(AMOUNT_PATTERN)
  }
})

test.each([
  ['1', 'XXX', 'currency', /^Choose a currency\b.*\.$/],
  ['1,00', 'EUR', 'value', /^Enter the amount\b.*\.$/],
  ['0', 'EUR', 'value', /^The amount must be more than zero\.$/],
  ['1.001', 'EUR', 'value', /^EUR has two decimals at most\.$/],
  ['1.0', 'JPY', 'value', /^JPY has no decimals\.$/],
  ['99999999999', 'EUR', 'value', /^You can send €10,000\.00 at most\.$/],
  ['10000.01', 'EUR', 'value', /^You can send €10,000\.00 at most\.$/],
] as const)('why %s %s is refused is told beside its %s', (value, currency, field, reason) => {
  expect(parseAmount({ value, currency }, MAX)).toEqual({
    field,
    reason: expect.stringMatching(reason),
  })
})

/** How much of each currency was about a euro in November 2026, from another hand than the limits' own. */
const PER_EURO: Record<Currency, number> = {
  ...{ EUR: 1, GBP: 0.87, USD: 1.16, AUD: 1.78, BHD: 0.44, CAD: 1.62, CHF: 0.93, COP: 4400 },
  ...{ CZK: 24, DKK: 7.5, HUF: 385, IDR: 19_400, JPY: 180, KRW: 1700, KWD: 0.36, NOK: 11.7 },
  ...{ PLN: 4.25, RON: 5.1, SEK: 11 },
}

test.each(currencies)(
  'the default limit in %s is worth about 10,000 euro, in one digit',
  (code) => {
    const { most } = CURRENCIES[code]
    expect(String(most)).toMatch(/^[1-9]0+$/)
    expect(most / PER_EURO[code]).toBeGreaterThan(10_000 / 1.5)
    expect(most / PER_EURO[code]).toBeLessThan(10_000 * 1.5)
  },
)

test('each currency has its own limit, and the refusal names it in that currency', () => {
  const { limits } = amountLimits() as { limits: Record<string, string> }
  const sent = (value: string, currency: string) => parseAmount({ value, currency }, limits)
  expect(sent('200000000', 'IDR')).toHaveProperty('amountMinor')
  expect(sent('200000000.01', 'IDR')).toHaveProperty(
    'reason',
    'You can send IDR 200,000,000.00 at most.',
  )
  expect(sent('4000', 'KWD')).toHaveProperty('amountMinor')
  expect(sent('4000.001', 'KWD')).toHaveProperty('reason', 'You can send KWD 4,000.000 at most.')
})

test('limits are what is said, else the default, and of nothing that is not on offer', () => {
  expect(amountLimits(['EUR', 'JPY', 'KWD'], { EUR: '500.00', KWD: '0.001' })).toEqual({
    limits: { EUR: '500.00', JPY: '2000000', KWD: '0.001' },
  })
  expect(amountLimits(['JPY'], '500')).toEqual({ limits: { JPY: '500' } })
})

test.each([
  // 500 euro are no 500 yen.
  [['EUR', 'JPY'], '500.00', /each currency.* 500\.00 EUR are not 500\.00 JPY$/],
  [['EUR'], { JPY: '500' }, /names JPY, which is not among currencies$/],
  [['EUR'], { toString: '500' }, /names toString/],
  [['JPY'], '500.50', /500\.50 for JPY, which has no decimals$/],
  [['EUR', 'KWD'], { KWD: '1', EUR: '1.001' }, /1\.001 for EUR, which has two decimals at most$/],
] as const)('of %j no limit of %j can be made', (offered, said, reason) => {
  expect(amountLimits(offered, said)).toEqual({ reason: expect.stringMatching(reason) })
})
