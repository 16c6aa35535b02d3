import { createHash } from 'node:crypto'
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  InternalServerError,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LimitSettings, limitsTable } from '../../functions/adapters/limitsTable.ts'
import { Refusal } from '../../functions/core/refusals.ts'
import { createTables, startDatabase } from '../../local/database/database.ts'
import { NOON, numberOf } from '../rig.ts'

const HOUR = 3600
const LIMITS: LimitSettings = {
  textsPerHour: 3,
  textsPerDayForStage: 1000,
  openPayments: 5,
  paymentsPerHour: 4,
}

let database: Awaited<ReturnType<typeof startDatabase>>
let client: DynamoDBClient
let documents: DynamoDBDocumentClient
let people = 0
let payerId: string

beforeAll(async () => {
  database = await startDatabase()
  client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  await createTables(client)
  documents = DynamoDBDocumentClient.from(client)
})
afterAll(async () => {
  client.destroy()
  await database.close()
})
beforeEach(() => {
  people += 1
  payerId = `person-${people}`
})

const limits = (more: Partial<LimitSettings> = {}) =>
  limitsTable(documents, 'users', { ...LIMITS, ...more })
const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)
const phoneOf = (n: number) => ({ countryCode: '1', national: numberOf(n).slice(2) })
const counter = async (key: string) => {
  const read = { TableName: 'users', Key: { user_id: key }, ConsistentRead: true }
  return (await documents.send(new GetCommand(read))).Item
}
const hourly = (key: string, seconds = 0) => `${key}#${at(seconds).toISOString().slice(0, 13)}`
const allowed = async (tries: Promise<unknown>[]) => {
  const results = await Promise.allSettled(tries)
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(Refusal)
  }
  return results.filter(({ status }) => status === 'fulfilled').length
}
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
    await expect(one(3, day + 2)).rejects.toMatchObject({ code: 'too_many_sms' })
    // Noon and twelve hours: the next day.
    await expect(one(3, day + 12 * HOUR - 1)).rejects.toMatchObject({ code: 'too_many_sms' })
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

  test('the counter tells no number, and ends', async () => {
    const phone = phoneOf(people)
    await spend(0)
    const sha = createHash('sha256').update(`+1${phone.national}`).digest('hex')
    const found = await counter(hourly(`limit#number#${sha}`))
    expect(found).toMatchObject({ expires_epoch: at(2 * HOUR).getTime() / 1000 })
    expect(JSON.stringify(found)).not.toContain(phone.national.slice(-7))
  })
})

describe('payments', () => {
  const over = new Set<string>()
  const isOver = async (id: string) => over.has(id)
  const start = (id: number | string, seconds = 0, more: Partial<LimitSettings> = {}) =>
    limits(more).reserveStart(
      { payerId, paymentId: `${payerId}-${id}`, expiresAt: at(seconds + 300) },
      isOver,
      at(seconds),
    )

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
})

describe('a fault of the database', () => {
  test.each([
    new ProvisionedThroughputExceededException({ $metadata: {}, message: 'slow down' }),
    new InternalServerError({ $metadata: {}, message: 'sorry' }),
    new DOMException('too late', 'TimeoutError'),
  ])('$name lets nothing pass', async (fault) => {
    const faulty = mockClient(documents)
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

  test('a counter that is never won lets nothing pass, and ends', async () => {
    const faulty = mockClient(documents)
    faulty
      .on(UpdateCommand)
      .rejects(new ConditionalCheckFailedException({ $metadata: {}, message: 'lost' }))
    faulty.on(GetCommand).resolves({})
    try {
      const start = { payerId, paymentId: 'a', expiresAt: at(300) }
      await expect(limits().spendTexts(payerId, [phoneOf(people)], NOON)).rejects.toThrow(
        'too often',
      )
      await expect(limits().reserveStart(start, async () => true, NOON)).rejects.toThrow(
        'too often',
      )
      expect(faulty.commandCalls(UpdateCommand).length).toBeLessThan(50)
    } finally {
      faulty.restore()
    }
  })
})
