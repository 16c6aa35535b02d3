/** Whether what is kept of a payer's audit trail is whole and unchanged. */
import * as z from 'zod'
import { newerEntry, trailEntry } from '../../functions/adapters/recordedPayer.ts'
import { entryKey, entryPageText } from '../../functions/core/payerRecord.ts'
import {
  type Digest,
  entryText,
  TRAIL_VERSION,
  type Trail,
  type TrailEntry,
} from '../../functions/core/payerTrail.ts'
import { MISSING, THE_ITEM } from './recordCheck.ts'
import { jsonIn, type KeptPage, type Problem, pathOf, touched } from './recordPage.ts'

export type TrailToCheck = {
  readonly payerId: string
  readonly kept: readonly KeptPage[]
  /** As the table's item has it, where that could be read. */
  readonly stored?: Trail | undefined
}

/** `entries` are those of pages that are what was once written, oldest first. */
export type CheckedTrail = {
  readonly entries: readonly TrailEntry[]
  readonly problems: readonly Problem[]
  /** What this version does not know, which says nothing against the trail. */
  readonly notKnown: readonly Problem[]
}

/** Check everything that can be checked, and name each page that something is wrong with. */
export function checkTrail({ payerId, kept, stored }: TrailToCheck, digest: Digest): CheckedTrail {
  const problems: Problem[] = []
  const notKnown: Problem[] = []
  const read = new Map<number, TrailEntry>()
  for (const page of kept) {
    const found = readEntry(page, payerId, digest)
    const whats = typeof found === 'string' ? [found] : []
    if (typeof found !== 'string') {
      const { entry, newer } = found
      if (entry) read.set(entry.seq, entry)
      if (newer !== undefined) notKnown.push({ key: page.key, what: newer })
    }
    for (const what of [...touched(page), ...whats]) problems.push({ key: page.key, what })
  }
  const told = (seq: number, what: string) =>
    problems.push({ key: entryKey({ payerId, seq }), what })

  const seqs = new Set(kept.map(({ key }) => Number(NAME.exec(key)?.[1] ?? 0)))
  const last = Math.max(...seqs, stored?.count ?? 0, 0)
  for (let seq = 1; seq <= last; seq += 1) {
    if (!seqs.has(seq)) told(seq, MISSING)
    if (stored && seq > stored.count) told(seq, 'the table knows of no such page')
  }
  const entries = [...read.values()].sort((a, b) => a.seq - b.seq)
  for (const { seq, previous } of entries) {
    const before = seq === 1 ? null : read.get(seq - 1)?.hash
    // Without the one before, that one is named and this one cannot be judged.
    if (before !== undefined && before !== previous) {
      told(seq, 'follows another page than the one before it: the chain is broken')
    }
  }
  for (const [index, entry] of (stored?.recent ?? []).entries()) {
    const page = read.get(entry.seq)
    if (page && entryPageText(page) !== entryPageText(entry)) {
      told(entry.seq, 'the table has another entry')
    }
    // The newest stay there, up to the last that was counted.
    if (stored && entry.seq !== stored.count - stored.recent.length + index + 1) {
      problems.push({ key: THE_ITEM, what: `it counts ${stored.count}, and holds ${entry.seq}` })
    }
  }
  const byKey = (a: Problem, b: Problem) => (a.key < b.key ? -1 : 1)
  return { entries, problems: problems.sort(byKey), notKnown: notKnown.sort(byKey) }
}

/** The entry on a page and what of it is not known here, or what is wrong with it. */
function readEntry(
  { key, text }: KeptPage,
  payerId: string,
  digest: Digest,
): { readonly entry?: TrailEntry; readonly newer?: string } | string {
  if (!NAME.test(key)) return 'is no page of a trail'
  const json = jsonIn(text)
  if (!json) return 'is not JSON'
  const newer = newerEntry(json)
  // How an entry of another version is written and hashed is not known either.
  if (newer !== undefined && Object(json).version !== TRAIL_VERSION) return { newer }
  const { success, data, error } = (newer === undefined ? trailEntry : newerTrailEntry).safeParse(
    json,
  )
  if (!success) return `is not a page as Payfriend writes it (${pathOf(error)})`
  if (digest(entryText(data)) !== data.hash) return 'its words are not those of its hash'
  // Also one that says the same member twice, which every reader may take otherwise.
  if (entryPageText(data) !== text) return 'is not written as Payfriend writes it'
  if (data.payerId !== payerId) return `is of another payer, ${data.payerId}`
  if (entryKey(data) !== key) return `is the page ${entryKey(data)} in another place`
  return { entry: data, ...(newer !== undefined && { newer }) }
}

/** An entry of a kind that is not known here: what it says is hashed all the same. */
const newerTrailEntry = trailEntry.extend({ event: z.string() }) as unknown as typeof trailEntry

const NAME = /^payers\/[^/]+\/(\d{6}|[1-9]\d{6,})\.json$/
