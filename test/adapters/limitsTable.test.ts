import { createHash } from 'node:crypto'
import {
  ConditionalCheckFailedException,
  InternalServerError,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LimitSettings, limitsTable } from '../../functions/adapters/limitsTable.ts'
import type { Starts } from '../../functions/core/ports.ts'
import { Refusal } from '../../functions/core/refusals.ts'
import { NOON, numberOf } from '../rig.ts'
import { startTables, type Tables } from './tables.ts'

const HOUR = 3600
const LIMITS: LimitSettings = {
  textsPerHour: 3,
  textsPerDayForStage: 1000,
  openPayments: 5,
  paymentsPerHour: 4,
}

let tables: Tables
let people = 0
let payerId: string

beforeAll(async () => {
  tables = await startTables()
})
afterAll(() => tables.close())
beforeEach(() => {
  tables.lose()
  tables.calls.length = 0
  people += 1
  payerId = `person-${people}`
})

const limits = (more: Partial<LimitSettings> = {}) =>
  limitsTable(tables.documents, 'users', { ...LIMITS, ...more })
const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)
const phoneOf = (n: number) => ({ countryCode: '1', national: numberOf(n).slice(2) })
const counter = (key: string) => tables.user(key)
const store = (Item: Record<string, unknown>) =>
  tables.documents.send(new PutCommand({ TableName: 'users', Item }))
const hourly = (key: string, seconds = 0) => `${key}#${at(seconds).toISOString().slice(0, 13)}`
const allowed = async (tries: Promise<unknown>[]) => {
  const results = await Promise.allSettled(tries)
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(Refusal)
  }
  return results.filter(({ status }) => status === 'fulfilled').length
}
const epoch = NOON.getTime() / 1000
const full = (code: string, retryAfterSeconds: number) => ({ code, details: { retryAfterSeconds } })

