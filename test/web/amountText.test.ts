import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AMOUNT_PATTERN,
  ANY_AMOUNT,
  amountOf,
  CURRENCIES,
  type Currency,
  inWords,
  parseAmount,
} from '../../functions/core/money.ts'
import { amountInWords, amountToType, marksOf, readAmount } from '../../web/amountText.ts'

const codes = Object.keys(CURRENCIES) as Currency[]
const named = (code: Currency) => ({ code, ...CURRENCIES[code] })
const read = (text: string, language: string, code: Currency = 'EUR') =>
  readAmount(text, named(code), marksOf(language))

/** Conventions that differ: marks, groups of two as in India, digits of their own, and two in one (en-DE). */
const LANGUAGES = [
  ...['en-US', 'en-GB', 'en-IN', 'hi-IN', 'en-ZA', 'en-CH', 'en-DE', 'de-DE', 'de-AT', 'de-CH'],
  ...['fr-FR', 'fr-CH', 'fr-CA', 'it-IT', 'it-CH', 'es-ES', 'es-MX', 'pt-PT', 'pt-BR', 'nl-NL'],
  ...['pl-PL', 'sv-SE', 'nb-NO', 'da-DK', 'cs-CZ', 'hu-HU', 'ro-RO', 'et-EE', 'tr-TR', 'id-ID'],
  ...['ja-JP', 'ko-KR', 'zh-CN', 'ar-EG', 'ar-AE', 'ar-BH', 'fa-IR', 'he-IL'],
]

describe.each(LANGUAGES)('in %s', (language) => {
  test.each([
    ['20,50', 'EUR', '20.50'],
    ['20.50', 'EUR', '20.50'],
    ['20', 'EUR', '20.00'],
    ['20,5', 'EUR', '20.50'],
    [' 20,50\u00a0€ ', 'EUR', '20.50'],
    ['€20.50', 'EUR', '20.50'],
    ['CHF 20.50', 'CHF', '20.50'],
    [',50', 'EUR', '0.50'],
    ['1.020,50', 'EUR', '1020.50'],
    ['1,020.50', 'EUR', '1020.50'],
    ['1,234,567', 'EUR', '1234567.00'],
    ['1.234.567,8', 'EUR', '1234567.80'],
    ['12,34,567.80', 'EUR', '1234567.80'],
    ['1 234', 'EUR', '1234.00'],
    ['1\u00a0234,50', 'EUR', '1234.50'],
    ['1\u202f234,50', 'EUR', '1234.50'],
    ['1’234.50', 'CHF', '1234.50'],
    ["1'234.50", 'CHF', '1234.50'],
    ['٢٠٫٥٠', 'EUR', '20.50'],
    ['۲۰٫۵۰', 'EUR', '20.50'],
    ['١٬٢٣٤٫٥٠', 'EUR', '1234.50'],
    ['２０．５０', 'EUR', '20.50'],
    ['\u200e20.50\u200f', 'EUR', '20.50'],
    ['1234', 'JPY', '1234'],
    ['1234567,250', 'BHD', '1234567.250'],
    ['1,5', 'BHD', '1.500'],
    ['1٫250', 'BHD', '1.250'],
    // What is exactly an amount of the currency's may have more zeros.
    ['20.5000', 'EUR', '20.50'],
    ['100.00', 'JPY', '100'],
  ] as const)('%s %s is %s, as it is to everybody', (text, code, value) => {
    expect(read(text, language, code)).toEqual({ value })
  })

  test.each([
    ['', 'EUR', /^Enter the amount like/],
    ['0,505', 'EUR', /^EUR has two decimals at most\.$/],
    ['20.5055', 'EUR', /^EUR has two decimals at most\.$/],
    ['1.234,567', 'EUR', /^EUR has two decimals at most\.$/],
    ['20,5', 'JPY', /^JPY has no decimals\.$/],
    ['1,2345', 'KWD', /^KWD has three decimals at most\.$/],
    ['1,23,4', 'EUR', /^Enter the amount like/],
    ['20 50', 'EUR', /^Enter the amount like/],
    ['1.234.56', 'EUR', /^Enter the amount like/],
    ['1,234 567', 'EUR', /^Enter the amount like/],
    ['20,', 'EUR', /^Enter the amount like/],
    ['-20', 'EUR', /^Enter the amount like/],
    ['−20', 'EUR', /^Enter the amount like/],
    ['1e3', 'EUR', /^Enter the amount like/],
    ['2²', 'EUR', /^Enter the amount like/],
    ['½', 'EUR', /^Enter the amount like/],
    ['20.50 USD', 'EUR', /^Enter the amount like/],
    ['$20', 'AUD', /^Enter the amount like/],
    ['20/50', 'EUR', /^Enter the amount like/],
  ] as const)('%s %s is refused, as it is no such amount to anybody', (text, code, reason) => {
    expect(read(text, language, code)).toEqual({ reason: expect.stringMatching(reason) })
  })

  test.each([
    ...['1,000', '1.000', '1,234', '1.234', '20,555', '20.555', '100,000', '999.999'],
    ...['€1,000', '1.000 €', '１，０００', '1,000\u00a0EUR', '\u200e1,000'],
  ])('%s euro are not guessed', (text) => {
    expect(read(text, language)).toEqual({ reason: expect.stringContaining('two ways') })
  })

  test.each(codes)('one mark before exactly three digits is asked about in %s', (code) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 0, max: 999 }),
        fc.constantFrom(',', '.'),
        (before, after, mark) => {
          const text = `${before}${mark}${String(after).padStart(3, '0')}`
          expect(read(text, language, code)).toEqual({
            reason: expect.stringMatching(/ can be read in two ways\. For .+ write .+\./),
          })
        },
      ),
    )
  })
})

