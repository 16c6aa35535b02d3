import {
  ConditionalCheckFailedException,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lockoutTable } from '../../functions/adapters/dynamodb/lockoutTable.ts'
import { payersTable } from '../../functions/adapters/dynamodb/payersTable.ts'
import type { PayerEventName } from '../../functions/core/payerTrail.ts'
import type { CountedAttempt, Lockout, PayerStore } from '../../functions/core/ports.ts'
import { NOON } from '../harness/harness.ts'
import { startTables, type Tables } from './tables.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let tables: Tables
let lockout: Lockout
let payers: PayerStore
let people = 0
let payerId: string

beforeAll(async () => {
  tables = await startTables()
  lockout = lockoutTable(tables.documents, 'users')
  payers = payersTable(tables.documents, 'users')
})
afterAll(() => tables.close())
beforeEach(async () => {
  tables.lose()
  people += 1
  payerId = `person-${people}`
  await put(person())
})

const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)
const item = (who = payerId) => tables.user(who)
const put = (Item: Record<string, unknown>) =>
  tables.documents.send(new PutCommand({ TableName: 'users', Item }))
/** With a verified phone and another on its way, which nothing here touches. */
const person = (who = payerId) => ({
  user_id: who,
  email: 'ada@example.com',
  phone_number: '+447400123456',
  phone_country_code: '44',
  phone_verified_at: at(-DAY).toISOString(),
  provider_phone_id: '1635',
  pending_id: 'verification-1',
  pending_attempts: 1,
})
/** Everything of the item that is no count of codes and no audit trail. */
async function rest(who = payerId) {
  const own = /^(failed_attempts|code_|codes_|audit_)/
  return Object.fromEntries(
    Object.entries((await item(who)) ?? {}).filter(([name]) => !own.test(name)),
  )
}
const told = async (): Promise<PayerEventName[]> =>
  ((await payers.get(payerId))?.trail.recent ?? []).map(({ event }) => event)
const reserve = (seconds = 0, who = payerId) => lockout.reserve(who, at(seconds))

/** So many attempts that came to nothing. */
async function wrong(attempts: number, seconds = 0, who = payerId): Promise<CountedAttempt[]> {
  const all: CountedAttempt[] = []
  for (let i = 0; i < attempts; i += 1) {
    const attempt = await reserve(seconds, who)
    if ('lockedUntil' in attempt)
      throw new Error(`locked until ${attempt.lockedUntil?.toISOString()}`)
    all.push(attempt)
  }
  return all
}
/** The fifth of five, with which codes are locked. */
async function fifth(seconds = 0): Promise<CountedAttempt> {
  const attempt = (await wrong(5, seconds)).at(-1)
  if (!attempt) throw new Error('no attempt')
  return attempt
}
const lockedUntil = async (seconds = 0, who = payerId) => {
  const until = (await payers.get(who))?.codesLockedUntil
  return until && until > at(seconds) ? until : undefined
}
const isLocked = async (seconds: number, who = payerId) =>
  (await lockedUntil(seconds, who)) !== undefined

test('nobody is locked out who never entered a code', async () => {
  expect(await lockedUntil()).toBeUndefined()
})

test('four wrong codes in a row lock nothing, the fifth locks codes for five minutes', async () => {
  await wrong(4)
  expect(await isLocked(0)).toBe(false)
  await wrong(1)
  expect(await lockedUntil()).toEqual(at(5 * MINUTE))
  expect(await reserve()).toEqual({ lockedUntil: at(5 * MINUTE) })
})

test('an attempt while codes are locked changes nothing', async () => {
  await wrong(5)
  const before = await item()
  for (const seconds of [0, 1, 299.999]) await reserve(seconds)
  expect(await item()).toEqual(before)
})

