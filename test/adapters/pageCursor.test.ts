import { expect, test } from 'vitest'
import { cursorOf, startKey } from '../../functions/adapters/dynamodb/pageCursor.ts'

const key = { created_at: '2026-11-21T12:00:00.000Z', payment_id: 'KTLLJSfqnCGI9JkWws96Bw' }
const cursor = cursorOf('person-1', key)
const refused = {
  code: 'invalid_request',
  details: { fields: [{ path: 'cursor', reason: expect.stringMatching(/\w/) }] },
}
const parts = (of: string) => JSON.parse(Buffer.from(of, 'base64url').toString())
const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const start = (payerId: string, given: string) => () => startKey(payerId, given)

test('a cursor goes on where its page ended', () => {
  expect(startKey('person-1', cursor)).toEqual({ user_id: 'person-1', ...key })
})

test('a cursor tells nothing that is not in the page, and fits an address', () => {
  expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/)
  expect(parts(cursor)).toEqual([key.created_at, key.payment_id, expect.any(String)])
  expect(parts(cursor)[2]).toMatch(/^[A-Za-z0-9_-]{16}$/)
})

test('another’s cursor is none', () => {
  expect(start('person-2', cursor)).toThrow(expect.objectContaining(refused))
})

test.each([
  ['another time', (of: unknown[]) => ['2026-11-21T12:00:00.001Z', of[1], of[2]]],
  ['another payment', (of: unknown[]) => [of[0], 'another', of[2]]],
  ['another seal', (of: unknown[]) => [of[0], of[1], 'A'.repeat(16)]],
  ['no seal', (of: unknown[]) => [of[0], of[1]]],
  ['an empty seal', (of: unknown[]) => [of[0], of[1], '']],
  ['one part more', (of: unknown[]) => [...of, 'more']],
  ['a time that is no text', (of: unknown[]) => [7, of[1], of[2]]],
])('a cursor with %s is none', (_, spoil) => {
  const spoiled = made(spoil(parts(cursor)))
  expect(start('person-1', spoiled)).toThrow(expect.objectContaining(refused))
})

test.each(['', 'x', '%', 'bm9uc2Vuc2U', made(null), made('text'), made({})])(
  'what never was a cursor (%j) is none',
  (nonsense) => {
    expect(start('person-1', nonsense)).toThrow(expect.objectContaining(refused))
  },
)

test.each([
  ['time', { ...key, created_at: '' }],
  ['payment', { ...key, payment_id: '' }],
])('a cursor whose %s is empty is none, though its seal is right', (_, empty) => {
  expect(start('person-1', cursorOf('person-1', empty))).toThrow(expect.objectContaining(refused))
})
