/** What the writes require that let a device in beside others, in the place of one, or by the operator's invitation. */
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { itemOfDevice } from '../../functions/adapters/dynamodb/deviceItem.ts'
import { devicesTable } from '../../functions/adapters/dynamodb/devicesTable.ts'
import { payersTable } from '../../functions/adapters/dynamodb/payersTable.ts'
import type { Leave } from '../../functions/core/device.ts'
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
const keys = {
  key: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
  passkey: {
    credentialId: 'credential',
    spki: 'spki',
    alg: -7,
    backupEligible: true,
    backedUp: true,
    signCount: 0,
  },
} as const
const old = { ...keys, name: 'Ada’s phone', boundBy: 'text', addedAt: second(-600) }
const pending = {
  ...keys,
  id: NEW,
  name: 'Ada’s phone',
  invitation: 'hash-1',
  invitedAuthTime: 1000,
  reference: 'K7LMPQ',
  digits: '1234',
  signing: '{"kind":"device"}',
  expiresAt: at(600),
  tries: 1,
  hasDigits: false,
  texts: 1,
  failedYes: 0,
}
const INVITED = { owner_invitation: { codeHash: 'owner', endsAt: second(60), isNow: false } }
const usual = {
  email: 'ada@example.com',
  phone_number: '+447400123456',
  phone_country_code: '44',
  devices: { [OLD]: old },
  devices_active: 1,
  devices_since: second(-600),
  device_pending: itemOfDevice(pending),
  ...INVITED,
}
const RENEWS = { device_pending: itemOfDevice({ ...pending, renews: OLD }) }
const removed = (by: string) => ({
  devices: { [OLD]: { ...old, removedAt: second(-1), removedBy: by } },
})

async function put(more: object): Promise<Payer> {
  const Item = { ...usual, ...more, user_id: payerId }
  await tables.documents.send(new PutCommand({ TableName: 'users', Item }))
  const payer = await payers.get(payerId)
  if (!payer) throw new Error('no payer')
  return payer
}
const item = async () => (await tables.user(payerId)) ?? {}

const letIn = (seen: Payer, boundBy: Leave, activeFrom?: Date) => {
  const device = { ...keys, id: NEW, name: 'Ada’s phone', boundBy, addedAt: at(0) }
  const asStored = { ...device, ...(activeFrom && { activeFrom }) }
  return devices.letIn(seen, asStored, () => [], at(0))
}

test('a device that waits is told of as one, with its end, and holds a place', async () => {
  await letIn(await put({}), 'text', at(3600))
  expect(await item()).toMatchObject({
    devices_active: 2,
    devices: { [NEW]: { activeFrom: second(3600) } },
    audit_recent: [{ event: 'device.waiting', device: { id: NEW, activeFrom: second(3600) } }],
  })
})

test('a device that takes the place of another one kills its key in the same write, and tells so', async () => {
  await letIn(await put({ ...RENEWS, devices_active: 3 }), 'text')
  expect(await item()).toMatchObject({
    devices_active: 3,
    devices: { [OLD]: { removedAt: second(0), removedBy: 'renewal' }, [NEW]: { boundBy: 'text' } },
    audit_recent: [{ event: 'device.added', device: { id: NEW, renews: OLD } }],
  })
  expect(await item()).not.toHaveProperty('device_pending')
})

test('an invitation is spent by the device that it lets in, and texts let one in again', async () => {
  await letIn(await put({ recovery_stopped_at: second(-9) }), 'invitation')
  expect(await item()).not.toHaveProperty('owner_invitation')
  expect(await item()).not.toHaveProperty('recovery_stopped_at')
})

test('a text spends no invitation', async () => {
  await letIn(await put({}), 'text')
  expect(await item()).toMatchObject(INVITED)
})

describe.each<[title: string, by: Leave, before: object, broken: object]>([
  ['by a text after a recovery was stopped', 'text', {}, { recovery_stopped_at: second(-9) }],
  ['by a text to another phone', 'text', {}, { phone_number: '+447400123457' }],
  ['by a text as a first device, once there was one', 'text', { devices_since: undefined }, {}],
  ['by a text as a later device, which none was before', 'text', {}, { devices_since: undefined }],
  ['by an invitation that was replaced', 'invitation', {}, owner({ codeHash: 'newer' })],
  ['by an invitation that was spent', 'invitation', {}, { owner_invitation: undefined }],
  ['by an invitation that has ended', 'invitation', {}, owner({ endsAt: second(0) })],
  ['beside three others, of which one waits', 'text', {}, { devices_active: 3 }],
  ['in the place of one that was removed', 'text', RENEWS, removed('session')],
  ['in the place of one that waits', 'text', RENEWS, waiting(0.001)],
  ['in the place of one that was renewed before', 'invitation', RENEWS, removed('renewal')],
])('a device is not let in %s', (_, by, before, broken) => {
  test('and it is, without that', async () => {
    const undone = Object.keys(broken).length === 0 ? { devices_since: second(-1) } : broken
    const seen = await put(before)
    await put({ ...before, ...undone })
    const was = await item()
    expect(await letIn(seen, by)).toBeUndefined()
    expect(await item()).toEqual(was)
    await put(before)
    expect(await letIn(seen, by)).toMatchObject({ payerId })
  })
})

function owner(more: object) {
  return { owner_invitation: { ...INVITED.owner_invitation, ...more } }
}
function waiting(seconds: number) {
  return { devices: { [OLD]: { ...old, activeFrom: second(seconds) } } }
}

test('a device whose wait is over may be replaced', async () => {
  const seen = await put({ ...RENEWS, ...waiting(0) })
  expect(await letIn(seen, 'text')).toMatchObject({ payerId })
})

describe('the operator locks an account', () => {
  test('and the devices that wait are gone, with their places, and the invitation', async () => {
    await put({
      devices: { [OLD]: old, [NEW]: { ...old, activeFrom: second(60) } },
      devices_active: 2,
    })
    await payers.setState({ payerId, email: 'ada@example.com' }, 'locked', at(0))
    expect(await item()).toMatchObject({ devices_active: 1, account_state: 'locked' })
    expect(Object.keys((await item()).devices)).toEqual([OLD])
    expect(await item()).not.toHaveProperty('owner_invitation')
    expect(await item()).not.toHaveProperty('device_pending')
  })

  test('also one that began to wait at the same moment', async () => {
    const seen = await put({})
    tables.meanwhile('read', () => letIn(seen, 'text', at(3600)))
    await payers.setState({ payerId, email: 'ada@example.com' }, 'locked', at(0))
    expect(Object.keys((await item()).devices)).toEqual([OLD])
    expect((await item()).devices_active).toBe(1)
  })
})
