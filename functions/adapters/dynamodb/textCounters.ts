/** The counters of texts and calls: per payer, per number, and for the whole stage. */
import * as z from 'zod'
import { handset } from '../../core/handset.ts'
import type { PhoneNumber } from '../../core/payer.ts'
import type { GiveBack, PayingTexts } from '../../core/ports.ts'
import { Refusal, secondsUntil } from '../../core/refusals.ts'
import { sha256Hex } from '../sha256.ts'
import { DAY_MS, epoch, HOUR_MS, type LimitItems, TRIES_MAX } from './limitItems.ts'
import { ownWrite } from './ownWrite.ts'

/** The limits of texts, per hour and day (UTC). */
export type TextSettings = {
  /** SMS codes for payments, per payer. */
  readonly textsPerHour: number
  readonly textsPerDay: number
  /** Texts that verify a number: per payer, and per number that is not yet the payer's. */
  readonly provingTextsPerHour: number
  readonly provingTextsPerDay: number
  /** All texts together; at most half of them to verify numbers. */
  readonly textsPerDayForStage: number
}

/** One count in a counter's item, with its limit and its window. */
type Count = { readonly attribute: string; readonly max: number; readonly windowMs: number }
/** A counter's item, and the number of texts added at once to each of its counts. */
type Counter = { readonly key: string; readonly counts: readonly Count[]; readonly texts: number }

export function textCounters({ read, write }: LimitItems, settings: TextSettings) {
  const { textsPerDayForStage } = settings

  /**
   * Count an SMS code for a payment, to the payer's verified number. The number has no counter here: with one, anybody
   * who requests texts to that number could block its owner's payments.
   */
  const spendPaying = (payerId: string, now: Date, { isScarce }: Pick<PayingTexts, 'isScarce'>) => {
    const spend = isScarce ? spendInTurn : spendTogether
    return spend([payingOf(payerId, now), stage(now, 1)], now)
  }

  /**
   * Count a verification's texts: one for the payer, one for the new number, and all for the stage, which reserves half
   * of its day for payments. One after the other: together, a payer whose own counter is full could fill a stranger's
   * number again and again, though each time for a moment only.
   */
  const spendProving = (payerId: string, phone: PhoneNumber, texts: number, now: Date) => {
    const half: Count = {
      attribute: 'proving',
      max: Math.floor(textsPerDayForStage / 2),
      windowMs: DAY_MS,
    }
    const number = provingCounter(`limit#number#${sha256Hex(handset(phone))}`, now)
    return spendInTurn([provingOf(payerId, now), number, stage(now, texts, half)], now)
  }

  const readPaying = async (payerId: string, now: Date): Promise<PayingTexts> => {
    const counter = payingOf(payerId, now)
    const [own, all] = await Promise.all([read(counter.key), read(stage(now, 1).key)])
    return {
      full: whyFull(counter, { ...own }, now),
      isScarce: 2 * uses.parse(all?.uses) >= textsPerDayForStage,
    }
  }

  /** Reset the payer's counts of the hour and the day; the counts of numbers and of the stage stay. */
  const clear = async (payerId: string, now: Date) => {
    for (const { key, counts } of [payingOf(payerId, now), provingOf(payerId, now)]) {
      const update = `SET ${counts.map(({ attribute }) => `${attribute} = :none`).join(', ')}`
      await write(key, update, 'attribute_exists(uses)', { ':none': 0 })
    }
  }

  /** The payer's texts in this hour and this day. */
  const used = async (payerId: string, now: Date) => {
    const [paying, proving] = await Promise.all(
      [payingOf(payerId, now), provingOf(payerId, now)].map(async ({ key, counts }) => {
        const found: Record<string, unknown> = (await read(key)) ?? {}
        const [day = 0, hour = 0] = counts.map(({ attribute }) => uses.parse(found[attribute]))
        return { hour, day }
      }),
    )
    return { paying: paying ?? NO_TEXTS, proving: proving ?? NO_TEXTS }
  }

  const payingOf = (payerId: string, now: Date) =>
    hourly(`limit#paying#${payerId}`, settings.textsPerHour, settings.textsPerDay, now)
  const provingOf = (payerId: string, now: Date) => provingCounter(`limit#proving#${payerId}`, now)
  const provingCounter = (key: string, now: Date) =>
    hourly(key, settings.provingTextsPerHour, settings.provingTextsPerDay, now)
  const stage = (now: Date, texts: number, ...more: readonly Count[]): Counter => ({
    key: dayOf('limit#stage', now),
    counts: [{ attribute: 'uses', max: textsPerDayForStage, windowMs: DAY_MS }, ...more],
    texts,
  })

  /**
   * Count in all at once, because a payer waits for each trip; a refusal of the first counter comes first. For a moment the
   * others then count what was refused.
   */
  async function spendTogether(counters: readonly Counter[], now: Date): Promise<GiveBack> {
    const spent = await Promise.allSettled(counters.map((counter) => spend(counter, now)))
    const reasons = spent.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    const refusal = reasons.find((reason) => reason instanceof Refusal)
    if (refusal) await giveBackAll(counters.filter((_, i) => spent[i]?.status === 'fulfilled'))
    if (reasons.length > 0) throw refusal ?? reasons[0]
    return () => giveBackAll(counters)
  }

  async function spendInTurn(counters: readonly Counter[], now: Date): Promise<GiveBack> {
    const counted: Counter[] = []
    try {
      for (const counter of counters) {
        await spend(counter, now)
        counted.push(counter)
      }
    } catch (error) {
      // If one counter is full, the others are given back: otherwise refused requests would use up the counters of
      // honest payers and of the stage.
      if (error instanceof Refusal) await giveBackAll(counted)
      throw error
    }
    return () => giveBackAll(counters)
  }

  const giveBackAll = async (counters: readonly Counter[]): Promise<void> =>
    void (await Promise.all(counters.map(giveBack)))

  async function spend(counter: Counter, now: Date): Promise<void> {
    const { key, counts, texts } = counter
    const own = ownWrite()
    // A condition cannot add, so it compares each count with its limit minus these texts.
    const rooms = counts.map(({ max }, i) => [`:room${i}`, max - texts] as const)
    const when = counts.map(
      ({ attribute }, i) => `(attribute_not_exists(${attribute}) OR ${attribute} <= :room${i})`,
    )
    const sums = counts.map(
      ({ attribute }) => `${attribute} = if_not_exists(${attribute}, :none) + :texts`,
    )
    requireRoom(counter, {}, now)
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const counted = await write(
        key,
        `SET ${sums.join(', ')}, expires_epoch = :ttl, ${own.set}`,
        `${when.join(' AND ')} AND ${own.when}`,
        {
          ':none': 0,
          ':texts': texts,
          ':ttl': epoch(now, 2 * DAY_MS),
          ...Object.fromEntries(rooms),
          ...own.values,
        },
      )
      if (counted) return
      const found = await read(key)
      if (own.left(found)) return
      requireRoom(counter, { ...found }, now)
      // The counts have room now: texts were given back, or our own retried write succeeded and then another write
      // replaced its id. Count again.
    }
    const counterName = key.split('#', 2).join('#')
    throw new Error(
      `the counter ${counterName} failed the condition of ${TRIES_MAX} writes in a row`,
    )
  }

  /** Subtract the texts that were counted and not sent. */
  function giveBack({ key, counts, texts }: Counter): Promise<boolean> {
    const own = ownWrite()
    const sums = counts.map(({ attribute }) => `${attribute} = ${attribute} - :texts`)
    const when = counts.map(({ attribute }) => `${attribute} >= :texts`)
    return write(
      key,
      `SET ${sums.join(', ')}, ${own.set}`,
      `${when.join(' AND ')} AND ${own.when}`,
      { ':texts': texts, ...own.values },
    )
  }

  return { readPaying, spendPaying, spendProving, clear, used }
}

