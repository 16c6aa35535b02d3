import { describe, expect, test } from 'vitest'
import {
  activeDevices,
  aliveInvitation,
  areTextsClosed,
  type Device,
  type DeviceRules,
  type Devices,
  forgettable,
  isRung,
  type Leave,
  placesTaken,
  undoableDevices,
  waitingDevices,
} from '../../functions/core/device.ts'
import { leavesFor, waitOf } from '../../functions/core/enrolling.ts'
import type { Payer } from '../../functions/core/payer.ts'
import { EMPTY_TRAIL } from '../../functions/core/payerTrail.ts'
import { at } from './answering.ts'

const HOUR = 3600
const rules: DeviceRules = {
  firstDevice: 'sign-in',
  waitHours: 12,
  textsBesideDevice: false,
  hasTexts: true,
}
const now = at(0)

const device = (id: string, more: Partial<Device> = {}): Device => ({
  id,
  name: 'Ada’s phone',
  key: { kty: 'EC', crv: 'P-256', x: '', y: '' },
  passkey: {
    credentialId: '',
    spki: '',
    alg: -7,
    backupEligible: false,
    backedUp: false,
    signCount: 0,
  },
  boundBy: 'text',
  addedAt: at(-100 * HOUR),
  ...more,
})
const devices = (...all: readonly Device[]): Devices => ({ all, since: at(-100 * HOUR) })
const active = device('active')
const waiting = (seconds: number, addedAt = at(-HOUR)) =>
  device('waiting', { activeFrom: at(seconds), addedAt })
const removed = (seconds: number, removedBy: Device['removedBy'] = 'session') =>
  device('removed', { removedAt: at(seconds), removedBy })
const idsOf = (some: readonly Device[]) => some.map(({ id }) => id)

describe('a device that waits', () => {
  test('approves from the very end of its wait on', () => {
    expect(idsOf(activeDevices(devices(waiting(0)), now))).toEqual(['waiting'])
    expect(idsOf(activeDevices(devices(waiting(0.001)), now))).toEqual([])
    expect(idsOf(waitingDevices(devices(waiting(0.001)), now))).toEqual(['waiting'])
    expect(idsOf(waitingDevices(devices(waiting(0)), now))).toEqual([])
  })

  test('holds a place, and one that was removed does not', () => {
    expect(placesTaken(devices(active, waiting(1), removed(-1)))).toBe(2)
  })
})

describe('texts approve payments', () => {
  test.each<[string, Devices, boolean]>([
    ['where there never was a device', { all: [] }, true],
    ['but not beside an active one', devices(active), false],
    ['where one only waits', devices(waiting(1)), true],
    ['but not once its wait is over', devices(waiting(0)), false],
    ['but not in the hours after a removal', devices(removed(-12 * HOUR + 0.001)), false],
    ['nor if it has removed itself', devices(removed(-1, 'device')), false],
    ['and again when these are over', devices(removed(-12 * HOUR)), true],
    ['but not beside an active one then', devices(removed(-12 * HOUR), active), false],
  ])('%s', (_, of, isOpen) => {
    expect(areTextsClosed(of, rules, now)).toBe(!isOpen)
    expect(areTextsClosed(of, { ...rules, textsBesideDevice: true }, now)).toBe(false)
  })
})

describe('a removed device', () => {
  test.each<[string, Device, boolean]>([
    ['for as long as the wait is, after a session did it', removed(-12 * HOUR + 0.001), true],
    ['no longer', removed(-12 * HOUR), false],
    ['not if it did it itself', removed(-1, 'device'), false],
    ['not if another one has its passkey and its place', removed(-1, 'renewal'), false],
    ['not if it was not removed', active, false],
  ])('can undo it %s', (_, one, can) => {
    expect(idsOf(undoableDevices(devices(one), rules, now))).toEqual(can ? [one.id] : [])
    expect(isRung(one, devices(one), rules, now)).toBe(can)
  })

  test('is rung for a recovery that began while it could undo, until that wait is over', () => {
    const old = removed(-20 * HOUR)
    const meanwhile = waiting(1, at(-8 * HOUR - 0.001))
    expect(isRung(old, devices(old, meanwhile), rules, now)).toBe(true)
    expect(isRung(old, devices(old, { ...meanwhile, activeFrom: now }), rules, now)).toBe(false)
    expect(isRung(old, devices(old, waiting(1, at(-8 * HOUR))), rules, now)).toBe(false)
    const itself = removed(-20 * HOUR, 'device')
    expect(isRung(itself, devices(itself, meanwhile), rules, now)).toBe(false)
  })
})