describe('texts', () => {
  const spend = (seconds: number, who = payerId, phone = phoneOf(people), limit = limits()) =>
    limit.spendTexts(who, [phone], at(seconds))

  test('are as many in an hour as the limit, and one more is refused until the hour is over', async () => {
    for (const second of [0, 20, 40]) await spend(second)
    await expect(spend(60)).rejects.toMatchObject(full('too_many_sms', HOUR - 60))
    await expect(spend(HOUR - 0.001)).rejects.toMatchObject(full('too_many_sms', 1))
  })

  test('are counted anew in the next hour of the clock, and in any after it', async () => {
    for (const window of [0, HOUR, 3 * HOUR]) {
      for (const second of [0, 20, 40]) await spend(window + second)
      await expect(spend(window + 60)).rejects.toMatchObject(full('too_many_sms', HOUR - 60))
    }
  })

  test('at the very end of an hour belong to the next', async () => {
    await spend(0)
    await spend(HOUR)
    expect(await counter(hourly(`limit#person#${payerId}`, HOUR))).toMatchObject({ uses: 1 })
  })

  test('that are refused are not counted', async () => {
    for (const second of [0, 1, 2, 3, 4, 5]) await spend(second).catch(() => {})
    expect(await counter(hourly(`limit#person#${payerId}`))).toMatchObject({ uses: 3 })
  })

  test('are counted for the number too, whoever asks', async () => {
    const phone = phoneOf(people)
    for (const n of [1, 2, 3]) await spend(n, `${payerId}-${n}`, phone)
    await expect(spend(4, `${payerId}-4`, phone)).rejects.toMatchObject({ code: 'too_many_sms' })
    await spend(4, `${payerId}-4`, phoneOf(people + 500))
  })

  test('are counted for the person too, whatever the number', async () => {
    for (const n of [1, 2, 3]) await spend(n, payerId, phoneOf(700 + n))
    await expect(spend(4, payerId, phoneOf(710))).rejects.toMatchObject({ code: 'too_many_sms' })
  })

  test('are counted for all together, in a day of their own', async () => {
    const day = 30 * 24 * HOUR
    const few = limits({ textsPerDayForStage: 2 })
    const one = (n: number, seconds: number) =>
      spend(seconds, `${payerId}-${n}`, phoneOf(800 + n), few)
    await one(1, day)
    await one(2, day + 1)
    // Noon and twelve hours: the next day.
    await expect(one(3, day + 2)).rejects.toMatchObject(full('too_many_sms', 12 * HOUR - 2))
    await expect(one(3, day + 12 * HOUR - 1)).rejects.toMatchObject(full('too_many_sms', 1))
    await one(3, day + 12 * HOUR)
  })

  test('a person who is refused takes nothing from everybody', async () => {
    const day = 60 * 24 * HOUR
    const stage = `limit#stage#${at(day).toISOString().slice(0, 10)}`
    for (const second of [0, 1, 2]) await spend(day + second)
    for (const second of [3, 4, 5]) await spend(day + second).catch(() => {})
    expect(await counter(stage)).toMatchObject({ uses: 3 })
  })

  test('that one limit refuses are taken from none of the others', async () => {
    const day = 90 * 24 * HOUR
    const used = phoneOf(people)
    for (const n of [1, 2, 3]) await spend(day + n, `${payerId}-${n}`, used)
    for (const n of [4, 5, 6, 7]) await spend(day + n, payerId, used).catch(() => {})
    const both = limits().spendTexts(payerId, [phoneOf(people + 300), used], at(day + 8))
    await expect(both).rejects.toMatchObject({ code: 'too_many_sms' })
    expect(await counter(hourly(`limit#person#${payerId}`, day))).toMatchObject({ uses: 0 })
    expect(await counter(`limit#stage#${at(day).toISOString().slice(0, 10)}`)).toMatchObject({
      uses: 3,
    })
    await spend(day + 9, payerId, phoneOf(people + 400))
  })

  test('50 at once are exactly as many as the limit', async () => {
    const tries = Array.from({ length: 50 }, (_, i) => spend(0, payerId, phoneOf(900 + i)))
    expect(await allowed(tries)).toBe(3)
    expect(await counter(hourly(`limit#person#${payerId}`))).toMatchObject({ uses: 3 })
  })

  test('50 at once are exactly as many as the limit also when a window is over', async () => {
    for (const second of [0, 1, 2]) await spend(second)
    const tries = Array.from({ length: 50 }, () => spend(HOUR + 5))
    expect(await allowed(tries)).toBe(3)
  })

  test('whose write is sent again because its answer was lost are counted once', async () => {
    tables.lose(true, true, true)
    await spend(0)
    expect(await counter(hourly(`limit#person#${payerId}`))).toMatchObject({ uses: 1 })
    tables.lose(true)
    await spend(20)
    expect(await counter(hourly(`limit#person#${payerId}`))).toMatchObject({ uses: 2 })
  })

  test('are given back once, also if the answer to that is lost', async () => {
    const used = phoneOf(people)
    for (const n of [1, 2, 3]) await spend(n, `${payerId}-${n}`, used)
    await spend(4, payerId, phoneOf(people + 200))
    // Counted for the person, refused for the number, given back.
    tables.lose(false, true)
    await expect(spend(5, payerId, used)).rejects.toMatchObject({ code: 'too_many_sms' })
    expect(await counter(hourly(`limit#person#${payerId}`))).toMatchObject({ uses: 1 })
  })

  test('are given back before the refusal is told', async () => {
    const used = phoneOf(people)
    for (const n of [1, 2, 3]) await spend(n, `${payerId}-${n}`, used)
    let isGivenBack = false
    const givingBack = async () => {
      await new Promise(setImmediate)
      isGivenBack = true
    }
    // The next write counts for the person, and the one after it takes that back.
    tables.meanwhile('write', async () => {})
    tables.meanwhile('write', givingBack)
    await expect(spend(4, payerId, used)).rejects.toMatchObject({ code: 'too_many_sms' })
    expect(isGivenBack).toBe(true)
  })

  test.each([0, undefined])('are given back never below none, where %s is left', async (uses) => {
    const used = phoneOf(people)
    const person = hourly(`limit#person#${payerId}`)
    for (const n of [1, 2, 3]) await spend(n, `${payerId}-${n}`, used)
    // The owner clears the person's count after it was raised, before it is given back.
    const left = { user_id: person, ...(uses !== undefined && { uses }) }
    tables.meanwhile('write', () => store(left))
    await expect(spend(4, payerId, used)).rejects.toMatchObject({ code: 'too_many_sms' })
    expect(await counter(person)).toEqual(left)
  })

  test('are refused by a fault where a counter is none', async () => {
    await store({ user_id: hourly(`limit#person#${payerId}`), uses: 'many' })
    await expect(spend(0)).rejects.not.toBeInstanceOf(Refusal)
  })

  test('the counter tells no number, and ends', async () => {
    const phone = phoneOf(people)
    await spend(0)
    const sha = createHash('sha256').update(`+1${phone.national}`).digest('hex')
    const found = await counter(hourly(`limit#number#${sha}`))
    expect(found).toMatchObject({ expires_epoch: epoch + 2 * HOUR })
    const stage = `limit#stage#${NOON.toISOString().slice(0, 10)}`
    expect(await counter(stage)).toMatchObject({ expires_epoch: epoch + 48 * HOUR })
    expect(JSON.stringify(found)).not.toContain(phone.national.slice(-7))
  })
})

