/**
 * The audit trail of a payment: an entry for each line of its history, bound to the entry before by a hash
 * (RTS Art. 29). An entry is computed from the payment's item alone, and the history is append-only. So the same
 * entry results at the change, when the stream delivers the change again, and years later.
 */
import { fieldsOf, type PaymentFields } from './action.ts'
import { canonical, type Digest } from './canonical.ts'
import type { Channel, PushDetails } from './channel.ts'
import { type Evidence, evidenceOf, type PaymentStatus, proofOf } from './outcome.ts'
import type { DecisionView, HistoryEntry, Payment } from './payment.ts'

/**
 * The version of entries and of events. It rises with a change that a reader of the older version would
 * misread: a member removed or renamed, another form or meaning, another way to make the hash. It does not rise
 * for an addition (an optional member, an event, a kind of evidence): readers of events skip what they do not
 * know, and an older `npm run evidence` says that it does not know it.
 */
export const PAYMENT_TRAIL_VERSION = 1

/** A payment with its history. */
export type PaymentWithHistory = Payment & {
  readonly history: readonly HistoryEntry[]
}

/** The values of a payment that never change: the action, its payer, and how it was shown. */
export type PaymentFacts = PaymentFields & {
  readonly payerId: string
  /** The provider's id of the phone; undefined if a device approves the payment. */
  readonly providerPhoneId?: string
  readonly requestId: string
  readonly reference: string
  /** The stored text, not one that is worded again by today's code. */
  readonly displayText: string
  /** The details of the push; undefined if no push was requested. */
  readonly pushDetails?: PushDetails
  /** The document that a device signs; undefined if the payer had no device. */
  readonly signing?: string
  readonly createdAt: string
  readonly expiresAt: string
}

export type PaymentEntry = {
  readonly version: typeof PAYMENT_TRAIL_VERSION
  readonly paymentId: string
  /** 1 for the first line of the history. */
  readonly seq: number
  readonly payment: PaymentFacts
  readonly historyEntry: HistoryEntry
  /** Only in the entry that ended the payment. */
  readonly evidence?: Evidence
  /** The hash of the entry before; null in the first. */
  readonly previous: string | null
  /** The hash of all other members of this entry. */
  readonly hash: string
}

/** Every entry of a payment's audit trail, oldest first. */
export function paymentEntries(payment: PaymentWithHistory, digest: Digest): PaymentEntry[] {
  const facts = factsOf(payment)
  const evidence = evidenceOf(payment.outcome)
  const entries: PaymentEntry[] = []
  for (const historyEntry of payment.history) {
    const entry = {
      version: PAYMENT_TRAIL_VERSION,
      paymentId: payment.paymentId,
      seq: entries.length + 1,
      payment: facts,
      historyEntry,
      ...(isEnd(historyEntry) && evidence && { evidence }),
      previous: entries.at(-1)?.hash ?? null,
    } as const
    entries.push({ ...entry, hash: digest(paymentEntryText(entry)) })
  }
  return entries
}

/** The entries that a change added: those of the new lines of the history. */
export const paymentEntriesAdded = (
  before: Pick<PaymentWithHistory, 'history'> | undefined,
  after: PaymentWithHistory,
  digest: Digest,
): PaymentEntry[] => paymentEntries(after, digest).slice(before?.history.length ?? 0)

/**
 * Whether a change altered an earlier entry, or the status differs from the last status in the history. No write of
 * ours does either: the item was changed by hand.
 */
export function isRewritten(
  before: PaymentWithHistory,
  after: PaymentWithHistory,
  digest: Digest,
): boolean {
  const was = paymentEntries(before, digest).at(-1)
  const is = paymentEntries(after, digest)[before.history.length - 1]
  // Each entry holds the hash of the one before, so comparing the last compares all.
  if (was?.hash !== is?.hash) return true
  return after.history.map(statusIn).findLast((status) => status) !== after.outcome.status
}