/**
 * A counter with one item per day, which holds the day's count and a count for each hour, so that one conditional
 * write raises both.
 */
const hourly = (key: string, perHour: number, perDay: number, now: Date): Counter => ({
  key: dayOf(key, now),
  counts: [
    { attribute: 'uses', max: perDay, windowMs: DAY_MS },
    { attribute: `uses_at_${now.toISOString().slice(11, 13)}`, max: perHour, windowMs: HOUR_MS },
  ],
  texts: 1,
})

const dayOf = (key: string, now: Date) => `${key}#${now.toISOString().slice(0, 10)}`

const NO_TEXTS = { hour: 0, day: 0 }

const uses = z.int().default(0)

/** Refuses `too_many_sms` if a count is full. */
function requireRoom(counter: Counter, found: Record<string, unknown>, now: Date): void {
  const why = whyFull(counter, found, now)
  if (why) throw why
}

/** The refusal `too_many_sms` if a count is full, until the last full count is reset. */
function whyFull(
  { counts, texts }: Counter,
  found: Record<string, unknown>,
  now: Date,
): Refusal | undefined {
  const ends = counts
    .filter(({ attribute, max }) => uses.parse(found[attribute]) + texts > max)
    .map(({ windowMs }) => (Math.floor(now.getTime() / windowMs) + 1) * windowMs)
  if (ends.length === 0) return undefined
  const retryAfterSeconds = secondsUntil(new Date(Math.max(...ends)), now)
  return new Refusal('too_many_sms', { retryAfterSeconds })
}
