import {
  ConditionalCheckFailedException,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lockoutTable } from '../../functions/adapters/dynamodb/lockoutTable.ts'
import { payersTable } from '../../functions/adapters/dynamodb/payersTable.ts'
import { NO_DEVICES } from '../../functions/core/device.ts'
import type { Payer, PendingPhone, PhoneNumber } from '../../functions/core/payer.ts'
import { EMPTY_TRAIL, type PayerEventName } from '../../functions/core/payerTrail.ts'
import type { PayerStore } from '../../functions/core/ports.ts'
import { NOON } from '../harness/harness.ts'
import { trailWith } from '../harness/payerTrails.ts'
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
  verificationId: 'verification-1',
  reference: 'K7LMPQ',
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
/** The names of another number's verification, which takes the place of the first. */
const renamed = { verificationId: 'verification-2', reference: '4F2K7Q', phone: other }
const repeat = (more: Partial<PendingPhone> = {}, now = at(20), seen = fresh) => {
  const { verificationId, reference } = fresh
  const again = {
    verificationId,
    reference,
    phone,
    channel: 'call',
    expiresAt: END,
    ...more,
  } as const
  return payers.repeatVerification(payerId, seen, again, new Date(now.getTime() - 20_000), now)
}
const SIGNED_IN = at(-60).getTime() / 1000
const attempt = (withCurrentCode = false, now = at(1), more: object = {}) =>
  payers.reserveAttempt(
    { payerId, email, authTime: SIGNED_IN },
    { verificationId: 'verification-1', withCurrentCode, ...more },
    now,
  )
const pass = (verificationId = 'verification-1', now = at(1)) =>
  payers.saveCurrentPassed(payerId, verificationId, now)
const name = (
  names: { textId?: string; currentTextId?: string },
  verificationId = 'verification-1',
  now = at(1),
) => payers.saveTexts(payerId, verificationId, names, now)
/** As it is done: with what was read when the attempt was reserved. */
const trust = async (more: Partial<PendingPhone> = {}, now = at(1)) => {
  const nobody: Payer = { payerId, email, trail: EMPTY_TRAIL, devices: NO_DEVICES }
  return payers.trust((await payers.get(payerId)) ?? nobody, { ...fresh, ...more }, undefined, now)
}
/** Somebody with a verified phone, who is about to take another. */
async function moving() {
  await begin()
  await trust()
  await begin({ phone: other })
}
const endSessions = (now: Date) => payers.endSessions({ payerId, email }, now)
const told = async (): Promise<[PayerEventName, string, string][]> =>
  (await get()).trail.recent.map(({ event, by, at }) => [event, by, at])
const text = (instant: Date) => instant.toISOString()

/** Everything that is only done while a verification lives, on one on which it is allowed. */
const writes: [name: string, write: (now: Date) => Promise<unknown>][] = [
  ['repeatVerification to the same number', (now) => repeat({}, now)],
  ['repeatVerification to another number', (now) => repeat(renamed, now)],
  ['reserveAttempt', (now) => attempt(false, now)],
  ['saveCurrentPassed', (now) => pass('verification-1', now)],
  ['saveTexts', (now) => name({ textId: 'VE1' }, 'verification-1', now)],
  ['trust', (now) => trust({}, now)],
]
const beginning: (typeof writes)[number] = ['beginVerification', (now) => begin({}, now)]

describe.each(writes)('%s', (_, write) => {
  test('is done a millisecond before the verification ends', async () => {
    await begin()
    const before = await item()
    await write(JUST_BEFORE)
    expect(await item()).not.toEqual(before)
  })

  test('changes nothing at its very end, nor after it', async () => {
    await begin()
    const before = await item()
    for (const now of [END, at(600.001), at(86_400)]) {
      expect(await write(now)).toBeUndefined()
      expect(await item()).toEqual(before)
    }
  })

  test('changes nothing of a verification of another name, although it is of the same number', async () => {
    await begin({ verificationId: 'verification-0' })
    const before = await item()
    expect(await write(at(20))).toBeUndefined()
    expect(await item()).toEqual(before)
  })

  test('changes nothing once another number has taken the place of the one that was named', async () => {
    await begin()
    await repeat(renamed)
    const before = await item()
    expect(await write(at(40))).toBeUndefined()
    expect(await item()).toEqual(before)
  })

  test('makes nobody who is not there', async () => {
    expect(await write(at(20))).toBeUndefined()
    expect(await item()).toBeUndefined()
  })

  test('throws a fault of the database', async () => {
    const fault = new ProvisionedThroughputExceededException({ $metadata: {}, message: 'slow' })
    const faulty = tables.faulty()
    faulty.on(GetCommand).resolves({})
    faulty.on(UpdateCommand).rejects(fault)
    await expect(write(at(20))).rejects.toBe(fault)
  })
})

