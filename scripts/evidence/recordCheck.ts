/** Whether what is kept of a payment is its record: whole, unchanged, and of a life that the rules allow. */
import { isDeepStrictEqual } from 'node:util'
import { channelOf, endedAt, proofOf } from '../../functions/core/outcome.ts'
import {
  type Digest,
  pagesOf,
  pageText,
  type RecordedPayment,
  type RecordPage,
  statusIn,
} from '../../functions/core/record.ts'
import { evidenceProblem, shownProblem } from './evidenceCheck.ts'
import { lifeProblems } from './lifeCheck.ts'
import { type KeptPage, type Problem, readPage, seqOf } from './recordPage.ts'

export type RecordToCheck = {
  readonly paymentId: string
  /** Where its pages are: `2026-11-22/PAYMENT_ID/`. */
  readonly folder: string
  readonly kept: readonly KeptPage[]
  /** The payment as the table tells it, where that could be read. */
  readonly stored?: RecordedPayment | undefined
}

/** `pages` are those that are what was once written, oldest first. */
export type CheckedRecord = {
  readonly pages: readonly RecordPage[]
  readonly problems: readonly Problem[]
}

/** Check everything that can be checked, and name each page that something is wrong with. */
export function checkRecord(record: RecordToCheck, digest: Digest): CheckedRecord {
  const problems: Problem[] = []
  const read = new Map<number, RecordPage>()
  for (const kept of record.kept) {
    const { page, found } = readPage(kept, record.paymentId, digest)
    for (const one of found) problems.push({ key: kept.key, ...one })
    if (page) read.set(page.seq, page)
  }
  const pages = [...read.values()].sort((a, b) => a.seq - b.seq)
  const keyOf = (seq: number) => `${record.folder}${String(seq).padStart(3, '0')}.json`
  const told = (seq: number, what: string | undefined) =>
    what !== undefined && problems.push({ key: keyOf(seq), what })

  const seqs = new Set(record.kept.map(({ key }) => seqOf(key)))
  const last = Math.max(...seqs, record.stored?.history.length ?? 0, 1)
  for (let seq = 1; seq <= last; seq += 1) {
    if (!seqs.has(seq)) told(seq, MISSING)
  }
  for (const page of pages) {
    told(page.seq, chainProblem(page, read.get(page.seq - 1)))
    told(page.seq, pages[0] && termsProblem(page, pages[0]))
    told(page.seq, evidenceProblem(page))
  }
  const [first] = pages
  if (first) told(first.seq, shownProblem(first.terms))
  // Of a record with holes it would only say in other words that there are holes.
  if (first && pages.length === seqs.size && pages.length === pages.at(-1)?.seq) {
    const entries = pages.map(({ entry }) => entry)
    for (const [index, what] of lifeProblems(first.terms, entries).entries()) told(index + 1, what)
  }
  if (record.stored) problems.push(...storedProblems(record.stored, read, last, keyOf, digest))
  return { pages, problems: problems.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)) }
}

function chainProblem({ seq, previous }: RecordPage, before: RecordPage | undefined) {
  if (seq === 1) return previous === null ? undefined : 'is the first, and follows another page'
  // Without the one before, that one is named and this one cannot be judged.
  if (!before || before.hash === previous) return undefined
  return 'follows another page than the one before it: the chain is broken'
}

const termsProblem = (page: RecordPage, first: RecordPage) =>
  isDeepStrictEqual(page.terms, first.terms) ? undefined : 'its terms are not those of the others'

/** What the table tells otherwise. An archived page cannot be changed and an item can, by its owner. */
function storedProblems(
  stored: RecordedPayment,
  read: ReadonlyMap<number, RecordPage>,
  last: number,
  keyOf: (seq: number) => string,
  digest: Digest,
): Problem[] {
  const problems: Problem[] = []
  const expected = pagesOf(stored, digest)
  for (const page of expected) {
    const found = read.get(page.seq)
    const others = found ? differences(found, page) : []
    if (others.length > 0) {
      problems.push({ key: keyOf(page.seq), what: `the table has another ${others.join(', ')}` })
    }
  }
  for (let seq = expected.length + 1; seq <= last; seq += 1) {
    problems.push({ key: keyOf(seq), what: 'the table knows of no such page' })
  }
  const what = itemProblem(stored, expected)
  if (what) problems.push({ key: THE_ITEM, what })
  return problems
}

/** Whether nothing is wrong but that a newer version may have written what this one does not know. */
export const isOnlyUnknown = (problems: readonly Problem[]): boolean =>
  problems.length > 0 && problems.every(({ isUnknown }) => isUnknown)

/** What is wrong with a page that is not there. */
export const MISSING = 'is missing'
/** What a problem is of that is not of a page. */
export const THE_ITEM = "the table's item"

/** The item's own fields beside its history, which no page holds. */
function itemProblem(
  { outcome, channels, expiresAt }: RecordedPayment,
  pages: readonly RecordPage[],
): string | undefined {
  const end = pages.findLast(({ entry }) => statusIn(entry))
  const recorded = end && statusIn(end.entry)
  const { status } = outcome
  if (recorded !== status) return `its status is ${status}, and its history says ${recorded}`
  if (!end || recorded === 'pending') return undefined
  const { entry, evidence } = end
  const ended = recorded === 'expired' ? expiresAt.toISOString() : entry.at
  if (endedAt(outcome)?.toISOString() !== ended)
    return 'it was decided at another time than its history says'
  if ((channelOf(outcome) ?? null) !== entry.channel) return 'it was decided on another channel'
  if ('proof' in outcome && outcome.proof !== (evidence && proofOf(evidence))) {
    return 'how its answer was learned is not what its evidence says'
  }
  if (evidence?.kind === 'provider-read' && evidence.push_id !== channels.push.id) {
    return 'the push that was read is another than the one that was sent'
  }
  return undefined
}

/** By name, without the hashes, which differ with everything else. */
function differences(found: RecordPage, expected: RecordPage): string[] {
  const a = membersOf(found)
  const b = membersOf(expected)
  const names = new Set([...a.keys(), ...b.keys()])
  return [...names].filter((name) => !isDeepStrictEqual(a.get(name), b.get(name)))
}

const membersOf = (page: RecordPage) => {
  const { terms, entry, evidence } = JSON.parse(pageText(page))
  return new Map<string, unknown>([
    ...Object.entries(terms),
    ...Object.entries(entry),
    ['evidence', evidence],
  ])
}
