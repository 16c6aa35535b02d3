/** Whether what is archived of a payment is its audit trail: whole, unchanged, and of a life that the rules allow. */
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
import { evidenceProblem, shownProblem } from './evidenceCheck.ts'
import { lifeProblems } from './lifeCheck.ts'

export type PaymentTrailToCheck = {
  readonly paymentId: string
  /** Where its entries are: `2026-11-22/PAYMENT_ID/`. */
  readonly folder: string
  readonly kept: readonly ArchivedEntry[]
  /** The payment as the table tells it, where that could be read. */
  readonly stored?: PaymentWithHistory | undefined
}

/** `entries` are those that are what was once written, oldest first. */
export type CheckedPaymentTrail = {
  readonly entries: readonly PaymentEntry[]
  readonly problems: readonly Problem[]
}

/** Check everything that can be checked, and name each entry that something is wrong with. */
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
  // Of an audit trail with holes it would only say in other words that there are holes.
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
  // Without the one before, that one is named and this one cannot be judged.
  if (!before || before.hash === previous) return undefined
  return 'follows another entry than the one before it: the chain is broken'
}

const termsProblem = (entry: PaymentEntry, first: PaymentEntry) =>
  isDeepStrictEqual(entry.payment, first.payment)
    ? undefined
    : 'its payment are not those of the others'

/** What the table tells otherwise. An archived entry cannot be changed and an item can, by its owner. */
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
    problems.push({ key: keyOf(seq), what: 'the table knows of no such entry' })
  }
  const what = itemProblem(stored, expected)
  if (what) problems.push({ key: THE_ITEM, what })
  return problems
}

/** Whether nothing is wrong but that a newer version may have written what this one does not know. */
export const isOnlyUnknown = (problems: readonly Problem[]): boolean =>
  problems.length > 0 && problems.every(({ isUnknown }) => isUnknown)

/** What is wrong with an entry that is not there. */
export const MISSING = 'is missing'
/** What a problem is of that is not of an entry. */
export const THE_ITEM = "the table's item"

/** The item's own fields beside its history, which no entry holds. */
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

/** By name, without the hashes, which differ with everything else. */
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