test('a lock ends at its very instant', async () => {
  await wrong(5)
  expect(await isLocked(5 * MINUTE - 0.001)).toBe(true)
  expect(await reserve(5 * MINUTE - 0.001)).toEqual({ lockedUntil: at(5 * MINUTE) })
  expect(await isLocked(5 * MINUTE)).toBe(false)
  expect(await reserve(5 * MINUTE)).not.toHaveProperty('lockedUntil')
})

test('attempts that are apart by days are in a row all the same', async () => {
  for (const day of [0, 1, 2, 3]) await wrong(1, day * DAY)
  await wrong(1, 4 * DAY)
  expect(await isLocked(4 * DAY)).toBe(true)
})

test('an attempt tells after how many locks it is, and whether it is the last of its row', async () => {
  const attempts = await wrong(5)
  expect(attempts).toEqual([1, 2, 3, 4, 5].map((n) => ({ locks: 0, isLast: n === 5 })))
  expect(await wrong(5, 5 * MINUTE)).toMatchObject([
    ...Array(4).fill({ locks: 1 }),
    { isLast: true },
  ])
})

test('no count touches anything else of the payer’s item, and no time is set at which that goes', async () => {
  const before = await rest()
  expect(before).toEqual(person())
  const attempt = await fifth()
  await lockout.tellLock(payerId, attempt, NOON)
  expect(await rest()).toEqual(before)
  await wrong(2, 5 * MINUTE)
  expect(await rest()).toEqual(before)
  await lockout.giveBack(payerId, { locks: 1, isLast: false })
  expect(await rest()).toEqual(before)
  await lockout.reset(payerId)
  expect(await rest()).toEqual(before)
})

test('the count stands in the payer’s item under these names', async () => {
  await wrong(4, 1)
  expect(await item()).toMatchObject({
    failed_attempts: 4,
    code_locks_before: 0,
    failed_attempts_at: at(1).toISOString(),
  })
  expect(await item()).not.toHaveProperty('codes_locked_until')
  const [last] = await wrong(1, 2)
  expect(await item()).toMatchObject({
    failed_attempts: 5,
    failed_attempts_at: at(2).toISOString(),
    codes_locked_until: at(2 + 5 * MINUTE).toISOString(),
  })
  expect(await item()).not.toHaveProperty('codes_lock_told')
  await lockout.tellLock(payerId, last as CountedAttempt, at(2))
  expect(await item()).toMatchObject({ codes_lock_told: true })
  await lockout.giveBack(payerId, last as CountedAttempt)
  expect(await item()).toMatchObject({ failed_attempts: 4 })
  await lockout.tellLock(payerId, (await wrong(1, 3))[0] as CountedAttempt, at(3))
  expect(await item()).toMatchObject({ codes_lock_told: true })
  await lockout.reset(payerId)
  expect(await item()).toMatchObject({ failed_attempts: 0, code_locks_before: 0 })
})

test.each(['giveBack', 'reset'] as const)(
  'a lock that %s takes away leaves nothing of itself',
  async (undo) => {
    const attempt = await fifth()
    await lockout.tellLock(payerId, attempt, NOON)
    await lockout[undo](payerId, attempt)
    for (const name of ['codes_locked_until', 'codes_lock_told']) {
      expect(await item()).not.toHaveProperty(name)
    }
  },
)

test('another person’s count is another’s', async () => {
  await put(person(`${payerId}-other`))
  await wrong(5)
  await wrong(4, 0, `${payerId}-other`)
  expect(await isLocked(0, `${payerId}-other`)).toBe(false)
})

