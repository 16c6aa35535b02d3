/** The counters of rule 12, beside the people in their table. Each is raised by a conditional write only. */
import { createHash } from 'node:crypto'
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { international } from '../core/payer.ts'
import type { Limits } from '../core/ports.ts'
import { Refusal, type RefusalCode, secondsUntil } from '../core/refusals.ts'

/** How many of what; hours are windows that start with their first event. */
export type LimitSettings = {
  readonly textsPerHour: number
  readonly textsPerDayForStage: number
  readonly openPayments: number
  readonly paymentsPerHour: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
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
    values: Record<string, unknown>,
  ): Promise<boolean> {
    try {
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: { user_id: key },
          UpdateExpression: update,
          ConditionExpression: when,
          ...(names && { ExpressionAttributeNames: names }),
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
    return Item && counter.parse(Item)
  }

  /** Count one, or refuse. A refused one is not counted. */
  async function spend(
    key: string,
    { max, windowMs, code }: { max: number; windowMs: number; code: RefusalCode },
    now: Date,
  ): Promise<void> {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const counted = await write(
        key,
        'SET uses = uses + :one',
        'window_started_at > :edge AND uses < :max',
        undefined,
        { ':one': 1, ':edge': edge(now, windowMs), ':max': max },
      )
      if (counted) return
      const begun = await write(
        key,
        'SET uses = :one, window_started_at = :now, expires_epoch = :ttl',
        'attribute_not_exists(window_started_at) OR window_started_at <= :edge',
        undefined,
        {
          ':one': 1,
          ':now': now.toISOString(),
          ':edge': edge(now, windowMs),
          ':ttl': epoch(now, 2 * windowMs),
        },
      )
      if (begun) return
      const found = await read(key)
      if (found && (found.uses ?? 0) >= max) throw full(code, found, windowMs, now)
    }
    throw new Error('a counter was lost too often')
  }

  return {
    // From the narrowest to the widest, so that what one person is refused is not taken from everybody.
    async spendText(payerId, phone, now) {
      const hour = { max: settings.textsPerHour, windowMs: HOUR_MS, code: 'too_many_sms' } as const
      const day = {
        max: settings.textsPerDayForStage,
        windowMs: DAY_MS,
        code: 'too_many_sms',
      } as const
      await spend(`limit#person#${payerId}`, hour, now)
      await spend(`limit#number#${sha256(international(phone))}`, hour, now)
      await spend(`limit#stage#${now.toISOString().slice(0, 10)}`, day, now)
    },

    async reserveStart({ payerId, paymentId, expiresAt }, isOver, now) {
      const key = `limit#starts#${payerId}`
      const names = { '#id': paymentId }
      const values = {
        ':now': now.toISOString(),
        ':expires_at': expiresAt.toISOString(),
        ':open': settings.openPayments,
      }
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        const counted = await write(
          key,
          'SET started.#id = :now, unfinished.#id = :expires_at',
          'window_started_at > :edge AND size(started) < :max AND size(unfinished) < :open',
          names,
          { ...values, ':edge': edge(now, HOUR_MS), ':max': settings.paymentsPerHour },
        )
        if (counted) return
        const found = await read(key)
        if (found?.started?.[paymentId]) return
        const over = found && found.window_started_at <= edge(now, HOUR_MS)
        if (!found || over) {
          await write(
            key,
            found
              ? 'SET started = :none, window_started_at = :now, expires_epoch = :ttl'
              : 'SET started = :none, window_started_at = :now, expires_epoch = :ttl, unfinished = :none',
            found ? 'window_started_at = :seen' : 'attribute_not_exists(window_started_at)',
            undefined,
            {
              ':none': {},
              ':now': now.toISOString(),
              ':ttl': epoch(now, 2 * HOUR_MS),
              ...(found && { ':seen': found.window_started_at }),
            },
          )
          continue
        }
        const unfinished = Object.entries(found.unfinished ?? {})
        if (unfinished.length >= settings.openPayments) {
          const freed = await overOf(unfinished, isOver, now)
          if (freed.length === 0) {
            const [first = expiresAt.toISOString()] = unfinished.map(([, ends]) => ends).sort()
            const retryAfterSeconds = secondsUntil(new Date(first), now)
            throw new Refusal('too_many_payments', { retryAfterSeconds })
          }
          await forget(key, freed)
          continue
        }
        if (Object.keys(found.started ?? {}).length >= settings.paymentsPerHour) {
          throw full('too_many_payments', found, HOUR_MS, now)
        }
      }
      throw new Error('a counter was lost too often')
    },
  }

  /** What is over never opens again, so forgetting it needs no condition but that the item is there. */
  async function forget(key: string, ids: readonly string[]) {
    const names = Object.fromEntries(ids.map((id, i) => [`#id${i}`, id]))
    await documents.send(
      new UpdateCommand({
        TableName: table,
        Key: { user_id: key },
        UpdateExpression: `REMOVE ${ids.map((_, i) => `unfinished.#id${i}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(unfinished)',
        ExpressionAttributeNames: names,
      }),
    )
  }
}

const counter = z.object({
  window_started_at: z.string(),
  uses: z.int().optional(),
  started: z.record(z.string(), z.string()).optional(),
  unfinished: z.record(z.string(), z.string()).optional(),
})

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

const full = (code: RefusalCode, found: z.infer<typeof counter>, windowMs: number, now: Date) =>
  new Refusal(code, {
    retryAfterSeconds: secondsUntil(new Date(Date.parse(found.window_started_at) + windowMs), now),
  })

const edge = (now: Date, windowMs: number) => new Date(now.getTime() - windowMs).toISOString()
const epoch = (now: Date, ms: number) => Math.ceil((now.getTime() + ms) / 1000)
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
