/**
 * What a payment is, what its payer is shown, and when it is over. Nothing here writes; the stores
 * put these rules into the conditions of their writes.
 */
import { fieldsOf, type PaymentAction, type PaymentFields } from './action.ts'
import type { Channel, ChannelEvent, ChannelViews, PaymentChannels } from './channel.ts'
import { channelViews } from './channels/all.ts'
import { channelOf, endedAt, type Outcome, type PaymentStatus, type Proof } from './outcome.ts'
import { Refusal } from './refusals.ts'

/** One thing that happened to a payment; the list is only ever appended to (RTS Art. 29). */
export type HistoryEntry = {
  readonly at: string
  readonly event: 'started' | ChannelEvent | Exclude<PaymentStatus, 'pending'>
  readonly channel: Channel | null
  readonly by: 'payer' | 'provider' | 'operator' | 'clock'
}

/** One intent to pay, with fixed payee and amount; never edited, decided once. */
export type Payment = {
  readonly paymentId: string
  readonly payerId: string
  /** The request that started it, as the log knows it (RTS Art. 29). */
  readonly requestId: string
  /** The phone, as the provider knows it, that this payment was started for and stays with. */
  readonly providerPhoneId: string
  /** Six characters by chance, so that no two payments are alike, whatever their payer makes them of. */
  readonly reference: string
  readonly action: PaymentAction
  /** The action in one sentence, stored before it is shown on any channel, and never worded anew. */
  readonly displayText: string
  readonly channels: PaymentChannels
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly outcome: Outcome
}

/** Without what is easily taken for another. */
const REFERENCE_LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const REFERENCE_LENGTH = 6

/** Six characters, one in a thousand million, that a person can compare: from as many bytes that nobody chose. */
export const referenceFrom = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, REFERENCE_LENGTH))
    .map((byte) => REFERENCE_LETTERS[byte % REFERENCE_LETTERS.length])
    .join('')

/** A payment is over at `expiresAt` itself, for every reader, whether or not the sweep has written it. */
export const statusAt = (
  payment: Pick<Payment, 'outcome' | 'expiresAt'>,
  now: Date,
): PaymentStatus =>
  payment.outcome.status === 'pending' && now >= payment.expiresAt
    ? 'expired'
    : payment.outcome.status

/** Why a payment takes no more answers, told from what is stored now; nothing while it does. */
export function whyClosed(payment: Payment, now: Date): Refusal | undefined {
  const status = statusAt(payment, now)
  if (status === 'expired') return new Refusal('expired')
  if (status !== 'pending') return new Refusal('already_decided', { paymentStatus: status })
  return undefined
}

/** The payment as every route shows it to its payer; nothing of the provider's or of others. */
export function view(payment: Payment, now: Date): PaymentView {
  const status = statusAt(payment, now)
  const decidedAt = status === 'expired' ? payment.expiresAt : endedAt(payment.outcome)
  return {
    paymentId: payment.paymentId,
    ...fieldsOf(payment.action),
    displayText: payment.displayText,
    reference: payment.reference,
    status,
    ...channelViews(payment.channels),
    createdAt: payment.createdAt.toISOString(),
    expiresAt: payment.expiresAt.toISOString(),
    decidedAt: decidedAt?.toISOString() ?? null,
    decidedBy: channelOf(payment.outcome) ?? null,
    decision: decisionOf(payment.outcome),
  }
}

/** Only approve and deny are decisions of a channel: an end by wrong codes, time or cancel has none. */
const decisionOf = (outcome: Outcome): DecisionView | null =>
  'proof' in outcome ? { channel: outcome.channel, proof: outcome.proof } : null

export type PaymentView = PaymentFields &
  ChannelViews & {
    readonly paymentId: string
    readonly displayText: string
    /** What tells it from an equal payment, on the push and in a text too. */
    readonly reference: string
    readonly status: PaymentStatus
    readonly createdAt: string
    readonly expiresAt: string
    readonly decidedAt: string | null
    readonly decidedBy: Channel | null
    readonly decision: DecisionView | null
  }

/** On which channel the payer approved or denied, and how that was learned. */
export type DecisionView = { readonly channel: Channel; readonly proof: Proof }