/** An entry as the text that is archived and, without its hash, hashed; independent of the order of its members. */
export const paymentEntryText = (entry: Omit<PaymentEntry, 'hash'> | PaymentEntry): string =>
  canonical(entry)

/** The archive's key of an entry, under the day (UTC) on which the payment was started. */
export const paymentEntryKey = ({ payment, paymentId, seq }: PaymentEntry): string =>
  `${paymentTrailFolder(payment.createdAt, paymentId)}${String(seq).padStart(3, '0')}.json`

/** The archive's folder of a payment; `createdAt` is an instant or a day (RFC 3339). */
export const paymentTrailFolder = (createdAt: string, paymentId: string): string =>
  `${createdAt.slice(0, 10)}/${paymentId}/`

/**
 * The facts that events carry. What only proves the payment (the provider's phone id, the request's id, push details, signed document) stays in the
 * archive.
 */
const publishedOf = ({
  providerPhoneId: _phone,
  requestId: _request,
  pushDetails: _push,
  signing: _signing,
  ...published
}: PaymentFacts) => published

/** The event of a payment's start or end; it never holds a phone number. */
export type PaymentEvent = {
  readonly type: `payment.${PaymentStatus}`
  readonly detail: ReturnType<typeof publishedOf> & {
    readonly version: typeof PAYMENT_TRAIL_VERSION
    /** The same each time the event is published, so that consumers recognise a repeat. */
    readonly eventId: string
    readonly paymentId: string
    readonly status: PaymentStatus
    readonly decidedBy: Channel | null
    /** If approved or denied, the decision; its proof lets a consumer choose whether to act on it. Null otherwise. */
    readonly decision: DecisionView | null
    /** When the status changed; for an expired payment its `expiresAt`, not the time of the sweep. */
    readonly at: string
    /** The hash of the audit entry of this change. */
    readonly entry: string
  }
}

/** The event of an entry; `undefined` if the entry changes no status. */
export function paymentEventOf({
  paymentId,
  payment,
  historyEntry,
  evidence,
  hash,
}: PaymentEntry): PaymentEvent | undefined {
  const status = statusIn(historyEntry)
  if (!status) return undefined
  const { channel } = historyEntry
  return {
    type: `payment.${status}`,
    detail: {
      version: PAYMENT_TRAIL_VERSION,
      eventId: `${paymentId}:${status}`,
      paymentId,
      ...publishedOf(payment),
      status,
      decidedBy: channel,
      decision: evidence && channel ? { channel, proof: proofOf(evidence) } : null,
      at: status === 'expired' ? payment.expiresAt : historyEntry.at,
      entry: hash,
    },
  }
}

/** The status that a line of the history sets; `undefined` if it sets none. */
export function statusIn({ event }: HistoryEntry): PaymentStatus | undefined {
  switch (event) {
    case 'started':
      return 'pending'
    case 'approved':
    case 'denied':
    case 'expired':
    case 'failed':
    case 'cancelled':
      return event
    default:
      return undefined
  }
}

/**
 * Exactly one line of the history ends a payment. It is not always the last: if the payer answers before `savePush`,
 * the line `push_sent` follows it.
 */
const isEnd = (historyEntry: HistoryEntry) =>
  ![undefined, 'pending'].includes(statusIn(historyEntry))

function factsOf(payment: Payment): PaymentFacts {
  const { providerPhoneId, channels } = payment
  const { details } = channels.push
  const { signing } = channels.device
  return {
    payerId: payment.payerId,
    ...(providerPhoneId !== undefined && { providerPhoneId }),
    requestId: payment.requestId,
    reference: payment.reference,
    ...fieldsOf(payment.action),
    displayText: payment.displayText,
    ...(details && { pushDetails: details }),
    ...(signing !== undefined && { signing }),
    createdAt: payment.createdAt.toISOString(),
    expiresAt: payment.expiresAt.toISOString(),
  }
}
