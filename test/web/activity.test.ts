import { beforeEach, describe, expect, test } from 'vitest'
import { createActivity, IDLE_MS } from '../../web/activity.ts'

const START = Date.parse('2026-11-22T12:00:00Z')
let now = START
let stored: string | null = null

/** One of the tabs; all of them have the one time, and each the sign-in that it lives by. */
function tab() {
  let since: string | null = null
  return createActivity(
    {
      read: () => stored,
      write: (text) => {
        stored = text
      },
      remove: () => {
        stored = null
      },
    },
    {
      read: () => since,
      write: (text) => {
        since = text
      },
      remove: () => {
        since = null
      },
    },
    () => now,
  )
}
let activity = tab()
/** Another tab of the same person, who is known to the provider. */
function sibling() {
  const other = tab()
  other.begin()
  return other
}

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
  const other = sibling()
  now = START + 200_000
  other.note()
  expect(activity.msLeft()).toBe(IDLE_MS)
})

describe('once the five minutes are over', () => {
  beforeEach(() => {
    now = START + IDLE_MS
  })

  test.each([
    ['input', () => activity.note()],
    ['a payment that waits', () => activity.hold('one', now + 300_000)],
    ['a payment that nobody looks at any more', () => activity.leave('one', now + 600_000)],
    ['a payment that ends', () => activity.release('one', now)],
  ])('%s no longer helps', (_, happens) => {
    happens()
    expect(activity.msLeft()).toBe(0)
  })

  test('signing in does', () => {
    activity.begin()
    expect(activity.msLeft()).toBe(IDLE_MS)
  })
})

describe('while a payment waits', () => {
  const END = START + 300_000
  beforeEach(() => activity.hold('one', END))

  test('nothing counts down, and the five minutes begin with its end', () => {
    now = START + 299_000
    expect(activity.msLeft()).toBeGreaterThan(IDLE_MS)
    activity.release('one', now)
    expect(activity.msLeft()).toBe(IDLE_MS)
  })

  test('and ended while nobody looked, the five minutes began with its end all the same', () => {
    now = START + 200_000
    activity.release('one', START + 10_000)
    expect(activity.msLeft()).toBe(IDLE_MS - 190_000)
  })

  test('and ended more than five minutes before anybody heard of it, they are over', () => {
    now = START + 400_000
    activity.release('one', START + 10_000)
    expect(activity.msLeft()).toBe(0)
  })

  test('input after its end is not taken back when its end is heard of', () => {
    now = START + 200_000
    activity.note()
    now += 1000
    activity.release('one', START + 10_000)
    expect(activity.msLeft()).toBe(IDLE_MS - 1000)
  })

  test('an end that a wrong clock puts ahead gives no more than five minutes', () => {
    now = START + 10_000
    activity.release('one', now + 3_600_000)
    expect(activity.msLeft()).toBe(IDLE_MS)
  })

  test('the end of another one, in any tab, does not end its waiting', () => {
    const other = sibling()
    other.hold('two', START + 200_000)
    now = START + 100_000
    other.release('two', now)
    expect(activity.msLeft()).toBe(END + IDLE_MS - now)
  })

  test('and nobody sees it end, it holds no longer than it could wait', () => {
    now = END + IDLE_MS
    expect(activity.msLeft()).toBe(0)
  })

  test('and nobody looks at it any more, nobody is signed out before it could be over', () => {
    activity.hold('long', START + 600_000)
    activity.leave('long', START + 600_000)
    activity.release('one', START)
    expect(activity.msLeft()).toBe(600_000)
  })

  test('of five minutes, and nobody looks at it any more, the five minutes count from the last input', () => {
    now = START + 20_000
    activity.note()
    activity.leave('one', END)
    expect(activity.msLeft()).toBe(IDLE_MS)
  })
})

test('no payment holds for longer than ten minutes, whatever is said of it', () => {
  activity.hold('one', START + 86_400_000)
  expect(activity.msLeft()).toBe(600_000 + IDLE_MS)
})

const at = (doing: object) => JSON.stringify({ since: START, input: START, waits: {}, ...doing })

test('what is stored as this page would is read', () => {
  stored = at({ waits: { one: START + 1000 } })
  expect(activity.msLeft()).toBe(IDLE_MS + 1000)
})

test.each([
  ['nothing', null],
  ['nonsense', 'soon'],
  ['a bare time', String(START)],
  ['no waits', at({ waits: undefined })],
  ['a time that is no number', at({ input: 'now' })],
  ['a time that this page cannot have written', at({ input: START + 86_400_000 })],
  ['a payment that waits longer than any', at({ waits: { one: START + 86_400_000 } })],
  ['a wait that is no number', at({ waits: { one: 'long' } })],
  ['an end for no reason of ours', at({ ends: { [START]: 'bored' } })],
  ['ends that are none', at({ ends: 'asked' })],
])('who is signed in where %s is stored has no time left', (_, text) => {
  stored = text
  expect(activity.msLeft()).toBe(0)
})

test('where nobody was signed in, nobody has been away for too long', () => {
  activity.end('asked')
  expect(activity.lapsed()).toBe(false)
})

describe('signed out on purpose in one tab', () => {
  test.each(['asked', 'everywhere', 'phoneChanged'] as const)(
    'another has no time left and knows at that very moment that it was %s',
    (why) => {
      const other = sibling()
      other.end(why)
      expect([activity.msLeft(), activity.endedBy()]).toEqual([0, why])
      expect(activity.lapsed()).toBe(false)
    },
  )

  test('nobody who only sat still is said to have done so', () => {
    now = START + IDLE_MS
    expect([activity.msLeft(), activity.endedBy()]).toEqual([0, null])
  })

  test('a tab that slept while others came and went knows it still, up to five sign-ins later', () => {
    sibling().end('everywhere')
    for (const count of [1, 2, 3, 4]) {
      now = START + count * 60_000
      sibling().end('asked')
    }
    now = START + 300_000
    const latest = sibling()
    expect([activity.msLeft(), activity.endedBy()]).toEqual([0, 'everywhere'])
    latest.end('asked')
    expect([activity.msLeft(), activity.endedBy()]).toEqual([0, null])
  })

  test('nothing done or waited for in another begins the sign-in anew', () => {
    const other = sibling()
    activity.end('asked')
    now += 10_000
    other.note()
    other.hold('one', now + 300_000)
    expect([other.msLeft(), other.endedBy()]).toEqual([0, 'asked'])
  })
})

describe('a tab that slept while its person was signed out and another came', () => {
  beforeEach(() => {
    now = START + 3_600_000
  })

  test('has no time left, and its input counts for nobody', () => {
    const other = tab()
    other.begin()
    expect(activity.msLeft()).toBe(0)
    now += 100_000
    activity.note()
    expect(other.msLeft()).toBe(IDLE_MS - 100_000)
  })

  test('knows that others are active; who is alone, over or one of them has none', () => {
    expect(activity.othersActive()).toBe(false)
    const other = tab()
    other.begin()
    expect(activity.othersActive()).toBe(true)
    expect(other.othersActive()).toBe(false)
    now += IDLE_MS
    expect(activity.othersActive()).toBe(false)
  })

  test('is not let in by the same millisecond of a sign-out on purpose', () => {
    const other = sibling()
    other.end('asked')
    now += 1
    other.begin()
    expect(activity.msLeft()).toBe(0)
  })
})
