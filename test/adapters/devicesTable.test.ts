import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { itemOfDevice } from '../../functions/adapters/dynamodb/deviceItem.ts'
import { devicesTable } from '../../functions/adapters/dynamodb/devicesTable.ts'
import { payersTable } from '../../functions/adapters/dynamodb/payersTable.ts'
import type { Device, Leave, PendingDevice } from '../../functions/core/device.ts'
import type { DeviceStore } from '../../functions/core/devicePorts.ts'
import type { Payer } from '../../functions/core/payer.ts'
import type { PayerStore } from '../../functions/core/ports.ts'
import { NOON } from '../harness/harness.ts'
import { startTables, type Tables } from './tables.ts'

let tables: Tables
let devices: DeviceStore
let payers: PayerStore
let people = 0
let payerId: string

beforeAll(async () => {
  tables = await startTables()
  devices = devicesTable(tables.documents, 'users')
  payers = payersTable(tables.documents, 'users')
})
afterAll(() => tables.close())
beforeEach(() => {
  tables.lose()
  people += 1
  payerId = `person-${people}`
})

const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)
const END = at(600)
const JUST_BEFORE = at(599.999)
const SIGNED_IN = 1000
const email = 'ada@example.com'
const [OLD, NEW, OTHER] = ['o', 'n', 'x'].map((letter) => letter.repeat(43)) as [
  string,
  string,
  string,
]
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

/** Asks, and is all but in: each test breaks one thing. */
const pending: PendingDevice = {
  ...keys,
  id: NEW,
  name: 'Ada’s tablet',
  invitation: 'hash-1',
  invitedAuthTime: SIGNED_IN,
  reference: 'K7LMPQ',
  digits: '1234',
  signing: '{"kind":"device"}',
  expiresAt: END,
  tries: 4,
  hasDigits: true,
  yesBy: OLD,
  texts: 2,
  textedAt: at(-20),
  failedYes: 0,
}
const old: Device = { ...keys, id: OLD, name: 'Ada’s phone', boundBy: 'sign-in', addedAt: at(-60) }
const { id: _, ...oldItem } = old
const stored = {
  device_pending: itemOfDevice(pending),
  device_invitation: 'hash-1',
  devices: { [OLD]: itemOfDevice(oldItem) },
  devices_active: 1,
  devices_since: at(-60).toISOString(),
}
const FIRST = { devices: {}, devices_active: 0, devices_since: undefined }
const number = { phone_number: '+447400123456', phone_country_code: '44' }

const item = () => tables.user(payerId)
async function put(more: object) {
  const Item = { user_id: payerId, email, ...stored, ...more }
  await tables.documents.send(new PutCommand({ TableName: 'users', Item }))
}
const get = async (): Promise<Payer> => {
  const payer = await payers.get(payerId)
  if (!payer) throw new Error('nobody is there')
  return payer
}

const signedIn = () => ({ payerId, email, authTime: SIGNED_IN })
const letIn = (boundBy: Leave) => async (now: Date, seen: Payer) =>
  devices.letIn(
    seen,
    { ...keys, id: NEW, name: 'Ada’s tablet', boundBy, addedAt: now },
    () => [],
    now,
  )

type Write = (now: Date, seen: Payer) => Promise<Payer | undefined>
const writes = {
  'spending a try': (now) => devices.spendTry(signedIn(), NEW, now),
  'storing the digits': (now) => devices.saveDigits(payerId, NEW, now),
  'storing a yes': (now) => devices.saveYes(payerId, pending, OLD, now),
  'counting a failed yes': (now) => devices.countFailedYes(payerId, pending, now),
  'counting a text': (now) => devices.spendText(signedIn(), NEW, at(-20), now),
  'letting in by a device': letIn('device'),
  'letting in by a text': letIn('text'),
  'letting in by a sign-in': letIn('sign-in'),
} satisfies Record<string, Write>
type Name = keyof typeof writes

/** What is stored for each write before one thing is broken. */
const storedBefore = (name: Name): object => {
  if (name === 'letting in by a text') return { ...FIRST, ...number }
  return name === 'letting in by a sign-in' ? FIRST : {}
}

const pendingWith = (more: Partial<PendingDevice>) => ({
  device_pending: itemOfDevice({ ...pending, ...more }),
})
const REMOVED = { devices: { [OLD]: { ...stored.devices[OLD], removedAt: NOON.toISOString() } } }
const everyWrite = Object.keys(writes) as Name[]
const lettingIn = everyWrite.filter((name) => name.startsWith('letting in'))

