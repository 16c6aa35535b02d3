/**
 * The audit trail of a payment: an entry for each line of its history, bound to the entry before by a hash
 * (RTS Art. 29). An entry is made of the payment's own item alone, and the history is only appended to, so
 * the same entry comes out at the change, when the change is delivered again, and years after.
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

/** A payment with all that happened to it. */
export type PaymentWithHistory = Payment & {
  readonly history: readonly HistoryEntry[]
}

/** What never changes about a payment: what was to be approved, by whom, and how it was shown. */
export type PaymentFacts = PaymentFields & {
  readonly payerId: string
  /** The phone, as the provider knows it. */
  readonly providerPhoneId: string
  readonly requestId: string
  readonly reference: string
  /** As it was shown, not as it would be worded today. */
  readonly displayText: string
  /** What a push was to show beside it; none where no push was asked for. */
  readonly pushDetails?: PushDetails
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
  /** In the entry that ended the payment, and in no other. */
  readonly evidence?: Evidence
  /** The hash of the entry before; null in the first. */
  readonly previous: string | null
  /** Of everything else in this entry. */
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

/** The entries that a change added: those of the history's lines that were not there before. */
export const paymentEntriesAdded = (
  before: Pick<PaymentWithHistory, 'history'> | undefined,
  after: PaymentWithHistory,
  digest: Digest,
): PaymentEntry[] => paymentEntries(after, digest).slice(before?.history.length ?? 0)

/**
 * Whether a change altered an entry that was there before, or the status is not the one that the history ends
 * in. No write of ours does either: somebody changed the item by hand.
 */
export function isRewritten(
  before: PaymentWithHistory,
  after: PaymentWithHistory,
  digest: Digest,
): boolean {
  const was = paymentEntries(before, digest).at(-1)
  const is = paymentEntries(after, digest)[before.history.length - 1]
  // Each entry holds the hash of the one before, so the last stands for all.
  if (was?.hash !== is?.hash) return true
  return after.history.map(statusIn).findLast((status) => status) !== after.outcome.status
}

/** An entry as one text, whatever the order of its members: what is archived, and what is hashed. */
export const paymentEntryText = (entry: Omit<PaymentEntry, 'hash'> | PaymentEntry): string =>
  canonical(entry)

/** The archive's key of an entry; a payment's entries stand under the day (UTC) on which it was started. */
export const paymentEntryKey = ({ payment, paymentId, seq }: PaymentEntry): string =>
  `${paymentTrailFolder(payment.createdAt, paymentId)}${String(seq).padStart(3, '0')}.json`

/** The archive's folder of a payment; `createdAt` is an instant or a day, as RFC 3339 writes them. */
export const paymentTrailFolder = (createdAt: string, paymentId: string): string =>
  `${createdAt.slice(0, 10)}/${paymentId}/`

/** All facts but those that the archive alone has: what is the provider's, the request's, and the push as it was. */
const publishedOf = ({
  providerPhoneId: _phone,
  requestId: _request,
  pushDetails: _push,
  ...published
}: PaymentFacts) => published

/** The event when a payment begins to wait, and when it is over; never with a phone number. */
export type PaymentEvent = {
  readonly type: `payment.${PaymentStatus}`
  readonly detail: ReturnType<typeof publishedOf> & {
    readonly version: typeof PAYMENT_TRAIL_VERSION
    /** The same each time the event is published, so that a repeat is known. */
    readonly eventId: string
    readonly paymentId: string
    readonly status: PaymentStatus
    readonly decidedBy: Channel | null
    /** Of approved and denied: its proof tells a consumer whether to act on it. Null for the others. */
    readonly decision: DecisionView | null
    /** When the status became so: of an expired payment the end of its time, not when a sweep saw it. */
    readonly at: string
    /** The hash of the audit trail's entry of this change. */
    readonly entry: string
  }
}

/** The event of an entry; none where the entry changes no status. */
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

/** The status that a line of the history brings; none where it changes no status. */
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
 * Exactly one line of the history ends a payment. It need not be the last: the payer can answer before the
 * provider's answer to the push is stored, whose line is then appended after it.
 */
const isEnd = (historyEntry: HistoryEntry) =>
  ![undefined, 'pending'].includes(statusIn(historyEntry))

function factsOf(payment: Payment): PaymentFacts {
  const { details } = payment.channels.push
  return {
    payerId: payment.payerId,
    providerPhoneId: payment.providerPhoneId,
    requestId: payment.requestId,
    reference: payment.reference,
    ...fieldsOf(payment.action),
    displayText: payment.displayText,
    ...(details && { pushDetails: details }),
    createdAt: payment.createdAt.toISOString(),
    expiresAt: payment.expiresAt.toISOString(),
  }
}
