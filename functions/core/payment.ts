/**
 * A payment, its view for the payer, and the rule of when it has ended. The stores put these rules into the
 * conditions of their writes.
 */
import { fieldsOf, type PaymentAction, type PaymentFields } from './action.ts'
import type { Channel, ChannelEvent, ChannelViews, PaymentChannels } from './channel.ts'
import { channelViews } from './channels/all.ts'
import { channelOf, endedAt, type Outcome, type PaymentStatus, type Proof } from './outcome.ts'
import { Refusal } from './refusals.ts'

/** One event of a payment; the history is append-only (RTS Art. 29). */
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
  /** The id, in the log, of the request that started it (RTS Art. 29). */
  readonly requestId: string
  /** The provider's id of the phone that this payment was started for; undefined if a device approves it. */
  readonly providerPhoneId?: string | undefined
  /** Six random characters that tell this payment from one with the same payee and amount. */
  readonly reference: string
  readonly action: PaymentAction
  /** The action in one sentence, stored before any channel shows it and never changed. */
  readonly displayText: string
  readonly channels: PaymentChannels
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly outcome: Outcome
}

/** Without 0, 1, I and O, which are easily confused. */
const REFERENCE_LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const REFERENCE_LENGTH = 6

/** A reference of six characters, one of 32^6 (about a thousand million), from at least six random bytes. */
export const referenceFrom = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, REFERENCE_LENGTH))
    .map((byte) => REFERENCE_LETTERS[byte % REFERENCE_LETTERS.length])
    .join('')

/** The status at `now`: `expired` from `expiresAt` itself on, even if the sweep has not stored it yet. */
export const statusAt = (
  payment: Pick<Payment, 'outcome' | 'expiresAt'>,
  now: Date,
): PaymentStatus =>
  payment.outcome.status === 'pending' && now >= payment.expiresAt
    ? 'expired'
    : payment.outcome.status

/** The refusal `expired` or `already_decided` if the payment has ended; `undefined` while it is pending. */
export function whyClosed(payment: Payment, now: Date): Refusal | undefined {
  const status = statusAt(payment, now)
  if (status === 'expired') return new Refusal('expired')
  if (status !== 'pending') return new Refusal('already_decided', { paymentStatus: status })
  return undefined
}

/** The payment as every route shows it to its payer, without the provider's ids. */
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

/** The decision of an approved or denied payment; null for one that failed, expired or was cancelled. */
const decisionOf = (outcome: Outcome): DecisionView | null =>
  'proof' in outcome ? { channel: outcome.channel, proof: outcome.proof } : null

export type PaymentView = PaymentFields &
  ChannelViews & {
    readonly paymentId: string
    readonly displayText: string
    /** Tells it from an equal payment; the push and the text show it too. */
    readonly reference: string
    readonly status: PaymentStatus
    readonly createdAt: string
    readonly expiresAt: string
    readonly decidedAt: string | null
    readonly decidedBy: Channel | null
    readonly decision: DecisionView | null
  }

/** The channel on which the payer approved or denied, and the kind of proof. */
export type DecisionView = { readonly channel: Channel; readonly proof: Proof }
