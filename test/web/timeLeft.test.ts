import { expect, test } from 'vitest'
import { beginsLastMinute, minutesAndSeconds, secondsLeft } from '../../web/timeLeft.ts'

const createdAt = Date.parse('2026-11-28T12:00:00Z')
const expiresAt = createdAt + 300_000

test.each([
  ['the whole time at the start', 0, 300],
  ['no more than the whole time by a clock that is behind', -5000, 300],
  ['a second that has begun as a whole one', 299_001, 1],
  ['nothing at the end itself', 300_000, 0],
  ['nothing later', 999_000, 0],
])('the time left is %s', (_, passedMs, seconds) => {
  expect(secondsLeft({ createdAt, expiresAt }, createdAt + passedMs)).toBe(seconds)
})

test.each([
  [0, '0:00'],
  [9, '0:09'],
  [60, '1:00'],
  [605, '10:05'],
])('%i seconds are %s', (seconds, text) => {
  expect(minutesAndSeconds(seconds)).toBe(text)
})

test.each([
  ['at the second itself', 61, 60, true],
  ['where that second is missed', 200, 56, true],
  ['once only', 60, 59, false],
  ['not before it', 62, 61, false],
  ['not of a page that slept through it', 200, 0, false],
  ['not of a page that is opened in it', 0, 60, false],
])('the last minute is told %s', (_, before, now, isTold) => {
  expect(beginsLastMinute(before, now)).toBe(isTold)
})
