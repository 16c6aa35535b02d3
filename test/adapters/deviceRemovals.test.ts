import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { devicesTable } from '../../functions/adapters/dynamodb/devicesTable.ts'
import { payersTable } from '../../functions/adapters/dynamodb/payersTable.ts'
import type { DeviceStore } from '../../functions/core/devicePorts.ts'
import type { Payer } from '../../functions/core/payer.ts'
import type { PayerStore } from '../../functions/core/ports.ts'
import { NOON } from '../harness/harness.ts'
import { startTables, type Tables } from './tables.ts'

let tables: Tables
let devices: DeviceStore
let payers: PayerStore
let payerId: string
let people = 0

beforeAll(async () => {
  tables = await startTables()
  devices = devicesTable(tables.documents, 'users')
  payers = payersTable(tables.documents, 'users')
})
afterAll(() => tables.close())
beforeEach(() => {
  people += 1
  payerId = `person-${people}`
})

const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)
const second = (seconds: number) => at(seconds).toISOString()
const [OLD, NEW] = ['o'.repeat(43), 'n'.repeat(43)] as const
const SIGNED_IN = 1000
const STOP = '{"kind":"stop"}'

const device = {
  name: 'Ada’s phone',
  key: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
  passkey: {
    credentialId: 'credential',
    spki: 'spki',
    alg: -7,
    backupEligible: true,
    backedUp: true,
    signCount: 0,
  },
  boundBy: 'text',
  addedAt: second(-600),
}
const stop = { signing: STOP, failed: {} }
const WAITING = { ...device, activeFrom: second(600), stop }
const ASKED = {
  ...device,
  removedAt: second(-60),
  removedBy: 'session',
  stop: { ...stop, askedAt: second(-30) },
}

/** A payer with an active device, and another one that is as the test says; it may have more attributes. */
async function given(other: object, more: object = {}): Promise<Payer> {
  const Item = {
    user_id: payerId,
    email: 'ada@example.com',
    devices: { [OLD]: device, [NEW]: other },
    devices_active: 2,
    devices_since: second(-600),
    ...more,
  }
  await tables.documents.send(new PutCommand({ TableName: 'users', Item }))
  const payer = await payers.get(payerId)
  if (!payer) throw new Error('no payer')
  return payer
}
const item = async () => (await tables.user(payerId)) ?? {}
const told = async () =>
  ((await item()).audit_recent ?? []).map(({ event }: { event: string }) => event)

/** Nothing of the item was written. */
async function unchanged(run: (payer: Payer) => Promise<unknown>, payer: Payer) {
  const before = await item()
  expect(await run(payer)).toBeUndefined()
  expect(await item()).toEqual(before)
}

describe('a session removes an active device', () => {
  const bySession = { by: 'session', signing: STOP } as const
  const remove = (payer: Payer) => devices.remove(payer, NEW, bySession, at(0))

  test('with the document that undoes it, and its place is free', async () => {
    await remove(await given(device))
    expect(await item()).toMatchObject({
      devices: { [NEW]: { removedAt: second(0), removedBy: 'session', stop } },
      devices_active: 1,
    })
    expect(await told()).toEqual(['device.removed'])
  })

  test('and a device that removes itself leaves nothing to undo', async () => {
    await devices.remove(await given(device), NEW, { by: 'device' }, at(0))
    const removed = (await item()).devices[NEW]
    expect(removed).toMatchObject({ removedBy: 'device' })
    expect(removed).not.toHaveProperty('stop')
  })

  test.each([
    ['waits', WAITING, {}],
    ['was removed', ASKED, {}],
    ['is of a locked account', device, { account_state: 'locked' }],
  ])('but none that %s', async (_, other, more) => {
    await unchanged(remove, await given(other, more))
  })

  test('and one whose wait is over is active', async () => {
    await remove(await given({ ...WAITING, activeFrom: second(0) }))
    expect(await told()).toEqual(['device.removed'])
  })
})