const broken: readonly (readonly [what: string, names: readonly Name[], more: object])[] = [
  ['another device asks by now', everyWrite, pendingWith({ id: OTHER })],
  ['its time is over', everyWrite, pendingWith({ expiresAt: JUST_BEFORE })],
  ['the operator has locked the account', everyWrite, { account_state: 'locked' }],
  [
    'the session was ended',
    ['spending a try', 'counting a text', ...lettingIn],
    { sessions_from: SIGNED_IN + 1 },
  ],
  ['five tries are spent', ['spending a try'], pendingWith({ tries: 5 })],
  [
    'the document is another one',
    ['storing a yes', 'counting a failed yes'],
    pendingWith({ signing: '{}' }),
  ],
  ['the device that says yes was removed', ['storing a yes', 'letting in by a device'], REMOVED],
  ['the device that says yes is unknown', ['storing a yes', 'letting in by a device'], FIRST],
  ['three texts were sent', ['counting a text'], pendingWith({ texts: 3 })],
  [
    'a text was sent less than 20 seconds ago',
    ['counting a text'],
    pendingWith({ textedAt: at(-19.999) }),
  ],
  ['three devices are active', lettingIn, { devices_active: 3 }],
  ['another device said yes', ['letting in by a device'], pendingWith({ yesBy: OTHER })],
  ['the digits are missing', ['letting in by a device'], pendingWith({ hasDigits: false })],
  [
    'a device was let in before',
    ['letting in by a text', 'letting in by a sign-in'],
    { devices_since: NOON.toISOString() },
  ],
  ['the phone is another one by now', ['letting in by a text'], { phone_number: '+447400123457' }],
  ['a phone is verified by now', ['letting in by a sign-in'], number],
]

describe.each(everyWrite)('%s', (name) => {
  test('is done until the last moment of the pending device', async () => {
    await put(storedBefore(name))
    expect(await writes[name](JUST_BEFORE, await get())).toMatchObject({ payerId })
  })

  test.each(
    broken.filter(([, names]) => names.includes(name)).map(([what, , more]) => [what, more]),
  )('changes nothing where %s', async (_, more) => {
    await put(storedBefore(name))
    const seen = await get()
    await put({ ...storedBefore(name), ...(more as object) })
    const was = await item()
    expect(await writes[name](JUST_BEFORE, seen)).toBeUndefined()
    expect(await item()).toEqual(was)
  })

  test('is done once if its answer is lost', async () => {
    await put(storedBefore(name))
    const seen = await get()
    tables.lose(true)
    expect(await writes[name](NOON, seen)).toMatchObject({ payerId })
    const { device_pending, devices_active, audit_recent = [] } = (await item()) ?? {}
    const isIn = name.startsWith('letting in')
    const first = name === 'letting in by a device' ? 1 : 0
    expect([devices_active, audit_recent.length]).toEqual(isIn ? [first + 1, 1] : [1, 0])
    if (isIn) expect(device_pending).toBeUndefined()
    else {
      const { tries, texts, failedYes } = device_pending
      const wanted = [
        4 + Number(name === 'spending a try'),
        2 + Number(name === 'counting a text'),
        Number(name === 'counting a failed yes'),
      ]
      expect([tries, texts, failedYes]).toEqual(wanted)
    }
  })
})

test('the fifth failed yes ends the pending device, and the fourth does not', async () => {
  await put(pendingWith({ failedYes: 3 }))
  const fourth = await devices.countFailedYes(payerId, pending, NOON)
  expect(fourth?.devices.pending).toMatchObject({ failedYes: 4 })
  const fifth = await devices.countFailedYes(payerId, pending, NOON)
  expect(fifth?.devices.pending).toBeUndefined()
})

describe('asking to be let in', () => {
  const another = { ...pending, id: OTHER, invitation: 'hash-2' }
  const ask = (more: Partial<PendingDevice> = {}) =>
    devices.ask({ payerId, email }, { ...another, ...more })

  test('takes the place of the device that asked before', async () => {
    await put({})
    expect((await ask())?.devices.pending).toMatchObject({ id: OTHER })
  })

  test('makes the item of who has none', async () => {
    expect(await ask()).toMatchObject({ email, devices: { all: [], pending: { id: OTHER } } })
  })

  test.each<[string, object, Partial<PendingDevice>]>([
    ['the operator has locked the account', { account_state: 'locked' }, {}],
    ['the session of the invitation was ended', { sessions_from: SIGNED_IN + 1 }, {}],
    ['the invitation has asked before', { device_pending: undefined }, { invitation: 'hash-1' }],
    ['the device is active', {}, { id: OLD }],
    ['the device was removed', REMOVED, { id: OLD }],
  ])('changes nothing where %s', async (_, more, asked) => {
    await put(more)
    const was = await item()
    expect(await ask(asked)).toBeUndefined()
    expect(await item()).toEqual(was)
  })
})

describe('an invitation', () => {
  const invite = () =>
    devices.invite({ hash: `hash of ${payerId}`, payerId, email, authTime: 7, expiresAt: END })
  const spend = (id: string, now = JUST_BEFORE) => devices.spend(`hash of ${payerId}`, id, now)

  test('is read as it was made', async () => {
    await invite()
    expect(await devices.invitation(`hash of ${payerId}`)).toEqual({
      hash: `hash of ${payerId}`,
      payerId,
      email,
      authTime: 7,
      expiresAt: END,
      hasAsked: false,
    })
    await devices.noteAsked(`hash of ${payerId}`)
    expect(await devices.invitation(`hash of ${payerId}`)).toMatchObject({ hasAsked: true })
    expect(await devices.invitation('another')).toBeUndefined()
  })

  test('is spent for one device, which may spend it again', async () => {
    await invite()
    expect([await spend(NEW), await spend(OTHER), await spend(NEW)]).toEqual([true, false, true])
  })

  test('is not spent when its time is over, nor if there is none', async () => {
    expect(await spend(NEW)).toBe(false)
    await invite()
    expect(await spend(NEW, END)).toBe(false)
  })
})