test('an operator’s invitation is over at its end', () => {
  const invitation = (until: Date) => ({
    ...devices(),
    invitation: { hash: 'h', until, isNow: true },
  })
  expect(aliveInvitation(invitation(at(0.001)), now)).toMatchObject({ hash: 'h' })
  expect(aliveInvitation(invitation(now), now)).toBeUndefined()
})

describe('what can let a device in', () => {
  const phone = { countryCode: '44', national: '7400123456' }
  const payer = (of: Devices, more: Partial<Payer> = {}): Payer => ({
    payerId: 'ada',
    email: 'ada@example.com',
    trail: EMPTY_TRAIL,
    devices: of,
    ...more,
  })
  const none: Devices = { all: [] }
  const stopped = { ...devices(active), recoveryStoppedAt: now }

  test.each<[string, Payer | undefined, Partial<DeviceRules>, readonly Leave[]]>([
    ['of who never came', undefined, {}, ['sign-in', 'invitation']],
    ['of who never had a phone', payer(none), {}, ['sign-in', 'invitation']],
    [
      'where the owner forbids a sign-in',
      payer(none),
      { firstDevice: 'invitation' },
      ['invitation'],
    ],
    ['of who has a phone', payer(none, { phone }), {}, ['text', 'invitation']],
    ['where there are no texts', payer(none, { phone }), { hasTexts: false }, ['invitation']],
    ['of who has a device', payer(devices(active)), {}, ['device', 'invitation']],
    ['beside a phone', payer(devices(active), { phone }), {}, ['device', 'text', 'invitation']],
    ['of who lost it', payer(devices(removed(-1)), { phone }), {}, ['text', 'invitation']],
    ['of who lost it without a phone', payer(devices(removed(-1))), {}, ['invitation']],
    ['of who waits', payer(devices(waiting(1)), { phone }), {}, ['text', 'invitation']],
    ['after a recovery was stopped', payer(stopped, { phone }), {}, ['device', 'invitation']],
  ])('%s', (_, one, more, leaves) => {
    expect(leavesFor(one, { ...rules, ...more }, now)).toEqual(leaves)
  })

  const invited = (of: Devices, isNow: boolean) => ({
    ...of,
    invitation: { hash: 'h', until: at(1), isNow },
  })
  const renewing = { ...devices(active), pending: { renews: 'active' } } as unknown as Devices

  test.each<[string, Leave, Devices, number]>([
    ['a device’s yes', 'device', devices(active), 0],
    ['a first text', 'text', none, 0],
    ['a first invitation', 'invitation', invited(none, false), 0],
    ['a text later', 'text', devices(removed(-1)), 12],
    ['a text beside a device', 'text', devices(active), 12],
    ['an invitation later', 'invitation', invited(devices(active), false), 12],
    ['an invitation whose wait is waived', 'invitation', invited(devices(active), true), 0],
    ['a text beside such an invitation', 'text', invited(devices(active), true), 12],
    ['a sign-in', 'sign-in', none, 0],
    ['a text for a device whose key is gone', 'text', renewing, 0],
    ['an invitation for one', 'invitation', invited(renewing, false), 0],
  ])('after %s it waits so many hours', (_, leave, of, hours) => {
    expect(waitOf(leave, of, rules)).toBe(hours)
  })
})

describe('of removed devices', () => {
  const removedAt = (n: number, removedBy: Device['removedBy']) =>
    device(`removed-${n}`, { removedAt: at(-100 * HOUR + n), removedBy })
  const many = (removedBy: Device['removedBy']) =>
    Array.from({ length: 12 }, (_, n) => removedAt(n, removedBy))

  test('the ten newest stay, and none that was not removed goes', () => {
    const all = devices(active, waiting(60), ...many('device'))
    expect(forgettable(all, rules, now)).toEqual(['removed-1', 'removed-0'])
  })

  test('each stays that may still undo its removal, or stop a recovery', () => {
    const lately = Array.from({ length: 12 }, (_, n) =>
      device(`late-${n}`, { removedAt: at(-n), removedBy: 'session' }),
    )
    expect(forgettable(devices(active, ...lately), rules, now)).toEqual([])
    const rung = many('session')
    const began = waiting(60, at(-89 * HOUR))
    expect(forgettable(devices(began, ...rung), rules, now)).toEqual([])
    expect(forgettable(devices(...rung), rules, now)).toHaveLength(2)
  })
})

test('texts stay closed after a device has stopped a recovery, for good', () => {
  const stopped = { ...devices(removed(-100 * HOUR)), recoveryStoppedAt: at(-50 * HOUR) }
  expect(areTextsClosed(stopped, rules, now)).toBe(true)
  expect(areTextsClosed(devices(removed(-100 * HOUR)), rules, now)).toBe(false)
  expect(areTextsClosed(stopped, { ...rules, textsBesideDevice: true }, now)).toBe(false)
})