test.each([
  ['1234', 'en-US', 'EUR', '1234.00'],
  ['1,000.00', 'en-US', 'EUR', '1000.00'],
  ['1.000,00', 'de-DE', 'EUR', '1000.00'],
  ['1,2340', 'de-DE', 'KWD', '1.234'],
  ['1,234.000', 'de-DE', 'KWD', '1234.000'],
] as const)('%s is what it is in %s: %s %s', (text, language, code, value) => {
  expect(read(text, language, code)).toEqual({ value })
})

const TWO = 'can be read in two ways. For'
test.each([
  [
    '1,234',
    'de-DE',
    'EUR',
    `1,234 ${TWO} €1,234.00 write 1234. €1.234 cannot be paid: EUR has two decimals at most.`,
  ],
  ['1,000', 'de-DE', 'EUR', `1,000 ${TWO} €1,000.00 write 1000, for €1.00 write 1,00.`],
  ['1,000', 'en-US', 'EUR', `1,000 ${TWO} €1,000.00 write 1000, for €1.00 write 1.00.`],
  ['1.000', 'en-GB', 'EUR', `1.000 ${TWO} €1,000.00 write 1000, for €1.00 write 1.00.`],
  ['1,000', 'ja-JP', 'JPY', `1,000 ${TWO} JPY 1,000 write 1000, for JPY 1 write 1.`],
  [
    '1.234',
    'en-US',
    'EUR',
    `1.234 ${TWO} €1,234.00 write 1234. €1.234 cannot be paid: EUR has two decimals at most.`,
  ],
  [
    '20,505',
    'fr-FR',
    'EUR',
    `20,505 ${TWO} €20,505.00 write 20505. €20.505 cannot be paid: EUR has two decimals at most.`,
  ],
  ['1.234', 'fr-FR', 'KWD', `1.234 ${TWO} KWD 1,234.000 write 1234, for KWD 1.234 write 1,2340.`],
  [
    '1,234',
    'de-CH',
    'CHF',
    `1,234 ${TWO} CHF 1,234.00 write 1234. CHF 1.234 cannot be paid: CHF has two decimals at most.`,
  ],
  [
    '1.234',
    'en-DE',
    'EUR',
    `1.234 ${TWO} €1,234.00 write 1234. €1.234 cannot be paid: EUR has two decimals at most.`,
  ],
  ['1,234', 'de-DE', 'KWD', `1,234 ${TWO} KWD 1,234.000 write 1234, for KWD 1.234 write 1,2340.`],
  ['1,234', 'en-US', 'KWD', `1,234 ${TWO} KWD 1,234.000 write 1234, for KWD 1.234 write 1.2340.`],
  ['1,234', 'en-DE', 'KWD', `1,234 ${TWO} KWD 1,234.000 write 1234, for KWD 1.234 write 1.2340.`],
  ['1,234', 'ar-EG', 'KWD', `1,234 ${TWO} KWD 1,234.000 write 1234, for KWD 1.234 write 1٫2340.`],
  [
    '1.234',
    'en-US',
    'JPY',
    `1.234 ${TWO} JPY 1,234 write 1234. JPY 1.234 cannot be paid: JPY has no decimals.`,
  ],
] as const)('%s in %s and %s is asked about in words', (text, language, code, reason) => {
  expect(read(text, language, code)).toEqual({ reason })
})

