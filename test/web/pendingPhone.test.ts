import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Device, PendingDevice } from '../../web/deviceApi.ts'
import { sha256Hex } from '../../web/digest.ts'
import { invitedPhone } from '../../web/pendingPhone.ts'

const OURS = await sha256Hex('K7QMX4H2RW')
const pending: PendingDevice = {
  id: 'new',
  name: 'My phone',
  invitation: OURS,
  reference: 'ABC234',
  expiresAt: '2026-11-28T12:10:00.000Z',
  hasDigits: false,
  hasLeave: false,
  renews: false,
  leaves: [],
}
const device: Device = {
  id: 'old',
  name: 'My old phone',
  addedAt: '2026-11-27T12:00:00.000Z',
  addedBy: 'text',
  lastUsedAt: null,
}

test('a phone is known by the SHA-256 of the code that this page showed', () => {
  expect(OURS).toBe(createHash('sha256').update('K7QMX4H2RW').digest('hex'))
  expect(invitedPhone({ waiting: [], list: [], pending }, OURS, null)).toEqual({
    state: 'here',
    pending,
  })
})

test('a phone that came with another code is neither shown nor confirmed', () => {
  const other = { ...pending, id: 'other', invitation: 'f'.repeat(64) }
  const state = { state: 'other', id: 'other' }
  expect(invitedPhone({ waiting: [], list: [device], pending: other }, OURS, null)).toEqual(state)
  // It took the place of ours.
  expect(invitedPhone({ waiting: [], list: [], pending: other }, OURS, 'new')).toEqual(state)
})

test('until a phone comes, the page waits, whatever phones there are already', () => {
  expect(invitedPhone({ waiting: [], list: [device], pending: null }, OURS, null)).toEqual({
    state: 'awaited',
  })
})

test('the invited phone is added once it is in the list, whoever comes next', () => {
  const list = [device, { ...device, id: 'new', name: 'My phone' }]
  const added = { state: 'added', name: 'My phone' }
  expect(invitedPhone({ waiting: [], list, pending: null }, OURS, 'new')).toEqual(added)
  expect(
    invitedPhone({ waiting: [], list, pending: { ...pending, id: 'next' } }, OURS, 'new'),
  ).toEqual(added)
})

test('a phone that is gone without being added has ended', () => {
  expect(invitedPhone({ waiting: [], list: [device], pending: null }, OURS, 'new')).toEqual({
    state: 'ended',
  })
})

test('a phone that was let in and waits is not taken for one that approves', () => {
  const { lastUsedAt: _, ...added } = device
  const waits = { ...added, id: 'new', activeFrom: '2026-11-28T23:00:00.000Z' }
  const devices = { list: [device], waiting: [waits], pending: null }
  expect(invitedPhone(devices, OURS, 'new')).toEqual({ state: 'waits', device: waits })
  // One that somebody else added.
  expect(invitedPhone(devices, OURS, null)).toEqual({ state: 'awaited' })
})
