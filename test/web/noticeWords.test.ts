import { expect, test } from 'vitest'
import { noticeEvents } from '../../functions/core/notices.ts'
import { wordsNaming, wordsOf } from '../../web/noticeWords.ts'

test.each(noticeEvents)('the page has words for %s, with when it was', (event) => {
  const words = wordsOf({ event, at: '2026-11-28T12:00:00.000Z', ending: '123' })
  expect(words).toContain('28 November 2026')
})

test('what a newer server tells of is left out', () => {
  const at = '2026-11-28T12:00:00.000Z'
  expect(wordsOf({ event: 'account.painted', at, ending: null })).toBeUndefined()
})

const at = '2026-11-28T12:00:00.000Z'
const next = { id: 'w', name: 'My next', addedAt: at, addedBy: 'text' } as const
const devices = {
  list: [],
  waiting: [{ ...next, activeFrom: '2026-11-29T00:00:00.000Z' }],
  removed: [{ id: 'r', name: 'My old', removedAt: at, undoUntil: at, undoAsked: false }],
}

test('a phone that the profile knows is named, and until when it waits', () => {
  const waiting = wordsNaming({ event: 'device.waiting', at, ending: null }, devices)
  expect(waiting).toMatch(/^A new phone, “My next”, was added on .+, without a yes from another/)
  expect(waiting).toMatch(/It waits until 29 November 2026, \d\d:\d\d\.$/)
  expect(wordsNaming({ event: 'device.removed', at, ending: null }, devices)).toContain('My old')
})

test('no phone gets the name of another one', () => {
  const other = '2026-11-28T13:00:00.000Z'
  for (const event of noticeEvents) {
    expect(wordsNaming({ event, at: other, ending: null }, devices)).not.toMatch(/My (next|old)/)
  }
})
