import { expect, test } from 'vitest'
import { ownPhoneIds } from '../../functions/adapters/twilioVerify/phoneIds.ts'

const ADA = { payerId: 'person-1', email: 'ada@example.com' }
const phone = { countryCode: '44', national: '7400123456' }
const id = await ownPhoneIds.enroll(ADA, phone)

test('the id of a phone is the same for the same person and number, whatever their e-mail', async () => {
  expect(await ownPhoneIds.enroll({ ...ADA, email: 'new@example.com' }, phone)).toBe(id)
  const split = { countryCode: '447', national: '400123456' }
  expect(await ownPhoneIds.enroll(ADA, split)).toBe(id)
})

test('the id of a phone is another’s for another person or number', async () => {
  expect(await ownPhoneIds.enroll({ ...ADA, payerId: 'person-2' }, phone)).not.toBe(id)
  expect(await ownPhoneIds.enroll(ADA, { ...phone, national: '7400123457' })).not.toBe(id)
  // Where the one ends and the other begins is part of it.
  const shifted = await ownPhoneIds.enroll({ ...ADA, payerId: 'person-' }, phone)
  expect(shifted).not.toBe(id)
})

test('an id tells neither number nor person, and is known again', () => {
  expect(id).toMatch(/^phone:[A-Za-z0-9_-]{22}$/)
  expect(ownPhoneIds.gave(id)).toBe(true)
})

test.each([
  '1635',
  '',
  'phone:',
  id.slice(6),
  `${id}A`,
  id.slice(0, -1),
  ` ${id}`,
  `x${id}`,
  id.replace('phone', 'PHONE'),
  `phone:${'+'.repeat(22)}`,
])('%j was given by another provider', (foreign) => {
  expect(ownPhoneIds.gave(foreign)).toBe(false)
})

test.each(['a', 'z', 'A', 'Z', '0', '9', '-', '_'])('an id may have %s in it', (letter) => {
  expect(ownPhoneIds.gave(`phone:${letter.repeat(22)}`)).toBe(true)
})