describe('who enters no code for thirty days', () => {
  const MONTH = 30 * DAY

  test('begins anew, and not a millisecond sooner', async () => {
    await wrong(4)
    await wrong(1, MONTH)
    expect(await item()).toMatchObject({ failed_attempts: 1, code_locks_before: 0 })
    await wrong(3, MONTH)
    await wrong(1, 2 * MONTH - 0.001)
    expect(await isLocked(2 * MONTH)).toBe(true)
  })

  test('is counted from the last code', async () => {
    await wrong(1)
    await wrong(3, 29 * DAY)
    await wrong(1, MONTH)
    expect(await isLocked(MONTH)).toBe(true)
  })

  test('after a lock, from its end, begins the ladder anew too', async () => {
    await wrong(5)
    const later = 5 * MINUTE + MONTH
    expect(await wrong(1, later)).toEqual([{ locks: 0, isLast: false }])
    await wrong(4, later)
    expect(await lockedUntil(later)).toEqual(at(later + 5 * MINUTE))
  })

  test('after a lock, a millisecond sooner, goes on in the ladder', async () => {
    await wrong(5)
    const later = 5 * MINUTE + MONTH - 0.001
    expect(await wrong(1, later)).toEqual([{ locks: 1, isLast: false }])
    await wrong(4, later)
    expect(await lockedUntil(later)).toEqual(at(later + 15 * MINUTE))
  })
})

describe('an account that the operator', () => {
  describe.each(['locked', 'closed'] as const)('%s', (account_state) => {
    test.each([
      ['was not begun', {}],
      ['is at three', { failed_attempts: 3, code_locks_before: 1 }],
      [
        'locks codes for a while too',
        { failed_attempts: 5, codes_locked_until: at(60).toISOString() },
      ],
      [
        'locked them until just now',
        { failed_attempts: 5, codes_locked_until: NOON.toISOString() },
      ],
    ])('and whose count %s, is tried by nobody, without an end', async (_, counted) => {
      await put({ ...person(), ...counted, account_state })
      const before = await item()
      expect(await reserve()).toEqual({ lockedUntil: undefined })
      expect(await item()).toEqual(before)
    })
  })

  test('locks meanwhile lets no go through that saw it open', async () => {
    await wrong(1)
    tables.meanwhile('read', () =>
      payers.setState({ payerId, email: 'ada@example.com' }, 'locked', NOON),
    )
    expect(await reserve()).toEqual({ lockedUntil: undefined })
    expect(await item()).toMatchObject({ failed_attempts: 1 })
  })
})

test('nobody is tried at who is not there, and nobody is made', async () => {
  const who = `${payerId}-nobody`
  expect(await reserve(0, who)).toEqual({ lockedUntil: undefined })
  await lockout.giveBack(who, { locks: 0, isLast: false })
  await lockout.reset(who)
  await lockout.tellLock(who, { locks: 0, isLast: true }, NOON)
  expect(await item(who)).toBeUndefined()
})

