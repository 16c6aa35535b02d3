/**
 * The audit trail of a payer: what happened to their account, apart from payments. Each entry is bound
 * to the one before by a hash (RTS Art. 29) and holds no number and no e-mail address, because the
 * archive may be locked for years.
 *
 * The payer's item keeps the count, the newest hash and the newest entries; each write that makes an
 * entry has the count as its condition, and the stream brings every entry to the archive.
 */
import { canonical } from './canonical.ts'

/** Of entries and of events alike; when it rises is said at `RECORD_VERSION`. */
export const TRAIL_VERSION = 1

/** So many of the newest entries stay in the item; the archive has them all. */
export const RECENT_ENTRIES_MAX = 10

export const payerEvents = [
  /** The first phone was proven. */
  'phone.verified',
  /** Another phone took the place of the one before. */
  'phone.changed',
  /** Five wrong codes in a row locked codes for a while. */
  'codes.locked',
  /** Three pushes in a row were denied, with no yes between. */
  'pushes.denied',
  /** Every session was ended by the payer. A change of phone, a lock and a close do so too, and are told as such. */
  'sessions.ended',
  /** The operator locked, unlocked or closed the account. */
  'account.locked',
  'account.unlocked',
  'account.closed',
] as const

export type PayerEvent = (typeof payerEvents)[number]

/** One thing that happened to an account. */
export type TrailEntry = {
  readonly version: typeof TRAIL_VERSION
  readonly payerId: string
  /** 1 for the first. */
  readonly seq: number
  /** RFC 3339, UTC. */
  readonly at: string
  readonly event: PayerEvent
  readonly by: 'payer' | 'operator'
  /** The hash of the entry before; null on the first. */
  readonly previous: string | null
  /** Of everything else in this entry. */
  readonly hash: string
}

/** As much of the trail as the payer's item holds, oldest first. */
export type Trail = { readonly count: number; readonly recent: readonly TrailEntry[] }

export const EMPTY_TRAIL: Trail = { count: 0, recent: [] }

/** SHA-256 of a text in UTF-8, in lower-case hexadecimal digits. */
export type Digest = (text: string) => string

/** The trail with one entry more. */
export function withEntry(
  trail: Trail,
  entry: Pick<TrailEntry, 'payerId' | 'event' | 'by'>,
  now: Date,
  digest: Digest,
): Trail {
  const next = {
    version: TRAIL_VERSION,
    payerId: entry.payerId,
    seq: trail.count + 1,
    at: now.toISOString(),
    event: entry.event,
    by: entry.by,
    previous: trail.recent.at(-1)?.hash ?? null,
  } as const
  const recent = [...trail.recent, { ...next, hash: digest(entryText(next)) }]
  return { count: next.seq, recent: recent.slice(-RECENT_ENTRIES_MAX) }
}

/** What a change of the item added to the trail, oldest first. */
export const entriesAdded = (before: Trail, after: Trail): readonly TrailEntry[] =>
  after.recent.filter(({ seq }) => seq > before.count)

/** An entry without its hash as one text, the same whatever order its members are in: what is hashed. */
export function entryText(entry: Omit<TrailEntry, 'hash'> | TrailEntry): string {
  return canonical({ ...entry, hash: undefined })
}