describe('payments', () => {
  const over = new Set<string>()
  const isOver = async (id: string) => over.has(id)
  const start = (
    id: number | string,
    seconds = 0,
    more: Partial<LimitSettings> = {},
    seen?: Starts,
  ) =>
    limits(more).reserveStart(
      { payerId, paymentId: `${payerId}-${id}`, expiresAt: at(seconds + 300) },
      isOver,
      at(seconds),
      seen,
    )
  const stored = async () => (await counter(`limit#starts#${payerId}`)) ?? {}
  const seen = async () => (await limits().readStarts(payerId)) as Starts
  const named = (...ids: string[]) => ids.map((id) => `${payerId}-${id}`)

  test('are as many in an hour as the limit, one more is refused, and the next hour counts anew', async () => {
    for (const window of [0, 1, 2.5]) {
      const begun = window * HOUR
      for (const n of [0, 1, 2, 3]) await start(`${window}-${n}`, begun + n * 400)
      await expect(start(`${window}-4`, begun + 1600)).rejects.toMatchObject(
        full('too_many_payments', 2000),
      )
      await expect(start(`${window}-4`, begun + HOUR - 0.001)).rejects.toMatchObject(
        full('too_many_payments', 1),
      )
    }
  })

  test('that are open are as many as the limit, and one more waits for the first to end', async () => {
    const few = { openPayments: 2 }
    await start('a', 0, few)
    await start('b', 10, few)
    await expect(start('c', 20, few)).rejects.toMatchObject(full('too_many_payments', 280))
    await expect(start('c', 299.999, few)).rejects.toMatchObject(full('too_many_payments', 1))
    await start('c', 300, few)
    await expect(start('d', 300, few)).rejects.toMatchObject(full('too_many_payments', 10))
  })

  test('that wait for a slot wait for the first that ends, in whatever order they are kept', async () => {
    const few = { openPayments: 3 }
    for (const [id, seconds] of [
      ['b', 10],
      ['c', 0],
      ['a', 20],
    ] as const) {
      await start(id, seconds, few)
    }
    await expect(start('d', 20, few)).rejects.toMatchObject(full('too_many_payments', 280))
  })

  test('that are decided make room at once', async () => {
    const few = { openPayments: 2 }
    for (const id of ['a', 'b']) await start(id, 0, few)
    over.add(`${payerId}-a`)
    await start('c', 1, few)
    await expect(start('d', 1, few)).rejects.toMatchObject({ code: 'too_many_payments' })
  })

  test('that are open stay counted when the hour begins anew', async () => {
    const few = { openPayments: 2 }
    await start('a', 0, few)
    await start('b', HOUR - 100, few)
    await start('c', HOUR, few)
    await expect(start('d', HOUR + 1, few)).rejects.toMatchObject({ code: 'too_many_payments' })
  })

  test('the same one is counted once, however often it is asked, also beyond the limit', async () => {
    for (const id of ['a', 'a', 'b', 'c', 'd']) await start(id)
    await start('a')
    await expect(start('e')).rejects.toMatchObject({ code: 'too_many_payments' })
    expect(Object.keys((await counter(`limit#starts#${payerId}`))?.started)).toHaveLength(4)
  })

  test('the same one, asked later, keeps its slot as long as it may last then', async () => {
    await start('a')
    await start('a', 10)
    expect((await stored()).unfinished).toEqual({ [`${payerId}-a`]: at(310).toISOString() })
  })

  test('the same one keeps its slot where there is no other', async () => {
    const few = { openPayments: 2 }
    for (const id of ['a', 'b', 'a', 'b']) await start(id, 0, few)
    await expect(start('c', 0, few)).rejects.toMatchObject({ code: 'too_many_payments' })
  })

  test('the same one, open since the hour before, is not counted in the next', async () => {
    await start('a')
    await start('b', HOUR - 10)
    await start('c', HOUR)
    await start('b', HOUR + 1)
    expect(Object.keys((await stored()).started)).toEqual(named('c'))
  })

  test('the same one finds a slot again if it lost its own, and is not counted again', async () => {
    const few = { openPayments: 2, paymentsPerHour: 3 }
    await start('a', 0, few)
    await start('b', 1, few)
    over.add(`${payerId}-a`)
    await start('c', 2, few)
    await expect(start('a', 3, few)).rejects.toMatchObject(full('too_many_payments', 298))
    over.add(`${payerId}-b`)
    await start('a', 4, few)
    expect(Object.keys((await stored()).started).sort()).toEqual(named('a', 'b', 'c'))
    expect(Object.keys((await stored()).unfinished).sort()).toEqual(named('a', 'c'))
    expect((await stored()).unfinished[`${payerId}-a`]).toBe(at(304).toISOString())
  })

  test('the count ends two hours after the hour began, also after it began anew', async () => {
    await start('a', 0.001)
    expect(await stored()).toMatchObject({ expires_epoch: epoch + 2 * HOUR + 1 })
    await start('b', 10)
    expect(await stored()).toMatchObject({ expires_epoch: epoch + 2 * HOUR + 1 })
    await start('c', 2 * HOUR)
    expect(await stored()).toMatchObject({ expires_epoch: epoch + 4 * HOUR })
  })

  test('that are refused are not counted', async () => {
    for (const id of 'abcdefgh') await start(id).catch(() => {})
    expect(Object.keys((await counter(`limit#starts#${payerId}`))?.unfinished)).toHaveLength(4)
  })

  test('50 at once are exactly as many as the limit of the hour', async () => {
    const tries = Array.from({ length: 50 }, (_, i) => start(i))
    expect(await allowed(tries)).toBe(4)
  })

  test('50 at once are exactly as many as may be open, also when an hour is over', async () => {
    const few = { openPayments: 3, paymentsPerHour: 100 }
    await start('before', 0, few)
    const tries = Array.from({ length: 50 }, (_, i) => start(i, HOUR + 300, few))
    expect(await allowed(tries)).toBe(3)
  })

  test("another person's count is another's", async () => {
    for (const n of [0, 1, 2, 3]) await start(n)
    payerId = `${payerId}-other`
    await start(0)
  })

  test.each(['-_AAAAAAAAAAAAAAAAAAAA', '0AAAAAAAAAAAAAAAAAAAAA'])('may be named %s', async (id) => {
    const named = { payerId, paymentId: id, expiresAt: at(300) }
    await limits().reserveStart(named, isOver, NOON)
    await limits().reserveStart(named, isOver, NOON)
    expect(Object.entries((await counter(`limit#starts#${payerId}`))?.started)).toEqual([
      [id, NOON.toISOString()],
    ])
  })

  describe('whose count was seen before another changed it', () => {
    const few = { openPayments: 2, paymentsPerHour: 3 }

    test('begin with what was seen, and read nothing', async () => {
      await start('a')
      const before = await seen()
      tables.calls.length = 0
      await start('b', 1, {}, before)
      expect(tables.calls.map(({ command }) => command)).toEqual(['UpdateItemCommand'])
      await start('c', 2)
      expect(tables.calls.map(({ command }) => command).slice(1)).toEqual([
        'GetItemCommand',
        'UpdateItemCommand',
      ])
    })

    test('are not open beyond the limit: a new one', async () => {
      await start('a', 0, few)
      const before = await seen()
      await start('b', 0, few)
      await expect(start('c', 0, few, before)).rejects.toMatchObject({ code: 'too_many_payments' })
      expect(Object.keys((await stored()).unfinished).sort()).toEqual(named('a', 'b'))
    })

    test('are not open beyond the limit: one that lost its slot before', async () => {
      await start('a', 0, few)
      await start('b', 0, few)
      over.add(`${payerId}-a`)
      await start('c', 0, few)
      const room = { ...(await seen()), unfinished: { [`${payerId}-b`]: at(300).toISOString() } }
      await expect(start('a', 0, few, room)).rejects.toMatchObject({ code: 'too_many_payments' })
      expect(Object.keys((await stored()).unfinished).sort()).toEqual(named('b', 'c'))
    })

    test('are not open beyond the limit: one that has lost its slot since', async () => {
      for (const id of ['a', 'b']) await start(id, 0, few)
      const before = await seen()
      over.add(`${payerId}-a`)
      await start('c', 0, few)
      await expect(start('a', 1, few, before)).rejects.toMatchObject({ code: 'too_many_payments' })
      expect(Object.keys((await stored()).unfinished).sort()).toEqual(named('b', 'c'))
    })

    test('are not open beyond the limit: the first in a new hour', async () => {
      await start('a', 0, few)
      await start('b', HOUR - 100, few)
      await start('c', HOUR - 99, few)
      const ends = { [`${payerId}-b`]: at(HOUR + 200).toISOString() }
      const room = { ...(await seen()), unfinished: ends }
      await expect(start('d', HOUR, few, room)).rejects.toMatchObject({ code: 'too_many_payments' })
      expect(Object.keys((await stored()).unfinished).sort()).toEqual(named('b', 'c'))
    })

    test('are all counted where two begin the new hour', async () => {
      await start('a')
      const before = await seen()
      await start('b', HOUR)
      await start('c', HOUR + 1, {}, before)
      expect(Object.keys((await stored()).started).sort()).toEqual(named('b', 'c'))
      expect(await stored()).toMatchObject({ window_started_at: at(HOUR).toISOString() })
    })

    test('are counted in the new hour where what was seen belies that the old one is over', async () => {
      await start('a')
      await start('b', HOUR, {}, { ...(await seen()), windowStartedAt: at(1).toISOString() })
      expect(await stored()).toMatchObject({ window_started_at: at(HOUR).toISOString() })
      expect(Object.keys((await stored()).started)).toEqual(named('b'))
    })

    test('begin anew where it is gone', async () => {
      const times = { a: at(0).toISOString(), b: at(0).toISOString() }
      const gone = { windowStartedAt: at(0).toISOString(), started: times, unfinished: times }
      await start('c', 1, few, gone)
      expect(Object.keys((await stored()).started)).toEqual(named('c'))
    })
  })
})

