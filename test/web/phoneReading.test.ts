import parse from 'libphonenumber-js/max'
import examples from 'libphonenumber-js/mobile/examples'
import { describe, expect, test } from 'vitest'
import { phonePlans } from '../../lib/phonePlans.ts'
import { countryOf, isPossible, readPhone } from '../../web/phoneReading.ts'

const plans = phonePlans()
const read = (typed: string, country: string) => readPhone(typed, country, plans)
const of = Object.entries(examples).map(([country, national]) => {
  const number = parse(national, country as 'GB')
  if (!number) throw new Error(`${country} has no example`)
  return { country, number }
})

describe.each([
  ['in its country’s own form', (one: (typeof of)[number]) => one.number.formatNational()],
  ['in international form', ({ number }: (typeof of)[number]) => number.formatInternational()],
  ['in digits', ({ number }: (typeof of)[number]) => number.nationalNumber],
  ['as a link', ({ number }: (typeof of)[number]) => number.format('RFC3966')],
  ['with 00', ({ number }: (typeof of)[number]) => number.number.replace('+', '00')],
  [
    'with a 0 in brackets',
    ({ number }: (typeof of)[number]) =>
      `+${number.countryCallingCode} (0) ${number.nationalNumber}`,
  ],
  ['without its +', ({ number }: (typeof of)[number]) => number.number.slice(1)],
])('a number that is written %s', (_, write) => {
  test('is read as libphonenumber reads it, in every country', () => {
    const wrong = of.flatMap((one) => {
      const typed = write(one)
      // 00 means + everywhere to the page, and to libphonenumber only where it is dialled.
      const known = parse(typed.replace(/^00/, '+'), one.country as 'GB')?.number
      const found = read(typed, one.country)?.number
      return found === known ? [] : [`${one.country} ${typed}: ${found}, not ${known}`]
    })
    expect(of.length).toBeGreaterThan(230)
    expect(wrong).toEqual([])
  })
})

test.each([
  ['07400 123456', 'GB', '+44 7400 123456'],
  ['(020) 7946-0018', 'GB', '+44 20 7946 0018'],
  ['06 1234 5678', 'IT', '+39 06 1234 5678'],
  ['347 123 4567', 'IT', '+39 347 123 4567'],
  ['0170/1234567', 'DE', '+49 170 1234567'],
  ['٠١٧٠ ١٢٣٤٥٦٧', 'DE', '+49 170 1234567'],
  ['０１７０ １２３４５６７', 'DE', '+49 170 1234567'],
  ['01701234567', 'DE', '+49 170 123 4567'],
  ['8 (912) 345-67-89', 'RU', '+7 912 345 67 89'],
  ['800 555 35 35', 'RU', '+7 800 555 35 35'],
  // Its first digit is what is dialled there before other numbers, and without it there is no such number.
  ['82 00491 0060', 'BY', '+375 82 00491 0060'],
  ['(202) 555-0142', 'US', '+1 202 555 0142'],
  ['1-202-555-0142', 'US', '+1 202 555 0142'],
  ['55 1234 5678', 'MX', '+52 55 1234 5678'],
  ['011 15 2345-6789', 'AR', '+54 911 2345 6789'],
])('%s in %s is %s', (typed, country, shown) => {
  expect(read(typed, country)?.shown).toBe(shown)
  expect(read(typed, country)?.number).toBe(shown.replaceAll(' ', ''))
})

test.each([
  '+44 7400 123456',
  '＋４４ ７４００ １２３４５６',
  '0044 7400 123456',
  '011 44 7400 123456',
  '+44 (0)7400 123456',
  'tel:+44-7400-123456;ext=7',
  'TEL:+44%207400%20123456',
  '\u202a+44\u00a07400\u2011123456\u202c',
])('%j wins over the chosen country', (typed) => {
  expect(read(typed, 'US')).toEqual({ number: '+447400123456', shown: '+44 7400 123456' })
})

test('00 is taken as + also where other digits lead abroad, unless only these make a number', () => {
  expect(read('0055 11 96123 4567', 'BR')?.number).toBe('+5511961234567')
  expect(read('0011 44 7400 123456', 'AU')?.number).toBe('+447400123456')
})

test('a number that belongs to no country is left as it is', () => {
  expect(read('+800 1234 5678', 'US')?.number).toBe('+80012345678')
})

test.each(['', ' ', 'ann@example.com', '+', '12', '0170 1234567 extension 3', '1'.repeat(21)])(
  '%j is no number',
  (typed) => {
    expect(read(typed, 'DE')).toBeNull()
  },
)

test('without a country only a number with its calling code can be read', () => {
  expect(read('0170 1234567', '')).toBeNull()
  expect(read('+49 170 1234567', '')?.number).toBe('+491701234567')
  expect(read('0049 170 1234567', '')?.number).toBe('+491701234567')
})

test('a number of each country is possible, in each form in which it is read', () => {
  const wrong = of.filter(({ country, number }) => {
    const whole = read(number.formatNational(), country)
    return whole === null || !isPossible(whole, plans)
  })
  expect(wrong).toEqual([])
})

test.each([
  ['0912 345 678', 'GB', false],
  ['0912 345 678', 'VN', true],
  ['0912345', 'VN', false],
  ['07400 12345', 'GB', false],
  ['07400 123456', 'GB', true],
  ['+800 1234 5678', 'US', false],
])('%s in %s is possible: %s', (typed, country, isOne) => {
  const whole = read(typed, country)
  expect(whole && isPossible(whole, plans)).toBe(isOne)
})

test.each([
  ['+84 ••••• •678', 'GB', 'VN'],
  ['+1 ••••• •678', 'GB', 'US'],
  ['+1 ••••• •678', 'CA', 'CA'],
  ['+447400123456', '', 'GB'],
  ['', 'GB', null],
])('%s, where %s is likely, is of %s', (number, likely, country) => {
  expect(countryOf(number, likely, plans)).toBe(country)
})
