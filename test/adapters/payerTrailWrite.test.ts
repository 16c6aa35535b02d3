import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { trailOf } from '../../functions/adapters/dynamodb/payerTrailItem.ts'
import { trailWrite } from '../../functions/adapters/dynamodb/payerTrailWrite.ts'
import {
  EMPTY_TRAIL,
  hashedPayerEntry,
  type PayerEntry,
  type Trail,
} from '../../functions/core/payerTrail.ts'
import { at, NOON } from '../core/answering.ts'

const what = { payerId: 'person-1', event: 'phone.verified', by: 'payer' } as const

/** What the item has once the write took place. */
const itemAfter = ({ values }: ReturnType<typeof trailWrite>) => ({
  user_id: 'person-1',
  email: 'ada@example.com',
  audit_count: values[':audit_count'],
  audit_recent: values[':audit_recent'],
})
const after = (seen: Trail, now = NOON): Trail => trailOf(itemAfter(trailWrite(seen, what, now)))
const first = after(EMPTY_TRAIL)
const entry = first.recent[0] as PayerEntry

describe('a write', () => {
  test('that begins the trail fails its condition where one was begun', () => {
    const { set, when, values } = trailWrite(EMPTY_TRAIL, what, NOON)
    expect(set).toBe('audit_count = :audit_count, audit_recent = :audit_recent')
    expect(when).toBe('attribute_not_exists(audit_count)')
    // DynamoDB refuses a value that no expression uses.
    expect(Object.keys(values)).toEqual([':audit_count', ':audit_recent'])
    expect(values).toMatchObject({ ':audit_count': 1, ':audit_recent': [{ ...what, seq: 1 }] })
  })

  test('that goes on with it fails its condition where another entry was faster', () => {
    const { when, values } = trailWrite(first, what, at(1))
    expect(when).toBe('audit_count = :audit_seen')
    expect(values).toMatchObject({
      ':audit_seen': 1,
      ':audit_count': 2,
      ':audit_recent': [entry, { seq: 2, previous: entry.hash }],
    })
  })

  test('hashes the entry’s own text with SHA-256', () => {
    const { hash, ...rest } = entry
    expect(hash).toBe(createHash('sha256').update(hashedPayerEntry(rest)).digest('hex'))
  })

  test('knows itself in what is stored, also under entries that came after it', () => {
    const { left } = trailWrite(EMPTY_TRAIL, what, NOON)
    expect(left(EMPTY_TRAIL)).toBe(false)
    expect(left(first)).toBe(true)
    expect(left(after(first, at(1)))).toBe(true)
  })

  test('takes no other entry for itself, of another time or kind', () => {
    expect(trailWrite(EMPTY_TRAIL, what, at(0.001)).left(first)).toBe(false)
    const changed = { ...what, event: 'phone.changed' } as const
    expect(trailWrite(EMPTY_TRAIL, changed, NOON).left(first)).toBe(false)
    expect(trailWrite(first, what, NOON).left(first)).toBe(false)
  })
})

test('what is written is read as it was, after ten entries too', () => {
  let trail = EMPTY_TRAIL
  for (let n = 1; n <= 12; n += 1) {
    const write = trailWrite(trail, what, at(n))
    trail = trailOf(itemAfter(write))
    expect(trail).toEqual({
      count: write.values[':audit_count'],
      recent: write.values[':audit_recent'],
    })
  }
  expect(trail.count).toBe(12)
  expect(trail.recent).toHaveLength(10)
})
