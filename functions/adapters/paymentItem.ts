/** How a payment is stored: its item, and what of it the indexes hold. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { CHANNELS, type PaymentChannels, type PushDetails } from '../core/channel.ts'
import { pushDetailsText } from '../core/channels/pushRules.ts'
import { CURRENCIES, type Currency } from '../core/money.ts'
import { outcomeOf, PAYMENT_STATUSES, PROOFS } from '../core/outcome.ts'
import type { HistoryEntry, Payment } from '../core/payment.ts'
import type { PushAnswered } from '../core/ports.ts'
import { storedEvidence } from './evidenceItem.ts'

/** One entry of an item's history. */
export const historyEntry = (
  now: Date,
  event: HistoryEntry['event'],
  channel: HistoryEntry['channel'],
  by: HistoryEntry['by'],
): HistoryEntry => ({ at: now.toISOString(), event, channel, by })

/** From an entry of the index `payer` that the payer answered, as far as `answers` asks for it. */
export function answerOf(attributes: unknown): PushAnswered {
  const found = answered.parse(attributes)
  const paymentId = found.payment_id
  return 'denied_late_at' in found
    ? { paymentId, status: 'denied', decidedAt: found.denied_late_at }
    : { paymentId, status: found.status, decidedAt: found.decided_at }
}

const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text))
const currency = z.enum(Object.keys(CURRENCIES) as [Currency, ...Currency[]])

const stored = z.object({
  payment_id: z.string(),
  user_id: z.string(),
  request_id: z.string(),
  provider_phone_id: z.string(),
  reference: z.string(),
  payee_name: z.string(),
  payee_id: z.string(),
  amount_minor: z.int().positive(),
  currency,
  display_text: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  push: z.enum(['sending', 'sent', 'unavailable']),
  push_asked_at: instant.optional(),
  push_details: z.string().optional(),
  push_id: z.string().optional(),
  push_paused_until: instant.optional(),
  push_read_at: instant.optional(),
  sms_to: z.string(),
  sms_sends: z.int(),
  sms_sent_at: instant.optional(),
  sms_id: z.string().optional(),
  code_attempts: z.int(),
  wrong_codes: z.int(),
  created_at: instant,
  expires_at: instant,
  decided_at: instant.optional(),
  decided_by: z.enum(CHANNELS).optional(),
  decided_proof: z.enum(PROOFS).optional(),
  evidence: z.unknown().optional(),
  denied_late_at: instant.optional(),
})

const answered = z.discriminatedUnion('status', [
  z.object({
    payment_id: z.string(),
    status: z.enum(['approved', 'denied']),
    decided_at: instant,
  }),
  z.object({
    payment_id: z.string(),
    // Pending where its time is over and the sweep has not come by yet.
    status: z.enum(['pending', 'expired', 'failed', 'cancelled']),
    denied_late_at: instant,
  }),
])

/** A payment from its item, which an index holds whole too; an item that is none is a fault. */
export function paymentOf(attributes: unknown): Payment {
  const found = stored.parse(attributes)
  return {
    paymentId: found.payment_id,
    payerId: found.user_id,
    requestId: found.request_id,
    providerPhoneId: found.provider_phone_id,
    reference: found.reference,
    action: {
      kind: 'payment',
      payee: { name: found.payee_name, id: found.payee_id },
      amount: { amountMinor: found.amount_minor, currency: found.currency },
    },
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

const channelsOf = (found: z.infer<typeof stored>): PaymentChannels => ({
  push: {
    state: found.push,
    askedAt: found.push_asked_at,
    details: found.push_details === undefined ? undefined : detailsOf(found.push_details),
    id: found.push_id,
    pausedUntil: found.push_paused_until,
    readAt: found.push_read_at,
    deniedLateAt: found.denied_late_at,
  },
  sms: {
    to: found.sms_to,
    sends: found.sms_sends,
    sentAt: found.sms_sent_at,
    textId: found.sms_id,
    attempts: found.code_attempts,
    wrongCodes: found.wrong_codes,
  },
})

/** From an entry of the index `open`; what is none must not hide the others. */
export function openPaymentOf(attributes: unknown): Payment | Error {
  try {
    return paymentOf(attributes)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

/** The item of a payment that starts now, with what its history tells of that. */
export const itemOf = (fresh: Payment, told: readonly HistoryEntry[] = []) => ({
  payment_id: fresh.paymentId,
  user_id: fresh.payerId,
  request_id: fresh.requestId,
  provider_phone_id: fresh.providerPhoneId,
  reference: fresh.reference,
  payee_name: fresh.action.payee.name,
  payee_id: fresh.action.payee.id,
  amount_minor: fresh.action.amount.amountMinor,
  currency: fresh.action.amount.currency,
  display_text: fresh.displayText,
  status: fresh.outcome.status,
  open_shard: shardOf(fresh.paymentId),
  ...itemOfChannels(fresh.channels),
  created_at: fresh.createdAt.toISOString(),
  expires_at: fresh.expiresAt.toISOString(),
  history: [historyEntry(fresh.createdAt, 'started', null, 'payer'), ...told],
})

/** As it is before anybody was reached. */
const itemOfChannels = ({ push, sms }: PaymentChannels) => ({
  push: push.state,
  ...(push.askedAt && { push_asked_at: push.askedAt.toISOString() }),
  ...(push.details && { push_details: pushDetailsText(push.details) }),
  ...(push.pausedUntil && { push_paused_until: push.pausedUntil.toISOString() }),
  sms_to: sms.to,
  sms_sends: sms.sends,
  code_attempts: sms.attempts,
  wrong_codes: sms.wrongCodes,
})

/** What stands in a payment's place that must not be stored any more; in no index, since it has no such fields. */
export const barOf = (payerId: string, paymentId: string) => ({
  payment_id: paymentId,
  barred_payer: payerId,
})

/** No payment: it only keeps one from being stored. */
export const isBar = (attributes: Readonly<Record<string, unknown>>): boolean =>
  'barred_payer' in attributes

/** The open payments are spread over this many partitions of the index `open`. */
export const OPEN_SHARDS = 4

const shardOf = (paymentId: string) =>
  createHash('sha256').update(paymentId).digest().readUInt8(0) % OPEN_SHARDS

/** From the one text as which they are stored, so that a condition can compare them (`pushDetailsText`). */
const detailsOf = (text: string): PushDetails =>
  Object.fromEntries(z.array(z.tuple([z.string(), z.string()])).parse(JSON.parse(text)))
