import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  EMPTY_TRAIL,
  hashedPayerEntry,
  PAYER_EVENTS,
  PAYER_TRAIL_VERSION,
  type PayerEntry,
  payerEntriesAdded,
  RECENT_ENTRIES_MAX,
  type Trail,
  withEntry,
} from '../../functions/core/payerTrail.ts'
import { at, NOON } from './answering.ts'

const digest = (text: string) => createHash('sha256').update(text).digest('hex')
const verified = { payerId: 'person-1', event: 'phone.verified', by: 'payer' } as const
const locked = { payerId: 'person-1', event: 'account.locked', by: 'operator' } as const

/** So many entries, a second apart. */
function trailOf(entries: number): Trail {
  let trail = EMPTY_TRAIL
  for (let n = 0; n < entries; n += 1) trail = withEntry(trail, verified, at(n), digest)
  return trail
}
const last = (trail: Trail): PayerEntry => {
  const entry = trail.recent.at(-1)
  if (!entry) throw new Error('no entry')
  return entry
}
const { hash: _, ...unhashed } = last(trailOf(1))

test('the first entry is bound to none', () => {
  expect(withEntry(EMPTY_TRAIL, verified, NOON, digest)).toEqual({
    count: 1,
    recent: [
      {
        version: PAYER_TRAIL_VERSION,
        payerId: 'person-1',
        seq: 1,
        at: '2026-11-21T12:00:00.000Z',
        event: 'phone.verified',
        by: 'payer',
        previous: null,
        hash: digest(
          '{"at":"2026-11-21T12:00:00.000Z","by":"payer","event":"phone.verified","payerId":"person-1","previous":null,"seq":1,"version":1}',
        ),
      },
    ],
  })
})

test('each next is bound to the one before, and the one before stays as it is', () => {
  const first = trailOf(1)
  const second = withEntry(first, locked, at(1), digest)
  expect(second.count).toBe(2)
  expect(second.recent[0]).toBe(first.recent[0])
  expect(second.recent[1]).toMatchObject({ ...locked, seq: 2, previous: last(first).hash })
  const third = withEntry(second, verified, at(2), digest)
  expect(last(third)).toMatchObject({ seq: 3, previous: last(second).hash })
})

test('the ten newest stay, numbered on and chained over those that went', () => {
  expect(RECENT_ENTRIES_MAX).toBe(10)
  for (const entries of [9, 10, 11, 25]) {
    const { count, recent } = trailOf(entries)
    expect(count).toBe(entries)
    expect(recent).toHaveLength(Math.min(entries, 10))
    expect(recent.map(({ seq }) => seq)).toEqual(
      Array.from({ length: recent.length }, (_, n) => entries - recent.length + 1 + n),
    )
    for (const [n, { previous }] of recent.entries()) {
      if (n > 0) expect(previous).toBe(recent[n - 1]?.hash)
    }
  }
  // The oldest of them is bound to one that only the archive has.
  expect(trailOf(11).recent[0]?.previous).toBe(trailOf(1).recent[0]?.hash)
})

describe('what a change added', () => {
  test.each([
    ['nothing where nothing was', 0, 0, []],
    ['nothing where nothing is new', 3, 3, []],
    ['the first', 0, 1, [1]],
    ['one of several', 4, 5, [5]],
    ['one, where the oldest went for it', 10, 11, [11]],
    ['several at once, oldest first', 2, 5, [3, 4, 5]],
    ['of more than stay those that are there', 0, 12, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  ] as const)('is %s', (_, before, after, seqs) => {
    const added = payerEntriesAdded(trailOf(before), trailOf(after))
    expect(added.map(({ seq }) => seq)).toEqual(seqs)
  })
})

describe('the hash', () => {
  const other: { [name in keyof typeof unhashed]: unknown } = {
    version: 2,
    payerId: 'person-2',
    seq: 2,
    at: '2026-11-21T12:00:00.001Z',
    event: 'phone.changed',
    by: 'operator',
    previous: 'a'.repeat(64),
  }
  test.each(Object.entries(other))('is another where only %s is (%s)', (name, value) => {
    expect(hashedPayerEntry({ ...unhashed, [name]: value } as never)).not.toBe(
      hashedPayerEntry(unhashed),
    )
  })

  test('covers everything in an entry but itself', () => {
    expect(Object.keys(JSON.parse(hashedPayerEntry(unhashed))).sort()).toEqual(
      Object.keys(other).sort(),
    )
    expect(Object.keys(unhashed).sort()).toEqual(Object.keys(other).sort())
  })

  test('is the same whatever order the members of an entry are in, as a database gives them', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Object.entries(unhashed), { minLength: 7 }), (members) => {
        expect(hashedPayerEntry(Object.fromEntries(members) as never)).toBe(
          hashedPayerEntry(unhashed),
        )
      }),
    )
  })

  test('of two entries is the same only if all of them is', () => {
    const entry = fc.record({
      version: fc.constant(PAYER_TRAIL_VERSION),
      payerId: fc.string(),
      seq: fc.integer({ min: 1 }),
      at: fc.string(),
      event: fc.constantFrom(...PAYER_EVENTS),
      by: fc.constantFrom('payer' as const, 'operator' as const),
      previous: fc.option(fc.string()),
    })
    fc.assert(
      fc.property(entry, entry, (one, another) => {
        const isSame = hashedPayerEntry(one) === hashedPayerEntry(another)
        expect(isSame).toBe(JSON.stringify(one) === JSON.stringify(another))
      }),
    )
  })

  test('shows where an entry of a trail was changed, left out, put in or moved', () => {
    const { recent } = trailOf(5)
    const [a, b, c, d, e] = recent as [PayerEntry, PayerEntry, PayerEntry, PayerEntry, PayerEntry]
    const isChain = (entries: readonly PayerEntry[]) =>
      entries.every(
        (entry, n) =>
          entry.hash === digest(hashedPayerEntry(entry)) &&
          entry.previous === (entries[n - 1]?.hash ?? null) &&
          entry.seq === n + 1,
      )
    expect(isChain(recent)).toBe(true)
    for (const spoiled of [
      [a, { ...b, event: 'account.closed' as const }, c, d, e],
      [a, { ...b, hash: digest(hashedPayerEntry({ ...b, by: 'operator' })) }, c, d, e],
      [a, c, d, e],
      [b, c, d, e],
      [a, a, b, c, d, e],
      [a, c, b, d, e],
    ]) {
      expect(isChain(spoiled)).toBe(false)
    }
  })
})

test('an entry holds no number, no e-mail address and nothing that was entered', () => {
  // Nothing else of a payer is given, and what is given is all that an entry has.
  const given = { ...verified, email: 'ada@example.com', phone: '+447400123456', code: '1234567' }
  const text = JSON.stringify(withEntry(EMPTY_TRAIL, given, NOON, digest))
  expect(text).not.toMatch(/ada@|7400123456|1234567/)
})
