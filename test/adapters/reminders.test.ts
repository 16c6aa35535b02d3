import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { devicesTable } from '../../functions/adapters/dynamodb/devicesTable.ts'
import type { DeviceStore } from '../../functions/core/devicePorts.ts'
import { NOON } from '../harness/harness.ts'
import { startTables, type Tables } from './tables.ts'

let tables: Tables
let devices: DeviceStore
let days = 0
/** Another day for each test, so that no note of another one is due. */
let noon: Date

beforeAll(async () => {
  tables = await startTables()
  devices = devicesTable(tables.documents, 'users')
})
afterAll(() => tables.close())
beforeEach(() => {
  days += 1
  noon = new Date(NOON.getTime() + days * 86_400_000)
})

const HOUR_SECONDS = 3600
const at = (seconds: number) => new Date(noon.getTime() + seconds * 1000)
const DEVICE = 'w'.repeat(43)
const reminder = (seconds: number, payerId = 'ann', deviceId = DEVICE) => ({
  payerId,
  deviceId,
  at: at(seconds),
})

test('a note is due from its instant on, for the rest of its hour and the two hours after', async () => {
  await devices.noteReminder(reminder(600))
  expect(await devices.dueReminders(at(599.999))).toEqual([])
  expect(await devices.dueReminders(at(600))).toEqual([reminder(600)])
  expect(await devices.dueReminders(at(3 * HOUR_SECONDS - 1))).toEqual([reminder(600)])
  expect(await devices.dueReminders(at(3 * HOUR_SECONDS))).toEqual([])
})

test('notes of one hour are all kept, also of one device that waits for two payers', async () => {
  const notes = [reminder(1), reminder(2, 'bob'), reminder(3, 'ann', 'x'.repeat(43))]
  for (const note of notes) await devices.noteReminder(note)
  const due = await devices.dueReminders(at(4))
  expect(due.toSorted((a, b) => a.at.getTime() - b.at.getTime())).toEqual(notes)
})

test('notes are swept a day after they are due', async () => {
  await devices.noteReminder(reminder(5))
  const hour = at(5).toISOString().slice(0, 13)
  const item = await tables.user(`reminders#${hour}`)
  expect(item?.expires_epoch).toBe(at(5).getTime() / 1000 + 86_400)
})

test('an attribute that is no note stops none of the others', async () => {
  await devices.noteReminder(reminder(5))
  await tables.documents.send(
    new UpdateCommand({
      TableName: 'users',
      Key: { user_id: `reminders#${at(5).toISOString().slice(0, 13)}` },
      UpdateExpression: 'SET #broken = :broken',
      ExpressionAttributeNames: { '#broken': 'device#broken' },
      ExpressionAttributeValues: { ':broken': { at: 'noon' } },
    }),
  )
  expect(await devices.dueReminders(at(6))).toEqual([reminder(5)])
})

const stored = {
  name: 'Ada’s new phone',
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
}

/** A payer with a device that waits from noon to one hour later, or is otherwise. */
async function payerWith(payerId: string, device: object | undefined) {
  const waiting = {
    ...stored,
    addedAt: at(0).toISOString(),
    activeFrom: at(HOUR_SECONDS).toISOString(),
  }
  const Item = {
    user_id: payerId,
    email: 'ann@example.com',
    devices: device ? { [DEVICE]: { ...waiting, ...device } } : {},
  }
  await tables.documents.send(new PutCommand({ TableName: 'users', Item }))
}
const toldOf = async (payerId: string): Promise<{ event: string; at: string; device: object }[]> =>
  (await tables.user(payerId))?.audit_recent ?? []

test('a device that waits is told of a second time, once, however often it is due', async () => {
  await payerWith('twice', {})
  for (let n = 0; n < 3; n += 1) await devices.tellAgain(reminder(1800, 'twice'), at(1800 + n))
  const told = await toldOf('twice')
  expect(told).toMatchObject([{ event: 'device.waiting', by: 'payer', at: at(1800).toISOString() }])
  expect(told[0]?.device).toMatchObject({ id: DEVICE, activeFrom: at(HOUR_SECONDS).toISOString() })
})

test('two sweeps at once tell of it once', async () => {
  await payerWith('at once', {})
  const note = reminder(1800, 'at once')
  tables.meanwhile('read', () => devices.tellAgain(note, at(1800)))
  await devices.tellAgain(note, at(1801))
  expect(await toldOf('at once')).toHaveLength(1)
})

test.each([
  ['was stopped', undefined],
  ['was removed', { removedAt: '2026-11-21T12:00:00.000Z', removedBy: 'session' }],
  ['waits no longer', { activeFrom: '2026-11-21T12:00:00.000Z' }],
  ['never waited', { activeFrom: undefined }],
  ['was told of', { remindedAt: '2026-11-21T12:00:00.000Z' }],
] as const)('a device that %s is not told of again', async (title, device) => {
  await payerWith(title, device)
  await devices.tellAgain(reminder(1800, title), at(1800))
  expect(await toldOf(title)).toEqual([])
})

test('a note of an earlier wait of the same device tells of nothing, and leaves the reminder to this one', async () => {
  await payerWith('anew', {})
  await devices.tellAgain(reminder(1799, 'anew'), at(1799))
  expect(await toldOf('anew')).toEqual([])
  await devices.tellAgain(reminder(1800, 'anew'), at(1800))
  expect(await toldOf('anew')).toHaveLength(1)
})

test('a device of nobody is not told of', async () => {
  await expect(devices.tellAgain(reminder(1, 'nobody'), at(1800))).resolves.toBeUndefined()
})
