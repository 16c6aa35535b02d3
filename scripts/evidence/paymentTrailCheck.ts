/** Checks that a payment's audit trail is whole and unchanged, and follows the rules of a payment. */
import { isDeepStrictEqual } from 'node:util'
import type { Digest } from '../../functions/core/canonical.ts'
import { channelOf, endedAt, proofOf } from '../../functions/core/outcome.ts'
import {
  type PaymentEntry,
  type PaymentWithHistory,
  paymentEntries,
  paymentEntryText,
  statusIn,
} from '../../functions/core/paymentTrail.ts'
import { type ArchivedEntry, type Problem, readPaymentEntry, seqOf } from './archivedEntry.ts'
import { documentProblem, evidenceProblem, shownProblem } from './evidenceCheck.ts'
import { lifeProblems } from './lifeCheck.ts'

export type PaymentTrailToCheck = {
  readonly paymentId: string
  /** The folder of its entries: `2026-11-22/PAYMENT_ID/`. */
  readonly folder: string
  readonly kept: readonly ArchivedEntry[]
  /** The payment from the table's item, if that could be read. */
  readonly stored?: PaymentWithHistory | undefined
}

/** `entries` are those that are as they were written, oldest first. */
export type CheckedPaymentTrail = {
  readonly entries: readonly PaymentEntry[]
  readonly problems: readonly Problem[]
}

/** Check all entries and name each that has a problem. */
export function checkPaymentTrail(trail: PaymentTrailToCheck, digest: Digest): CheckedPaymentTrail {
  const problems: Problem[] = []
  const read = new Map<number, PaymentEntry>()
  for (const kept of trail.kept) {
    const { entry, found } = readPaymentEntry(kept, trail.paymentId, digest)
    for (const one of found) problems.push({ key: kept.key, ...one })
    if (entry) read.set(entry.seq, entry)
  }
  const entries = [...read.values()].sort((a, b) => a.seq - b.seq)
  const keyOf = (seq: number) => `${trail.folder}${String(seq).padStart(3, '0')}.json`
  const told = (seq: number, what: string | undefined) =>
    what !== undefined && problems.push({ key: keyOf(seq), what })

  const seqs = new Set(trail.kept.map(({ key }) => seqOf(key)))
  const last = Math.max(...seqs, trail.stored?.history.length ?? 0, 1)
  for (let seq = 1; seq <= last; seq += 1) {
    if (!seqs.has(seq)) told(seq, MISSING)
  }
  for (const entry of entries) {
    told(entry.seq, chainProblem(entry, read.get(entry.seq - 1)))
    told(entry.seq, entries[0] && termsProblem(entry, entries[0]))
    told(entry.seq, evidenceProblem(entry))
  }
  const [first] = entries
  if (first) told(first.seq, shownProblem(first.payment))
  if (first) told(first.seq, documentProblem(first))
  // Not checked if entries are missing: it would only report the same gaps again.
  if (first && entries.length === seqs.size && entries.length === entries.at(-1)?.seq) {
    const historyEntries = entries.map(({ historyEntry }) => historyEntry)
    for (const [index, what] of lifeProblems(first.payment, historyEntries).entries())
      told(index + 1, what)
  }
  if (trail.stored) problems.push(...storedProblems(trail.stored, read, last, keyOf, digest))
  return {
    entries,
    problems: problems.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)),
  }
}

function chainProblem({ seq, previous }: PaymentEntry, before: PaymentEntry | undefined) {
  if (seq === 1) return previous === null ? undefined : 'is the first, and follows another entry'
  // If the entry before is missing, that one is named, and the chain cannot be checked here.
  if (!before || before.hash === previous) return undefined
  return 'follows another entry than the one before it: the chain is broken'
}

const termsProblem = (entry: PaymentEntry, first: PaymentEntry) =>
  isDeepStrictEqual(entry.payment, first.payment)
    ? undefined
    : 'its payment is not that of the other entries'

/** Differences from the table's item. The AWS account's owner can change an item, but not an archived entry. */
function storedProblems(
  stored: PaymentWithHistory,
  read: ReadonlyMap<number, PaymentEntry>,
  last: number,
  keyOf: (seq: number) => string,
  digest: Digest,
): Problem[] {
  const problems: Problem[] = []
  const expected = paymentEntries(stored, digest)
  for (const entry of expected) {
    const found = read.get(entry.seq)
    const others = found ? differences(found, entry) : []
    if (others.length > 0) {
      problems.push({ key: keyOf(entry.seq), what: `the table has another ${others.join(', ')}` })
    }
  }
  for (let seq = expected.length + 1; seq <= last; seq += 1) {
    problems.push({ key: keyOf(seq), what: 'the table has no entry with this number' })
  }
  const what = itemProblem(stored, expected)
  if (what) problems.push({ key: THE_ITEM, what })
  return problems
}

/** Whether the only problems are entries that a newer version may have written. */
export const isOnlyUnknown = (problems: readonly Problem[]): boolean =>
  problems.length > 0 && problems.every(({ isUnknown }) => isUnknown)

/** The problem of a missing entry. */
export const MISSING = 'is missing'
/** The key of a problem that belongs to no entry. */
export const THE_ITEM = "the table's item"

/** The problem of the item's fields that are in no entry, compared with its history. */
function itemProblem(
  { outcome, channels, expiresAt }: PaymentWithHistory,
  entries: readonly PaymentEntry[],
): string | undefined {
  const end = entries.findLast(({ historyEntry }) => statusIn(historyEntry))
  const endedAs = end && statusIn(end.historyEntry)
  const { status } = outcome
  if (endedAs !== status) return `its status is ${status}, and its history says ${endedAs}`
  if (!end || endedAs === 'pending') return undefined
  const { historyEntry, evidence } = end
  const ended = endedAs === 'expired' ? expiresAt.toISOString() : historyEntry.at
  if (endedAt(outcome)?.toISOString() !== ended)
    return 'it was decided at another time than its history says'
  if ((channelOf(outcome) ?? null) !== historyEntry.channel)
    return 'it was decided on another channel'
  if ('proof' in outcome && outcome.proof !== (evidence && proofOf(evidence))) {
    return 'how its answer was learned is not what its evidence says'
  }
  if (evidence?.kind === 'provider-read' && evidence.push_id !== channels.push.id) {
    return 'the push that was read is another than the one that was sent'
  }
  return undefined
}

/** The names of the differing fields, without the hashes, which always differ too. */
function differences(found: PaymentEntry, expected: PaymentEntry): string[] {
  const a = membersOf(found)
  const b = membersOf(expected)
  const names = new Set([...a.keys(), ...b.keys()])
  return [...names].filter((name) => !isDeepStrictEqual(a.get(name), b.get(name)))
}

const membersOf = (entry: PaymentEntry) => {
  const { payment, historyEntry, evidence } = JSON.parse(paymentEntryText(entry))
  return new Map<string, unknown>([
    ...Object.entries(payment),
    ...Object.entries(historyEntry),
    ['evidence', evidence],
  ])
}