test('what is read is read consistently', async () => {
  await limits().readStarts(payerId)
  await store({ user_id: hourly(`limit#person#${payerId}`), uses: 3 })
  await limits()
    .spendTexts(payerId, [phoneOf(people)], NOON)
    .catch(() => {})
  const reads = tables.calls.filter(({ command }) => command === 'GetItemCommand')
  expect(reads.map(({ input }) => input)).toMatchObject([
    { ConsistentRead: true },
    { ConsistentRead: true },
  ])
})

describe('a fault of the database', () => {
  test.each([
    new ProvisionedThroughputExceededException({ $metadata: {}, message: 'slow down' }),
    new InternalServerError({ $metadata: {}, message: 'sorry' }),
    new DOMException('too late', 'TimeoutError'),
  ])('$name lets nothing pass', async (fault) => {
    const faulty = mockClient(tables.documents)
    faulty.on(GetCommand).resolves({})
    faulty.on(UpdateCommand).rejects(fault)
    try {
      const start = { payerId, paymentId: 'a', expiresAt: at(300) }
      await expect(limits().spendTexts(payerId, [phoneOf(people)], NOON)).rejects.toBe(fault)
      await expect(limits().reserveStart(start, async () => true, NOON)).rejects.toBe(fault)
    } finally {
      faulty.restore()
    }
  })

  test('while room is made lets nothing pass', async () => {
    const fault = new InternalServerError({ $metadata: {}, message: 'sorry' })
    const start = { payerId, paymentId: 'b', expiresAt: at(301) }
    const faulty = mockClient(tables.documents)
    const Item = {
      window_started_at: NOON.toISOString(),
      started: { a: NOON.toISOString() },
      unfinished: { a: at(300).toISOString() },
    }
    faulty.on(GetCommand).resolves({ Item })
    faulty.on(UpdateCommand).rejects(fault)
    try {
      const few = limits({ openPayments: 1 })
      await expect(few.reserveStart(start, async () => true, at(1))).rejects.toBe(fault)
      expect(faulty.commandCalls(UpdateCommand)).toHaveLength(1)
    } finally {
      faulty.restore()
    }
  })

  test('between two counters gives nothing back: the other write may have counted', async () => {
    const fault = new InternalServerError({ $metadata: {}, message: 'sorry' })
    const faulty = mockClient(tables.documents)
    faulty.on(UpdateCommand).resolvesOnce({}).rejects(fault)
    try {
      const spent = limits().spendTexts(payerId, [phoneOf(people)], NOON)
      await expect(spent).rejects.toBe(fault)
      expect(faulty.commandCalls(UpdateCommand)).toHaveLength(2)
    } finally {
      faulty.restore()
    }
  })

  test('a counter that is never won lets nothing pass, and ends after ten tries', async () => {
    const faulty = mockClient(tables.documents)
    const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'lost' })
    faulty.on(UpdateCommand).rejects(lost)
    faulty
      .on(GetCommand)
      .resolvesOnce({})
      .resolves({ Item: { uses: 0 } })
    try {
      const start = { payerId, paymentId: 'a', expiresAt: at(300) }
      const times = () => faulty.commandCalls(UpdateCommand).length
      faulty.on(GetCommand).resolves({ Item: { uses: 0 } })
      const spent = limits().spendTexts(payerId, [phoneOf(people)], NOON)
      await expect(spent).rejects.toThrow('too often')
      expect(times()).toBe(10)
      faulty.on(GetCommand).resolves({})
      const started = limits().reserveStart(start, async () => true, NOON)
      await expect(started).rejects.toThrow('too often')
      expect(times()).toBe(20)
    } finally {
      faulty.restore()
    }
  })
})
