/** Test support: payments with all that happened to them, and their entries as an archive keeps them. */

import { sha256Hex } from '../../../functions/adapters/sha256.ts'
import { linkOf } from '../../../functions/adapters/twilioVerify/verifyLink.ts'
import type { Channel } from '../../../functions/core/channel.ts'
import { pushContentText } from '../../../functions/core/channels/pushRules.ts'
import {
  type Decided,
  type Evidence,
  outcomeOf,
  type PaymentStatus,
  proofOf,
} from '../../../functions/core/outcome.ts'
import type { HistoryEntry } from '../../../functions/core/payment.ts'
import {
  type PaymentEntry,
  type PaymentWithHistory,
  paymentEntries,
  paymentEntryKey,
  paymentEntryText,
} from '../../../functions/core/paymentTrail.ts'
import type { ArchivedEntry } from '../../../scripts/evidence/archivedEntry.ts'
import { at } from '../../core/answering.ts'
import { action, DETAILS, open, WORDS } from '../../core/payments.ts'

export const FOLDER = '2026-11-21/KTLLJSfqnCGI9JkWws96Bw/'
export const keyOf = (seq: number) => `${FOLDER}00${seq}.json`

const historyEntry =
  (channel: HistoryEntry['channel'], by: HistoryEntry['by']) =>
  (seconds: number, event: HistoryEntry['event']): HistoryEntry => ({
    at: at(seconds).toISOString(),
    event,
    channel,
    by,
  })
export const payer = historyEntry(null, 'payer')
export const provider = historyEntry('push', 'provider')
export const onPush = historyEntry('push', 'payer')
export const byText = historyEntry('sms', 'payer')
export const clock = historyEntry(null, 'clock')
export const noPush = historyEntry('push', 'clock')

const BEGIN = [payer(0, 'started'), provider(1, 'push_sent')]
const TEXTED = [...BEGIN, byText(20, 'text_asked')]
const wrong = (seconds: number) => [
  byText(seconds, 'code_tried'),
  byText(seconds + 1, 'code_wrong'),
]

export const callback = {
  kind: 'push-callback',
  push_id: 'push-1',
  provider_phone_id: open.providerPhoneId,
  push_content: pushContentText({ message: WORDS, details: DETAILS }),
  device_signature: 'c2lnbmVk',
  device_id: 'device-1',
  signed_at: '1795262430',
  nonce: '1795262430.5',
} satisfies Evidence
export const read = {
  kind: 'provider-read',
  push_id: 'push-1',
  provider_phone_id: open.providerPhoneId,
  read_at: at(30).toISOString(),
} satisfies Evidence
export const code = {
  kind: 'sms-code',
  provider_phone_id: open.providerPhoneId,
  action: open.paymentId,
  display_text: WORDS,
} satisfies Evidence
export const verified = {
  kind: 'verify-code',
  provider_phone_id: open.providerPhoneId,
  verification_sid: `VE${'1'.repeat(32)}`,
  ...linkOf({ action: action, reference: open.reference }),
} satisfies Evidence

const ended = (
  history: readonly HistoryEntry[],
  { status, channel }: { status: PaymentStatus; channel?: Channel },
  evidence?: Evidence,
): PaymentWithHistory => ({
  ...open,
  history,
  outcome: outcomeOf({
    status,
    channel,
    at: status === 'expired' ? open.expiresAt : new Date(history.at(-1)?.at ?? ''),
    evidence,
    proof: evidence && proofOf(evidence),
  }),
})
const approved = { status: 'approved', channel: 'push' } as const
const byCode = { status: 'approved', channel: 'sms' } as const

/** One of each life. Tests break one thing about one of them. */
export const records = {
  waiting: { ...open, history: BEGIN },
  'approved by push': ended([...BEGIN, onPush(30, 'approved')], approved, callback),
  'approved, as the provider said when it was asked': ended(
    [...BEGIN, provider(30, 'approved')],
    approved,
    read,
  ),
  'approved by a code after a wrong one': ended(
    [...TEXTED, ...wrong(25), byText(28, 'code_tried'), byText(30, 'approved')],
    byCode,
    code,
  ),
  'approved by a code of Twilio Verify': ended(
    [
      payer(0, 'started'),
      byText(20, 'text_asked'),
      byText(29, 'code_tried'),
      byText(30, 'approved'),
    ],
    byCode,
    verified,
  ),
  'approved after a signed answer was refused': ended(
    [...BEGIN, provider(20, 'answer_mismatched'), onPush(30, 'approved')],
    approved,
    callback,
  ),
  'denied, as the provider said, after a signed answer was refused': ended(
    [...BEGIN, provider(20, 'answer_not_understood'), provider(30, 'denied')],
    { status: 'denied', channel: 'push' },
    read,
  ),
  'expired after a signed answer was refused': ended(
    [...BEGIN, provider(20, 'answer_mismatched'), clock(312, 'expired')],
    { status: 'expired' },
  ),
  denied: ended([...BEGIN, onPush(30, 'denied')], { status: 'denied', channel: 'push' }, callback),
  failed: ended(
    [...TEXTED, ...[21, 23, 25, 27].flatMap(wrong), byText(29, 'code_tried'), byText(30, 'failed')],
    { status: 'failed', channel: 'sms' },
  ),
  expired: ended([...BEGIN, clock(312, 'expired')], { status: 'expired' }),
  cancelled: ended([...BEGIN, payer(30, 'cancelled')], { status: 'cancelled' }),
} satisfies Record<string, PaymentWithHistory>

export const entries = (payment: PaymentWithHistory) => paymentEntries(payment, sha256Hex)

/** As the archive keeps it. */
export const kept = (entry: PaymentEntry): ArchivedEntry => ({
  key: paymentEntryKey(entry),
  text: paymentEntryText(entry),
  versions: 1,
  isDeleted: false,
})

/** An entry with something else on it; `hash` only where it is said too. */
export const changed = (entry: PaymentEntry, change: object): ArchivedEntry => ({
  ...kept(entry),
  text: paymentEntryText({ ...entry, ...change }),
})

/** Somebody who knows how entries are made makes all of them anew, with another thing on one. */
export function forged(all: readonly PaymentEntry[], seq: number, change: object): ArchivedEntry[] {
  let previous: string | null = null
  return all.map((entry) => {
    const { hash: _, ...rest } = { ...entry, ...(entry.seq === seq && change), previous }
    previous = sha256Hex(paymentEntryText(rest))
    return kept({ ...rest, hash: previous })
  })
}

/** A payment that a channel decided, with something else in its outcome. */
export const decidedWith = (
  payment: PaymentWithHistory,
  change: Partial<Decided>,
): PaymentWithHistory => {
  if (!('proof' in payment.outcome)) throw new Error('nothing decided it')
  return { ...payment, outcome: { ...payment.outcome, ...change } }
}
