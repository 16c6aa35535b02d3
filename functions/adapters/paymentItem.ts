/** How a payment is stored: its item, and what of it the indexes hold. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import { CURRENCIES, type Currency } from '../core/money.ts'
import {
  type HistoryEntry,
  type NoPush,
  type Payment,
  PROOFS,
  type PushContent,
  type ShownPayment,
  shownText,
} from '../core/payment.ts'
import type { OpenPayment } from '../core/ports.ts'
import type { PushAnswered } from '../core/pushPause.ts'

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

/** From an entry of the index `payer`. */
export const listedPaymentOf = (attributes: unknown): ShownPayment =>
  shown(listed.parse(attributes))

const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text))
const currency = z.enum(Object.keys(CURRENCIES) as [Currency, ...Currency[]])

const listed = z.object({
  payment_id: z.string(),
  reference: z.string(),
  payee_name: z.string(),
  payee_id: z.string(),
  amount_minor: z.int().positive(),
  currency,
  status: z.enum(['pending', 'approved', 'denied', 'expired', 'failed', 'cancelled']),
  push: z.enum(['sending', 'sent', 'unavailable']),
  push_paused_until: instant.optional(),
  sms_to: z.string(),
  sms_sends: z.int(),
  sms_sent_at: instant.optional(),
  code_attempts: z.int(),
  created_at: instant,
  expires_at: instant,
  decided_at: instant.optional(),
  decided_by: z.enum(['push', 'sms']).optional(),
  decided_proof: z.enum(PROOFS).optional(),
})

const stored = listed.extend({
  user_id: z.string(),
  authy_id: z.string(),
  shown: z.string(),
  request_id: z.string(),
  push_asked_at: instant.optional(),
  push_id: z.string().optional(),
  sms_id: z.string().optional(),
  wrong_codes: z.int(),
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

const waiting = z.object({
  payment_id: z.string(),
  authy_id: z.string(),
  push_id: z.string().optional(),
  push_asked_at: instant.optional(),
  push_read_at: instant.optional(),
  expires_at: instant,
})

function shown(found: z.infer<typeof listed>): ShownPayment {
  return {
    paymentId: found.payment_id,
    reference: found.reference,
    terms: {
      payee: { name: found.payee_name, id: found.payee_id },
      amount: { amountMinor: found.amount_minor, currency: found.currency },
    },
    status: found.status,
    push: found.push,
    pushPausedUntil: found.push_paused_until,
    smsTo: found.sms_to,
    smsSends: found.sms_sends,
    smsSentAt: found.sms_sent_at,
    codeAttempts: found.code_attempts,
    createdAt: found.created_at,
    expiresAt: found.expires_at,
    decidedAt: found.decided_at,
    decidedBy: found.decided_by,
    decidedProof: found.decided_proof,
  }
}

/** A payment from its whole item; an item that is none is a fault. */
export function paymentOf(attributes: unknown): Payment {
  const found = stored.parse(attributes)
  return {
    ...shown(found),
    payerId: found.user_id,
    requestId: found.request_id,
    authyId: found.authy_id,
    shown: contentOf(found.shown),
    pushAskedAt: found.push_asked_at,
    pushId: found.push_id,
    textId: found.sms_id,
    wrongCodes: found.wrong_codes,
    deniedLateAt: found.denied_late_at,
  }
}

/** From an entry of the index `open`; what is none must not hide the others. */
export function openPaymentOf(attributes: unknown): OpenPayment | Error {
  const { data: found, error } = waiting.safeParse(attributes)
  if (!found) return error
  return {
    paymentId: found.payment_id,
    authyId: found.authy_id,
    pushId: found.push_id,
    pushAskedAt: found.push_asked_at,
    pushReadAt: found.push_read_at,
    expiresAt: found.expires_at,
  }
}

/** The item of a payment that starts now; without a push, why. */
export const itemOf = (fresh: Payment, noPush?: NoPush) => ({
  payment_id: fresh.paymentId,
  user_id: fresh.payerId,
  request_id: fresh.requestId,
  authy_id: fresh.authyId,
  reference: fresh.reference,
  payee_name: fresh.terms.payee.name,
  payee_id: fresh.terms.payee.id,
  amount_minor: fresh.terms.amount.amountMinor,
  currency: fresh.terms.amount.currency,
  shown: shownText(fresh.shown),
  status: fresh.status,
  open_shard: shardOf(fresh.paymentId),
  push: fresh.push,
  ...(fresh.pushAskedAt && { push_asked_at: fresh.pushAskedAt.toISOString() }),
  ...(fresh.pushPausedUntil && { push_paused_until: fresh.pushPausedUntil.toISOString() }),
  sms_to: fresh.smsTo,
  sms_sends: fresh.smsSends,
  code_attempts: fresh.codeAttempts,
  wrong_codes: fresh.wrongCodes,
  created_at: fresh.createdAt.toISOString(),
  expires_at: fresh.expiresAt.toISOString(),
  history: [
    historyEntry(fresh.createdAt, 'started', null, 'payer'),
    ...(noPush ? [historyEntry(fresh.createdAt, noPush, 'push', 'clock')] : []),
  ],
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

function contentOf(text: string): PushContent {
  const [message, ...details] = z
    .tuple([z.string()], z.tuple([z.string(), z.string()]))
    .parse(JSON.parse(text))
  return { message, details: Object.fromEntries(details) }
}
