import { expect, test } from 'vitest'
import { noticeEvents } from '../../functions/core/notices.ts'
import { wordsOf } from '../../web/noticeWords.ts'

test.each(noticeEvents)('the page has words for %s, with when it was', (event) => {
  const words = wordsOf({ event, at: '2026-11-28T12:00:00.000Z', ending: '123' })
  expect(words).toContain('28 November 2026')
})

test('what a newer server tells of is left out', () => {
  const at = '2026-11-28T12:00:00.000Z'
  expect(wordsOf({ event: 'account.painted', at, ending: null })).toBeUndefined()
})
