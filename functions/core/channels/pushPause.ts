/**
 * Push fatigue: a payer who gets push after push may approve one. So two denials in a row pause the push, and the
 * third adds an audit entry. Both are computed from the payments, so that there is no counter that a thief could
 * reset.
 */

import { PAYMENT_TTL_SECONDS_MAX } from '../limits.ts'
import type { PayerEntry } from '../payerTrail.ts'
import type { Payment } from '../payment.ts'
import type { Clock, PaymentStore, PushAnswered, PushDenials } from '../ports.ts'

/**
 * RTS Art. 4(3)(b) limits consecutive failed attempts and does not say what one is for a push. An honest payer may
 * deny one by mistake, so the pause begins with the second. The SMS code is never paused.
 */
const DENIALS_TO_PAUSE = 2
/**
 * Short enough for an honest payer to wait. It stops new pushes after the second denial. Pushes already sent (at most
 * the limit of open payments) are not withdrawn; pushes without an answer are bounded by the hour's limit of payments.
 */
const PAUSE_MINUTES = 15
/** Three denials in a row are unlikely to be a mistake. */
const DENIALS_TO_TELL = 3
/** Only denials within this time count as a row. */
const ROW_MINUTES = 60
/** A push expires at the latest so long after its payment started … */
const LIFE_MINUTES_MAX = PAYMENT_TTL_SECONDS_MAX / 60
/** … and its signed callback is accepted for so long after it was signed. */
const CALLBACK_MINUTES_MAX = 5

/** The earliest start of a payment whose answer can matter for the pause. */
export const answersFrom = (now: Date): Date =>
  ago(now, ROW_MINUTES + LIFE_MINUTES_MAX + CALLBACK_MINUTES_MAX)

/** Until when the push is paused after these answers; `undefined` while it is not. */
export function pushPausedUntil(answers: readonly PushAnswered[], now: Date): Date | undefined {
  const row = denialsInARow(answers, now)
  const newest = row[0]
  if (!newest || row.length < DENIALS_TO_PAUSE) return undefined
  const until = new Date(newest.decidedAt.getTime() + PAUSE_MINUTES * MINUTE_MS)
  return now < until ? until : undefined
}

export type DenialPorts = {
  readonly payments: Pick<PaymentStore, 'answers'>
  readonly denials: PushDenials
  readonly clock: Clock
  /** Called with the payment whose denial was the third in a row, once per row. */
  readonly onPushesDenied: (payment: Payment) => void
  /** Called with a fault that left a row without its audit entry; the decision stands. */
  readonly onDenialFault: (paymentId: string, fault: unknown) => void
}

/**
 * After a denial was stored, in time or too late: if it is the third in a row, add the audit entry `pushes.denied`.
 * If the index does not show the newest denials yet, the next denial or a repeated callback adds it.
 */
export async function noteDenial(ports: DenialPorts, payment: Payment): Promise<void> {
  const { payments, denials, clock } = ports
  const { paymentId, payerId } = payment
  const denial = denialOf(payment)
  if (!denial) return
  try {
    const now = clock()
    const listed = await payments.answers(payerId, answersFrom(now))
    const others = listed.filter((one) => one.paymentId !== paymentId)
    const row = denialsInARow([...others, denial], now)
    const first = row.at(-1)
    if (!first || row.length < DENIALS_TO_TELL) return
    if (await denials.tell(payerId, first.decidedAt, now)) ports.onPushesDenied(payment)
  } catch (fault) {
    ports.onDenialFault(paymentId, fault)
  }
}

/** The payment's denial, in time or too late; `undefined` if there is none or the payer approved it. */
function denialOf({ paymentId, outcome, channels }: Payment): PushAnswered | undefined {
  if (outcome.status === 'approved') return undefined
  const decidedAt = outcome.status === 'denied' ? outcome.decidedAt : channels.push.deniedLateAt
  return decidedAt && { paymentId, status: 'denied', decidedAt }
}

/** Whether the trail already has an entry for the row that began at `since`. */
export const isRowTold = (recent: readonly Pick<PayerEntry, 'event' | 'at'>[], since: Date) =>
  recent.some(({ event, at }) => event === 'pushes.denied' && at >= since.toISOString())

/** The denials after the last approval, newest first. */
function denialsInARow(answers: readonly PushAnswered[], now: Date): readonly PushAnswered[] {
  const late = answers.filter(({ decidedAt }) => decidedAt > ago(now, ROW_MINUTES))
  const yeses = late.filter(({ status }) => status === 'approved')
  const lastYes = Math.max(0, ...yeses.map(({ decidedAt }) => decidedAt.getTime()))
  return late
    .filter(({ status, decidedAt }) => status === 'denied' && decidedAt.getTime() > lastYes)
    .sort((a, b) => b.decidedAt.getTime() - a.decidedAt.getTime())
}

const MINUTE_MS = 60_000
const ago = (now: Date, minutes: number) => new Date(now.getTime() - minutes * MINUTE_MS)
