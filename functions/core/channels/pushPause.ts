/**
 * Pushes that tire: who is asked again and again says yes one day, so two noes in a row pause the push, and the
 * third is told. All of it is told from the payments themselves, so that there is no count which a thief could
 * begin anew, and none that could be wrong.
 */

import { PAYMENT_TTL_SECONDS_MAX } from '../limits.ts'
import type { PayerEntry } from '../payerTrail.ts'
import type { Payment } from '../payment.ts'
import type { Clock, PaymentStore, PushAnswered, PushDenials } from '../ports.ts'

/**
 * RTS Art. 4(3)(b) bounds failed attempts one after the other and leaves to us what they are of a push: an honest
 * payer denies one by mistake, and the next because the first startled them. The code is never paused.
 */
const DENIALS_TO_PAUSE = 2
/**
 * Short enough for an honest payer to wait. What it bounds is pushes after the second denial: those that are out by
 * then, as many as payments may be open at once, are not called back, and of pushes that nobody answers the hour's
 * payments are the bound.
 */
const PAUSE_MINUTES = 15
/** So many in a row are nobody's mistake any more. */
const DENIALS_TO_TELL = 3
/** A row is of so long: who denied something this morning denies another thing now. */
const ROW_MINUTES = 60
/** A push is answered no later than this after its payment was started … */
const LIFE_MINUTES_MAX = PAYMENT_TTL_SECONDS_MAX / 60
/** … and its signed answer is taken for so long, also where the payment has ended meanwhile. */
const CALLBACK_MINUTES_MAX = 5

/** All that the rules need to know was started after this. */
export const answersFrom = (now: Date): Date =>
  ago(now, ROW_MINUTES + LIFE_MINUTES_MAX + CALLBACK_MINUTES_MAX)

/** Until when no push goes out to a payer who has lately answered so; nothing while pushes do. */
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
  /** Told of the payment whose denial was the third in a row, once for a row. */
  readonly onPushesDenied: (payment: Payment) => void
  /** Told of faults that leave a row untold; the decision stands. */
  readonly onDenialFault: (paymentId: string, fault: unknown) => void
}

/**
 * After a denial was stored, in time or too late: look whether it is the third in a row, and have the audit trail
 * tell that. The index may not show the newest denials yet; the next one in the row, or the same callback again,
 * tells it then.
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

/** The payer's no to a payment, in time or too late; none where they said yes. */
function denialOf({ paymentId, outcome, channels }: Payment): PushAnswered | undefined {
  if (outcome.status === 'approved') return undefined
  const decidedAt = outcome.status === 'denied' ? outcome.decidedAt : channels.push.deniedLateAt
  return decidedAt && { paymentId, status: 'denied', decidedAt }
}

/** Whether the trail tells already of a row that began then. */
export const isRowTold = (recent: readonly Pick<PayerEntry, 'event' | 'at'>[], since: Date) =>
  recent.some(({ event, at }) => event === 'pushes.denied' && at >= since.toISOString())

/** The newest first, and only those after the last yes. */
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