describe.each([...writes, beginning])('%s', (_, write) => {
  test.each(['locked', 'closed'] as const)(
    'changes nothing of an account that is %s',
    async (state) => {
      await begin()
      // At the end of the verification, for the one that begins; and with it, for all others.
      for (const [more, now] of [
        [{}, at(20)],
        [{ pending_expires_at: text(at(10)) }, at(20)],
      ] as const) {
        await put({ account_state: state, ...more })
        const before = await item()
        expect(await write(now)).toBeUndefined()
        expect(await item()).toEqual(before)
      }
    },
  )
})

describe('a person', () => {
  test('who never did anything is not there', async () => {
    expect(await payers.get(payerId)).toBeUndefined()
  })

  test('is read consistently', async () => {
    const watched = tables.faulty()
    watched.on(GetCommand).resolves({})
    await payers.get(payerId)
    expect(watched.commandCalls(GetCommand)[0]?.args[0].input).toMatchObject({
      ConsistentRead: true,
    })
  })

  test('without an e-mail is a fault', async () => {
    await begin()
    await put({ email: 7 })
    await expect(payers.get(payerId)).rejects.toThrow()
  })

  test.each([
    { pending_id: undefined },
    { pending_reference: undefined },
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

describe('a person’s own item', () => {
  test('tells what else it says: the mark, the sessions and the lock of codes', async () => {
    await begin()
    const [state, sessions_from] = ['locked', 1_763_726_400] as const
    await put({ account_state: state, sessions_from, codes_locked_until: text(at(300)) })
    expect(await get()).toMatchObject({
      state,
      sessionsFrom: sessions_from,
      codesLockedUntil: at(300),
    })
  })

  test.each([
    { account_state: 'sleeping' },
    { sessions_from: 'noon' },
    { sessions_from: 1.5 },
    { codes_locked_until: 'tomorrow' },
    { audit_count: 'many' },
    { audit_count: 1, audit_recent: [] },
    { phone_verified_at: 'yesterday' },
  ])('that cannot be read (%j) lets nobody in', async (spoiled) => {
    await begin()
    await put(spoiled)
    await expect(payers.get(payerId)).rejects.toThrow()
  })
})

describe('a verification that begins', () => {
  test('is stored whole, and read back the same', async () => {
    const begun = await begin()
    const pending = { ...fresh, ...texts }
    expect(begun).toEqual({ payerId, email, pending, trail: EMPTY_TRAIL, devices: NO_DEVICES })
    expect(await get()).toEqual(begun)
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
    await name({ textId: 'VE1', currentTextId: 'VE2' })
    await pass()
    const names = { verificationId: 'verification-2', reference: '4F2K7Q' }
    const later = { ...names, sentAt: END, expiresAt: at(1200) }
    expect((await begin(later, END))?.pending).toEqual({ ...fresh, ...later, ...texts })
  })

  test('leaves the verified phone as it is', async () => {
    await begin()
    await trust()
    expect((await begin({ phone: other }))?.phone).toMatchObject(phone)
  })
})

describe('a verification that is sent again', () => {
  test('to the same number counts it, and keeps its name and what the verified phone has said', async () => {
    await begin()
    await name({ textId: 'VE1', currentTextId: 'VE2' })
    await pass()
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

  test('to another number counts both, has another name, and the verified phone has said nothing to it', async () => {
    await begin()
    await name({ textId: 'VE1', currentTextId: 'VE2' })
    await pass()
    await attempt()
    expect((await repeat({ ...renamed, expiresAt: at(620) }))?.pending).toEqual({
      ...fresh,
      ...texts,
      ...renamed,
      channel: 'call',
      sends: 2,
      sentAt: at(20),
      attempts: 1,
      expiresAt: at(620),
    })
  })

  test('where another than the one that was seen has taken its place changes nothing', async () => {
    await begin()
    await repeat(renamed)
    const before = await item()
    const thiefs = { verificationId: 'verification-3', reference: 'ABCDEF' }
    for (const again of [{}, renamed, { ...renamed, ...thiefs }, { ...thiefs, phone }]) {
      expect(await repeat(again, at(60))).toBeUndefined()
      expect(await item()).toEqual(before)
    }
    expect(await repeat({ ...thiefs, phone }, at(60), { ...fresh, ...renamed })).toBeDefined()
  })

  test('is sent five times, not six', async () => {
    await begin()
    for (const n of [2, 3, 4, 5]) {
      expect((await repeat({}, at(20 * n)))?.pending).toMatchObject({ sends: n })
    }
    expect(await repeat({}, at(120))).toBeUndefined()
    expect(await repeat(renamed, at(120))).toBeUndefined()
  })

  test('is not sent after the fifth attempt', async () => {
    await begin()
    await put({ pending_attempts: 4 })
    expect(await repeat()).toBeDefined()
    await put({ pending_attempts: 5 })
    expect(await repeat({}, at(60))).toBeUndefined()
    expect(await repeat(renamed, at(60))).toBeUndefined()
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

  test('twelve at once are exactly five', async () => {
    await begin()
    const all = await Promise.all(Array.from({ length: 12 }, () => attempt()))
    expect(all.filter((one) => one !== undefined)).toHaveLength(5)
  })

  test('at a second phone needs the verified one’s code, or that it has agreed', async () => {
    await moving()
    expect(await attempt()).toBeUndefined()
    expect((await attempt(true))?.pending).toMatchObject({ attempts: 1 })
    await pass()
    expect((await attempt())?.pending).toMatchObject({ attempts: 2, currentPassed: true })
  })

  const by = (authTime: number | undefined) =>
    payers.reserveAttempt(
      { payerId, email, authTime },
      { verificationId: 'verification-1', withCurrentCode: true },
      at(1),
    )
  test('by a session that began before all were ended changes nothing; in that very second it may', async () => {
    await begin()
    await put({ sessions_from: SIGNED_IN })
    const before = await item()
    for (const authTime of [SIGNED_IN - 1, 0, undefined]) {
      expect(await by(authTime)).toBeUndefined()
      expect(await item()).toEqual(before)
    }
    for (const [n, authTime] of [SIGNED_IN, SIGNED_IN + 1].entries()) {
      expect((await by(authTime))?.pending).toMatchObject({ attempts: n + 1 })
    }
  })

  test('by a session without a time is one where none was ever ended', async () => {
    await begin()
    expect((await by(undefined))?.pending).toMatchObject({ attempts: 1 })
  })
})

describe('that the verified phone has agreed', () => {
  test('is kept, for this verification', async () => {
    await moving()
    expect(await pass('verification-0')).toBeUndefined()
    expect((await get()).pending).toMatchObject({ currentPassed: false })
    const passed = await pass()
    expect(passed?.pending).toMatchObject({ currentPassed: true })
  })
})

describe('a number that is trusted', () => {
  test('is the person’s, with nothing of the verification left', async () => {
    await begin()
    await name({ textId: 'VE1', currentTextId: 'VE2' })
    const trusted = await trust()
    expect(trusted).toMatchObject({ payerId, email, pending: undefined })
    expect(trusted?.phone).toEqual({ ...phone, providerPhoneId: undefined })
    expect(await get()).toEqual(trusted)
    const stored = await item()
    expect(stored).toMatchObject({ phone_verified_at: at(1).toISOString() })
    expect(Object.keys(stored ?? {}).filter((name) => name.startsWith('pending_'))).toEqual([])
  })

  test('is the one that was verified, and no other', async () => {
    await begin()
    const before = await item()
    expect(await trust(renamed)).toBeUndefined()
    expect(await item()).toEqual(before)
  })

  test('takes the place of another only if that has agreed, which is remembered then', async () => {
    await moving()
    await payers.saveProviderPhoneId(payerId, phone, '1635')
    expect(await trust({ phone: other })).toBeUndefined()
    await pass()
    expect(await trust({ phone: other })).toMatchObject({
      phone: { ...other, providerPhoneId: undefined },
      previous: { ...phone, providerPhoneId: '1635' },
    })
  })

  test('takes the place of one that the provider never knew', async () => {
    await moving()
    await pass()
    expect((await trust({ phone: other }))?.previous).toEqual({ ...phone, providerPhoneId: '' })
    const left = Object.keys((await item()) ?? {}).filter((name) => name.startsWith('pending_'))
    expect(left).toEqual([])
  })

  test('as the first is told in the audit trail, and ends no session', async () => {
    await begin()
    const trusted = await trust()
    expect(trusted).toMatchObject({ sessionsFrom: undefined, trail: { count: 1 } })
    expect(await told()).toEqual([['phone.verified', 'payer', text(at(1))]])
    expect(await item()).not.toHaveProperty('sessions_from')
  })

  test.each([
    ['at a whole second', at(2), at(2)],
    ['a millisecond after one', at(2.001), at(3)],
    ['a millisecond before the next', at(2.999), at(3)],
  ])(
    'in place of another is told, and ends every session from before, %s',
    async (_, now, from) => {
      await moving()
      await pass()
      const trusted = await trust({ phone: other }, now)
      expect(trusted).toMatchObject({ sessionsFrom: from.getTime() / 1000, trail: { count: 2 } })
      expect(await told()).toEqual([
        ['phone.verified', 'payer', text(at(1))],
        ['phone.changed', 'payer', text(now)],
      ])
      expect(await get()).toEqual(trusted)
    },
  )

  test('that was not is told nowhere, and no session ends', async () => {
    await moving()
    await trust({ phone: other })
    await pass()
    await trust({ verificationId: 'verification-0', phone: other })
    await trust({ phone: other }, END)
    expect(await told()).toEqual([['phone.verified', 'payer', text(at(1))]])
    expect((await get()).sessionsFrom).toBeUndefined()
  })

  test('is trusted though another entry of the trail was faster, and both are told, chained', async () => {
    await moving()
    await pass()
    const seen = await get()
    // As a lock of codes is, which touches nothing else of the item.
    const faster = await payersWithLock()
    const trusted = await payers.trust(seen, { ...fresh, phone: other }, undefined, at(2))
    expect(trusted?.phone).toMatchObject(other)
    expect((await told()).map(([event]) => event)).toEqual([
      'phone.verified',
      'codes.locked',
      'phone.changed',
    ])
    const [, second, third] = (await get()).trail.recent
    expect(second).toEqual(faster)
    expect(third).toMatchObject({ seq: 3, previous: faster?.hash })
  })

  /** Somebody whose codes are locked meanwhile. */
  async function payersWithLock() {
    const lockout = lockoutTable(tables.documents, 'users')
    let attempt = await lockout.reserve(payerId, at(1))
    for (let i = 1; i < 5; i += 1) attempt = await lockout.reserve(payerId, at(1))
    if ('lockedUntil' in attempt) throw new Error('locked too soon')
    await lockout.tellLock(payerId, attempt, at(1))
    return (await get()).trail.recent.at(-1)
  }

  test('is a fault where the trail is always faster, after ten tries', async () => {
    await begin()
    const seen = await get()
    const real = await item()
    const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'lost' })
    const faulty = tables.faulty()
    let trail = EMPTY_TRAIL
    faulty.on(UpdateCommand).rejects(lost)
    faulty.on(GetCommand).callsFake(() => {
      trail = trailWith(payerId, ['sessions.ended'], trail)
      return { Item: { ...real, audit_count: trail.count, audit_recent: trail.recent } }
    })
    await expect(payers.trust(seen, fresh, undefined, at(1))).rejects.toThrow(
      'the condition of ten writes in a row',
    )
    expect(faulty.commandCalls(UpdateCommand)).toHaveLength(10)
  })

  test('is not trusted once sessions were ended after its attempt was reserved', async () => {
    for (const change of [begin, moving]) {
      for (const endedBefore of [false, true]) {
        people += 1
        payerId = `person-${people}`
        await change()
        await pass()
        if (endedBefore) await endSessions(at(1))
        const seen = await get()
        await endSessions(at(2))
        const before = await item()
        const verification = { ...fresh, phone: seen.pending?.phone ?? phone }
        expect(await payers.trust(seen, verification, undefined, at(3))).toBeUndefined()
        expect(await item()).toEqual(before)
      }
    }
  })

  test('is trusted though sessions were ended before its attempt', async () => {
    await endSessions(at(-1))
    await moving()
    await pass()
    expect((await trust({ phone: other }, at(3)))?.phone).toMatchObject(other)
    expect((await get()).sessionsFrom).toBe(at(3).getTime() / 1000)
  })

  test('by twelve equal requests at once is told once', async () => {
    await moving()
    await pass()
    const seen = await get()
    const verification = { ...fresh, phone: other }
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        payers.trust(seen, verification, undefined, at(2 + n / 1000)),
      ),
    )
    expect(all.filter((one) => one !== undefined)).toHaveLength(1)
    expect((await told()).map(([event]) => event)).toEqual(['phone.verified', 'phone.changed'])
  })
})

describe('when the phone was changed', () => {
  test('is known of a change, and not of a first phone', async () => {
    await begin()
    expect((await get()).phoneChangedAt).toBeUndefined()
    await trust()
    expect((await get()).phoneChangedAt).toBeUndefined()
    await begin({ phone: other })
    await pass()
    expect((await get()).phoneChangedAt).toBeUndefined()
    expect((await trust({ phone: other }, at(2)))?.phoneChangedAt).toEqual(at(2))
    await begin({ phone }, at(3))
    await pass('verification-1', at(3))
    expect((await trust({ phone }, at(4)))?.phoneChangedAt).toEqual(at(4))
  })
})

describe('the names of texts', () => {
  test('are kept each by itself', async () => {
    await begin()
    await name({ textId: 'VE1' })
    expect((await get()).pending).toMatchObject({ textId: 'VE1', currentTextId: undefined })
    await name({ currentTextId: 'VE2' })
    expect((await get()).pending).toMatchObject({ textId: 'VE1', currentTextId: 'VE2' })
    await name({ textId: 'VE3', currentTextId: 'VE4' }, 'verification-1', JUST_BEFORE)
    expect((await get()).pending).toMatchObject({ textId: 'VE3', currentTextId: 'VE4' })
  })

  test('are not kept for another verification, nor when the verification is over', async () => {
    await begin()
    const before = await item()
    await name({ textId: 'VE1' }, 'verification-0')
    await name({ textId: 'VE1' }, 'verification-1', END)
    expect(await item()).toEqual(before)
  })
})

describe('the provider’s id of a phone', () => {
  test('is kept for the verified number, and for no other', async () => {
    await begin()
    await payers.saveProviderPhoneId(payerId, phone, '1635')
    expect(await item()).not.toHaveProperty('provider_phone_id')
    await trust()
    await payers.saveProviderPhoneId(payerId, other, '1635')
    expect((await get()).phone).toEqual({ ...phone, providerPhoneId: undefined })
    await payers.saveProviderPhoneId(payerId, phone, '1635')
    expect((await get()).phone).toEqual({ ...phone, providerPhoneId: '1635' })
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

  test('a number is trusted, told once, and every session ends as it was written', async () => {
    await moving()
    await pass()
    tables.lose(true, true)
    const trusted = await trust({ phone: other }, at(2))
    expect(trusted?.phone).toMatchObject(other)
    expect((await told()).map(([event]) => event)).toEqual(['phone.verified', 'phone.changed'])
    expect(await get()).toEqual(trusted)
  })

  test('sessions end once', async () => {
    await begin()
    tables.lose(true)
    await endSessions(at(1))
    expect(await told()).toEqual([['sessions.ended', 'payer', text(at(1))]])
  })

  test.each(['locked', 'closed'] as const)('an account is %s once', async (state) => {
    await begin()
    tables.lose(true)
    await payers.setState({ payerId, email }, state, at(1))
    expect(await told()).toEqual([[`account.${state}`, 'operator', text(at(1))]])
  })
})

describe('the end of all sessions', () => {
  test('counts from the next whole second on, is told, and leaves no verification under way', async () => {
    await moving()
    const before = Object.entries((await item()) ?? {}).filter(
      ([name]) => !name.startsWith('pending_'),
    )
    expect((await get()).pending).toBeDefined()
    await endSessions(at(5.001))
    expect(await item()).toEqual({
      ...Object.fromEntries(before),
      sessions_from: at(6).getTime() / 1000,
      audit_count: 2,
      audit_recent: expect.any(Array),
    })
    expect((await told()).at(-1)).toEqual(['sessions.ended', 'payer', text(at(5.001))])
  })

  test('again is later, and told again', async () => {
    await begin()
    await endSessions(at(1))
    await endSessions(at(2))
    expect(await get()).toMatchObject({ sessionsFrom: at(2).getTime() / 1000, trail: { count: 2 } })
  })

  test('of who was never here is stored too, so that older tokens begin nothing', async () => {
    await endSessions(at(1))
    expect(await get()).toMatchObject({ email, sessionsFrom: at(1).getTime() / 1000 })
    expect(await told()).toEqual([['sessions.ended', 'payer', text(at(1))]])
  })

  test('leaves the e-mail address as it is', async () => {
    await begin()
    await payers.endSessions({ payerId, email: 'another@example.com' }, at(1))
    expect((await get()).email).toBe(email)
  })

  test.each(['locked', 'closed'] as const)(
    'of an account that is %s changes nothing: none is left',
    async (state) => {
      await begin()
      await payers.setState({ payerId, email }, state, at(1))
      const before = await item()
      await endSessions(at(9))
      expect(await item()).toEqual(before)
    },
  )
})

describe('the operator’s mark', () => {
  const mark = (state: 'locked' | 'closed', now = at(1)) =>
    payers.setState({ payerId, email: 'another@example.com' }, state, now)
  const unlock = (now = at(2)) => payers.unlock(payerId, now)

  test.each(['locked', 'closed'] as const)(
    '“%s” ends the verification and every session, is told, and leaves the phone',
    async (state) => {
      await moving()
      const { phone, email } = await get()
      await mark(state, at(1.5))
      expect(await get()).toMatchObject({
        state,
        phone,
        email,
        pending: undefined,
        sessionsFrom: at(2).getTime() / 1000,
      })
      expect((await told()).at(-1)).toEqual([`account.${state}`, 'operator', text(at(1.5))])
      const left = Object.keys((await item()) ?? {}).filter((name) => name.startsWith('pending_'))
      expect(left).toEqual([])
    },
  )

  test.each(['locked', 'closed'] as const)('“%s” is set once', async (state) => {
    await begin()
    await mark(state)
    const before = await item()
    await mark(state, at(9))
    expect(await item()).toEqual(before)
  })

  test('is set also on who was never here, by their name', async () => {
    await mark('locked')
    expect(await get()).toMatchObject({ email: 'another@example.com', state: 'locked' })
  })

  test('“closed” takes the place of “locked”, and is for good', async () => {
    await begin()
    await mark('locked')
    await mark('closed', at(2))
    const closed = await item()
    await mark('locked', at(3))
    await unlock()
    expect(await item()).toEqual(closed)
    expect((await told()).map(([event]) => event)).toEqual(['account.locked', 'account.closed'])
  })

  test('is lifted, with the lock of codes and its ladder; the ended sessions stay over', async () => {
    await begin()
    await put({
      failed_attempts: 5,
      code_locks_before: 3,
      codes_locked_until: text(at(900)),
      codes_lock_told: true,
    })
    await mark('locked')
    await unlock()
    const { state, codesLockedUntil, sessionsFrom } = await get()
    expect({ state, codesLockedUntil, sessionsFrom }).toEqual({
      sessionsFrom: at(1).getTime() / 1000,
    })
    expect(await item()).toMatchObject({ failed_attempts: 0, code_locks_before: 0 })
    expect(await item()).not.toHaveProperty('codes_lock_told')
    expect((await told()).at(-1)).toEqual(['account.unlocked', 'operator', text(at(2))])
  })

  test('that is not there is told as lifted all the same, with codes that begin anew', async () => {
    await begin()
    await put({ failed_attempts: 5, code_locks_before: 0, codes_locked_until: text(at(300)) })
    await unlock()
    expect(await get()).toMatchObject({ codesLockedUntil: undefined, trail: { count: 1 } })
    await unlock()
    expect(await get()).toMatchObject({ trail: { count: 2 } })
  })

  test('of nobody is lifted from nobody', async () => {
    await unlock()
    expect(await item()).toBeUndefined()
  })

  describe('“closed”', () => {
    test('lets the phones and the e-mail address be taken out; mark, sessions and trail stay', async () => {
      await moving()
      await pass()
      await payers.saveProviderPhoneId(payerId, phone, '1635')
      await trust({ phone: other })
      await begin({ phone })
      await name({ textId: 'VE1' })
      await mark('closed', at(3))
      const { trail, sessionsFrom } = await get()
      await payers.erase(payerId)
      expect(await get()).toEqual({
        payerId,
        email: '',
        state: 'closed',
        devices: { all: [] },
        sessionsFrom,
        trail,
      })
      expect(JSON.stringify(await item())).not.toMatch(/ada@|7400123456|2025550100|1635|VE1/)
      expect(trail.count).toBe(3)
      await payers.erase(payerId)
      expect(await get()).toMatchObject({ state: 'closed', trail })
    })

    test('is needed for that', async () => {
      await begin()
      await trust()
      for (const state of [undefined, 'locked'] as const) {
        if (state) await mark(state)
        const before = await item()
        await payers.erase(payerId)
        expect(await item()).toEqual(before)
      }
    })
  })
})
