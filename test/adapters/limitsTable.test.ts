import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  ConditionalCheckFailedException,
  InternalServerError,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LimitSettings, limitsTable } from '../../functions/adapters/dynamodb/limitsTable.ts'
import { limitSettings } from '../../functions/adapters/settings.ts'
import type { Limits, Starts } from '../../functions/core/ports.ts'
import { Refusal } from '../../functions/core/refusals.ts'
import { NOON, numberOf } from '../harness/harness.ts'
import { startTables, type Tables } from './tables.ts'

const HOUR = 3600
const LIMITS: LimitSettings = {
  textsPerHour: 3,
  textsPerDay: 5,
  provingTextsPerHour: 3,
  provingTextsPerDay: 5,
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
const allowed = async (tries: Promise<unknown>[]) => {
  const results = await Promise.allSettled(tries)
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(Refusal)
  }
  return results.filter(({ status }) => status === 'fulfilled').length
}
const epoch = NOON.getTime() / 1000
const full = (code: string, retryAfterSeconds: number) => ({ code, details: { retryAfterSeconds } })
const tooManyTexts = (retryAfterSeconds: number) => full('too_many_sms', retryAfterSeconds)
const isRefused = (error: unknown) => {
  expect(error).toBeInstanceOf(Refusal)
  return false
}
type Phone = ReturnType<typeof phoneOf>

const day = (key: string, seconds = 0) => `${key}#${at(seconds).toISOString().slice(0, 10)}`
const sha = (phone: { national: string }) =>
  createHash('sha256').update(`+1${phone.national}`).digest('hex')
const DAY = 24 * HOUR
/** Noon is twelve hours before the next day of the clock. */
const TO_MIDNIGHT = 12 * HOUR

const payingWhile =
  (isScarce: boolean) =>
  (who: string, seconds: number, limit = limits()) =>
    limit.spendPayingText(who, at(seconds), { isScarce })
const spendPaying = payingWhile(false)
// Each time another number, so that only the person's count is met.
const spendProving = (who: string, seconds: number, limit = limits()) => {
  proved += 1
  return limit.spendProvingTexts(who, phoneOf(100 + proved), 1, at(seconds))
}
/** Both purposes, each as a function of who spends one when, with a hour of 3 and a day of 5. */
const purposes = [
  ['paying', 'while there are plenty', spendPaying],
  ['paying', 'while they are scarce', payingWhile(true)],
  ['proving', 'at any time', spendProving],
] as const
let proved = 0

