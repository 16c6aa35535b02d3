import { expect, test } from 'vitest'
import { trailOf } from '../../functions/adapters/dynamodb/payerTrailItem.ts'
import { EMPTY_TRAIL, PAYER_EVENTS } from '../../functions/core/payerTrail.ts'
import { payerItem, trailWith } from '../harness/payerTrails.ts'

const trail = trailWith('ann', PAYER_EVENTS)
/** The item of somebody to whom everything has happened once. Each test breaks one thing about it. */
const item = payerItem('ann', trail)
const others = trail.recent.slice(0, -1)
const entry = trail.recent.at(-1)

test('a trail is read as it was written, whatever happened', () => {
  expect(trailOf(item)).toEqual(trail)
})

test('an item from before there were trails has an empty one', () => {
  expect(trailOf(payerItem('ann', EMPTY_TRAIL))).toEqual(EMPTY_TRAIL)
})

test.each([
  ['another version', { ...entry, version: 2 }],
  ['an event that is none', { ...entry, event: 'phone.wished' }],
  ['anything more, which could be a number', { ...entry, phone: '+12025550123' }],
  ['nobody by whom it was', { ...entry, by: 'nobody' }],
  ['no time', { ...entry, at: 'yesterday' }],
  ['no number of its own', { ...entry, seq: 0 }],
  ['nothing where the hash of the one before stands', { ...entry, previous: undefined }],
  ['a hash that is none', { ...entry, hash: 'x' }],
  ['no payer', { ...entry, payerId: '' }],
])('an entry with %s is a fault', (_, broken) => {
  expect(() => trailOf({ ...item, audit_recent: [...others, broken] })).toThrow()
})

test.each([
  ['a count that is none', { audit_count: -1 }],
  ['a count in words', { audit_count: '7' }],
  ['entries that are no list', { audit_recent: 'x' }],
  ['entries without a count', { audit_count: undefined }],
  ['a count without entries', { audit_recent: undefined }],
  ['no entry left', { audit_recent: [] }],
  ['its newest entry gone', { audit_recent: trail.recent.slice(0, -1) }],
  ['a count that goes back', { audit_count: trail.count - 1 }],
])('an item with %s is a fault', (_, broken) => {
  expect(() => trailOf({ ...item, ...broken })).toThrow()
})
