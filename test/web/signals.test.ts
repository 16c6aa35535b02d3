import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { anyOf, timeLimit } from '../../web/signals.ts'

/** As in Safari before 16, which has neither. */
const { any, timeout } = AbortSignal
beforeEach(() => {
  Reflect.deleteProperty(AbortSignal, 'any')
  Reflect.deleteProperty(AbortSignal, 'timeout')
})
afterEach(() => {
  Object.assign(AbortSignal, { any, timeout })
  vi.useRealTimers()
})

describe('the first of several signals', () => {
  test.each([0, 1])('is over with number %i, and not before', (which) => {
    const two = [new AbortController(), new AbortController()]
    const first = anyOf(...two.map(({ signal }) => signal))
    expect(first.aborted).toBe(false)
    two[which]?.abort()
    expect(first.aborted).toBe(true)
  })

  test.each([0, 1])('is over at once where number %i is already', (which) => {
    const two = [new AbortController(), new AbortController()]
    two[which]?.abort()
    expect(anyOf(...two.map(({ signal }) => signal)).aborted).toBe(true)
  })

  test('lets go of the others, which may live for long', () => {
    const [long, short] = [new AbortController(), new AbortController()]
    anyOf(long.signal, short.signal)
    expect(getEventListeners(long.signal, 'abort')).toHaveLength(1)
    short.abort()
    expect(getEventListeners(long.signal, 'abort')).toHaveLength(0)
  })
})

test('a time limit is over with its time, and not a millisecond before', () => {
  vi.useFakeTimers()
  const limit = timeLimit(10_000)
  vi.advanceTimersByTime(9_999)
  expect(limit.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect(limit.aborted).toBe(true)
})