describe.each(purposes)('texts of one person for %s, %s', (purpose, _, spend) => {
  const own = (seconds = 0) => counter(day(`limit#${purpose}#${payerId}`, seconds))

  test('are as many in an hour as the limit, and one more is refused until the hour is over', async () => {
    for (const second of [0, 20, 40]) await spend(payerId, second)
    const full = (seconds: number) => tooManyTexts(seconds)
    await expect(spend(payerId, 60)).rejects.toMatchObject(full(HOUR - 60))
    await expect(spend(payerId, HOUR - 0.001)).rejects.toMatchObject(full(1))
  })

  test('are as many in a day as the limit, and one more is refused until the day is over', async () => {
    for (const second of [0, 20, 40, HOUR, HOUR + 20]) await spend(payerId, second)
    for (const second of [HOUR + 40, 2 * HOUR, TO_MIDNIGHT - 1]) {
      const refused = tooManyTexts(TO_MIDNIGHT - second)
      await expect(spend(payerId, second)).rejects.toMatchObject(refused)
    }
  })

  test('that fill hour and day at once are refused until the day is over, not the hour', async () => {
    const same = limits({ textsPerDay: 3, provingTextsPerDay: 3 })
    for (const second of [0, 20, 40]) await spend(payerId, second, same)
    const refused = tooManyTexts(TO_MIDNIGHT - 60)
    await expect(spend(payerId, 60, same)).rejects.toMatchObject(refused)
  })

  test('are counted anew in the next day of the clock, and in any after it', async () => {
    for (const window of [0, TO_MIDNIGHT, 3 * DAY + TO_MIDNIGHT]) {
      for (const second of [0, 20, 40]) await spend(payerId, window + second)
      const refused = tooManyTexts(HOUR - 60)
      await expect(spend(payerId, window + 60)).rejects.toMatchObject(refused)
      for (const second of [HOUR, HOUR + 1]) await spend(payerId, window + second)
      await expect(spend(payerId, window + HOUR + 2)).rejects.toBeInstanceOf(Refusal)
    }
  })

  test('at the very end of an hour belong to the next', async () => {
    await spend(payerId, 0)
    await spend(payerId, HOUR)
    expect(await own()).toMatchObject({ uses: 2, uses_at_12: 1, uses_at_13: 1 })
  })

  test('at the very end of a day belong to the next', async () => {
    await spend(payerId, TO_MIDNIGHT - 0.001)
    await spend(payerId, TO_MIDNIGHT)
    expect(await own()).toMatchObject({ uses: 1, uses_at_23: 1 })
    expect(await own(TO_MIDNIGHT)).toMatchObject({ uses: 1, uses_at_00: 1 })
  })

  test('that are refused are not counted, and take nothing from everybody', async () => {
    const later = (60 + purposes.findIndex((one) => one[2] === spend)) * DAY
    for (const second of [0, 1, 2]) await spend(payerId, later + second)
    for (const second of [3, 4, 5]) await spend(payerId, later + second).catch(() => {})
    expect(await own(later)).toMatchObject({ uses: 3, uses_at_12: 3 })
    expect(await counter(day('limit#stage', later))).toMatchObject({ uses: 3 })
  })

  test("are not another person's", async () => {
    for (const second of [0, 1, 2]) await spend(payerId, second)
    await expect(spend(`${payerId}-other`, 3)).resolves.not.toThrow()
  })

  test('twelve at once are exactly as many as the limit', async () => {
    const tries = Array.from({ length: 12 }, () => spend(payerId, 0))
    expect(await allowed(tries)).toBe(3)
    expect(await own()).toMatchObject({ uses: 3, uses_at_12: 3 })
  })

  test('whose write is sent again because its answer was lost are counted once', async () => {
    tables.lose(true, true, true)
    await spend(payerId, 0)
    expect(await own()).toMatchObject({ uses: 1, uses_at_12: 1 })
    tables.lose(true)
    await spend(payerId, 20)
    expect(await own()).toMatchObject({ uses: 2, uses_at_12: 2 })
  })

  test('are refused by a fault where a counter is none', async () => {
    await store({ user_id: day(`limit#${purpose}#${payerId}`), uses: 'many' })
    await expect(spend(payerId, 0)).rejects.not.toBeInstanceOf(Refusal)
  })

  test('leave a counter that ends by itself', async () => {
    await spend(payerId, 0)
    expect(await own()).toMatchObject({ expires_epoch: epoch + 2 * 24 * HOUR })
  })

  test('begin anew where an operator clears them, in this hour and day', async () => {
    for (const second of [0, 20, 40, HOUR, HOUR + 20]) await spend(payerId, second)
    await limits().clear(payerId, at(HOUR + 30))
    for (const second of [40, 41, 42]) await spend(payerId, HOUR + second)
    await expect(spend(payerId, HOUR + 43)).rejects.toBeInstanceOf(Refusal)
  })
})

describe('texts for paying', () => {
  test('leave those for proving as they are, and the other way round', async () => {
    for (const second of [0, 1, 2]) await spendPaying(payerId, second)
    for (const second of [3, 4, 5]) await spendProving(payerId, second)
    await expect(spendPaying(payerId, 6)).rejects.toBeInstanceOf(Refusal)
    await expect(spendProving(payerId, 7)).rejects.toBeInstanceOf(Refusal)
  })

  test('have no counter of a number, which others could use up', async () => {
    await spendPaying(payerId, 0)
    const keys = tables.calls.map(({ input }) => (input as { Key: object }).Key)
    expect(keys.map((key) => JSON.stringify(key)).filter((key) => key.includes('number'))).toEqual(
      [],
    )
  })

  test('are two writes, and no read', async () => {
    await spendPaying(payerId, 0)
    expect(tables.calls.map(({ command }) => command)).toEqual([
      'UpdateItemCommand',
      'UpdateItemCommand',
    ])
  })
})