describe('a device that waits is stopped', () => {
  const by = { signing: STOP, byDevice: OLD }
  const stopIt = (payer: Payer) => devices.stopWaiting(payer, NEW, by, at(0))
  const cancel = (payer: Payer) => devices.stopWaiting(payer, NEW, undefined, at(0))

  test('by a passkey: it is gone, its place is free, and no text lets one in', async () => {
    await stopIt(await given(WAITING))
    expect(await item()).toMatchObject({ devices_active: 1, recovery_stopped_at: second(0) })
    expect(Object.keys((await item()).devices)).toEqual([OLD])
    expect(await told()).toEqual(['device.stopped'])
  })

  test('by a session, which does not end the way by a text', async () => {
    await cancel(await given(WAITING))
    expect(await item()).not.toHaveProperty('recovery_stopped_at')
    expect(Object.keys((await item()).devices)).toEqual([OLD])
    expect(await told()).toEqual(['device.stopped'])
  })

  test('in the last instant of its wait', async () => {
    await stopIt(await given({ ...WAITING, activeFrom: second(0.001) }))
    expect(await told()).toEqual(['device.stopped'])
  })

  test.each([
    ['waits no longer', { ...WAITING, activeFrom: second(0) }, {}],
    ['never waited', { ...device, stop }, {}],
    ['was removed', { ...ASKED, activeFrom: second(600) }, {}],
    ['is of a locked account', WAITING, { account_state: 'locked' }],
  ])('but none that %s', async (_, other, more) => {
    await unchanged(stopIt, await given(other, more))
    await unchanged(cancel, await given(other, more))
  })

  test('nor by a signature over another document, or of a device that is not there', async () => {
    const payer = await given(WAITING)
    const other = (one: object) => (seen: Payer) =>
      devices.stopWaiting(seen, NEW, { ...by, ...one }, at(0))
    await unchanged(other({ signing: '{"kind":"other"}' }), payer)
    await unchanged(other({ byDevice: 'x'.repeat(43) }), payer)
  })
})

describe('the undo of a removal is asked for', () => {
  const REMOVED = { ...ASKED, stop }
  const ask = (signing = STOP) => devices.askUndo(payerId, NEW, signing, at(0))

  test('over its document, and that is noted', async () => {
    await given(REMOVED)
    await ask()
    expect((await item()).devices[NEW].stop).toEqual({ ...stop, askedAt: second(0) })
  })

  test.each([
    ['is active', { ...device, stop }, {}],
    ['has removed itself', { ...REMOVED, removedBy: 'device' }, {}],
    ['was renewed', { ...REMOVED, removedBy: 'renewal' }, {}],
    ['is of a locked account', REMOVED, { account_state: 'locked' }],
    ['is asked over another document', { ...REMOVED, stop: { signing: 'x', failed: {} } }, {}],
  ])('but not of a device that %s', async (_, other, more) => {
    await unchanged(() => ask(), await given(other, more))
  })
})

describe('a removal is undone', () => {
  const restore = (payer: Payer, authTime = SIGNED_IN) => {
    const removed = payer.devices.all.find(({ id }) => id === NEW)
    if (!removed) throw new Error('no device')
    const as = { payerId, email: payer.email, authTime }
    return devices.restore(payer, as, removed, at(0))
  }

  test('and the device is active and holds a place again', async () => {
    await restore(await given(ASKED, { devices_active: 1 }))
    const restored = (await item()).devices[NEW]
    for (const name of ['removedAt', 'removedBy', 'stop']) expect(restored).not.toHaveProperty(name)
    expect((await item()).devices_active).toBe(2)
    expect(await told()).toEqual(['device.restored'])
  })

  test.each([
    ['of which its passkey has not asked', { ...ASKED, stop }, {}],
    ['of a locked account', ASKED, { account_state: 'locked' }],
    ['for which there is no place', ASKED, { devices_active: 3 }],
    ['by a session that was ended', ASKED, { sessions_from: SIGNED_IN + 1 }],
  ])('but none %s', async (_, other, more) => {
    await unchanged(restore, await given(other, { devices_active: 1, ...more }))
  })

  test('nor another removal than the one that was seen', async () => {
    const seen = await given(ASKED)
    await given({ ...ASKED, removedAt: second(-10) })
    await unchanged(restore, seen)
  })

  test('by a session that began when the earlier ones were ended', async () => {
    await restore(await given(ASKED, { sessions_from: SIGNED_IN }))
    expect(await told()).toEqual(['device.restored'])
  })
})

