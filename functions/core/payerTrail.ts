/**
 * The audit trail of a payer: the events of the account, without payments. Each entry is bound to the entry before by
 * a hash (RTS Art. 29). It holds no phone number and no e-mail address, because the archive may be locked for years
 * and other systems read the events.
 *
 * The payer's item holds the count and the newest entries. A write that adds an entry has the count in its condition,
 * and the table's stream carries every entry to the archive.
 */
import { canonical, type Digest } from './canonical.ts'
import type { DeviceKey, Leave } from './device.ts'

/** The version of entries and of events; `PAYMENT_TRAIL_VERSION` says when it rises. */
export const PAYER_TRAIL_VERSION = 1

/** The number of entries in the payer's item; the archive has all. */
export const RECENT_ENTRIES_MAX = 10

export const PAYER_EVENTS = [
  /** The first phone was verified. */
  'phone.verified',
  /** The verified phone was replaced. */
  'phone.changed',
  /** Five consecutive failed attempts locked codes for a time. */
  'codes.locked',
  /** Three pushes were denied in a row, without an approval between them. */
  'pushes.denied',
  /** A device that approves was let in, or removed, or its removal was undone. */
  'device.added',
  'device.removed',
  'device.restored',
  /** A device was let in without an active one's yes, and waits; told a second time at half of the wait. */
  'device.waiting',
  /** A device that waited was stopped by another one, or cancelled. */
  'device.stopped',
  /** A device asked to be rung no more. */
  'device.silenced',
  /** The operator invited a device. */
  'device.invited',
  /** The payer said that they did not start something: new payments are locked for a time. */
  'starts.locked',
  /** The payer ended every session. A change of phone, a lock and a close also end sessions, under their own event. */
  'sessions.ended',
  /** The operator locked, unlocked or closed the account. */
  'account.locked',
  'account.unlocked',
  'account.closed',
] as const

export type PayerEventName = (typeof PAYER_EVENTS)[number]

/** One entry of a payer's audit trail. */
export type PayerEntry = {
  readonly version: typeof PAYER_TRAIL_VERSION
  readonly payerId: string
  /** 1 for the first. */
  readonly seq: number
  /** RFC 3339, UTC. */
  readonly at: string
  readonly event: PayerEventName
  readonly by: 'payer' | 'operator'
  /** Only in the entries of a device: its keys, so that a decision's signature can be verified from the archive. */
  readonly device?: {
    readonly id: string
    readonly key: DeviceKey
    readonly spki: string
    readonly alg: number
    readonly boundBy: Leave
    /** RFC 3339: it approves nothing before. */
    readonly activeFrom?: string
    /** The id of the device whose place it took, because only that one's key was gone. */
    readonly renews?: string
  }
  /** Only in `device.invited`: whether the operator waived the wait. */
  readonly isNow?: boolean
  /** The hash of the entry before; null on the first. */
  readonly previous: string | null
  /** The hash of all other members of this entry. */
  readonly hash: string
}

/** The part of the trail that the payer's item holds, oldest first. */
export type Trail = { readonly count: number; readonly recent: readonly PayerEntry[] }

export const EMPTY_TRAIL: Trail = { count: 0, recent: [] }

/** The trail with one more entry. */
export function withEntry(
  trail: Trail,
  entry: Pick<PayerEntry, 'payerId' | 'event' | 'by' | 'device' | 'isNow'>,
  now: Date,
  digest: Digest,
): Trail {
  const next = {
    version: PAYER_TRAIL_VERSION,
    payerId: entry.payerId,
    seq: trail.count + 1,
    at: now.toISOString(),
    event: entry.event,
    by: entry.by,
    ...(entry.device && { device: entry.device }),
    ...(entry.isNow !== undefined && { isNow: entry.isNow }),
    previous: trail.recent.at(-1)?.hash ?? null,
  } as const
  const recent = [...trail.recent, { ...next, hash: digest(hashedPayerEntry(next)) }]
  return { count: next.seq, recent: recent.slice(-RECENT_ENTRIES_MAX) }
}

