/**
 * What is kept and told of a payer's audit trail: a page of the archive and an event for each entry. Neither
 * holds a number or an e-mail address, because pages may be locked for years and events go to others.
 */
import { canonical } from './canonical.ts'
import {
  type Digest,
  entriesAdded,
  entryText,
  type PayerEvent,
  RECENT_ENTRIES_MAX,
  type Trail,
  type TrailEntry,
} from './payerTrail.ts'

/** What a change of a payer's item did to the trail. */
export type TrailChange = {
  /** The new entries that continue the chain, oldest first; none after the first that does not. */
  readonly added: readonly TrailEntry[]
  /** The item is not what it was and these entries. No write of ours does that, so somebody did it by hand. */
  readonly isRewritten: boolean
}

/** Compare what is stored of a payer's trail before and after a change. `payerId` is the item's key. */
export function trailChange(
  payerId: string,
  before: Trail,
  after: Trail,
  digest: Digest,
): TrailChange {
  const added: TrailEntry[] = []
  for (const entry of entriesAdded(before, after)) {
    const last = added.at(-1) ?? before.recent.at(-1)
    const isNext =
      entry.payerId === payerId &&
      entry.seq === before.count + added.length + 1 &&
      entry.previous === (last?.hash ?? null) &&
      entry.hash === digest(entryText(entry))
    if (!isNext) break
    added.push(entry)
  }
  const expected = [...before.recent, ...added].slice(-RECENT_ENTRIES_MAX)
  return {
    added,
    isRewritten:
      after.count !== before.count + added.length ||
      after.recent.map(entryPageText).join() !== expected.map(entryPageText).join(),
  }
}

/** An entry as one text, with its hash: what is stored. */
export const entryPageText = (entry: TrailEntry): string => canonical(entry)

/** Where an entry is kept. */
export const entryKey = ({ payerId, seq }: Pick<TrailEntry, 'payerId' | 'seq'>): string =>
  `${trailFolder(payerId)}${String(seq).padStart(6, '0')}.json`

/**
 * Where all entries of a payer are. Not under a day, as payments are: a trail goes on for years, and whoever
 * looks for it may know nothing but the payer. A `sub` can be any text (OpenID Connect Core, 2), so what is no
 * letter, digit, `-` or `_` is escaped: no slash and no dot of it leads elsewhere.
 */
export const trailFolder = (payerId: string): string =>
  `payers/${encodeURIComponent(payerId).replace(/[.!~*'()]/g, escaped)}/`

const escaped = (character: string) =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`

/** What others are told of an account. */
export type PayerAnnouncement = {
  readonly type: PayerEvent
  readonly detail: {
    readonly version: TrailEntry['version']
    /** The same whenever the same is announced again, so that a repeat is known. */
    readonly eventId: string
    readonly payerId: string
    readonly event: PayerEvent
    readonly at: string
    readonly by: TrailEntry['by']
    /** The hash of the entry that records it. */
    readonly entry: string
  }
}

/** What an entry gives to announce. */
export const payerAnnouncementOf = ({
  version,
  payerId,
  seq,
  event,
  at,
  by,
  hash,
}: TrailEntry): PayerAnnouncement => ({
  type: event,
  detail: { version, eventId: `${payerId}:${seq}`, payerId, event, at, by, entry: hash },
})
