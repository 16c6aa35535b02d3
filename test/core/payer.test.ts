import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  international,
  masked,
  type Payer,
  type PendingPhone,
  profileView,
  samePhone,
} from '../../functions/core/payer.ts'
import { Refusal, secondsUntil } from '../../functions/core/refusals.ts'

const at = (time: string) => new Date(`2026-11-21T${time}Z`)
const phone = { countryCode: '44', national: '7700900123' }
const pending: PendingPhone = {
  phone: { countryCode: '1', national: '5017122661' },
  channel: 'call',
  sends: 1,
  sentAt: at('12:00:00'),
  attempts: 0,
  expiresAt: at('12:10:00'),
  currentPassed: false,
}
const payer: Payer = { payerId: 'person-1', email: 'ada@example.com', phone, pending }
const EMAIL = 'ada@example.com'

test('a number is written internationally', () => {
  expect(international(phone)).toBe('+447700900123')
})

test.each([
  ['7700900123', '+44 ••••• ••123'],
  ['77009001234', '+44 ••••• •••23 4'],
  ['123456', '+44 •••45 6'],
  ['1234', '+44 •234'],
])('the number %s is shown as %s', (national, shown) => {
  expect(masked({ countryCode: '44', national })).toBe(shown)
})

test('of no number more is shown than its country and three digits', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[1-9][0-9]{3,13}$/), (national) => {
      const shown = masked({ countryCode: '1', national }).slice(2).replaceAll(' ', '')
      expect(shown).toBe('•'.repeat(national.length - 3) + national.slice(-3))
    }),
  )
})

test('the same digits split otherwise are the same phone, other digits are another', () => {
  expect(samePhone(phone, { countryCode: '447', national: '700900123' })).toBe(true)
  expect(samePhone(phone, { ...phone, national: '7700900124' })).toBe(false)
})

test.each([
  ['nobody known', undefined, null],
  ['a person without a phone', { ...payer, phone: undefined, pending: undefined }, null],
  [
    'a first phone being verified',
    { ...payer, phone: undefined },
    {
      number: '+1 ••••• ••661',
      verified: false,
      pending: { number: '+1 ••••• ••661', channel: 'call' },
    },
  ],
  [
    'a verified phone',
    { ...payer, pending: undefined },
    { number: '+44 ••••• ••123', verified: true, pending: null },
  ],
  [
    'a verified phone with the next one on its way',
    payer,
    {
      number: '+44 ••••• ••123',
      verified: true,
      pending: { number: '+1 ••••• ••661', channel: 'call' },
    },
  ],
] as const)('the profile of %s', (_, known, shown) => {
  expect(profileView(EMAIL, known, at('12:09:59.999'))).toStrictEqual({
    email: EMAIL,
    phone: shown,
  })
})

test('a verification is not shown from the very moment it is over', () => {
  const first = { ...payer, phone: undefined }
  expect(profileView(EMAIL, first, at('12:10:00')).phone).toBeNull()
  expect(profileView(EMAIL, payer, at('12:10:00')).phone?.pending).toBeNull()
})

test('who must wait is told whole seconds, rounded up and never none', () => {
  expect(secondsUntil(at('12:00:20'), at('12:00:00.001'))).toBe(20)
  expect(secondsUntil(at('12:00:20'), at('12:00:19.999'))).toBe(1)
  expect(secondsUntil(at('12:00:00'), at('12:00:01'))).toBe(1)
})

test('a refusal says its code and no more', () => {
  expect(new Refusal('not_found')).toMatchObject({ code: 'not_found', details: {} })
})