describe('that codes are locked', () => {
  const tell = (attempt: CountedAttempt, seconds = 0) =>
    lockout.tellLock(payerId, attempt, at(seconds))

  test('is told once in the audit trail, by the payer’s own doing', async () => {
    const attempt = await fifth()
    expect(await told()).toEqual([])
    await tell(attempt, 1)
    const trail = (await payers.get(payerId))?.trail
    expect(trail).toMatchObject({
      count: 1,
      recent: [{ event: 'codes.locked', by: 'payer', at: at(1).toISOString(), payerId, seq: 1 }],
    })
    await tell(attempt, 2)
    expect((await payers.get(payerId))?.trail).toEqual(trail)
    expect(await lockedUntil()).toEqual(at(5 * MINUTE))
  })

  test('is told once for each lock', async () => {
    await tell(await fifth())
    await tell(await fifth(5 * MINUTE), 5 * MINUTE)
    expect(await told()).toEqual(['codes.locked', 'codes.locked'])
  })

  test('is told once by twenty at once, and where its answers are lost', async () => {
    const attempt = await fifth()
    tables.lose(true, true)
    await Promise.all(Array.from({ length: 20 }, () => tell(attempt)))
    expect(await told()).toEqual(['codes.locked'])
  })

  test.each([
    ['was given back', (attempt: CountedAttempt) => lockout.giveBack(payerId, attempt)],
    ['was right', () => lockout.reset(payerId)],
    ['was lifted by the operator', () => payers.unlock(payerId, NOON)],
  ])('is not told where the fifth attempt %s', async (_, undo) => {
    const attempt = await fifth()
    await undo(attempt)
    const before = await item()
    await tell(attempt)
    expect(await item()).toEqual(before)
  })

  test('is not told too late, of the lock after that', async () => {
    const first = await fifth()
    await tell(first)
    await fifth(5 * MINUTE)
    const before = await item()
    await tell(first, 5 * MINUTE)
    expect(await item()).toEqual(before)
  })

  test('is not told where the fifth attempt is given back meanwhile', async () => {
    const attempt = await fifth()
    tables.meanwhile('read', () => lockout.giveBack(payerId, attempt))
    await tell(attempt)
    expect(await told()).toEqual([])
    expect(await isLocked(0)).toBe(false)
    // That lock is none, so the next one is told.
    await tell((await wrong(1))[0] as CountedAttempt)
    expect(await told()).toEqual(['codes.locked'])
  })

  test('is told although another entry was faster, after that', async () => {
    const attempt = await fifth()
    tables.meanwhile('read', () => payers.endSessions({ payerId, email: 'ada@example.com' }, NOON))
    await tell(attempt)
    const { recent = [] } = (await payers.get(payerId))?.trail ?? {}
    expect(recent.map(({ event }) => event)).toEqual(['sessions.ended', 'codes.locked'])
    expect(recent[1]?.previous).toBe(recent[0]?.hash)
  })

  describe('and a crash left untold', () => {
    test('is told by the first attempt of the next row, once', async () => {
      await fifth()
      await wrong(1, HOUR)
      expect((await payers.get(payerId))?.trail.recent).toMatchObject([
        { event: 'codes.locked', at: at(HOUR).toISOString() },
      ])
      await wrong(3, HOUR)
      expect(await told()).toEqual(['codes.locked'])
      await wrong(1, HOUR)
      expect(await told()).toEqual(['codes.locked'])
    })

    test('is told by no attempt where it was told', async () => {
      await tell(await fifth())
      await wrong(1, HOUR)
      expect(await told()).toEqual(['codes.locked'])
    })

    test('is told once by twelve attempts at once, and where the answer is lost', async () => {
      await fifth()
      tables.lose(true, true)
      await Promise.all(Array.from({ length: 12 }, () => reserve(HOUR)))
      expect(await told()).toEqual(['codes.locked'])
      expect(await item()).toMatchObject({ failed_attempts: 5, code_locks_before: 1 })
    })

    test('is told although another entry was faster', async () => {
      await fifth()
      tables.meanwhile('read', () =>
        payers.endSessions({ payerId, email: 'ada@example.com' }, NOON),
      )
      expect(await reserve(HOUR)).toEqual({ locks: 1, isLast: false })
      expect(await told()).toEqual(['sessions.ended', 'codes.locked'])
    })

    test('is told also when the row begins anew after thirty days', async () => {
      await fifth()
      await wrong(1, 40 * DAY)
      expect(await told()).toEqual(['codes.locked'])
    })
  })

  test('is a fault where the trail is always faster, after ten tries', async () => {
    const attempt = await fifth()
    const Item = await item()
    const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'lost' })
    const faulty = tables.faulty()
    faulty.on(GetCommand).resolves({ Item })
    faulty.on(UpdateCommand).rejects(lost)
    await expect(tell(attempt)).rejects.toThrow('the condition of ten writes in a row')
    expect(faulty.commandCalls(UpdateCommand)).toHaveLength(10)
  })
})

describe('a right code', () => {
  test('whose attempt was the fifth takes its own lock away', async () => {
    await wrong(5)
    await lockout.reset(payerId)
    expect(await isLocked(0)).toBe(false)
    await wrong(4)
    expect(await isLocked(0)).toBe(false)
  })

  test('of somebody who is not counted leaves nothing behind', async () => {
    await lockout.reset(payerId)
    expect(await item()).toEqual(person())
  })
})

