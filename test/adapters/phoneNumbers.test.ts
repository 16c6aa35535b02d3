import fc from 'fast-check'
import parseByFullTables from 'libphonenumber-js/max'
import full from 'libphonenumber-js/max/metadata'
import examples from 'libphonenumber-js/mobile/examples'
import { describe, expect, test } from 'vitest'
import { phoneNumberOf } from '../../functions/adapters/phoneNumbers.ts'
import { international, type VerificationChannel } from '../../functions/core/payer.ts'
import { byDepth } from '../harness/depth.ts'

/** In a country's plan (libphonenumber-js, METADATA.md): its types stand in this order. */
const TYPES = [
  ...['FIXED_LINE', 'MOBILE', 'TOLL_FREE', 'PREMIUM_RATE', 'PERSONAL_NUMBER'],
  ...['VOICEMAIL', 'UAN', 'PAGER', 'VOIP', 'SHARED_COST'],
] as const
type Type = (typeof TYPES)[number]
type Plan = [code: string, idd: string, pattern: string, lengths: number[], ...unknown[]]
const plans = Object.entries(full.countries) as unknown as [string, Plan][]
const SAMPLES = 12

/** The number that is dialled, or why there is none. */
function told(given: string, channel: VerificationChannel, countries: string[] = []): string {
  try {
    return international(phoneNumberOf(given, channel, countries))
  } catch (error) {
    const { code, details } = error as { code: string; details: { fields: { reason: string }[] } }
    expect([code, details.fields]).toMatchObject(['invalid_request', [{ path: 'phoneNumber' }]])
    return details.fields[0]?.reason ?? ''
  }
}

/** Numbers of this type in this country, as its own pattern makes them; always the same ones. */
function numbersOf([code, , pattern, lengths, ...rest]: Plan, type: Type): string[] {
  const types = rest[7] as ([pattern: string, lengths?: number[]] | 0)[]
  const own = types[TYPES.indexOf(type)] || undefined
  if (!own?.[0]) return []
  const of = (text: string) => new RegExp(`^(?:${text})$`)
  const arbitrary = fc.stringMatching(of(own[0]))
  return fc
    .sample(arbitrary, { seed: 11, numRuns: SAMPLES })
    .filter((national) => (own[1] ?? lengths).includes(national.length))
    .filter((national) => of(pattern).test(national))
    .map((national) => `+${code}${national}`)
}

const all = (type: Type) =>
  plans.flatMap(([country, plan]) => numbersOf(plan, type).map((number) => ({ country, number })))

const isAccepted = (number: string) =>
  (['sms', 'call'] as const).some((channel) => told(number, channel).startsWith('+'))
const NO_TEXTS = 'This is a fixed line, which takes no texts. Choose a call.'

test.each([
  ['TOLL_FREE', 180],
  ['PREMIUM_RATE', 147],
  ['PERSONAL_NUMBER', 57],
  ['VOICEMAIL', 15],
  ['UAN', 60],
  ['PAGER', 22],
  ['VOIP', 90],
  ['SHARED_COST', 53],
] as const)('no %s number of any country is texted or called', (type, countriesMin) => {
  const numbers = all(type)
  expect(new Set(numbers.map(({ country }) => country)).size).toBeGreaterThanOrEqual(countriesMin)
  expect(numbers.filter(({ number }) => isAccepted(number))).toEqual([])
})

describe('an ordinary number of every country', () => {
  test('that is mobile is texted and called, just as it was written', () => {
    const numbers = [
      ...all('MOBILE').map(({ number }) => number),
      ...Object.entries(examples).map(
        ([country, national]) => `+${plans.find(([name]) => name === country)?.[1][0]}${national}`,
      ),
    ]
    expect(numbers.length).toBeGreaterThan(2500)
    const wrong = numbers.filter((number) =>
      (['sms', 'call'] as const).some((channel) => told(number, channel) !== number),
    )
    expect(wrong).toEqual([])
  })

  test('that is a fixed line is called; asked to be texted, its person is led to a call', () => {
    const numbers = all('FIXED_LINE')
    expect(new Set(numbers.map(({ country }) => country)).size).toBe(plans.length)
    expect(numbers.filter(({ number }) => told(number, 'call') !== number)).toEqual([])
    const texted = numbers.filter(({ number }) => told(number, 'sms') !== NO_TEXTS)
    const maybeMobile = texted.filter(({ number }) => told(number, 'sms') === number)
    const isBoth = (number: string) =>
      parseByFullTables(number)?.getType() === 'FIXED_LINE_OR_MOBILE'
    expect(maybeMobile.filter(({ number }) => !isBoth(number))).toEqual([])
    // What is written without the 9 of Argentina's mobiles is the only one that is dialled otherwise.
    const others = texted.filter((one) => !maybeMobile.includes(one))
    expect(new Set(others.map(({ country }) => country))).toEqual(new Set(['AR']))
  })
})

