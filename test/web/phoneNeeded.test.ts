import { describe, expect, test } from 'vitest'
import type { Profile } from '../../web/api.ts'
import type { Devices } from '../../web/deviceApi.ts'
import { canPay, textsPay, whyPhoneNeeded } from '../../web/phoneNeeded.ts'

const none: Devices = {
  list: [],
  waiting: [],
  removed: [],
  pending: null,
  canAdd: true,
  everHadOne: false,
  leaves: ['text', 'invitation'],
  textsClosed: false,
  waitHours: 12,
}
const at = '2026-11-28T12:00:00.000Z'
const device = {
  id: 'a',
  name: 'My Nimbus',
  addedAt: at,
  addedBy: 'text',
  lastUsedAt: null,
} as const
const waits = { id: 'w', name: 'My next', addedAt: at, addedBy: 'text', activeFrom: at } as const
const gone = { id: 'r', name: 'My old', removedAt: at, undoUntil: at, undoAsked: false }
const had = { ...none, everHadOne: true }
const closed = { ...had, textsClosed: true }
const phone = { number: '+44 ••• 123', verified: true, pending: null }
const WITH = { texts: true }
const WITHOUT = { texts: false }

describe('a payer can pay', () => {
  test.each<[string, Profile['phone'], Devices, { texts: boolean }, boolean]>([
    ['with a phone that approves', null, { ...closed, list: [device] }, WITHOUT, true],
    ['with a verified number and no device ever', phone, none, WITH, true],
    ['with texts again, long after the last removal', phone, had, WITH, true],
    ['not by a text while one was removed lately', phone, closed, WITH, false],
    [
      'with texts while the next phone still waits',
      phone,
      { ...had, waiting: [waits] },
      WITH,
      true,
    ],
    ['not with a number where there are no texts', phone, none, WITHOUT, false],
    ['not with a number that is not verified', { ...phone, verified: false }, none, WITH, false],
    ['not without anything', null, none, WITH, false],
  ])('%s', (_, phone, devices, config, can) => {
    expect(canPay({ phone, devices }, config)).toBe(can)
  })

  test('by no text while a phone approves', () => {
    expect(textsPay({ phone, devices: { ...closed, list: [device] } }, WITH)).toBe(false)
  })
})

test('why a phone is needed is said by what the payer has, each in its own words', () => {
  const words = [
    { ...had, list: [device] },
    { ...had, list: [device, { ...device, id: 'b' }] },
    { ...had, waiting: [waits] },
    { ...had, removed: [gone] },
    had,
    none,
  ].map((devices) => whyPhoneNeeded({ devices }))
  expect(new Set(words).size).toBe(words.length)
  expect(words[0]).toBe('Your phone “My Nimbus” must let this through. Open Payfriend there.')
  expect(words[2]).toMatch(/“My next” can from 28 November 2026, \d\d:\d\d on\.$/)
})