describe('two writes of the same millisecond, whose audit entries are equal, are both stored:', () => {
  test('two invitations of the operator, of which the newest is good', async () => {
    const account = { payerId, email }
    const invite = (hash: string) =>
      devices.inviteByOperator(account, { hash, until: END, isNow: false }, NOON)
    await Promise.all(['one', 'two'].map(invite))
    expect(await payers.get(payerId)).toMatchObject({ trail: { count: 2 } })
  })
})

test('while new payments are locked, another thing that the payer did not start climbs no step', async () => {
  await devices.ask({ payerId, email }, { ...pending, invitedAuthTime: SIGNED_IN })
  const seen = (await payers.get(payerId)) as Payer
  const lock = (id: string, now: Date) =>
    devices.lockStarts(seen, id, (locks) => new Date(now.getTime() + 60_000 * (locks + 1)), now)
  await lock('payment.one', NOON)
  await lock('payment.two', NOON)
  await lock('payment.two', at(59.999))
  expect(await payers.get(payerId)).toMatchObject({
    startsLock: { until: at(60), locks: 1 },
    disowned: ['payment.one'],
    trail: { count: 1 },
  })
  await lock('payment.two', at(60))
  expect(await payers.get(payerId)).toMatchObject({ startsLock: { until: at(180), locks: 2 } })
})

describe('turning a pending device away', () => {
  test('says that it did, and a second time that it did not', async () => {
    await put({})
    expect((await devices.turnAway(payerId, NEW))?.payerId).toBe(payerId)
    expect((await get()).devices.pending).toBeUndefined()
    expect(await devices.turnAway(payerId, NEW)).toBeUndefined()
  })

  test('leaves one that asks in its place', async () => {
    await put({})
    expect(await devices.turnAway(payerId, OTHER)).toBeUndefined()
    expect((await get()).devices.pending).toMatchObject({ id: NEW })
  })
})

test('a device that was restored meanwhile is not forgotten when another one is let in', async () => {
  await put({})
  const tablet = {
    ...keys,
    id: NEW,
    name: 'Ada’s tablet',
    boundBy: 'device',
    addedAt: NOON,
  } as const
  const seen = await get()
  expect(await devices.letIn(seen, tablet, () => [OLD], NOON)).toBeUndefined()
  expect((await get()).devices.all.map(({ id }) => id)).toEqual([OLD])
  expect((await devices.letIn(seen, tablet, () => [], NOON))?.devices.all).toHaveLength(2)
})

describe('removing a device', () => {
  const BY_SESSION = { by: 'session', signing: '{"kind":"stop"}' } as const

  test('is counted once, with one audit entry, even if its answer is lost', async () => {
    await put({})
    tables.lose(true)
    const removed = await devices.remove(await get(), OLD, BY_SESSION, NOON)
    expect(removed?.devices.all).toMatchObject([{ id: OLD, removedAt: NOON }])
    expect(await item()).toMatchObject({
      devices_active: 0,
      audit_recent: [{ event: 'device.removed' }],
    })
  })

  test.each<[string, object]>([
    ['the operator has locked the account', { account_state: 'locked' }],
    ['it was removed before', { ...REMOVED, devices_active: 0 }],
  ])('changes nothing where %s', async (_, more) => {
    await put(more)
    const was = await item()
    expect(await devices.remove(await get(), OLD, BY_SESSION, at(1))).toBeUndefined()
    expect(await item()).toEqual(was)
  })

  test('of another payer’s device changes nothing', async () => {
    await put({})
    expect(await devices.remove(await get(), OTHER, BY_SESSION, NOON)).toBeUndefined()
  })

  test('notes its use until then', async () => {
    await put({})
    await devices.noteUse(payerId, OLD, { backedUp: true, signCount: 7 }, at(1))
    expect((await get()).devices.all[0]).toMatchObject({
      lastUsedAt: at(1),
      passkey: { backedUp: true, signCount: 7 },
    })
    await put(REMOVED)
    await devices.noteUse(payerId, OLD, { backedUp: true, signCount: 7 }, at(1))
    expect((await get()).devices.all[0]?.lastUsedAt).toBeUndefined()
  })
})

test('a text’s id is stored with the device that it was sent for, and with no other', async () => {
  await put({})
  await devices.saveText(payerId, NEW, 'text-1', NOON)
  await devices.saveText(payerId, OTHER, 'text-2', NOON)
  expect((await get()).devices.pending).toMatchObject({ textId: 'text-1' })
})