/** The entries that a change of the item added, oldest first. */
export const payerEntriesAdded = (before: Trail, after: Trail): readonly PayerEntry[] =>
  after.recent.filter(({ seq }) => seq > before.count)

/** The text that is hashed: an entry without its hash, independent of the order of its members. */
export const hashedPayerEntry = (entry: Omit<PayerEntry, 'hash'> | PayerEntry): string =>
  canonical({ ...entry, hash: undefined })

/** The text that is archived: an entry with its hash. */
export const storedPayerEntry = (entry: PayerEntry): string => canonical(entry)

/** The effect of a change of a payer's item on the trail. */
export type TrailChange = {
  /** The new entries that continue the chain, oldest first, up to the first that does not. */
  readonly added: readonly PayerEntry[]
  /** The trail is not the old entries plus the added ones. No write of ours does that: the item was changed by hand. */
  readonly isRewritten: boolean
}

/** Compare a payer's trail in the item before and after a change. `payerId` is the item's key. */
export function trailChange(
  payerId: string,
  before: Trail,
  after: Trail,
  digest: Digest,
): TrailChange {
  const added: PayerEntry[] = []
  for (const entry of payerEntriesAdded(before, after)) {
    const last = added.at(-1) ?? before.recent.at(-1)
    const isNext =
      entry.payerId === payerId &&
      entry.seq === before.count + added.length + 1 &&
      entry.previous === (last?.hash ?? null) &&
      entry.hash === digest(hashedPayerEntry(entry))
    if (!isNext) break
    added.push(entry)
  }
  const expected = [...before.recent, ...added].slice(-RECENT_ENTRIES_MAX)
  return {
    added,
    isRewritten:
      after.count !== before.count + added.length ||
      after.recent.map(storedPayerEntry).join() !== expected.map(storedPayerEntry).join(),
  }
}

/** The archive's key of an entry. */
export const payerEntryKey = ({ payerId, seq }: Pick<PayerEntry, 'payerId' | 'seq'>): string =>
  `${payerTrailFolder(payerId)}${String(seq).padStart(6, '0')}.json`

/**
 * The archive's folder of a payer. It contains no day, unlike a payment's: a trail lasts for years, and a reader may
 * know only the payer. A `sub` can be any text (OpenID Connect Core, 2), so every character except letters, digits,
 * `-` and `_` is escaped, and no slash or dot in it leads to another folder.
 */
export const payerTrailFolder = (payerId: string): string =>
  `payers/${encodeURIComponent(payerId).replace(/[.!~*'()]/g, escaped)}/`

const escaped = (character: string) =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

/** The event of an account. */
export type PayerEvent = {
  readonly type: PayerEventName
  readonly detail: {
    readonly version: typeof PAYER_TRAIL_VERSION
    /** The same each time the event is published, so that consumers recognise a repeat. */
    readonly eventId: string
    readonly payerId: string
    readonly event: PayerEventName
    readonly at: string
    readonly by: PayerEntry['by']
    /** Only in the events of a device: which one, and what let it in. Its keys stay in the archive. */
    readonly device?: {
      readonly id: string
      readonly boundBy: Leave
      /** RFC 3339: until then it waits, approves nothing, and can be stopped. */
      readonly activeFrom?: string
    }
    /** Only in `device.invited`: whether the operator waived the wait. */
    readonly isNow?: boolean
    /** The hash of the audit entry of this change. */
    readonly entry: string
  }
}

/** The event of an entry. */
export const payerEventOf = ({
  version,
  payerId,
  seq,
  event,
  at,
  by,
  device,
  isNow,
  hash,
}: PayerEntry): PayerEvent => ({
  type: event,
  detail: {
    version,
    eventId: `${payerId}:${seq}`,
    payerId,
    event,
    at,
    by,
    ...(device && {
      device: {
        id: device.id,
        boundBy: device.boundBy,
        ...(device.activeFrom !== undefined && { activeFrom: device.activeFrom }),
      },
    }),
    ...(isNow !== undefined && { isNow }),
    entry: hash,
  },
})
