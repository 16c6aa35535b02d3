/** The counters of the limits, in the table of payers; the counters of texts are in `textCounters.ts`. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import type { Limits, Starts } from '../../core/ports.ts'
import { Refusal, secondsUntil } from '../../core/refusals.ts'
import { epoch, HOUR_MS, invitationsKey, limitItems, TRIES_MAX, type Values } from './limitItems.ts'
import { type TextSettings, textCounters } from './textCounters.ts'

/**
 * The limits: texts per hour and day (UTC), open payments, and payments per hour, which begins with the first start.
 */
export type LimitSettings = TextSettings & {
  readonly openPayments: number
  readonly paymentsPerHour: number
}

export function limitsTable(
  documents: DynamoDBDocumentClient,
  table: string,
  settings: LimitSettings,
): Limits {
  const items = limitItems(documents, table)
  const texts = textCounters(items, settings)

  /** The write of every reservation. Its condition fails while the payer is barred. */
  const reserve = (
    key: string,
    update: string,
    when: string,
    values: Values,
    names?: Readonly<Record<string, string>>,
  ) => items.write(key, update, `${when} AND attribute_not_exists(barred_at)`, values, names)

  async function readStarts(payerId: string): Promise<Starts | undefined> {
    const item = await items.read(startsKey(payerId))
    return item && startsIn(item)
  }

  return {
    readPayingTexts: texts.readPaying,
    spendPayingText: texts.spendPaying,
    spendProvingTexts: texts.spendProving,

    readTexts: texts.used,

    readStarts,

    async reserveStart({ payerId, ...start }, isOver, now, seen) {
      const key = startsKey(payerId)
      let found = seen
      for (let tries = 0; tries < TRIES_MAX; tries += 1) {
        if (await take(key, { ...start, now }, found, isOver)) return
        found = await readStarts(payerId)
      }
      throw new Error(
        `the counter limit#starts failed the condition of ${TRIES_MAX} writes in a row`,
      )
    },

    async bar(payerId, now) {
      // The time to live is removed, because DynamoDB would delete the mark with the item.
      const item = await items.writeAnyway(
        startsKey(payerId),
        `SET barred_at = if_not_exists(barred_at, :now), started = if_not_exists(started, :none),
          unfinished = if_not_exists(unfinished, :none),
          window_started_at = if_not_exists(window_started_at, :now) REMOVE expires_epoch`,
        { ':now': now.toISOString(), ':none': {} },
      )
      return Object.entries(startsIn(item).unfinished).map(([paymentId, ends]) => ({
        paymentId,
        expiresAt: new Date(ends),
      }))
    },

    async unbar(payerId, now) {
      await items.write(
        startsKey(payerId),
        'SET expires_epoch = :ttl REMOVE barred_at',
        'attribute_exists(barred_at)',
        { ':ttl': epoch(now, 2 * HOUR_MS) },
      )
    },

    async clear(payerId, now) {
      await texts.clear(payerId, now)
      const none = { ':none': {} }
      await items.write(
        startsKey(payerId),
        'SET started = :none',
        'attribute_exists(started)',
        none,
      )
      await clearInvitations(payerId, now)
    },

    clearInvitations,
  }

  /** The page's invitations of this hour, and the rings for what they let ask. */
  async function clearInvitations(payerId: string, now: Date): Promise<void> {
    await items.write(
      invitationsKey(payerId, now),
      'SET uses = :none, ask_rings = :none',
      'attribute_exists(uses) OR attribute_exists(ask_rings)',
      { ':none': 0 },
    )
  }

  /** Count a start and reserve a slot, or refuse. False if the stored item no longer is as `found`. */
  async function take(
    key: string,
    start: Start,
    found: Starts | undefined,
    isOver: (paymentId: string) => Promise<boolean>,
  ): Promise<boolean> {
    const { openPayments, paymentsPerHour } = settings
    const { paymentId, sessionsFrom = 0, now } = start
    if (!found) return createStarts(key, start)
    const { windowStartedAt, started, sessionsFrom: sessionsCounted = 0 } = found
    // Without Retry-After, because only the operator ends it. The write's condition checks it too.
    if (found.barredAt !== undefined) throw new Refusal('locked')
    // A repeated start: it is counted already, so only its slot's end is set again.
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
    // The payer has ended every session: starts by an ended session do not count for this hour. Once an hour, so that
    // who ends them again and again has twice the limit and not any number.
    const hourAgo = epoch(now, -HOUR_MS)
    if (sessionsFrom > sessionsCounted && sessionsCounted <= hourAgo) {
      return renewStarts(
        key,
        start,
        '(attribute_not_exists(sessions_from) OR sessions_from <= :hourAgo)',
        {
          set: ', sessions_from = :sessions',
          values: { ':sessions': sessionsFrom, ':hourAgo': hourAgo },
        },
      )
    }
    if (windowStartedAt <= edge(now, HOUR_MS)) {
      return renewStarts(key, start, 'window_started_at = :seen', {
        values: { ':seen': windowStartedAt },
      })
    }
    if (Object.hasOwn(started, paymentId)) {
      return setSlot(key, start, 'size(unfinished) < :open', { ':open': openPayments })
    }
    if (Object.keys(started).length >= paymentsPerHour) throw hourFull(windowStartedAt, now)
    return addStart(key, start)
  }

  /** Set the slot of a start that is counted already. */
  function setSlot(
    key: string,
    { paymentId, expiresAt }: Start,
    when: string,
    values: Values = {},
  ): Promise<boolean> {
    return reserve(
      key,
      'SET unfinished.#id = :ends',
      when,
      { ':ends': expiresAt.toISOString(), ...values },
      { '#id': paymentId },
    )
  }

  /** Count another start in the current hour. */
  function addStart(key: string, { paymentId, expiresAt, now }: Start): Promise<boolean> {
    return reserve(
      key,
      'SET started.#id = :now, unfinished.#id = :ends',
      'window_started_at > :edge AND size(started) < :max AND size(unfinished) < :open',
      {
        ':now': now.toISOString(),
        ':ends': expiresAt.toISOString(),
        ':edge': edge(now, HOUR_MS),
        ':max': settings.paymentsPerHour,
        ':open': settings.openPayments,
      },
      { '#id': paymentId },
    )
  }

  /** Count the first start of a new hour; unfinished starts of the hour before still count as open. */
  function renewStarts(
    key: string,
    { paymentId, expiresAt, now }: Start,
    when: string,
    more: { readonly set?: string; readonly values: Values },
  ): Promise<boolean> {
    return reserve(
      key,
      `SET started = :started, unfinished.#id = :ends, window_started_at = :now,
        expires_epoch = :ttl${more.set ?? ''}`,
      `${when} AND size(unfinished) < :open`,
      {
        ':started': { [paymentId]: now.toISOString() },
        ':now': now.toISOString(),
        ':ends': expiresAt.toISOString(),
        ':ttl': epoch(now, 2 * HOUR_MS),
        ':open': settings.openPayments,
        ...more.values,
      },
      { '#id': paymentId },
    )
  }

  /** Count a payer's first start ever. */
  function createStarts(key: string, { paymentId, expiresAt, sessionsFrom, now }: Start) {
    const hasEnded = sessionsFrom !== undefined
    return reserve(
      key,
      `SET started = :started, unfinished = :unfinished, window_started_at = :now,
        expires_epoch = :ttl${hasEnded ? ', sessions_from = :sessions' : ''}`,
      'attribute_not_exists(window_started_at)',
      {
        ':started': { [paymentId]: now.toISOString() },
        ':unfinished': { [paymentId]: expiresAt.toISOString() },
        ':now': now.toISOString(),
        ':ttl': epoch(now, 2 * HOUR_MS),
        ...(hasEnded && { ':sessions': sessionsFrom }),
      },
    )
  }

  /** Free the slots of ended payments. They never open again, so the condition is only that the item exists. */
  function forget(key: string, ids: readonly string[]): Promise<boolean> {
    return items.write(
      key,
      `REMOVE ${ids.map((_, i) => `unfinished.#id${i}`).join(', ')}`,
      'attribute_exists(unfinished)',
      undefined,
      Object.fromEntries(ids.map((id, i) => [`#id${i}`, id])),
    )
  }
}

type Start = {
  readonly paymentId: string
  readonly expiresAt: Date
  readonly sessionsFrom?: number | undefined
  readonly now: Date
}

const times = z.record(z.string(), z.string())
const starts = z.object({
  window_started_at: z.string(),
  started: times,
  unfinished: times,
  sessions_from: z.number().optional(),
  barred_at: z.string().optional(),
})

function startsIn(item: unknown): Starts {
  const { window_started_at, started, unfinished, sessions_from, barred_at } = starts.parse(item)
  return {
    windowStartedAt: window_started_at,
    started,
    unfinished,
    ...(sessions_from !== undefined && { sessionsFrom: sessions_from }),
    ...(barred_at !== undefined && { barredAt: barred_at }),
  }
}

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

/** The refusal while all slots are taken, until the first payment in them expires. */
function allOpen(unfinished: readonly (readonly [string, string])[], now: Date): Refusal {
  const first = Math.min(...unfinished.map(([, ends]) => Date.parse(ends)))
  const retryAfterSeconds = secondsUntil(new Date(first), now)
  return new Refusal('too_many_open_payments', { retryAfterSeconds })
}

const edge = (now: Date, windowMs: number) => new Date(now.getTime() - windowMs).toISOString()
