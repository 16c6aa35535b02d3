import { describe, expect, test } from 'vitest'
import { sha256Hex } from '../../../functions/adapters/sha256.ts'
import {
  EMPTY_TRAIL,
  hashedPayerEntry,
  type PayerEntry,
  type PayerEventName,
  payerEntryKey,
  storedPayerEntry,
  type Trail,
} from '../../../functions/core/payerTrail.ts'
import type { ArchivedEntry } from '../../../scripts/evidence/archivedEntry.ts'
import { checkPayerTrail } from '../../../scripts/evidence/payerTrailCheck.ts'
import { trailWith } from '../../harness/payerTrails.ts'

const PAYER = 'b2c5d4e4-60d1-70c5-4f5e-2f5a0c7a5d11'
const EVENTS: readonly PayerEventName[] = ['phone.verified', 'codes.locked', 'phone.changed']
const trail = trailWith(PAYER, EVENTS)
const key = (seq: number) => `payers/${PAYER}/00000${seq}.json`

const archived = (entry: PayerEntry): ArchivedEntry => ({
  key: payerEntryKey(entry),
  text: storedPayerEntry(entry),
  versions: 1,
  isDeleted: false,
})
/** A trail as an archive has it that nobody has touched. Each test breaks one thing about it. */
const kept = trail.recent.map(archived)
const check = (all: readonly ArchivedEntry[], stored?: Trail) =>
  checkPayerTrail({ payerId: PAYER, kept: all, stored }, sha256Hex)
/** The entries with another second one. */
const withSecond = (change: Partial<ArchivedEntry>) =>
  kept.map((one, i) => (i === 1 ? { ...one, ...change } : one))
const entry = (seq: number) => trail.recent[seq - 1] as PayerEntry
/** An entry with something else on it, and the hash that goes with that. */
function forged(seq: number, change: Partial<PayerEntry>): Pick<ArchivedEntry, 'text'> {
  const { hash: _, ...rest } = { ...entry(seq), ...change }
  return { text: storedPayerEntry({ ...rest, hash: sha256Hex(hashedPayerEntry(rest)) }) }
}

describe('is proven: a trail', () => {
  test.each([
    ['of the archive alone', kept, undefined, 3],
    ['that the table has too', kept, trail, 3],
    ['to which nothing has happened yet', [], EMPTY_TRAIL, 0],
  ] as const)('%s', (_, all, stored, entries) => {
    const checked = check(all, stored)
    expect(checked.problems).toEqual([])
    expect(checked.entries).toEqual(trail.recent.slice(0, entries))
  })

  test('of which the table has the newest entries only', () => {
    const first = trailWith(PAYER, ['phone.verified'])
    let all = first
    const archive = [...first.recent.map(archived)]
    for (let n = 0; n < 11; n += 1) {
      all = trailWith(PAYER, ['codes.locked'], all)
      archive.push(archived(all.recent.at(-1) as PayerEntry))
    }
    expect(all.recent).toHaveLength(10)
    expect(check(archive, all).problems).toEqual([])
  })
})

describe('an entry is named', () => {
  test.each([
    ['that is missing', kept.toSpliced(1, 1), 2, 'is missing'],
    [
      'that was written over',
      withSecond({ versions: 2 }),
      2,
      'was written over (it has 2 versions; the first is looked at here)',
    ],
    ['that is marked as deleted', withSecond({ isDeleted: true }), 2, 'is marked as deleted'],
    ['that is no JSON', withSecond({ text: '{' }), 2, 'is not JSON'],
    [
      'that says more',
      withSecond({ text: JSON.stringify({ ...entry(2), phone: '1' }) }),
      2,
      'is not an entry as Payfriend writes it (.)',
    ],
    [
      'whose words were changed',
      withSecond({ text: storedPayerEntry({ ...entry(2), by: 'operator' }) }),
      2,
      'its text does not match its hash',
    ],
    [
      'that is written in another way',
      withSecond({ text: JSON.stringify(entry(2)) }),
      2,
      'is not written as Payfriend writes it',
    ],
    [
      'that is of another payer',
      withSecond(forged(2, { payerId: 'eve' })),
      2,
      'is of another payer, eve',
    ],
    [
      'that stands in the place of another',
      withSecond({ text: storedPayerEntry(entry(1)) }),
      2,
      `is the entry ${key(1)} in another place`,
    ],
    [
      'that was made anew with its hash',
      withSecond(forged(2, { event: 'sessions.ended' })),
      3,
      'follows another entry than the one before it: the chain is broken',
    ],
    [
      'that is the first and follows another',
      kept.with(0, { ...(kept[0] as ArchivedEntry), ...forged(1, { previous: 'f'.repeat(64) }) }),
      1,
      'follows another entry than the one before it: the chain is broken',
    ],
  ] as const)('%s', (_, all, seq, what) => {
    expect(check(all).problems).toContainEqual({ key: key(seq), what })
  })

  test.each([
    ['a member', { note: 'x' }, 'note'],
    ['an event', { event: 'phone.lost' }, 'event'],
    ['another version', { version: 2 }, 'version'],
  ])('that holds %s of a newer version is told as not known, and not as wrong', (_, more, what) => {
    const { hash: _hash, ...rest } = { ...entry(3), ...more } as PayerEntry
    const text = storedPayerEntry({ ...rest, hash: sha256Hex(hashedPayerEntry(rest)) })
    expect(check(kept.with(2, { ...(kept[2] as ArchivedEntry), text })).problems).toEqual([
      {
        key: key(3),
        what: `holds what this version of Payfriend does not know: ${what}`,
        isUnknown: true,
      },
    ])
  })

  test('that is none of a trail', () => {
    const odd = { ...(kept[0] as ArchivedEntry), key: `payers/${PAYER}/x.json` }
    expect(check([...kept, odd]).problems).toEqual([
      { key: odd.key, what: 'is no entry of an audit trail' },
    ])
  })
})

describe('the table is compared:', () => {
  test.each([
    ['it knows of more', trailWith(PAYER, ['account.locked'], trail), key(4), 'is missing'],
    [
      'it knows of less',
      trailWith(PAYER, EVENTS.slice(0, 2)),
      key(3),
      'the table has no entry with this number',
    ],
    ['it has no trail any more', EMPTY_TRAIL, key(1), 'the table has no entry with this number'],
    [
      'it has another entry',
      trailWith(PAYER, ['phone.verified', 'codes.locked', 'account.closed']),
      key(3),
      'the table has another entry',
    ],
    [
      'it counts more than it holds',
      { ...trail, count: 4 },
      "the table's item",
      'it counts 4, and holds 1',
    ],
  ] as const)('%s', (_, stored, where, what) => {
    expect(check(kept, stored).problems).toContainEqual({ key: where, what })
  })
})