describe('texts for proving a number', () => {
  const prove = (seconds: number, who: string, phone: Phone, texts: 1 | 2 = 1, limit = limits()) =>
    limit.spendProvingTexts(who, phone, texts, at(seconds))
  const used = () => phoneOf(people)
  const useUp = async (seconds = 0) => {
    for (const n of [1, 2, 3]) await prove(seconds + n, `${payerId}-${n}`, used())
  }

  test('are few for the number, whoever asks: in an hour, and in a day', async () => {
    await useUp()
    await expect(prove(4, `${payerId}-4`, used())).rejects.toMatchObject(tooManyTexts(HOUR - 4))
    await prove(4, `${payerId}-4`, phoneOf(people + 500))
    for (const n of [5, 6]) await prove(HOUR + n, `${payerId}-${n}`, used())
    const refused = tooManyTexts(TO_MIDNIGHT - HOUR - 7)
    await expect(prove(HOUR + 7, `${payerId}-7`, used())).rejects.toMatchObject(refused)
    await prove(TO_MIDNIGHT, `${payerId}-8`, used())
  })

  test('used up by others do not keep the owner of the number from paying', async () => {
    await useUp()
    await useUp(HOUR).catch(() => {})
    const spent = limits().spendPayingText(payerId, at(HOUR + 10), { isScarce: false })
    await expect(spent).resolves.not.toThrow()
  })

  test('of a change of phone are one for the person and the number, and two for the stage', async () => {
    const later = 200 * DAY
    await prove(later, payerId, used(), 2)
    expect(await counter(day(`limit#proving#${payerId}`, later))).toMatchObject({ uses: 1 })
    expect(await counter(day(`limit#number#${sha(used())}`, later))).toMatchObject({ uses: 1 })
    expect(await counter(day('limit#stage', later))).toMatchObject({ uses: 2, proving: 2 })
  })

  test('that one limit refuses are taken from none of the others', async () => {
    const later = 90 * DAY
    await useUp(later)
    for (const n of [4, 5, 6, 7]) await prove(later + n, payerId, used(), 2).catch(() => {})
    expect(await counter(day(`limit#proving#${payerId}`, later))).toMatchObject({
      uses: 0,
      uses_at_12: 0,
    })
    expect(await counter(day('limit#stage', later))).toMatchObject({ uses: 3, proving: 3 })
    for (const n of [8, 9, 10]) await prove(later + n, payerId, phoneOf(people + 400 + n))
  })

  test('are given back once, also if the answer to that is lost', async () => {
    await useUp()
    await prove(4, payerId, phoneOf(people + 200))
    // Counted for the person, refused for the number, given back.
    tables.lose(false, true)
    await expect(prove(5, payerId, used())).rejects.toMatchObject({ code: 'too_many_sms' })
    expect(await counter(day(`limit#proving#${payerId}`))).toMatchObject({ uses: 1, uses_at_12: 1 })
  })

  test('are given back before the refusal is told', async () => {
    await useUp()
    let isGivenBack = false
    // The next write counts for the person, and the one after it takes that back.
    tables.meanwhile('write', async () => {})
    tables.meanwhile('write', async () => {
      await new Promise(setImmediate)
      isGivenBack = true
    })
    await expect(prove(4, payerId, used())).rejects.toMatchObject({ code: 'too_many_sms' })
    expect(isGivenBack).toBe(true)
  })

  test.each([0, undefined])('are given back never below none, where %s is left', async (uses) => {
    await useUp()
    const person = day(`limit#proving#${payerId}`)
    // An operator clears the person's count after it was raised, before it is given back.
    const left = { user_id: person, ...(uses !== undefined && { uses, uses_at_12: uses }) }
    tables.meanwhile('write', () => store(left))
    await expect(prove(4, payerId, used())).rejects.toMatchObject({ code: 'too_many_sms' })
    expect(await counter(person)).toEqual(left)
  })

  test('twelve people at once for one number are exactly as many as the limit', async () => {
    const tries = Array.from({ length: 12 }, (_, n) => prove(0, `${payerId}-${n}`, used()))
    expect(await allowed(tries)).toBe(3)
  })

  test('are counted in an item that tells no number, and ends', async () => {
    await prove(0, payerId, used())
    const found = await counter(day(`limit#number#${sha(used())}`))
    expect(found).toMatchObject({ expires_epoch: epoch + 2 * 24 * HOUR })
    expect(JSON.stringify(found)).not.toContain(used().national.slice(-7))
  })
})