const anAmount = (code: Currency) =>
  fc
    .integer({ min: 0, max: Number(`9999999999${'9'.repeat(CURRENCIES[code].digits)}`) })
    .map((amountMinor) => amountOf({ amountMinor, currency: code }).value)

describe.each(codes)('every amount in %s', (code) => {
  const { digits } = CURRENCIES[code]

  test('is read back as it is typed for the browser, and as the browser writes it', () => {
    fc.assert(
      fc.property(anAmount(code), fc.constantFrom(...LANGUAGES), (value, language) => {
        const marks = marksOf(language)
        expect(readAmount(amountToType(value, marks), named(code), marks)).toEqual({ value })
        const format = new Intl.NumberFormat(language, {
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        })
        const answer = read(format.format(value as Intl.StringNumericLiteral), language, code)
        // Three digits after the only mark can be decimals and thousands.
        const written = format.format(value as Intl.StringNumericLiteral)
        if (/^[1-9]\d{0,2}[,.]\d{3}$/.test(written)) {
          expect(answer).toHaveProperty('reason')
          return
        }
        // Its digits are not read, and it is asked for others.
        if (/\p{Nd}/u.test(format.format(1).replace(/[0-9\u0660-\u0669\u06f0-\u06f9]/g, ''))) return
        expect(answer).toEqual({ value })
      }),
    )
  })

  test('has the words here that the payment will have', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (amountMinor) => {
        const money = { amountMinor, currency: code }
        expect(amountInWords(amountOf(money).value, named(code))).toBe(inWords(money))
      }),
    )
  })
})

test.each(codes)(
  'what one language writes in %s is never another amount in another language',
  (code) => {
    const { digits } = CURRENCIES[code]
    const twoLanguages = fc.tuple(fc.constantFrom(...LANGUAGES), fc.constantFrom(...LANGUAGES))
    fc.assert(
      fc.property(anAmount(code), twoLanguages, (value, [written, readIn]) => {
        const text = new Intl.NumberFormat(written, {
          minimumFractionDigits: digits,
          maximumFractionDigits: digits,
        }).format(value as Intl.StringNumericLiteral)
        const answer = read(text, readIn, code)
        if ('value' in answer) expect(answer).toEqual({ value })
      }),
    )
  },
)

test('whatever is typed, what is read of it is an amount to the API, or told why not', () => {
  const text = fc.stringMatching(/^[0-9.,' ٫٬€]{0,12}$/)
  fc.assert(
    fc.property(
      text,
      fc.constantFrom(...codes),
      fc.constantFrom(...LANGUAGES),
      (typed, code, language) => {
        const answer = read(typed, language, code)
        if ('reason' in answer) expect(answer.reason).toMatch(/^.+\.$/)
        else if (answer.value.length < 11) expect(answer.value).toMatch(AMOUNT_PATTERN)
      },
    ),
  )
})

test.each([
  ['0.505', 'EUR'],
  ['1.5', 'JPY'],
  ['abc', 'EUR'],
] as const)('why %s %s is refused the page says as the API does', (value, currency) => {
  const { reason } = parseAmount({ value, currency }, ANY_AMOUNT) as { reason: string }
  expect(read(value, 'en-US', currency)).toEqual({ reason })
})

test('a language that the browser does not know is read as English', () => {
  expect(marksOf('not a language')).toEqual(marksOf('en'))
})
