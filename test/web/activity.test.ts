import { beforeEach, describe, expect, test } from 'vitest'
import { createActivity, IDLE_MS } from '../../web/activity.ts'

const START = Date.parse('2026-11-22T12:00:00Z')
let now = START
let stored: string | null = null

/** One of the tabs; all of them have the one time. */
const tab = () =>
  createActivity(
    {
      read: () => stored,
      write: (text) => {
        stored = text
      },
      remove: () => {
        stored = null
      },
    },
    () => now,
  )
let activity = tab()

beforeEach(() => {
  now = START
  stored = null
  activity = tab()
  activity.begin()
})

test('five minutes without input are over at their very end, and not a millisecond before', () => {
  now = START + IDLE_MS - 1
  expect(activity.msLeft()).toBe(1)
  expect(activity.lapsed()).toBe(false)
  now = START + IDLE_MS
  expect(activity.msLeft()).toBe(0)
  expect(activity.lapsed()).toBe(true)
})

test('input begins the five minutes anew', () => {
  now = START + IDLE_MS - 1
  activity.note()
  expect(activity.msLeft()).toBe(IDLE_MS)
})

test('input in any tab counts for all', () => {
  now = START + 200_000
  tab().note()
  expect(activity.msLeft()).toBe(IDLE_MS)
})

describe('once the five minutes are over', () => {
  beforeEach(() => {
    now = START + IDLE_MS
  })

  test.each([
    ['input', () => activity.note()],
    ['a payment that waits', () => activity.hold(now + 300_000)],
    ['a payment that ends', () => activity.release()],
  ])('%s no longer helps', (_, happens) => {
    happens()
    expect(activity.msLeft()).toBe(0)
  })

  test('signing in does', () => {
    activity.begin()
    expect(activity.msLeft()).toBe(IDLE_MS)
  })
})

test('nothing counts down while a payment waits, and the five minutes begin with its end', () => {
  activity.hold(START + 300_000)
  now = START + 299_000
  expect(activity.msLeft()).toBeGreaterThan(IDLE_MS)
  activity.release()
  expect(activity.msLeft()).toBe(IDLE_MS)
})

test('a payment that nobody saw end holds no longer than it could wait', () => {
  activity.hold(START + 300_000)
  now = START + 300_000 + IDLE_MS
  expect(activity.msLeft()).toBe(0)
})

test('no payment holds for longer than ten minutes, whatever is said of it', () => {
  activity.hold(START + 86_400_000)
  expect(activity.msLeft()).toBe(600_000 + IDLE_MS)
})

test.each([
  ['nothing', null],
  ['nonsense', 'soon'],
  ['a time that this page cannot have written', String(START + 86_400_000)],
])('who is signed in where %s is stored has no time left', (_, text) => {
  stored = text
  expect(activity.msLeft()).toBe(0)
})

test('where nobody was signed in, nobody has been away for too long', () => {
  activity.forget()
  expect(activity.lapsed()).toBe(false)
})
