import { expect, test } from 'vitest'
import { latelyOf } from '../../../web/approve/latelyWords.ts'

const at = (second: number) => new Date(Date.UTC(2026, 10, 29, 12, 0, second)).toISOString()
const notice = (event: string, second = 0) => ({ event, at: at(second), ending: null })

test.each([
  ['a changed number', 'phone.changed', /^Your phone number was changed on /],
  ['a new phone', 'device.added', /^A phone that can approve payments was added on /],
  ['a removed phone', 'device.removed', /^A phone that could approve payments was removed on /],
])('the phone tells of %s', (_, event, words) => {
  const told = latelyOf({ notices: [notice(event)], others: [], told: null })
  expect(told).toEqual([expect.stringMatching(words)])
})

test('but not of its own adding, nor of a phone that it names anyway', () => {
  const notices = [notice('device.added', 1), notice('device.added', 2), notice('device.added', 3)]
  const told = latelyOf({ notices, others: [{ addedAt: at(2) }], told: { addedAt: at(3) } })
  expect(told).toHaveLength(1)
})

test('nor of what moves no money, or of what this page has no words for', () => {
  const notices = [notice('sessions.ended'), notice('codes.locked'), notice('comet.seen')]
  expect(latelyOf({ notices, others: [], told: null })).toEqual([])
})

test('of five at most, the newest', () => {
  const five = [9, 8, 7, 6, 5].map((second) => notice('device.removed', second))
  const notices = [...five, notice('phone.changed', 4)]
  const told = latelyOf({ notices, others: [], told: null })
  expect(told).toEqual(five.map(() => expect.stringMatching(/^A phone that could approve/)))
})