test('no digits at all are taken for more than the full tables take them for', () => {
  const channel = fc.constantFrom('sms' as const, 'call' as const)
  const number = fc
    .tuple(
      fc.constantFrom(...Object.keys(full.country_calling_codes)),
      fc.stringMatching(/^\d{4,13}$/),
    )
    .map(([code, rest]) => `+${code}${rest}`)
  const ALLOWED = /^(MOBILE|FIXED_LINE_OR_MOBILE|FIXED_LINE)$/
  fc.assert(
    fc.property(number, channel, (given, how) => {
      const dialled = told(given, how)
      if (!dialled.startsWith('+')) return
      expect(parseByFullTables(dialled)?.getType()).toMatch(ALLOWED)
    }),
    { numRuns: byDepth(1000, 5000) },
  )
})

test.each([
  // Seen to be called before there were types.
  ...[
    '+34 803 123 456',
    '+352 90 12 34 56',
    '+372 900 1234',
    '+44 844 123 4567',
    '+33 810 123 456',
  ],
  ...['+45 90 12 34 56', '+41 900 123 456', '+48 70 123 45 67', '+39 892 123', '+386 89 123 45'],
  ...[
    '+81 990 123 456',
    '+1 900 555 1234',
    '+44 70 1234 5678',
    '+44 871 123 4567',
    '+49 900 1 123456',
  ],
  // In North America: toll-free, personal, and Canada's 600.
  ...[
    '+1 800 555 1234',
    '+1 500 555 1234',
    '+1 600 555 1234',
    '+1 900 234 5678',
    '+1 242 900 1234',
  ],
  // Of no country: toll-free, satellite, international networks and premium rate.
  ...[
    '+800 1234 5678',
    '+808 1234 5678',
    '+870 773 111 632',
    '+881 6123 4567 8',
    '+882 16 1234 5678',
  ],
  ...['+883 5100 1234 5678', '+888 123 456 789', '+979 1 2345 6789'],
  // Short codes and emergency numbers.
  ...[
    '+44 60777',
    '+44 999',
    '+44 112',
    '+1 911',
    '+1 12345',
    '+49 110',
    '+33 3900',
    '+61 000',
    '+91 54321',
  ],
  // For drama only, as Ofcom keeps them.
  ...['+44 7700 900123'],
])('%s is neither texted nor called', (number) => {
  expect(isAccepted(number)).toBe(false)
})

test.each([
  [
    '+34 803 123 456',
    'Codes go to mobile phones and fixed lines only. This is the number of neither.',
  ],
  [
    '+881 6123 4567 8',
    'Codes go to mobile phones and fixed lines only. This is the number of neither.',
  ],
  ['+44 999', 'This is not a phone number.'],
  ['+999 123456789', 'This is not a phone number.'],
  ['+()()()', 'This is not a phone number.'],
])('who writes %s is told: %s', (number, reason) => {
  expect([told(number, 'sms'), told(number, 'call')]).toEqual([reason, reason])
})

test.each([
  ['+1 876 555 1234', 'JM'],
  ['+1 809 234 5678', 'DO'],
  ['+1 268 464 1234', 'AG'],
  ['+1 416 555 0100', 'CA'],
  ['+1 202 555 0100', 'US'],
  ['+1 787 234 5678', 'PR'],
  ['+44 7400 123456', 'GB'],
  ['+44 7797 712345', 'JE'],
  ['+7 701 123 4567', 'KZ'],
  ['+7 912 345 67 89', 'RU'],
])('%s is a number of %s and of no other country', (given, country) => {
  const number = given.replaceAll(' ', '')
  expect(told(given, 'sms', [country])).toBe(number)
  for (const other of ['US', 'GB', 'RU', 'DO'].filter((name) => name !== country)) {
    expect(told(given, 'sms', [other])).toBe('Codes can’t be sent to this country.')
  }
})

test.each([
  ['+44 (0)7400 123456', '+447400123456', '+447400123456'],
  ['+1 1 202 555 0100', '+12025550100', '+12025550100'],
  // Argentina: a mobile has a 9 from abroad, 15 at home; without them it is as good as a fixed line.
  ['+54 9 11 2345-6789', '+5491123456789', '+5491123456789'],
  ['+54 11 15 2345-6789', '+5491123456789', '+5491123456789'],
  ['+54 11 2345-6789', '+5491123456789', '+541123456789'],
  ['+54 (0)11 2345-6789', '+5491123456789', '+541123456789'],
  // Mexico since 2019, Brazil since 2016, Benin since 2024.
  ['+52 1 55 1234 5678', '+525512345678', '+525512345678'],
  ['+52 044 55 1234 5678', '+525512345678', '+525512345678'],
  ['+52 55 1234 5678', '+525512345678', '+525512345678'],
  ['+55 11 9123-4567', '+5511991234567', '+5511991234567'],
  ['+55 11 99123-4567', '+5511991234567', '+5511991234567'],
  ['+229 91 23 45 67', '+2290191234567', '+2290191234567'],
  ['+229 01 91 23 45 67', '+2290191234567', '+2290191234567'],
])('%s is texted as %s and called as %s', (given, texted, called) => {
  expect([told(given, 'sms'), told(given, 'call')]).toEqual([texted, called])
})

test('an old form is no way round the types', () => {
  for (const number of ['+52 1 900 123 4567', '+52 1 300 123 4567', '+54 600 012 3456']) {
    expect(isAccepted(number)).toBe(false)
  }
})
