import { expect, test } from 'vitest'
import { GRACE_MS, nextPollMs } from '../../web/pollSchedule.ts'

/** A payment with minutes to go and a server that answers. Each test breaks one thing about it. */
const defaults = { failuresInARow: 0, retryAfterSeconds: 0, msToEnd: 200_000 }

test('a payment is looked at every 3 s (2019: W8)', () => {
  expect(nextPollMs(defaults)).toBe(3_000)
})

test.each([
  [1, 6_000],
  [2, 12_000],
  [3, 24_000],
  [4, 30_000],
  [50, 30_000],
])('after %i failures in a row it waits %i ms', (failuresInARow, ms) => {
  expect(nextPollMs({ ...defaults, failuresInARow })).toBe(ms)
})

test('a server that asks for more time is given it', () => {
  expect(nextPollMs({ ...defaults, failuresInARow: 1, retryAfterSeconds: 60 })).toBe(60_000)
})

test('the end of the payment is looked at as it comes', () => {
  expect(nextPollMs({ ...defaults, msToEnd: 1_000 })).toBe(1_500)
})

test('polling goes on for the grace after the end, and no longer', () => {
  expect(nextPollMs({ ...defaults, msToEnd: -GRACE_MS })).toBe(3_000)
  expect(nextPollMs({ ...defaults, msToEnd: -GRACE_MS - 1 })).toBeNull()
  expect(nextPollMs({ ...defaults, failuresInARow: 2, msToEnd: -GRACE_MS - 1 })).toBeNull()
})

test('a payment whose end is not known yet is asked for again, ever more slowly', () => {
  const unknown = { ...defaults, failuresInARow: 9, msToEnd: Number.POSITIVE_INFINITY }
  expect(nextPollMs(unknown)).toBe(30_000)
})