describe('a failed assertion over what may be stopped', () => {
  const fail = (byDevice: string, signing = STOP) =>
    devices.countFailedStop(payerId, NEW, { signing, byDevice })

  test('is counted to the device that sent it', async () => {
    await given(WAITING)
    for (const by of [OLD, OLD, 'x']) await fail(by)
    expect((await item()).devices[NEW].stop.failed).toEqual({ [OLD]: 2, x: 1 })
  })

  test('is not counted over another document, nor of a locked account', async () => {
    await unchanged(() => fail(OLD, 'x'), await given(WAITING))
    await unchanged(() => fail(OLD), await given(WAITING, { account_state: 'locked' }))
  })
})

describe('the operator invites a device', () => {
  const invitation = { hash: 'h', until: at(600), isNow: true }
  const invite = () => devices.inviteByOperator({ payerId, email: 'a@b.c' }, invitation, at(0))

  test('of a payer, in place of the invitation before, and of somebody who never came', async () => {
    await given(device, { owner_invitation: { codeHash: 'x', endsAt: second(1), isNow: false } })
    expect(await invite()).toBe(true)
    payerId += '-new'
    expect(await invite()).toBe(true)
    expect(await item()).toMatchObject({
      email: 'a@b.c',
      owner_invitation: { codeHash: 'h', endsAt: second(600), isNow: true },
      audit_recent: [{ event: 'device.invited', by: 'operator', isNow: true }],
    })
  })

  test('but not of an account that is locked or closed', async () => {
    for (const account_state of ['locked', 'closed']) {
      await given(device, { account_state })
      expect(await invite()).toBe(false)
      expect(await item()).not.toHaveProperty('owner_invitation')
    }
  })
})

describe('new payments are locked', () => {
  const until = (locks: number) => at(300 * (locks + 1))
  const lock = (payer: Payer, id = 'payment.A', seconds = 0) =>
    devices.lockStarts(payer, id, until, at(seconds))

  test('longer each time, and once for the same thing', async () => {
    const payer = await given(device)
    for (const seconds of [0, 1]) await lock(payer, 'payment.A', seconds)
    expect(await item()).toMatchObject({ starts_locked_until: second(300), starts_locks: 1 })
    await lock(payer, 'payment.B', 300)
    expect(await item()).toMatchObject({ starts_locked_until: second(600), starts_locks: 2 })
    expect(await told()).toEqual(['starts.locked', 'starts.locked'])
  })

  test('but not by the same thing when its lock has ended', async () => {
    await lock(await given(device))
    const locked = await payers.get(payerId)
    if (!locked) throw new Error('no payer')
    const before = await item()
    await lock(locked, 'payment.A', 300)
    expect(await item()).toEqual(before)
  })

  test('but not of a locked account', async () => {
    const payer = await given(device, { account_state: 'locked' })
    await lock(payer)
    expect(await item()).not.toHaveProperty('starts_locks')
  })

  test('at once by two devices: one lock', async () => {
    const payer = await given(device)
    await Promise.all([lock(payer, 'payment.B', 1), lock(payer, 'payment.C', 2)])
    expect(await item()).toMatchObject({ starts_locked_until: second(300), starts_locks: 1 })
  })
})