describe('an attempt that is given back', () => {
  test('is not counted', async () => {
    await wrong(3)
    const [fourth] = await wrong(1)
    await lockout.giveBack(payerId, fourth as CountedAttempt)
    await wrong(1)
    expect(await isLocked(0)).toBe(false)
    await wrong(1)
    expect(await isLocked(0)).toBe(true)
  })

  test('takes the lock away that it was, and the next lock is as long', async () => {
    await wrong(5)
    const second = 5 * MINUTE
    await wrong(4, second)
    const [last] = await wrong(1, second)
    expect(await isLocked(second)).toBe(true)
    await lockout.giveBack(payerId, last as CountedAttempt)
    expect(await isLocked(second)).toBe(false)
    await wrong(1, second)
    expect(await lockedUntil(second)).toEqual(at(second + 15 * MINUTE))
  })

  test('of the five before a lock takes that lock away, because they were four then', async () => {
    const [first] = await wrong(5)
    await lockout.giveBack(payerId, first as CountedAttempt)
    expect(await isLocked(0)).toBe(false)
    await wrong(1)
    expect(await isLocked(0)).toBe(true)
  })

  test('as the first after a lock leaves none of the row after it', async () => {
    await wrong(5)
    const [first] = await wrong(1, 5 * MINUTE)
    await lockout.giveBack(payerId, first as CountedAttempt)
    await wrong(4, 5 * MINUTE)
    expect(await isLocked(5 * MINUTE)).toBe(false)
    await wrong(1, 5 * MINUTE)
    expect(await lockedUntil(5 * MINUTE)).toEqual(at(20 * MINUTE))
  })

  test('too late, when the next row has begun, takes nothing from that', async () => {
    const [first] = await wrong(5)
    await wrong(4, 5 * MINUTE)
    await lockout.giveBack(payerId, first as CountedAttempt)
    await wrong(1, 5 * MINUTE)
    expect(await isLocked(5 * MINUTE)).toBe(true)
  })

  test('never takes more than is counted', async () => {
    const [only] = await wrong(1)
    for (let i = 0; i < 3; i += 1) await lockout.giveBack(payerId, only as CountedAttempt)
    await wrong(4)
    expect(await isLocked(0)).toBe(false)
    await wrong(1)
    expect(await isLocked(0)).toBe(true)
  })

  test('by somebody who is not counted leaves nothing behind', async () => {
    await lockout.giveBack(payerId, { locks: 0, isLast: false })
    expect(await item()).toEqual(person())
  })
})

describe('many at once', () => {
  /** How many could try; none may be left without an answer. */
  const tried = async (n: number, seconds = 0) => {
    const attempts = await Promise.all(Array.from({ length: n }, () => reserve(seconds)))
    return attempts.filter((attempt) => !('lockedUntil' in attempt)).length
  }

  test('twelve attempts are exactly five, and the others are told that codes are locked', async () => {
    expect(await tried(12)).toBe(5)
    expect(await lockedUntil()).toEqual(at(5 * MINUTE))
  })

  test('the moment that a lock ends twelve attempts are exactly five, and the next lock is one longer', async () => {
    await wrong(5)
    expect(await tried(12, 5 * MINUTE)).toBe(5)
    expect(await lockedUntil(5 * MINUTE)).toEqual(at(20 * MINUTE))
  })
})

test('a lock that was set by hand holds, also for who entered no code before', async () => {
  const Item = { ...person(), codes_locked_until: at(HOUR).toISOString() }
  await put(Item)
  expect(await reserve()).toEqual({ lockedUntil: at(HOUR) })
  expect(await item()).toEqual(Item)
})

test('a lock that came after the row was seen is not taken for the one that was over then', async () => {
  await wrong(4)
  const [last] = await wrong(1)
  const now = 5 * MINUTE
  // Seen with its lock over; then that attempt is given back, and another makes the fifth anew.
  tables.meanwhile('read', async () => {
    await lockout.giveBack(payerId, last as CountedAttempt)
    await wrong(1, now)
  })
  expect(await reserve(now)).toEqual({ lockedUntil: at(now + 5 * MINUTE) })
  expect(await isLocked(now)).toBe(true)
})

