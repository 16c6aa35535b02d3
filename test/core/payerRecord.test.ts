import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  EMPTY_TRAIL,
  hashedPayerEntry,
  PAYER_EVENTS,
  type PayerEntry,
  type PayerEventName,
  payerEntryKey,
  payerEventOf,
  payerTrailFolder,
  storedPayerEntry,
  type Trail,
  trailChange,
} from '../../functions/core/payerTrail.ts'
import { trailWith } from '../harness/payerTrails.ts'

const PAYER = 'b2c5d4e4-60d1-70c5-4f5e-2f5a0c7a5d11'
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const changed = (before: Trail, after: Trail) => trailChange(PAYER, before, after, sha256)
const seqs = (entries: readonly PayerEntry[]) => entries.map(({ seq }) => seq)

/** Eleven, so that the first is in the archive alone. */
const long = trailWith(PAYER, [
  'phone.verified',
  ...Array.from({ length: 10 }, (): PayerEventName => 'codes.locked'),
])
const three = trailWith(PAYER, ['phone.verified', 'codes.locked', 'phone.changed'])
const four = trailWith(PAYER, ['sessions.ended'], three)

describe('a change of a payer’s item adds', () => {
  test.each([
    ['the first entry', EMPTY_TRAIL, trailWith(PAYER, ['phone.verified']), [1]],
    ['one more', three, four, [4]],
    ['two at once', trailWith(PAYER, ['phone.verified']), three, [2, 3]],
    ['none, where something else changed', three, three, []],
    [
      'one to a trail that no longer holds its first',
      long,
      trailWith(PAYER, ['account.locked'], long),
      [12],
    ],
    [
      'ten at once, the most that there is room for',
      EMPTY_TRAIL,
      trailWith(PAYER, [...PAYER_EVENTS, ...PAYER_EVENTS].slice(0, 10)),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    ],
  ] as const)('%s', (_, before, after, expected) => {
    const { added, isRewritten } = changed(before, after)
    expect(seqs(added)).toEqual(expected)
    expect(isRewritten).toBe(false)
  })
})

/** An entry with something else in it, and the hash that goes with that. */
function forged(entry: PayerEntry | undefined, change: Partial<PayerEntry>): PayerEntry {
  if (!entry) throw new Error('there is no such entry')
  const { hash: _, ...rest } = { ...entry, ...change }
  return { ...rest, hash: sha256(hashedPayerEntry(rest)) }
}
const newest = four.recent.at(-1)
const withNewest = (entry: PayerEntry): Trail => ({ ...four, recent: [...three.recent, entry] })
const first = (trail: Trail) => trail.recent[0] as PayerEntry

describe('a new entry is not taken, and told of, that', () => {
  test.each([
    ['is of another payer', withNewest(forged(newest, { payerId: 'another' }))],
    ['leaves a number out', { count: 5, recent: [...three.recent, forged(newest, { seq: 5 })] }],
    ['follows another entry', withNewest(forged(newest, { previous: 'f'.repeat(64) }))],
    ['follows none', withNewest(forged(newest, { previous: null }))],
    ['has other words than its hash', withNewest({ ...(newest as PayerEntry), by: 'operator' })],
    ['has another hash', withNewest({ ...(newest as PayerEntry), hash: 'f'.repeat(64) })],
    ['is counted and not there', { ...four, recent: three.recent }],
  ])('%s', (_, after) => {
    expect(changed(three, after)).toEqual({ added: [], isRewritten: true })
  })

  test('comes after one that was not taken', () => {
    const five = trailWith(PAYER, ['account.locked'], four)
    const [spoiled, ...rest] = five.recent.slice(3)
    const recent = [...three.recent, forged(spoiled, { at: '2020-01-01T00:00:00.000Z' }), ...rest]
    const { added, isRewritten } = changed(three, { count: 5, recent })
    expect([seqs(added), isRewritten]).toEqual([[4], true])
  })
})

describe('an item is told of as rewritten', () => {
  test.each([
    [
      'whose older entry says something else',
      { ...four, recent: [forged(first(four), { by: 'operator' }), ...four.recent.slice(1)] },
    ],
    [
      'whose older entry says something else under the same hash',
      {
        ...four,
        recent: [{ ...first(four), event: 'codes.locked' as const }, ...four.recent.slice(1)],
      },
    ],
    ['that lacks an older entry', { ...four, recent: four.recent.slice(1) }],
  ])('%s, and what came after still goes', (_, after) => {
    const { added, isRewritten } = changed(three, after)
    expect([seqs(added), isRewritten]).toEqual([[4], true])
  })

  test.each([
    ['that has lost its newest entry', trailWith(PAYER, ['phone.verified', 'codes.locked'])],
    ['that has lost its trail', EMPTY_TRAIL],
    ['that counts less', { ...three, count: 2 }],
    ['that counts more', { ...three, count: 4 }],
  ])('%s', (_, after) => {
    expect(changed(three, after)).toEqual({ added: [], isRewritten: true })
  })

  test('that begins in the middle, as if it were put there by hand', () => {
    expect(changed(EMPTY_TRAIL, long)).toEqual({ added: [], isRewritten: true })
  })
})

test('an entry is kept as one text that its own hash proves', () => {
  for (const entry of four.recent) {
    const { hash, ...rest } = JSON.parse(storedPayerEntry(entry))
    expect({ ...rest, hash }).toEqual(entry)
    expect(sha256(JSON.stringify(rest))).toBe(hash)
  }
})

describe('where an entry is kept', () => {
  test('its payer and its number say, so that keys have the order of the entries', () => {
    const keys = long.recent.map(payerEntryKey)
    expect(keys[0]).toBe(`payers/${PAYER}/000002.json`)
    expect(keys).toEqual(keys.toSorted())
  })

  test.each([
    ['..', 'payers/%2E%2E/'],
    ['a/../../b', 'payers/a%2F%2E%2E%2F%2E%2E%2Fb/'],
    ['auth0|5f7c', 'payers/auth0%7C5f7c/'],
    ['it’s (me)!~*', 'payers/it%E2%80%99s%20%28me%29%21%7E%2A/'],
    ['2026-11-21', 'payers/2026-11-21/'],
  ])('whatever a payer is called, it is a folder of theirs: %s', (payerId, folder) => {
    expect(payerTrailFolder(payerId)).toBe(folder)
    expect(payerTrailFolder(payerId)).toMatch(/^payers\/[\w%-]+\/$/)
    expect(decodeURIComponent(folder)).toBe(`payers/${payerId}/`)
  })
})

test.each(PAYER_EVENTS)('%s is told by what it is, whose, when and by whom', (event) => {
  const trail = trailWith(PAYER, ['phone.verified', event])
  const entry = trail.recent[1] as PayerEntry
  expect(payerEventOf(entry)).toEqual({
    type: event,
    detail: {
      version: 1,
      eventId: `${PAYER}:2`,
      payerId: PAYER,
      event,
      at: entry.at,
      by: entry.by,
      ...(event === 'device.invited'
        ? { isNow: true }
        : event.startsWith('device.') && { device: expect.anything() }),
      entry: entry.hash,
    },
  })
})

test('of a device is told which one it is and what let it in, and none of its keys', () => {
  const [entry] = trailWith(PAYER, ['device.added']).recent as [PayerEntry]
  const id = 'vJ0VLSuBCrdGUlrhfFTcRtSpp3CLaLQXSJLJ8wQ9eFI'
  expect(payerEventOf(entry).detail.device).toEqual({ id, boundBy: 'text' })
})
