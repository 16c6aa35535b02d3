import { expect, test } from 'vitest'
import { base64url, bytesOf } from '../../functions/core/base64url.ts'

test('writes and reads bytes of every length and value as Node does', () => {
  for (let length = 0; length <= 256; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => 255 - at)
    const text = base64url(bytes)
    expect(text).toBe(Buffer.from(bytes).toString('base64url'))
    expect(bytesOf(text, 256)).toEqual(bytes)
  }
})

test('reads one spelling of each value, and no other', () => {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const ends = [...digits].flatMap((a) => [...digits].map((b) => a + b))
  const read = [...ends, ...ends.map((end) => `A${end}`)].filter((text) => bytesOf(text, 9))
  expect(read).toHaveLength(64 * 4 + 64 * 16)
  for (const text of read) expect(Buffer.from(text, 'base64url').toString('base64url')).toBe(text)
})

test.each([
  ['padding', 'AA=='],
  ['the alphabet of plain base64', '+/+/'],
  ['a character alone', 'A'],
  ['five characters', 'AAAAA'],
  ['a blank', 'AA A'],
  ['a line break at its end', 'AAAA\n'],
  ['a letter of no alphabet', 'AAAé'],
])('does not read %s', (_, text) => {
  expect(bytesOf(text, 9)).toBeUndefined()
})

test.each([0, 1, 2, 3, 31, 32, 33, 64])(
  'reads %i bytes where they are allowed, and none more',
  (n) => {
    expect(bytesOf(base64url(new Uint8Array(n)), n)).toHaveLength(n)
    expect(bytesOf(base64url(new Uint8Array(n + 1)), n)).toBeUndefined()
  },
)
