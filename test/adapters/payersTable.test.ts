import { ProvisionedThroughputExceededException } from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { payersTable } from '../../functions/adapters/payersTable.ts'
import type { Payer, PendingPhone, PhoneNumber } from '../../functions/core/payer.ts'
import type { PayerStore } from '../../functions/core/ports.ts'
import { NOON } from '../rig.ts'
import { startTables, type Tables } from './tables.ts'

let tables: Tables
let payers: PayerStore
let people = 0
let payerId: string

beforeAll(async () => {
  tables = await startTables()
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
const phone: PhoneNumber = { countryCode: '44', national: '7400123456' }
const other: PhoneNumber = { countryCode: '1', national: '2025550100' }
const fresh: PendingPhone = {
  phone,
  channel: 'sms',
  sends: 1,
  sentAt: NOON,
  attempts: 0,
  expiresAt: END,
  currentPassed: false,
}
const texts = { textId: undefined, currentTextId: undefined }
const email = 'ada@example.com'

const item = () => tables.user(payerId)
const get = async (): Promise<Payer> => {
  const payer = await payers.get(payerId)
  if (!payer) throw new Error('nobody is there')
  return payer
}
/** Spoil one thing about what is stored. */
async function put(more: Record<string, unknown>) {
  const Item = { ...(await item()), ...more }
  await tables.documents.send(new PutCommand({ TableName: 'users', Item }))
}

const begin = (more: Partial<PendingPhone> = {}, now = NOON) =>
  payers.beginVerification({ payerId, email }, { ...fresh, ...more }, now)
const repeat = (more: { phone?: PhoneNumber; expiresAt?: Date } = {}, now = at(20)) => {
  const again = { phone, channel: 'call', expiresAt: END, ...more } as const
  const sameNumber = again.phone === phone
  return payers.repeatVerification(
    payerId,
    { ...again, sameNumber },
    new Date(now.getTime() - 20_000),
    now,
  )
}
const attempt = (withCurrentCode = false, now = at(1)) =>
  payers.reserveAttempt(payerId, withCurrentCode, now)
const trust = (number = phone, now = at(1)) => payers.trust(payerId, number, now)
/** Somebody with a verified phone, who is about to take another. */
async function moving() {
  await begin()
  await trust()
  await begin({ phone: other })
}

/** Everything that is only done while a verification lives, on one on which it is allowed. */
const writes: [name: string, write: (now: Date) => Promise<unknown>][] = [
  ['repeatVerification to the same number', (now) => repeat({}, now)],
  ['repeatVerification to another number', (now) => repeat({ phone: other }, now)],
  ['reserveAttempt', (now) => attempt(false, now)],
  ['saveCurrentPassed', (now) => payers.saveCurrentPassed(payerId, phone, now)],
  ['trust', (now) => trust(phone, now)],
]

describe.each(writes)('%s', (_, write) => {
  test('is done a millisecond before the verification ends', async () => {
    await begin()
    expect(await write(JUST_BEFORE)).toBeTruthy()
  })

  test('changes nothing at its very end', async () => {
    await begin()
    const before = await item()
    expect(await write(END)).toBeUndefined()
    expect(await item()).toEqual(before)
  })

  test('makes nobody who is not there', async () => {
    expect(await write(at(20))).toBeUndefined()
    expect(await item()).toBeUndefined()
  })

  test('throws a fault of the database', async () => {
    const fault = new ProvisionedThroughputExceededException({ $metadata: {}, message: 'slow' })
    const faulty = mockClient(tables.documents)
    faulty.on(UpdateCommand).rejects(fault)
    try {
      await expect(write(at(20))).rejects.toBe(fault)
    } finally {
      faulty.restore()
    }
  })
})

describe('a person', () => {
  test('who never did anything is not there', async () => {
    expect(await payers.get(payerId)).toBeUndefined()
  })

  test('is read consistently', async () => {
    const watched = mockClient(tables.documents)
    watched.on(GetCommand).resolves({})
    try {
      await payers.get(payerId)
      expect(watched.commandCalls(GetCommand)[0]?.args[0].input).toMatchObject({
        ConsistentRead: true,
      })
    } finally {
      watched.restore()
    }
  })

  test('without an e-mail is a fault', async () => {
    await begin()
    await put({ email: 7 })
    await expect(payers.get(payerId)).rejects.toThrow()
  })

  test.each([
    { pending_number: 7 },
    { pending_country_code: undefined },
    { pending_channel: 'post' },
    { pending_sends: 'many' },
    { pending_sent_at: 'yesterday' },
    { pending_attempts: 1.5 },
    { pending_expires_at: 'soon' },
  ])('with a verification that is none (%j) has none', async (spoiled) => {
    await begin()
    await put(spoiled)
    expect((await get()).pending).toBeUndefined()
  })
})

describe('a verification that begins', () => {
  test('is stored whole, and read back the same', async () => {
    const begun = await begin()
    const pending = { ...fresh, ...texts }
    expect(begun).toEqual({ payerId, email, phone: undefined, previous: undefined, pending })
    expect(await get()).toEqual(begun)
  })

  test('by call says so', async () => {
    expect((await begin({ channel: 'call' }))?.pending).toMatchObject({ channel: 'call' })
  })

  test.each([NOON, JUST_BEFORE])('changes nothing while one lives, at %j', async (now) => {
    await begin()
    const before = await item()
    expect(await begin({ phone: other }, now)).toBeUndefined()
    expect(await item()).toEqual(before)
  })

  test('at the end of the one before has nothing of that', async () => {
    await begin()
    await attempt()
    await repeat()
    await payers.saveTexts(payerId, phone, { textId: 'VE1', currentTextId: 'VE2' }, at(1))
    await payers.saveCurrentPassed(payerId, phone, at(1))
    const later = { sentAt: END, expiresAt: at(1200) }
    expect((await begin(later, END))?.pending).toEqual({ ...fresh, ...later, ...texts })
  })

  test('leaves the verified phone as it is', async () => {
    await begin()
    await trust()
    expect((await begin({ phone: other }))?.phone).toMatchObject(phone)
  })
})

describe('a verification that is sent again', () => {
  test('to the same number counts it, and keeps what the verified phone has said', async () => {
    await begin()
    await payers.saveTexts(payerId, phone, { textId: 'VE1', currentTextId: 'VE2' }, at(1))
    await payers.saveCurrentPassed(payerId, phone, at(1))
    await attempt()
    expect((await repeat())?.pending).toEqual({
      ...fresh,
      channel: 'call',
      sends: 2,
      sentAt: at(20),
      attempts: 1,
      currentPassed: true,
      textId: 'VE1',
      currentTextId: 'VE2',
    })
  })

  test('to another number counts both, and the verified phone has said nothing to it', async () => {
    await begin()
    await payers.saveTexts(payerId, phone, { textId: 'VE1', currentTextId: 'VE2' }, at(1))
    await payers.saveCurrentPassed(payerId, phone, at(1))
    await attempt()
    expect((await repeat({ phone: other, expiresAt: at(620) }))?.pending).toEqual({
      ...fresh,
      ...texts,
      phone: other,
      channel: 'call',
      sends: 2,
      sentAt: at(20),
      attempts: 1,
      expiresAt: at(620),
    })
  })

  test('as if to the same number changes nothing where it is another', async () => {
    await begin({ phone: other })
    const before = await item()
    expect(await repeat()).toBeUndefined()
    expect(await item()).toEqual(before)
  })

  test('as if to another number changes nothing where it is the same', async () => {
    await begin({ phone: other })
    const before = await item()
    expect(await repeat({ phone: other })).toBeUndefined()
    expect(await item()).toEqual(before)
  })

  test('is sent five times, not six', async () => {
    await begin()
    for (const n of [2, 3, 4, 5]) {
      expect((await repeat({}, at(20 * n)))?.pending).toMatchObject({ sends: n })
    }
    expect(await repeat({}, at(120))).toBeUndefined()
    expect(await repeat({ phone: other }, at(120))).toBeUndefined()
  })

  test('is not sent after the fifth attempt', async () => {
    await begin()
    await put({ pending_attempts: 4 })
    expect(await repeat()).toBeDefined()
    await put({ pending_attempts: 5 })
    expect(await repeat({}, at(60))).toBeUndefined()
    expect(await repeat({ phone: other }, at(60))).toBeUndefined()
  })

  test('is sent 20 s after the last time, not a millisecond sooner', async () => {
    await begin()
    expect(await repeat({}, at(19.999))).toBeUndefined()
    expect(await repeat({}, at(20))).toBeDefined()
  })
})

describe('an attempt', () => {
  test('is counted: five, not six', async () => {
    await begin()
    for (const attempts of [1, 2, 3, 4, 5]) {
      expect((await attempt())?.pending).toMatchObject({ attempts, sends: 1 })
    }
    expect(await attempt()).toBeUndefined()
    expect(await attempt(true)).toBeUndefined()
  })

  test('fifty at once are exactly five', async () => {
    await begin()
    const all = await Promise.all(Array.from({ length: 50 }, () => attempt()))
    expect(all.filter((one) => one !== undefined)).toHaveLength(5)
  })

  test('at a second phone needs the verified one’s code, or that it has agreed', async () => {
    await moving()
    expect(await attempt()).toBeUndefined()
    expect((await attempt(true))?.pending).toMatchObject({ attempts: 1 })
    await payers.saveCurrentPassed(payerId, other, at(1))
    expect((await attempt())?.pending).toMatchObject({ attempts: 2, currentPassed: true })
  })
})

describe('that the verified phone has agreed', () => {
  test('is kept, for this number', async () => {
    await moving()
    expect(await payers.saveCurrentPassed(payerId, phone, at(1))).toBeUndefined()
    expect((await get()).pending).toMatchObject({ currentPassed: false })
    const passed = await payers.saveCurrentPassed(payerId, other, at(1))
    expect(passed?.pending).toMatchObject({ currentPassed: true })
  })
})

describe('a number that is trusted', () => {
  test('is the person’s, with nothing of the verification left', async () => {
    await begin()
    await payers.saveTexts(payerId, phone, { textId: 'VE1', currentTextId: 'VE2' }, at(1))
    const trusted = await trust()
    expect(trusted).toMatchObject({ payerId, email, pending: undefined })
    expect(trusted?.phone).toEqual({ ...phone, authyId: undefined })
    expect(await get()).toEqual(trusted)
    const stored = await item()
    expect(stored).toMatchObject({ phone_verified_at: at(1).toISOString() })
    expect(Object.keys(stored ?? {}).filter((name) => name.startsWith('pending_'))).toEqual([])
  })

  test('is the one that was verified, and no other', async () => {
    await begin()
    const before = await item()
    expect(await trust(other)).toBeUndefined()
    expect(await item()).toEqual(before)
  })

  test('takes the place of another only if that has agreed, which is remembered then', async () => {
    await moving()
    await payers.saveAuthyId(payerId, phone, '1635')
    expect(await trust(other)).toBeUndefined()
    await payers.saveCurrentPassed(payerId, other, at(1))
    expect(await trust(other)).toMatchObject({
      phone: { ...other, authyId: undefined },
      previous: { ...phone, authyId: '1635' },
    })
  })

  test('takes the place of one that the provider never knew', async () => {
    await moving()
    await payers.saveCurrentPassed(payerId, other, at(1))
    expect((await trust(other))?.previous).toEqual({ ...phone, authyId: '' })
    const left = Object.keys((await item()) ?? {}).filter((name) => name.startsWith('pending_'))
    expect(left).toEqual([])
  })
})

describe('the names of texts', () => {
  const save = (names: { textId?: string; currentTextId?: string }, number = phone, now = at(1)) =>
    payers.saveTexts(payerId, number, names, now)

  test('are kept each by itself', async () => {
    await begin()
    await save({ textId: 'VE1' })
    expect((await get()).pending).toMatchObject({ textId: 'VE1', currentTextId: undefined })
    await save({ currentTextId: 'VE2' })
    expect((await get()).pending).toMatchObject({ textId: 'VE1', currentTextId: 'VE2' })
    await save({ textId: 'VE3', currentTextId: 'VE4' }, phone, JUST_BEFORE)
    expect((await get()).pending).toMatchObject({ textId: 'VE3', currentTextId: 'VE4' })
  })

  test('are not kept for another number, nor when the verification is over', async () => {
    await begin()
    const before = await item()
    await save({ textId: 'VE1' }, other)
    await save({ textId: 'VE1' }, phone, END)
    expect(await item()).toEqual(before)
  })
})

describe('the provider’s id of a phone', () => {
  test('is kept for the verified number, and for no other', async () => {
    await begin()
    await payers.saveAuthyId(payerId, phone, '1635')
    expect(await item()).not.toHaveProperty('authy_id')
    await trust()
    await payers.saveAuthyId(payerId, other, '1635')
    expect((await get()).phone).toEqual({ ...phone, authyId: undefined })
    await payers.saveAuthyId(payerId, phone, '1635')
    expect((await get()).phone).toEqual({ ...phone, authyId: '1635' })
  })
})

describe('where an answer is lost and the SDK sends the write again', () => {
  test('a verification begins once, and is begun', async () => {
    tables.lose(true)
    expect((await begin())?.pending).toMatchObject({ sends: 1 })
  })

  test('sending again counts once, and is allowed', async () => {
    await begin()
    tables.lose(true, true)
    expect((await repeat())?.pending).toMatchObject({ sends: 2 })
    expect((await get()).pending).toMatchObject({ sends: 2 })
  })

  test('an attempt counts once, also the fifth, and is allowed', async () => {
    await begin()
    for (const attempts of [1, 2, 3, 4, 5]) {
      tables.lose(true)
      expect((await attempt())?.pending).toMatchObject({ attempts })
    }
    expect((await get()).pending).toMatchObject({ attempts: 5 })
  })
})