describe('where an answer is lost and the SDK sends the write again', () => {
  test('an attempt counts once, whichever it is of the five', async () => {
    for (const attempts of [1, 2, 3, 4, 5]) {
      tables.lose(true)
      expect(await wrong(1)).toEqual([{ locks: 0, isLast: attempts === 5 }])
      expect((await item())?.failed_attempts).toBe(attempts)
    }
    expect(await isLocked(0)).toBe(true)
  })

  test('an attempt counts once also if it is the first after a lock, and if two answers are lost', async () => {
    await wrong(5)
    tables.lose(true, true)
    expect(await wrong(1, 5 * MINUTE)).toEqual([{ locks: 1, isLast: false }])
    expect(await item()).toMatchObject({ failed_attempts: 1 })
  })

  test('an attempt is given back once', async () => {
    const [first] = await wrong(4)
    tables.lose(true)
    await lockout.giveBack(payerId, first as CountedAttempt)
    expect(await item()).toMatchObject({ failed_attempts: 3 })
  })

  test('the attempt that locked codes can be given back', async () => {
    await wrong(4)
    tables.lose(true)
    const [last] = await wrong(1)
    await lockout.giveBack(payerId, last as CountedAttempt)
    expect(await isLocked(0)).toBe(false)
    await wrong(1)
    expect(await lockedUntil()).toEqual(at(5 * MINUTE))
  })
})

describe('a fault of the database', () => {
  const fault = new ProvisionedThroughputExceededException({ $metadata: {}, message: 'slow down' })

  test('lets nobody try', async () => {
    const faulty = tables.faulty()
    faulty.on(GetCommand).resolves({})
    faulty.on(UpdateCommand).rejects(fault)
    await expect(reserve()).rejects.toBe(fault)
    const last = { locks: 0, isLast: true }
    await expect(lockout.giveBack(payerId, last)).rejects.toBe(fault)
    await expect(lockout.reset(payerId)).rejects.toBe(fault)
  })

  test('on a read is no leave either, and is told where a lock is to be', async () => {
    await wrong(1)
    const faulty = tables.faulty()
    const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'lost' })
    faulty.on(UpdateCommand).rejects(lost)
    faulty.on(GetCommand).rejects(fault)
    await expect(reserve()).rejects.toBe(fault)
    await expect(lockout.tellLock(payerId, { locks: 0, isLast: true }, NOON)).rejects.toBe(fault)
  })

  test('a count that is never won lets nobody try, and ends after ten tries', async () => {
    const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'lost' })
    const faulty = tables.faulty()
    faulty.on(GetCommand).resolves({ Item: person() })
    faulty.on(UpdateCommand).rejects(lost)
    await expect(reserve()).rejects.toThrow('the condition of ten writes in a row')
    expect(faulty.commandCalls(UpdateCommand)).toHaveLength(10)
  })

  test('what is read is read consistently', async () => {
    const faulty = tables.faulty()
    const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'lost' })
    faulty.on(UpdateCommand).rejects(lost)
    faulty.on(GetCommand).resolves({})
    await reserve()
    await lockout.tellLock(payerId, { locks: 0, isLast: true }, NOON)
    const reads = faulty.commandCalls(GetCommand).map(({ args }) => args[0].input)
    expect(reads).toMatchObject([{ ConsistentRead: true }, { ConsistentRead: true }])
  })

  test.each([
    { failed_attempts: -1 },
    { failed_attempts: 'many' },
    { code_locks_before: 0.5 },
    { failed_attempts_at: 'yesterday' },
    { codes_locked_until: 'tomorrow' },
    { codes_lock_told: 'yes' },
    { audit_count: 'many' },
  ])('an item that is none (%j) lets nobody try', async (spoiled) => {
    await wrong(1)
    await put({ ...(await item()), ...spoiled })
    await expect(reserve()).rejects.toThrow()
  })
})