describe("texts of the whole stage's day", () => {
  let later = 400 * DAY
  beforeEach(() => {
    later += 2 * DAY
  })
  const many = { textsPerHour: 100, textsPerDay: 100, provingTextsPerHour: 100 }
  const stage = (textsPerDayForStage: number) =>
    limits({ ...many, provingTextsPerDay: 100, textsPerDayForStage })
  const pay = async (limit: Limits, seconds = 0, who = payerId) => {
    const now = at(later + seconds)
    return limit.spendPayingText(who, now, await limit.readPayingTexts(who, now))
  }
  const prove = (limit: Limits, texts: 1 | 2 = 1, seconds = 0) =>
    limit.spendProvingTexts(payerId, phoneOf(people), texts, at(later + seconds))
  const refused = (seconds: number) => tooManyTexts(TO_MIDNIGHT - seconds)

  test('are the limit, all of it for payments, and one more waits for the next day', async () => {
    for (const n of [0, 1, 2, 3]) await pay(stage(4), n)
    await expect(pay(stage(4), 5)).rejects.toMatchObject(refused(5))
    await expect(prove(stage(4), 1, 5)).rejects.toMatchObject(refused(5))
    await expect(pay(stage(4), TO_MIDNIGHT - 1)).rejects.toMatchObject(refused(TO_MIDNIGHT - 1))
    await pay(stage(4), TO_MIDNIGHT)
  })

  test.each([
    [4, 2],
    [5, 2],
  ])(
    'of %i are at most %i for proving numbers; the rest is kept for payments',
    async (all, half) => {
      for (let n = 0; n < half; n += 1) await prove(stage(all))
      await expect(prove(stage(all), 1, 5)).rejects.toMatchObject(refused(5))
      for (let n = half; n < all; n += 1) await pay(stage(all))
      await expect(pay(stage(all))).rejects.toBeInstanceOf(Refusal)
      await prove(stage(all), 1, TO_MIDNIGHT)
    },
  )

  test('a change of phone fits with both its texts, or not at all', async () => {
    await prove(stage(6), 2)
    await expect(prove(stage(6), 2)).rejects.toMatchObject({ code: 'too_many_sms' })
    await prove(stage(6))
    await expect(prove(stage(6))).rejects.toMatchObject({ code: 'too_many_sms' })
    expect(await counter(day('limit#stage', later))).toMatchObject({ uses: 3, proving: 3 })
  })

  test('of one have no half, so that nothing is proved, also as the first of a day', async () => {
    await expect(prove(stage(1))).rejects.toMatchObject({ code: 'too_many_sms' })
    await expect(prove(stage(2), 2)).rejects.toMatchObject({ code: 'too_many_sms' })
    expect(await counter(day('limit#stage', later))).toBeUndefined()
    await pay(stage(1))
  })

  test('twelve at once for proving are exactly half', async () => {
    const tries = Array.from({ length: 12 }, () => prove(stage(9)))
    expect(await allowed(tries)).toBe(4)
    const paid = Array.from({ length: 12 }, () => pay(stage(9)))
    expect(await allowed(paid)).toBe(5)
  })

  test('are scarce from half of the day on', async () => {
    const isScarce = async () => (await stage(5).readPayingTexts(payerId, at(later))).isScarce
    const found = [await isScarce()]
    for (const n of [0, 1, 2]) {
      await pay(stage(5), n)
      found.push(await isScarce())
    }
    expect(found).toEqual([false, false, false, true])
  })

  test('of one person who asks for many at once keep no other from theirs, however scarce they are', async () => {
    const few = limits({ textsPerHour: 10, textsPerDay: 20, textsPerDayForStage: 40 })
    await Promise.all(Array.from({ length: 20 }, (_, n) => pay(few, 0, `${payerId}-before-${n}`)))
    const thief = Array.from({ length: 60 }, () => pay(few))
    const others = Array.from({ length: 10 }, (_, n) => pay(few, 0, `${payerId}-${n}`))
    expect(await Promise.all([allowed(thief), allowed(others)])).toEqual([10, 10])
    expect(await counter(day('limit#stage', later))).toMatchObject({ uses: 40 })
  })

  test('are used up by as many accounts as THREATS says, and no fewer', async () => {
    const settings = limitSettings({})
    const defaults = limitsTable(tables.documents, 'users', {
      textsPerHour: settings.TEXTS_PER_HOUR,
      textsPerDay: settings.TEXTS_PER_DAY,
      provingTextsPerHour: settings.PROVING_TEXTS_PER_HOUR,
      provingTextsPerDay: settings.PROVING_TEXTS_PER_DAY,
      textsPerDayForStage: settings.TEXTS_PER_DAY_FOR_STAGE,
      openPayments: settings.OPEN_PAYMENTS,
      paymentsPerHour: settings.PAYMENTS_PER_HOUR,
    })
    const isTaken = (spent: Promise<unknown>) => spent.then(() => true, isRefused)
    // One account uses up all that it can; a change of phone counts two for the stage.
    for (const hour of [0, 1, 2]) {
      const now = at(later + hour * HOUR)
      while (await isTaken(defaults.spendProvingTexts(payerId, phoneOf(people), 2, now)));
      while (await isTaken(defaults.spendPayingText(payerId, now, { isScarce: true })));
    }
    const spent = await counter(day('limit#stage', later))
    const all = settings.TEXTS_PER_DAY_FOR_STAGE
    const payers = Math.ceil(all / spent?.uses)
    const provers = Math.ceil(Math.floor(all / 2) / spent?.proving)
    const told = readFileSync('docs/guides/threats.md', 'utf8')
    const [, ...accounts] = /(\d+) accounts can use up .+, and (\d+) accounts half/.exec(told) ?? []
    expect(accounts.map(Number)).toEqual([payers, provers])
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
    await expect(start('c', 20, few)).rejects.toMatchObject(full('too_many_open_payments', 280))
    await expect(start('c', 299.999, few)).rejects.toMatchObject(full('too_many_open_payments', 1))
    await start('c', 300, few)
    await expect(start('d', 300, few)).rejects.toMatchObject(full('too_many_open_payments', 10))
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
    await expect(start('d', 20, few)).rejects.toMatchObject(full('too_many_open_payments', 280))
  })

  test('that are decided make room at once', async () => {
    const few = { openPayments: 2 }
    for (const id of ['a', 'b']) await start(id, 0, few)
    over.add(`${payerId}-a`)
    await start('c', 1, few)
    await expect(start('d', 1, few)).rejects.toMatchObject({ code: 'too_many_open_payments' })
  })

  test('that are open stay counted when the hour begins anew', async () => {
    const few = { openPayments: 2 }
    await start('a', 0, few)
    await start('b', HOUR - 100, few)
    await start('c', HOUR, few)
    await expect(start('d', HOUR + 1, few)).rejects.toMatchObject({
      code: 'too_many_open_payments',
    })
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
    await expect(start('c', 0, few)).rejects.toMatchObject({ code: 'too_many_open_payments' })
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
    await expect(start('a', 3, few)).rejects.toMatchObject(full('too_many_open_payments', 298))
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

  test('twelve at once are exactly as many as the limit of the hour', async () => {
    const tries = Array.from({ length: 12 }, (_, i) => start(i))
    expect(await allowed(tries)).toBe(4)
  })

  test('twelve at once are exactly as many as may be open, also when an hour is over', async () => {
    const few = { openPayments: 3, paymentsPerHour: 100 }
    await start('before', 0, few)
    const tries = Array.from({ length: 12 }, (_, i) => start(i, HOUR + 300, few))
    expect(await allowed(tries)).toBe(3)
  })

  test("another person's count is another's", async () => {
    for (const n of [0, 1, 2, 3]) await start(n)
    payerId = `${payerId}-other`
    await expect(start(0)).resolves.not.toThrow()
  })

  test.each(['-_AAAAAAAAAAAAAAAAAAAA', '0AAAAAAAAAAAAAAAAAAAAA'])('may be named %s', async (id) => {
    const named = { payerId, paymentId: id, expiresAt: at(300) }
    await limits().reserveStart(named, isOver, NOON, undefined)
    await limits().reserveStart(named, isOver, NOON, undefined)
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
    })

    test('begin with none seen, and read what is there', async () => {
      await start('a')
      tables.calls.length = 0
      await start('b', 1)
      expect(tables.calls.map(({ command }) => command)).toEqual([
        'UpdateItemCommand',
        'GetItemCommand',
        'UpdateItemCommand',
      ])
    })

    test('are not open beyond the limit: a new one', async () => {
      await start('a', 0, few)
      const before = await seen()
      await start('b', 0, few)
      await expect(start('c', 0, few, before)).rejects.toMatchObject({
        code: 'too_many_open_payments',
      })
      expect(Object.keys((await stored()).unfinished).sort()).toEqual(named('a', 'b'))
    })

    test('are not open beyond the limit: one that lost its slot before', async () => {
      await start('a', 0, few)
      await start('b', 0, few)
      over.add(`${payerId}-a`)
      await start('c', 0, few)
      const room = { ...(await seen()), unfinished: { [`${payerId}-b`]: at(300).toISOString() } }
      await expect(start('a', 0, few, room)).rejects.toMatchObject({
        code: 'too_many_open_payments',
      })
      expect(Object.keys((await stored()).unfinished).sort()).toEqual(named('b', 'c'))
    })

    test('are not open beyond the limit: one that has lost its slot since', async () => {
      for (const id of ['a', 'b']) await start(id, 0, few)
      const before = await seen()
      over.add(`${payerId}-a`)
      await start('c', 0, few)
      await expect(start('a', 1, few, before)).rejects.toMatchObject({
        code: 'too_many_open_payments',
      })
      expect(Object.keys((await stored()).unfinished).sort()).toEqual(named('b', 'c'))
    })

    test('are not open beyond the limit: the first in a new hour', async () => {
      await start('a', 0, few)
      await start('b', HOUR - 100, few)
      await start('c', HOUR - 99, few)
      const ends = { [`${payerId}-b`]: at(HOUR + 200).toISOString() }
      const room = { ...(await seen()), unfinished: ends }
      await expect(start('d', HOUR, few, room)).rejects.toMatchObject({
        code: 'too_many_open_payments',
      })
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

  describe('after the payer ended every session', () => {
    const SECONDS = epoch
    const signedIn = (id: number | string, seconds: number, sessionsFrom?: number, more = {}) =>
      limits(more).reserveStart(
        { payerId, paymentId: `${payerId}-${id}`, expiresAt: at(seconds + 300), sessionsFrom },
        isOver,
        at(seconds),
        undefined,
      )

    test('begin the hour anew, so that what a stolen session used up shuts nobody out', async () => {
      for (const n of [0, 1, 2, 3]) {
        await start(n, n)
        over.add(`${payerId}-${n}`)
      }
      await expect(signedIn('own', 10)).rejects.toMatchObject({ code: 'too_many_payments' })
      for (const n of [4, 5, 6, 7]) {
        await signedIn(n, 10 + n, SECONDS + 10)
        over.add(`${payerId}-${n}`)
      }
      await expect(signedIn('own', 20, SECONDS + 10)).rejects.toMatchObject(
        full('too_many_payments', HOUR - 6),
      )
      expect(await stored()).toMatchObject({
        sessions_from: SECONDS + 10,
        window_started_at: at(14).toISOString(),
        expires_epoch: epoch + 14 + 2 * HOUR,
      })
    })

    test('are counted anew for such an end once an hour, not for an older one or the same', async () => {
      await signedIn('a', 0, SECONDS)
      for (const older of [SECONDS, SECONDS - 1, undefined]) await signedIn(`b${older}`, 1, older)
      await expect(signedIn('c', HOUR - 1, SECONDS + HOUR - 1)).rejects.toMatchObject({
        code: 'too_many_payments',
      })
      for (const id of ['a', `b${SECONDS}`]) over.add(`${payerId}-${id}`)
      await signedIn('c', HOUR, SECONDS + HOUR - 1)
      expect(Object.keys((await stored()).started)).toEqual(named('c'))
      expect((await stored()).sessions_from).toBe(SECONDS + HOUR - 1)
      await signedIn('d', HOUR + 2, SECONDS)
      expect((await stored()).sessions_from).toBe(SECONDS + HOUR - 1)
    })

    test('are known as counted from the first on', async () => {
      await signedIn('a', 0, SECONDS)
      expect((await seen()).sessionsFrom).toBe(SECONDS)
      expect(await stored()).toMatchObject({ sessions_from: SECONDS })
    })

    test('keep what is open counted', async () => {
      const few = { openPayments: 2 }
      for (const id of ['open-a', 'open-b']) await start(id, 0, few)
      await expect(signedIn('own', 10, SECONDS + 5, few)).rejects.toMatchObject(
        full('too_many_open_payments', 290),
      )
    })

    test('twelve at once are exactly as many as the limit of the hour', async () => {
      const many = { openPayments: 100 }
      for (const n of [0, 1, 2, 3]) await start(n, 0, many)
      const tries = Array.from({ length: 12 }, (_, n) => signedIn(`n${n}`, 0, SECONDS + 1, many))
      expect(await allowed(tries)).toBe(4)
    })

    test('are counted once where the answer to the write is lost', async () => {
      await start('a')
      tables.lose(true)
      await signedIn('b', 1, SECONDS + 1)
      expect(Object.keys((await stored()).started)).toEqual(named('b'))
    })
  })

  describe('of a person who is barred', () => {
    const bar = () => limits().bar(payerId, at(50))
    const locked = { code: 'locked', details: {} }

    /** What was stored when a start began; then the person is barred, and the start goes on. */
    const states: [string, string, () => Promise<unknown>, number][] = [
      ['the first ever', 'a', async () => {}, 60],
      ['one more', 'b', () => start('a'), 60],
      ['one asked again', 'a', () => start('a'), 60],
      ['the first in a new hour', 'b', () => start('a'), HOUR + 60],
      [
        'one that lost its slot',
        'a',
        async () => {
          const few = { openPayments: 1 }
          await start('a', 0, few)
          over.add(`${payerId}-a`)
          await start('b', 1, few)
        },
        60,
      ],
    ]
    test.each(states)(
      '%s is refused, also where the mark came meanwhile',
      async (_, id, given, seconds) => {
        await given()
        const before = await limits().readStarts(payerId)
        await bar()
        const barred = await stored()
        await expect(start(id, seconds)).rejects.toMatchObject(locked)
        await expect(start(id, seconds, {}, before)).rejects.toMatchObject(locked)
        expect(await stored()).toEqual(barred)
      },
    )

    test('the first after the end of all sessions is refused, also where the mark came meanwhile', async () => {
      await start('a')
      const before = await seen()
      await bar()
      const again = {
        payerId,
        paymentId: `${payerId}-b`,
        expiresAt: at(400),
        sessionsFrom: epoch + 55,
      }
      const reserved = limits().reserveStart(again, isOver, at(60), before)
      await expect(reserved).rejects.toMatchObject(locked)
    })

    test.each(['read', 'write'] as const)(
      'in the midst of a start, after a %s: reserved and told, or refused',
      async (after) => {
        await start('a')
        let told: readonly { paymentId: string }[] = []
        tables.meanwhile(after, async () => {
          told = await bar()
        })
        const isReserved = await start('b', 60).then(() => true, isRefused)
        expect(told.map(({ paymentId }) => paymentId).sort()).toEqual(
          isReserved ? named('a', 'b') : named('a'),
        )
        expect(isReserved).toBe(after === 'write')
      },
    )

    test('and twelve starts at once: each is reserved and told, or refused', async () => {
      const many = { openPayments: 100, paymentsPerHour: 100 }
      const ids = Array.from({ length: 12 }, (_, n) => `n${n}`)
      const [told, ...results] = await Promise.all([
        bar(),
        ...ids.map((id) => start(id, 50, many).then(() => true, isRefused)),
      ])
      const reserved = named(...ids.filter((_, n) => results[n]))
      expect(told.map(({ paymentId }) => paymentId).sort()).toEqual(reserved.sort())
    })

    test('are told with their ends by the write that sets the mark, and again', async () => {
      await start('a')
      await start('b', 10)
      const open = [
        { paymentId: `${payerId}-a`, expiresAt: at(300) },
        { paymentId: `${payerId}-b`, expiresAt: at(310) },
      ]
      expect(await bar()).toEqual(open)
      tables.calls.length = 0
      expect(await limits().bar(payerId, at(99))).toEqual(open)
      expect(tables.calls.map(({ command }) => command)).toEqual(['UpdateItemCommand'])
      expect(await stored()).toMatchObject({ barred_at: at(50).toISOString() })
      expect((await seen()).barredAt).toBe(at(50).toISOString())
    })

    test('are none where none was started, and the mark stands all the same', async () => {
      expect(await bar()).toEqual([])
      await expect(start('a', 60)).rejects.toMatchObject(locked)
    })

    test('wait for no time to live, which would take the mark with it', async () => {
      await start('a')
      await bar()
      expect(await stored()).not.toHaveProperty('expires_epoch')
      await start('b', 3 * HOUR).catch(() => {})
      expect(await stored()).not.toHaveProperty('expires_epoch')
    })

    test('go on where the mark is taken off, with a time to live', async () => {
      await start('a')
      await bar()
      await limits().unbar(payerId, at(60))
      expect(await stored()).not.toHaveProperty('barred_at')
      expect(await stored()).toMatchObject({ expires_epoch: epoch + 60 + 2 * HOUR })
      await start('b', 61)
      expect(Object.keys((await stored()).started).sort()).toEqual(named('a', 'b'))
    })

    test('who never was has no item from being let in', async () => {
      await limits().unbar(payerId, at(0))
      await limits().clear(payerId, at(0))
      expect(await counter(`limit#starts#${payerId}`)).toBeUndefined()
    })

    test("do not bar anybody else's", async () => {
      await bar()
      payerId = `${payerId}-other`
      await expect(start('a')).resolves.not.toThrow()
    })
  })

  test('begin anew where an operator clears them; what is open stays counted', async () => {
    for (const n of [0, 1, 2, 3]) await start(n)
    await limits().clear(payerId, at(10))
    await start('own', 20)
    expect(await seen()).toMatchObject({ started: { [`${payerId}-own`]: at(20).toISOString() } })
    expect(Object.keys((await stored()).unfinished)).toHaveLength(5)
    await expect(start('more', 21)).rejects.toMatchObject({
      code: 'too_many_open_payments',
    })
  })
})

test('what is read is read consistently', async () => {
  await limits().readStarts(payerId)
  await store({ user_id: day(`limit#paying#${payerId}`), uses: 5 })
  await limits()
    .spendPayingText(payerId, NOON, { isScarce: false })
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
    const faulty = tables.faulty()
    faulty.on(GetCommand).resolves({})
    faulty.on(UpdateCommand).rejects(fault)
    const start = { payerId, paymentId: 'a', expiresAt: at(300) }
    await expect(limits().spendPayingText(payerId, NOON, { isScarce: false })).rejects.toBe(fault)
    const started = limits().reserveStart(start, async () => true, NOON, undefined)
    await expect(started).rejects.toBe(fault)
  })

  test('while room is made lets nothing pass', async () => {
    const fault = new InternalServerError({ $metadata: {}, message: 'sorry' })
    const start = { payerId, paymentId: 'b', expiresAt: at(301) }
    const faulty = tables.faulty()
    const Item = {
      window_started_at: NOON.toISOString(),
      started: { a: NOON.toISOString() },
      unfinished: { a: at(300).toISOString() },
    }
    faulty.on(GetCommand).resolves({ Item })
    faulty.on(UpdateCommand).rejects(fault)
    const few = limits({ openPayments: 1 })
    const started = few.reserveStart(start, async () => true, at(1), await few.readStarts(payerId))
    await expect(started).rejects.toBe(fault)
    expect(faulty.commandCalls(UpdateCommand)).toHaveLength(1)
  })

  test('between two counters gives nothing back: the other write may have counted', async () => {
    const fault = new InternalServerError({ $metadata: {}, message: 'sorry' })
    const faulty = tables.faulty()
    faulty.on(UpdateCommand).resolvesOnce({}).rejects(fault)
    const spent = limits().spendPayingText(payerId, NOON, { isScarce: false })
    await expect(spent).rejects.toBe(fault)
    expect(faulty.commandCalls(UpdateCommand)).toHaveLength(2)
  })

  test('between two counters is told as the refusal of the other, which is certain', async () => {
    const fault = new InternalServerError({ $metadata: {}, message: 'sorry' })
    await store({ user_id: day(`limit#paying#${payerId}`), uses: 1_000_000 })
    const faulty = tables.faulty()
    faulty.on(UpdateCommand).callsFake(({ Key }) => {
      if (Key.user_id.startsWith('limit#stage')) throw fault
      throw new ConditionalCheckFailedException({ $metadata: {}, message: 'full' })
    })
    faulty.on(GetCommand).resolves({ Item: { uses: 1_000_000 } })
    const spent = limits().spendPayingText(payerId, NOON, { isScarce: false })
    await expect(spent).rejects.toMatchObject({ code: 'too_many_sms' })
  })

  test('a counter that is never won lets nothing pass, and ends after ten tries', async () => {
    const faulty = tables.faulty()
    const lost = new ConditionalCheckFailedException({ $metadata: {}, message: 'lost' })
    faulty.on(UpdateCommand).rejects(lost)
    const start = { payerId, paymentId: 'a', expiresAt: at(300) }
    const times = () => faulty.commandCalls(UpdateCommand).length
    faulty.on(BatchGetCommand).callsFake(({ RequestItems: { users } }) => {
      return { Responses: { users: users.Keys.map((key: object) => ({ ...key, uses: 0 })) } }
    })
    const spent = limits().spendPayingText(payerId, NOON, { isScarce: false })
    await expect(spent).rejects.toThrow('the condition of 10 writes in a row')
    // The payer's counter and the stage's, together.
    expect(times()).toBe(20)
    faulty.on(GetCommand).resolves({})
    const started = limits().reserveStart(start, async () => true, NOON, undefined)
    await expect(started).rejects.toThrow('the condition of 10 writes in a row')
    expect(times()).toBe(30)
  })
})
