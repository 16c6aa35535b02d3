/** The counters behind every limit, beside the people in their table. Each is raised by a conditional write only. */
import { createHash } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { handset } from '../core/handset.ts'
import type { Limits, Starts } from '../core/ports.ts'
import { Refusal, secondsUntil } from '../core/refusals.ts'
import { ownWrite } from './ownWrite.ts'

/** How many of what: texts by the hour and day of the clock (UTC), payments by the hour since the first. */
export type LimitSettings = {
  readonly textsPerHour: number
  readonly textsPerDayForStage: number
  readonly openPayments: number
  readonly paymentsPerHour: number
}

const HOUR_MS = 3_600_000
/** How long, and how much of the time in ISO 8601 names it: "2026-11-21T12", "2026-11-21". */
type Window = { readonly ms: number; readonly digits: number }
type Counter = { readonly key: string; readonly window: Window; readonly max: number }
const HOUR: Window = { ms: HOUR_MS, digits: 13 }
const DAY: Window = { ms: 24 * HOUR_MS, digits: 10 }
/** A write that was lost to another is tried again; so many losses in a row are a fault. */
const TRIES_MAX = 10

export function limitsTable(
  documents: DynamoDBDocumentClient,
  table: string,
  settings: LimitSettings,
): Limits {
  async function write(
    key: string,
    update: string,
    when: string,
    names: Record<string, string> | undefined,
    values: Record<string, unknown> | undefined,
  ): Promise<boolean> {
    try {
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { user_id: key },
          UpdateExpression: update,
          ConditionExpression: when,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
        }),
      )
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw error
    }
  }

  async function read(key: string) {
    const { Item } = await documents.send(
      new GetCommand({ TableName: table, Key: { user_id: key }, ConsistentRead: true }),
    )
    return Item
  }

  async function readStarts(payerId: string): Promise<Starts | undefined> {
    const item = await read(startsKey(payerId))
    if (!item) return undefined
    const { window_started_at: windowStartedAt, started, unfinished } = starts.parse(item)
    return { windowStartedAt, started, unfinished }
  }

  /**
   * Count one, or refuse. Each clock hour, or day, has an item of its own, so that one write is all it
   * ever takes.
   */
  async function spend({ key, window, max }: Counter, now: Date): Promise<void> {
    const own = ownWrite()
    const name = named(key, window, now)
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const counted = await write(
        name,
        `SET uses = if_not_exists(uses, :none) + :one, expires_epoch = :ttl, ${own.set}`,
        `(attribute_not_exists(uses) OR uses < :max) AND ${own.when}`,
        undefined,
        { ':none': 0, ':one': 1, ':max': max, ':ttl': epoch(now, 2 * window.ms), ...own.values },
      )
      if (counted) return
      const found = await read(name)
      if (own.left(found)) return
      if (counter.parse(found).uses >= max) {
        const end = new Date((Math.floor(now.getTime() / window.ms) + 1) * window.ms)
        throw new Refusal('too_many_sms', { retryAfterSeconds: secondsUntil(end, now) })
      }
      // Lost to nothing but itself, sent again, and another's write has covered its name since.
    }
    throw new Error('a counter was lost too often')
  }

  /** Nothing was sent: what was counted for it is given back. */
  function giveBack({ key, window }: Counter, now: Date): Promise<boolean> {
    const own = ownWrite()
    return write(
      named(key, window, now),
      `SET uses = uses - :one, ${own.set}`,
      `uses > :none AND ${own.when}`,
      undefined,
      { ':none': 0, ':one': 1, ...own.values },
    )
  }

  return {
    async spendTexts(payerId, phones, now) {
      const { textsPerHour, textsPerDayForStage } = settings
      const counters = phones.flatMap((phone) => [
        { key: `limit#person#${payerId}`, window: HOUR, max: textsPerHour },
        {
          key: `limit#number#${sha256(handset(phone))}`,
          window: HOUR,
          max: textsPerHour,
        },
        { key: 'limit#stage', window: DAY, max: textsPerDayForStage },
      ])
      const counted: Counter[] = []
      try {
        for (const counter of counters) {
          await spend(counter, now)
          counted.push(counter)
        }
      } catch (error) {
        // Refused by one, it is taken from none: or a number that others have used up, or a refused
        // person, would use up what honest people have.
        if (error instanceof Refusal) await Promise.all(counted.map((one) => giveBack(one, now)))
        throw error
      }
    },

    readStarts,

    async reserveStart({ payerId, paymentId, expiresAt }, isOver, now, seen) {
      const key = startsKey(payerId)
      let found = seen ?? (await readStarts(payerId))
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        if (await take(key, { paymentId, expiresAt, now }, found, isOver)) return
        found = await readStarts(payerId)
      }
      throw new Error('a counter was lost too often')
    },
  }

  /** Count one and find it a slot, or refuse; lost if what is stored is no longer what was found. */
  async function take(
    key: string,
    start: Start,
    found: Starts | undefined,
    isOver: (paymentId: string) => Promise<boolean>,
  ): Promise<boolean> {
    const { openPayments, paymentsPerHour } = settings
    const { paymentId, now } = start
    if (!found) return createStarts(key, start)
    const { windowStartedAt, started } = found
    // Asked again: it is counted, in this hour or before, and its slot has only to last as long as it may.
    if (Object.hasOwn(found.unfinished, paymentId)) {
      return setSlot(key, start, 'attribute_exists(unfinished.#id)')
    }
    const unfinished = Object.entries(found.unfinished)
    if (unfinished.length >= openPayments) {
      const freed = await overOf(unfinished, isOver, now)
      if (freed.length === 0) throw allOpen(unfinished, now)
      await forget(key, freed)
      return false
    }
    if (windowStartedAt <= edge(now, HOUR_MS)) return renewStarts(key, start, windowStartedAt)
    if (Object.hasOwn(started, paymentId)) {
      return setSlot(key, start, 'size(unfinished) < :open', { ':open': openPayments })
    }
    if (Object.keys(started).length >= paymentsPerHour) throw hourFull(windowStartedAt, now)
    return addStart(key, start)
  }

  /** A slot for what is counted already. */
  function setSlot(
    key: string,
    { paymentId, expiresAt }: Start,
    when: string,
    values: Record<string, unknown> = {},
  ): Promise<boolean> {
    return write(
      key,
      'SET unfinished.#id = :ends',
      when,
      { '#id': paymentId },
      { ':ends': expiresAt.toISOString(), ...values },
    )
  }

  /** One more in the hour that runs. */
  function addStart(key: string, { paymentId, expiresAt, now }: Start): Promise<boolean> {
    return write(
      key,
      'SET started.#id = :now, unfinished.#id = :ends',
      'window_started_at > :edge AND size(started) < :max AND size(unfinished) < :open',
      { '#id': paymentId },
      {
        ':now': now.toISOString(),
        ':ends': expiresAt.toISOString(),
        ':edge': edge(now, HOUR_MS),
        ':max': settings.paymentsPerHour,
        ':open': settings.openPayments,
      },
    )
  }

  /** The first in a new hour; what is unfinished from the one before still counts as open. */
  function renewStarts(key: string, { paymentId, expiresAt, now }: Start, windowStartedAt: string) {
    return write(
      key,
      `SET started = :started, unfinished.#id = :ends, window_started_at = :now, expires_epoch = :ttl`,
      'window_started_at = :seen AND size(unfinished) < :open',
      { '#id': paymentId },
      {
        ':started': { [paymentId]: now.toISOString() },
        ':now': now.toISOString(),
        ':ends': expiresAt.toISOString(),
        ':ttl': epoch(now, 2 * HOUR_MS),
        ':seen': windowStartedAt,
        ':open': settings.openPayments,
      },
    )
  }

  /** A person's first ever. */
  function createStarts(key: string, { paymentId, expiresAt, now }: Start): Promise<boolean> {
    return write(
      key,
      `SET started = :started, unfinished = :unfinished, window_started_at = :now, expires_epoch = :ttl`,
      'attribute_not_exists(window_started_at)',
      undefined,
      {
        ':started': { [paymentId]: now.toISOString() },
        ':unfinished': { [paymentId]: expiresAt.toISOString() },
        ':now': now.toISOString(),
        ':ttl': epoch(now, 2 * HOUR_MS),
      },
    )
  }

  /** What is over never opens again, so forgetting it needs no condition but that the item is there. */
  function forget(key: string, ids: readonly string[]): Promise<boolean> {
    return write(
      key,
      `REMOVE ${ids.map((_, i) => `unfinished.#id${i}`).join(', ')}`,
      'attribute_exists(unfinished)',
      Object.fromEntries(ids.map((id, i) => [`#id${i}`, id])),
      undefined,
    )
  }
}

