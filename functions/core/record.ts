/**
 * The record of a payment: a page for each entry of its history, each page bound to the one before by a
 * hash (RTS Art. 29). A page is made of the payment's own item and nothing else, and entries are only ever
 * appended, so the same page comes out whenever it is made: at the change, at its repeat, or years after.
 */
import type { Payee } from './action.ts'
import { canonical } from './canonical.ts'
import type { Channel } from './channel.ts'
import { type Amount, amountOf } from './money.ts'
import { type Evidence, evidenceOf, type PaymentStatus, proofOf } from './outcome.ts'
import type { DecisionView, HistoryEntry, Payment, PushContent } from './payment.ts'

/**
 * Of pages and of events alike. It rises with what a reader of this version would take otherwise than it is meant:
 * a member that goes, is named otherwise, has another form or another meaning, or a hash that is made otherwise. It
 * stays with what only comes to it (a member that may be missing, an event, a kind of evidence), because whoever
 * reads events passes over those, and `npm run evidence` of an older version says that it does not know them.
 */
export const RECORD_VERSION = 1

/** A payment with all that happened to it. */
export type RecordedPayment = Payment & {
  readonly history: readonly HistoryEntry[]
}

/** What never changes about a payment: what was to be approved, by whom, and how it was put before them. */
export type RecordedTerms = {
  readonly payerId: string
  /** The phone, as the provider knows it. */
  readonly providerPhoneId: string
  readonly requestId: string
  readonly reference: string
  readonly payee: Payee
  readonly amount: Amount
  readonly displayText: string
  readonly shown: PushContent
  readonly createdAt: string
  readonly expiresAt: string
}

export type RecordPage = {
  readonly version: typeof RECORD_VERSION
  readonly paymentId: string
  /** 1 for the first entry of the history. */
  readonly seq: number
  readonly terms: RecordedTerms
  readonly entry: HistoryEntry
  /** On the page of the entry that ended the payment, and on no other. */
  readonly evidence?: Evidence
  /** The hash of the page before; null on the first. */
  readonly previous: string | null
  /** Of everything else on this page. */
  readonly hash: string
}

/** SHA-256 of a text in UTF-8, in lower-case hexadecimal digits. */
export type Digest = (text: string) => string

/** Every page of a payment, oldest first. */
export function pagesOf(payment: RecordedPayment, digest: Digest): RecordPage[] {
  const terms = termsOf(payment)
  const evidence = evidenceOf(payment.outcome)
  const pages: RecordPage[] = []
  for (const entry of payment.history) {
    const page = {
      version: RECORD_VERSION,
      paymentId: payment.paymentId,
      seq: pages.length + 1,
      terms,
      entry,
      ...(isEnd(entry) && evidence && { evidence }),
      previous: pages.at(-1)?.hash ?? null,
    } as const
    pages.push({ ...page, hash: digest(pageText(page)) })
  }
  return pages
}

/** The pages that a change added: those beyond what the history was before it. */
export const pagesAdded = (
  before: Pick<RecordedPayment, 'history'> | undefined,
  after: RecordedPayment,
  digest: Digest,
): RecordPage[] => pagesOf(after, digest).slice(before?.history.length ?? 0)

/**
 * Whether what was recorded before a change is not what it was, or a status is none of the history's. No
 * write of ours does either, so somebody did it by hand.
 */
export function isRewritten(
  before: RecordedPayment,
  after: RecordedPayment,
  digest: Digest,
): boolean {
  const known = pagesOf(before, digest).at(-1)
  const kept = pagesOf(after, digest)[before.history.length - 1]
  // Each page holds the hash of the one before, so the last stands for all.
  if (known?.hash !== kept?.hash) return true
  return after.history.map(statusIn).findLast((status) => status) !== after.outcome.status
}

/** A page as one text, the same whatever order its members are in: what is stored, and what is hashed. */
export const pageText = (page: Omit<RecordPage, 'hash'> | RecordPage): string => canonical(page)

/** Where a page is kept: all of a payment's under the day (UTC) on which it was started. */
export const pageKey = ({ terms, paymentId, seq }: RecordPage): string =>
  `${pagesFolder(terms.createdAt, paymentId)}${String(seq).padStart(3, '0')}.json`

/** Where all pages of a payment are; `createdAt` is an instant or a day, as RFC 3339 writes them. */
export const pagesFolder = (createdAt: string, paymentId: string): string =>
  `${createdAt.slice(0, 10)}/${paymentId}/`

/** What others are told when a payment begins to wait and when it is over; never a phone number. */
export type Announcement = {
  readonly type: `payment.${PaymentStatus}`
  readonly detail: {
    readonly version: typeof RECORD_VERSION
    /** The same whenever the same is announced again, so that a repeat is known. */
    readonly eventId: string
    readonly paymentId: string
    readonly payerId: string
    readonly reference: string
    readonly payee: Payee
    readonly amount: Amount
    readonly displayText: string
    readonly status: PaymentStatus
    readonly decidedBy: Channel | null
    /** Of approved and denied: what proves it decides whether to act on it. Null for the others. */
    readonly decision: DecisionView | null
    /** When this became so: of one that expired, when its time was over and not when somebody looked. */
    readonly at: string
    readonly createdAt: string
    readonly expiresAt: string
    /** The hash of the page that records it. */
    readonly page: string
  }
}

/** What a page gives to announce; nothing where it changes no status. */
export function announcementOf({
  paymentId,
  terms,
  entry,
  evidence,
  hash,
}: RecordPage): Announcement | undefined {
  const status = statusIn(entry)
  if (!status) return undefined
  const { payerId, reference, payee, amount, createdAt, expiresAt } = terms
  return {
    type: `payment.${status}`,
    detail: {
      version: RECORD_VERSION,
      eventId: `${paymentId}:${status}`,
      paymentId,
      payerId,
      reference,
      payee,
      amount,
      displayText: terms.displayText,
      status,
      decidedBy: entry.channel,
      decision:
        evidence && entry.channel ? { channel: entry.channel, proof: proofOf(evidence) } : null,
      at: status === 'expired' ? expiresAt : entry.at,
      createdAt,
      expiresAt,
      page: hash,
    },
  }
}

/** The status that an entry brings; none for what only happened on the way. */
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
 * There is one such entry. It need not be the last: a payer can be faster than the answer that their push
 * was sent, which is then appended after it.
 */
const isEnd = (entry: HistoryEntry) => ![undefined, 'pending'].includes(statusIn(entry))

const termsOf = (payment: Payment): RecordedTerms => ({
  payerId: payment.payerId,
  providerPhoneId: payment.providerPhoneId,
  requestId: payment.requestId,
  reference: payment.reference,
  payee: payment.action.payee,
  amount: amountOf(payment.action.amount),
  // As it was shown, not as it would be worded today.
  displayText: payment.shown.message,
  shown: payment.shown,
  createdAt: payment.createdAt.toISOString(),
  expiresAt: payment.expiresAt.toISOString(),
})
