import {
  ConditionalCheckFailedException,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lockoutTable } from '../../functions/adapters/lockoutTable.ts'
import type { Go, Lockout } from '../../functions/core/ports.ts'
import { NOON } from '../rig.ts'
import { startTables, type Tables } from './tables.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let tables: Tables
let lockout: Lockout
let people = 0
let payerId: string

beforeAll(async () => {
  tables = await startTables()
  lockout = lockoutTable(tables.documents, 'users')
})
afterAll(() => tables.close())
beforeEach(() => {
  tables.lose()
  people += 1
  payerId = `person-${people}`
})

const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)
const item = (who = payerId) => tables.user(`limit#codes#${who}`)
const reserve = (seconds = 0, who = payerId) => lockout.reserve(who, at(seconds))

/** So many goes that came to nothing. */
async function wrong(goes: number, seconds = 0, who = payerId): Promise<Go[]> {
  const all: Go[] = []
  for (let i = 0; i < goes; i += 1) {
    const go = await reserve(seconds, who)
    if ('lockedUntil' in go) throw new Error(`locked until ${go.lockedUntil.toISOString()}`)
    all.push(go)
  }
  return all
}
const isLocked = async (seconds: number, who = payerId) =>
  (await lockout.lockedUntil(who, at(seconds))) !== undefined

test('nobody is locked out who never entered a code', async () => {
  expect(await lockout.lockedUntil(payerId, NOON)).toBeUndefined()
})

test('four wrong codes in a row lock nothing, the fifth locks codes for five minutes', async () => {
  await wrong(4)
  expect(await isLocked(0)).toBe(false)
  await wrong(1)
  expect(await lockout.lockedUntil(payerId, NOON)).toEqual(at(5 * MINUTE))
  expect(await reserve()).toEqual({ lockedUntil: at(5 * MINUTE) })
})

