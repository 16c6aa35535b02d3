/** The stored form of a payment: its item and the entries of the indexes. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { PaymentAction } from '../../core/action.ts'
import { CHANNELS } from '../../core/channel.ts'
import { CURRENCIES, type Currency } from '../../core/money.ts'
import { outcomeOf, PAYMENT_STATUSES, PROOFS } from '../../core/outcome.ts'
import type { HistoryEntry, Payment } from '../../core/payment.ts'
import type { PushAnswered } from '../../core/ports.ts'
import type { Nothing } from '../../core/same.ts'
import { instant, optionalInstant, optionalText, text } from './attributes.ts'
import { channelShapes, channelsOf, itemOfChannels, storedEvidence } from './channelItem.ts'

/** A history entry in its stored form. */
export const historyEntry = (
  now: Date,
  event: HistoryEntry['event'],
  channel: HistoryEntry['channel'],
  by: HistoryEntry['by'],
): HistoryEntry => ({ at: now.toISOString(), event, channel, by })

/** The payer's answer, from the attributes of the index `payer` that `answers` reads. */
export function answerOf(attributes: unknown): PushAnswered {
  const found = answered.parse(attributes)
  const paymentId = found.payment_id
  return 'denied_late_at' in found
    ? { paymentId, status: 'denied', decidedAt: found.denied_late_at }
    : { paymentId, status: found.status, decidedAt: found.decided_at }
}

const currency = z.enum(Object.keys(CURRENCIES) as [Currency, ...Currency[]])

/** The attributes of a payment's fields, and how they are read and written. */
const storedAction = z.object({
  payee_name: text,
  payee_id: text,
  amount_minor: z.int().positive(),
  currency,
})

const actionIn = (found: z.infer<typeof storedAction>) =>
  ({
    kind: 'payment',
    payee: { name: found.payee_name, id: found.payee_id },
    amount: { amountMinor: found.amount_minor, currency: found.currency },
  }) as const satisfies Required<PaymentAction>

function itemOfAction({ kind: _, payee, amount, ...unstored }: PaymentAction) {
  unstored satisfies Nothing
  return {
    payee_name: payee.name,
    payee_id: payee.id,
    amount_minor: amount.amountMinor,
    currency: amount.currency,
  } satisfies z.infer<typeof storedAction>
}

const stored = z.object({
  ...storedAction.shape,
  payment_id: text,
  user_id: text,
  request_id: text,
  provider_phone_id: optionalText,
  reference: text,
  display_text: text,
  status: z.enum(PAYMENT_STATUSES),
  ...channelShapes,
  created_at: instant,
  expires_at: instant,
  decided_at: optionalInstant,
  decided_by: z.enum(CHANNELS).optional(),
  decided_proof: z.enum(PROOFS).optional(),
  evidence: z.unknown().optional(),
})

const answered = z.discriminatedUnion('status', [
  z.object({
    payment_id: text,
    status: z.enum(['approved', 'denied']),
    decided_at: instant,
  }),
  z.object({
    payment_id: text,
    // Also pending if `expiresAt` is reached and the sweep has not stored `expired` yet.
    status: z.enum(['pending', 'expired', 'failed', 'cancelled']),
    denied_late_at: instant,
  }),
])

/** A payment from its item or from an index with whole items. Throws if it cannot be parsed. */
export function paymentOf(attributes: unknown): Payment {
  const found = stored.parse(attributes)
  return {
    paymentId: found.payment_id,
    payerId: found.user_id,
    requestId: found.request_id,
    providerPhoneId: found.provider_phone_id,
    reference: found.reference,
    action: actionIn(found),
    displayText: found.display_text,
    channels: channelsOf(found),
    createdAt: found.created_at,
    expiresAt: found.expires_at,
    outcome: outcomeOf({
      status: found.status,
      channel: found.decided_by,
      at: found.decided_at,
      evidence: found.evidence === undefined ? undefined : storedEvidence(found.evidence),
      proof: found.decided_proof,
    }),
  }
}

/** From an entry of an index: an item that is no payment must not hide the others. */
export function indexedPaymentOf(attributes: unknown): Payment | Error {
  try {
    return paymentOf(attributes)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** The item of a new payment; `told` is added to its history. */
export const itemOf = (fresh: Payment, told: readonly HistoryEntry[] = []) => ({
  payment_id: fresh.paymentId,
  user_id: fresh.payerId,
  request_id: fresh.requestId,
  ...(fresh.providerPhoneId !== undefined && { provider_phone_id: fresh.providerPhoneId }),
  reference: fresh.reference,
  ...itemOfAction(fresh.action),
  display_text: fresh.displayText,
  status: fresh.outcome.status,
  open_shard: shardOf(fresh.paymentId),
  ...itemOfChannels(fresh.channels),
  created_at: fresh.createdAt.toISOString(),
  expires_at: fresh.expiresAt.toISOString(),
  history: [historyEntry(fresh.createdAt, 'started', null, 'payer'), ...told],
})

/** The mark that bars a payment's id. It has no attribute of an index, so no list returns it. */
export const barOf = (payerId: string, paymentId: string) => ({
  payment_id: paymentId,
  barred_payer: payerId,
})

/** Whether an item is such a mark and not a payment. */
export const isBar = (attributes: Readonly<Record<string, unknown>>): boolean =>
  'barred_payer' in attributes

/** The number of partitions of the index `open` over which pending payments are spread. */
export const OPEN_SHARDS = 4

const shardOf = (paymentId: string) =>
  createHash('sha256').update(paymentId).digest().readUInt8(0) % OPEN_SHARDS
