/** Checks that a payer's audit trail is whole and unchanged. */
import { payerEntryItem } from '../../functions/adapters/dynamodb/payerTrailItem.ts'
import type { Digest } from '../../functions/core/canonical.ts'
import {
  hashedPayerEntry,
  type PayerEntry,
  payerEntryKey,
  storedPayerEntry,
  type Trail,
} from '../../functions/core/payerTrail.ts'
import {
  type ArchivedEntry,
  type Found,
  jsonIn,
  notRead,
  type Problem,
  touched,
} from './archivedEntry.ts'
import { MISSING, THE_ITEM } from './paymentTrailCheck.ts'

export type PayerTrailToCheck = {
  readonly payerId: string
  readonly kept: readonly ArchivedEntry[]
  /** The trail in the table's item, if that could be read. */
  readonly stored?: Trail | undefined
}

/** `entries` are those that are as they were written, oldest first. */
export type CheckedPayerTrail = {
  readonly entries: readonly PayerEntry[]
  readonly problems: readonly Problem[]
}

/** Check all entries and name each that has a problem. */
export function checkPayerTrail(
  { payerId, kept, stored }: PayerTrailToCheck,
  digest: Digest,
): CheckedPayerTrail {
  const problems: Problem[] = []
  const read = new Map<number, PayerEntry>()
  for (const archived of kept) {
    const found = readEntry(archived, payerId, digest)
    if ('seq' in found) read.set(found.seq, found)
    const wrong = 'seq' in found ? [] : [found]
    for (const one of [...touched(archived), ...wrong]) problems.push({ key: archived.key, ...one })
  }
  const told = (seq: number, what: string) =>
    problems.push({ key: payerEntryKey({ payerId, seq }), what })

  const seqs = new Set(kept.map(({ key }) => Number(NAME.exec(key)?.[1] ?? 0)))
  const last = Math.max(...seqs, stored?.count ?? 0, 0)
  for (let seq = 1; seq <= last; seq += 1) {
    if (!seqs.has(seq)) told(seq, MISSING)
    if (stored && seq > stored.count) told(seq, 'the table has no entry with this number')
  }
  const entries = [...read.values()].sort((a, b) => a.seq - b.seq)
  for (const { seq, previous } of entries) {
    const before = seq === 1 ? null : read.get(seq - 1)?.hash
    // If the entry before is missing, that one is named, and the chain cannot be checked here.
    if (before !== undefined && before !== previous) {
      told(seq, 'follows another entry than the one before it: the chain is broken')
    }
  }
  for (const [index, entry] of (stored?.recent ?? []).entries()) {
    const archived = read.get(entry.seq)
    if (archived && storedPayerEntry(archived) !== storedPayerEntry(entry)) {
      told(entry.seq, 'the table has another entry')
    }
    // The item holds the newest entries, up to its count.
    if (stored && entry.seq !== stored.count - stored.recent.length + index + 1) {
      problems.push({ key: THE_ITEM, what: `it counts ${stored.count}, and holds ${entry.seq}` })
    }
  }
  return { entries, problems: problems.sort((a, b) => (a.key < b.key ? -1 : 1)) }
}

/** The entry, or its problem. */
function readEntry(
  { key, text }: ArchivedEntry,
  payerId: string,
  digest: Digest,
): PayerEntry | Found {
  if (!NAME.test(key)) return { what: 'is no entry of an audit trail' }
  const json = jsonIn(text)
  if (!json) return { what: 'is not JSON' }
  const { success, data, error } = payerEntryItem.safeParse(json)
  if (!success) return notRead(text, json, error, digest)
  if (digest(hashedPayerEntry(data)) !== data.hash)
    return { what: 'its text does not match its hash' }
  // This also refuses a member that occurs twice, because readers differ in which one they use.
  if (storedPayerEntry(data) !== text) return { what: 'is not written as Payfriend writes it' }
  if (data.payerId !== payerId) return { what: `is of another payer, ${data.payerId}` }
  return payerEntryKey(data) === key
    ? data
    : { what: `is the entry ${payerEntryKey(data)} in another place` }
}

const NAME = /^payers\/[^/]+\/(\d{6}|[1-9]\d{6,})\.json$/