test('a go while codes are locked changes nothing', async () => {
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

test('locks follow each other at 5, 15, 30 and 60 minutes, a day, and always a day', async () => {
  let now = 0
  for (const seconds of [5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, DAY, DAY, DAY]) {
    await wrong(4, now)
    expect(await isLocked(now)).toBe(false)
    await wrong(1, now)
    const end = now + seconds
    expect(await lockout.lockedUntil(payerId, at(now))).toEqual(at(end))
    expect(await isLocked(end - 0.001)).toBe(true)
    now = end
    expect(await isLocked(now)).toBe(false)
  }
})

test('goes that are apart by days are in a row all the same', async () => {
  for (const day of [0, 1, 2, 3]) await wrong(1, day * DAY)
  await wrong(1, 4 * DAY)
  expect(await isLocked(4 * DAY)).toBe(true)
})

test('another person’s count is another’s', async () => {
  await wrong(5)
  await wrong(4, 0, `${payerId}-other`)
  expect(await isLocked(0, `${payerId}-other`)).toBe(false)
})

test('an item that nobody adds to goes after thirty days, and a lock’s thirty days after it ended', async () => {
  const epoch = at(0).getTime() / 1000
  await wrong(1)
  expect(await item()).toMatchObject({ expires_epoch: epoch + 30 * DAY })
  await wrong(1, 0.001)
  expect(await item()).toMatchObject({ expires_epoch: epoch + 1 + 30 * DAY })
  await wrong(3)
  expect(await item()).toMatchObject({ expires_epoch: epoch + 5 * MINUTE + 30 * DAY })
})

describe('a right code', () => {
  test('begins the count anew', async () => {
    await wrong(4)
    await lockout.reset(payerId)
    await wrong(4)
    expect(await isLocked(0)).toBe(false)
    await wrong(1)
    expect(await isLocked(0)).toBe(true)
  })

  test('begins the ladder anew', async () => {
    await wrong(5)
    await wrong(5, 5 * MINUTE)
    await wrong(1, HOUR)
    await lockout.reset(payerId)
    await wrong(5, HOUR)
    expect(await lockout.lockedUntil(payerId, at(HOUR))).toEqual(at(HOUR + 5 * MINUTE))
  })

  test('whose go was the fifth takes its own lock away', async () => {
    await wrong(5)
    await lockout.reset(payerId)
    expect(await isLocked(0)).toBe(false)
    await wrong(4)
    expect(await isLocked(0)).toBe(false)
  })

  test('of somebody who is not counted leaves nothing behind', async () => {
    await lockout.reset(payerId)
    expect(await item()).toBeUndefined()
  })
})

describe('a go that is given back', () => {
  test('is not counted', async () => {
    await wrong(3)
    const [fourth] = await wrong(1)
    await lockout.giveBack(payerId, fourth as Go)
    await wrong(1)
    expect(await isLocked(0)).toBe(false)
    await wrong(1)
    expect(await isLocked(0)).toBe(true)
  })

  test('takes the lock away that it was, and the next lock is as long', async () => {
    await wrong(5)
    const second = 5 * MINUTE
    await wrong(4, second)
    const [fifth] = await wrong(1, second)
    expect(await isLocked(second)).toBe(true)
    await lockout.giveBack(payerId, fifth as Go)
    expect(await isLocked(second)).toBe(false)
    await wrong(1, second)
    expect(await lockout.lockedUntil(payerId, at(second))).toEqual(at(second + 15 * MINUTE))
  })

  test('of the five before a lock takes that lock away, because they were four then', async () => {
    const [first] = await wrong(5)
    await lockout.giveBack(payerId, first as Go)
    expect(await isLocked(0)).toBe(false)
    await wrong(1)
    expect(await isLocked(0)).toBe(true)
  })

  test('as the first after a lock leaves none of the row after it', async () => {
    await wrong(5)
    const [first] = await wrong(1, 5 * MINUTE)
    await lockout.giveBack(payerId, first as Go)
    await wrong(4, 5 * MINUTE)
    expect(await isLocked(5 * MINUTE)).toBe(false)
    await wrong(1, 5 * MINUTE)
    expect(await lockout.lockedUntil(payerId, at(5 * MINUTE))).toEqual(at(20 * MINUTE))
  })

  test('too late, when the next row has begun, takes nothing from that', async () => {
    const [first] = await wrong(5)
    await wrong(4, 5 * MINUTE)
    await lockout.giveBack(payerId, first as Go)
    await wrong(1, 5 * MINUTE)
    expect(await isLocked(5 * MINUTE)).toBe(true)
  })

  test('never takes more than is counted', async () => {
    const [only] = await wrong(1)
    for (let i = 0; i < 3; i += 1) await lockout.giveBack(payerId, only as Go)
    await wrong(4)
    expect(await isLocked(0)).toBe(false)
    await wrong(1)
    expect(await isLocked(0)).toBe(true)
  })

  test('by somebody who is not counted leaves nothing behind', async () => {
    await lockout.giveBack(payerId, { locks: 0 })
    expect(await item()).toBeUndefined()
  })
})

describe('many at once', () => {
  /** How many could try; none may be left without an answer. */
  const tried = async (n: number, seconds = 0) => {
    const goes = await Promise.all(Array.from({ length: n }, () => reserve(seconds)))
    return goes.filter((go) => !('lockedUntil' in go)).length
  }

  test('fifty goes are exactly five, and the others are told that codes are locked', async () => {
    expect(await tried(50)).toBe(5)
    expect(await lockout.lockedUntil(payerId, NOON)).toEqual(at(5 * MINUTE))
  })

  test('the moment that a lock ends fifty goes are exactly five, and the next lock is one longer', async () => {
    await wrong(5)
    expect(await tried(50, 5 * MINUTE)).toBe(5)
    expect(await lockout.lockedUntil(payerId, at(5 * MINUTE))).toEqual(at(20 * MINUTE))
  })
})

test('a lock that was set by hand holds, also for who entered no code before', async () => {
  const user_id = `limit#codes#${payerId}`
  const Item = { user_id, locked_until: at(HOUR).toISOString() }
  await tables.documents.send(new PutCommand({ TableName: 'users', Item }))
  expect(await reserve()).toEqual({ lockedUntil: at(HOUR) })
  expect(await item()).toEqual(Item)
})

test('a lock that came after the row was seen is not taken for the one that was over then', async () => {
  await wrong(4)
  const [fifth] = await wrong(1)
  const now = 5 * MINUTE
  // Seen with its lock over; then that go is given back, and another makes the fifth anew.
  tables.meanwhile('read', async () => {
    await lockout.giveBack(payerId, fifth as Go)
    await wrong(1, now)
  })
  expect(await reserve(now)).toEqual({ lockedUntil: at(now + 5 * MINUTE) })
  expect(await isLocked(now)).toBe(true)
})

describe('where an answer is lost and the SDK sends the write again', () => {
  test('a go counts once, whichever it is of the five', async () => {
    for (const goes of [1, 2, 3, 4, 5]) {
      tables.lose(true)
      await wrong(1)
      expect((await item())?.goes).toBe(goes)
    }
    expect(await isLocked(0)).toBe(true)
  })

  test('a go counts once also if it is the first after a lock, and if two answers are lost', async () => {
    await wrong(5)
    tables.lose(true, true)
    await wrong(1, 5 * MINUTE)
    expect(await item()).toMatchObject({ goes: 1 })
  })

  test('a go is given back once', async () => {
    const [first] = await wrong(4)
    tables.lose(true)
    await lockout.giveBack(payerId, first as Go)
    expect(await item()).toMatchObject({ goes: 3 })
  })

  test('the go that locked codes can be given back', async () => {
    await wrong(4)
    tables.lose(true)
    const [fifth] = await wrong(1)
    await lockout.giveBack(payerId, fifth as Go)
    expect(await isLocked(0)).toBe(false)
    await wrong(1)
    expect(await lockout.lockedUntil(payerId, NOON)).toEqual(at(5 * MINUTE))
  })
})

describe('a fault of the database', () => {
  const fault = new ProvisionedThroughputExceededException({ $metadata: {}, message: 'slow down' })

  test('lets nobody try', async () => {
    const faulty = mockClient(tables.documents)
    faulty.on(GetCommand).resolves({})
    faulty.on(UpdateCommand).rejects(fault)
    try {
      await expect(reserve()).rejects.toBe(fault)
      await expect(lockout.giveBack(payerId, { locks: 0 })).rejects.toBe(fault)
      await expect(lockout.reset(payerId)).rejects.toBe(fault)
    } finally {
      faulty.restore()
    }
  })

  test('on a read is no leave either', async () => {
    const faulty = mockClient(tables.documents)
    faulty.on(GetCommand).rejects(fault)
    try {
      await expect(lockout.lockedUntil(payerId, NOON)).rejects.toBe(fault)
    } finally {
      faulty.restore()
    }
  })

  test('a count that is never won lets nobody try, and ends after ten tries', async () => {
    const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'lost' })
    const faulty = mockClient(tables.documents)
    faulty.on(GetCommand).resolves({})
    faulty.on(UpdateCommand).rejects(lost)
    try {
      await expect(reserve()).rejects.toThrow('too often')
      expect(faulty.commandCalls(UpdateCommand)).toHaveLength(10)
    } finally {
      faulty.restore()
    }
  })

  test('what is read is read consistently', async () => {
    const faulty = mockClient(tables.documents)
    faulty.on(GetCommand).resolves({})
    try {
      await lockout.lockedUntil(payerId, NOON)
      expect(faulty.commandCalls(GetCommand)[0]?.args[0].input).toMatchObject({
        ConsistentRead: true,
      })
    } finally {
      faulty.restore()
    }
  })

  test.each([{ goes: -1 }, { goes: 'many' }, { locks_before: 0.5 }, { locked_until: 'tomorrow' }])(
    'an item that is none (%j) lets nobody try',
    async (spoiled) => {
      await wrong(1)
      const Item = { ...(await item()), ...spoiled }
      await tables.documents.send(new PutCommand({ TableName: 'users', Item }))
      await expect(lockout.lockedUntil(payerId, NOON)).rejects.toThrow()
    },
  )
})
