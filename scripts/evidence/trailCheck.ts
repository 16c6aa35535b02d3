/** Whether what is kept of a payer's audit trail is whole and unchanged. */
import { trailEntry } from '../../functions/adapters/recordedPayer.ts'
import { entryKey, entryPageText } from '../../functions/core/payerRecord.ts'
import {
  type Digest,
  entryText,
  type Trail,
  type TrailEntry,
} from '../../functions/core/payerTrail.ts'
import { MISSING, THE_ITEM } from './recordCheck.ts'
import { type Found, jsonIn, type KeptPage, notRead, type Problem, touched } from './recordPage.ts'

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
}

/** Check everything that can be checked, and name each page that something is wrong with. */
export function checkTrail({ payerId, kept, stored }: TrailToCheck, digest: Digest): CheckedTrail {
  const problems: Problem[] = []
  const read = new Map<number, TrailEntry>()
  for (const page of kept) {
    const found = readEntry(page, payerId, digest)
    if ('seq' in found) read.set(found.seq, found)
    const wrong = 'seq' in found ? [] : [found]
    for (const one of [...touched(page), ...wrong]) problems.push({ key: page.key, ...one })
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
  return { entries, problems: problems.sort((a, b) => (a.key < b.key ? -1 : 1)) }
}

/** The entry on a page, or what is wrong with it. */
function readEntry({ key, text }: KeptPage, payerId: string, digest: Digest): TrailEntry | Found {
  if (!NAME.test(key)) return { what: 'is no page of a trail' }
  const json = jsonIn(text)
  if (!json) return { what: 'is not JSON' }
  const { success, data, error } = trailEntry.safeParse(json)
  if (!success) return notRead(text, json, error, digest)
  if (digest(entryText(data)) !== data.hash) return { what: 'its words are not those of its hash' }
  // Also one that says the same member twice, which every reader may take otherwise.
  if (entryPageText(data) !== text) return { what: 'is not written as Payfriend writes it' }
  if (data.payerId !== payerId) return { what: `is of another payer, ${data.payerId}` }
  return entryKey(data) === key ? data : { what: `is the page ${entryKey(data)} in another place` }
}

const NAME = /^payers\/[^/]+\/(\d{6}|[1-9]\d{6,})\.json$/