type Start = { readonly paymentId: string; readonly expiresAt: Date; readonly now: Date }

const counter = z.object({ uses: z.int() })
const times = z.record(z.string(), z.string())
const starts = z.object({ window_started_at: z.string(), started: times, unfinished: times })

const named = (key: string, window: Window, now: Date) =>
  `${key}#${now.toISOString().slice(0, window.digits)}`

const startsKey = (payerId: string) => `limit#starts#${payerId}`

async function overOf(
  unfinished: readonly (readonly [id: string, expiresAt: string])[],
  isOver: (paymentId: string) => Promise<boolean>,
  now: Date,
): Promise<string[]> {
  const over = await Promise.all(
    unfinished.map(async ([id, ends]) => ends <= now.toISOString() || (await isOver(id))),
  )
  return unfinished.filter((_, i) => over[i]).map(([id]) => id)
}

function hourFull(windowStartedAt: string, now: Date): Refusal {
  const end = new Date(Date.parse(windowStartedAt) + HOUR_MS)
  return new Refusal('too_many_payments', { retryAfterSeconds: secondsUntil(end, now) })
}

/** The first slot is free when the payment in it ends by itself. */
function allOpen(unfinished: readonly (readonly [string, string])[], now: Date): Refusal {
  const first = Math.min(...unfinished.map(([, ends]) => Date.parse(ends)))
  const retryAfterSeconds = secondsUntil(new Date(first), now)
  return new Refusal('too_many_payments', { retryAfterSeconds })
}

const edge = (now: Date, windowMs: number) => new Date(now.getTime() - windowMs).toISOString()
const epoch = (now: Date, ms: number) => Math.ceil((now.getTime() + ms) / 1000)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
