import { describe, expect, test } from 'vitest'
import { handset, sameHandset } from '../../functions/core/handset.ts'
import type { PhoneNumber } from '../../functions/core/payer.ts'

const phone = (text: string): PhoneNumber => {
  const [countryCode = '', ...rest] = text.slice(1).split(' ')
  return { countryCode, national: rest.join('') }
}

test.each([
  ['+54 11 2345 6789', '+54 9 11 2345 6789'],
  ['+54 2966 42 1234', '+54 9 2966 42 1234'],
  ['+220 212 3456', '+220 87 212 3456'],
  ['+220 312 3456', '+220 83 312 3456'],
  ['+220 612 3456', '+220 86 612 3456'],
  ['+220 912 3456', '+220 89 912 3456'],
  ['+972 59 912 3456', '+970 59 912 3456'],
  ['+972 2 234 5678', '+970 2 234 5678'],
  ['+39 0549 886377', '+378 0549 886377'],
])('%s and %s ring one phone', (one, other) => {
  expect(sameHandset(phone(one), phone(other))).toBe(true)
  expect(handset(phone(one))).toBe(handset(phone(other)))
})

describe('no two phones are taken for one', () => {
  test.each([
    ['+54 9 11 2345 6789', '+54 9 11 2345 6780'],
    // Too short to be a mobile with its 9.
    ['+54 9 11 234 5678', '+54 11 234 5678'],
    ['+220 8 721 234', '+220 21 234'],
    ['+39 0541 886377', '+378 0541 886377'],
    // Brazil's radio telephones kept eight digits when mobiles got a 9 (Anatel).
    ['+55 11 7123 4567', '+55 11 9 7123 4567'],
    ['+49 151 234 56789', '+49 151 234 5678'],
    ['+1 202 555 0100', '+1 202 555 0101'],
  ])('%s and %s', (one, other) => {
    expect(sameHandset(phone(one), phone(other))).toBe(false)
  })
})
