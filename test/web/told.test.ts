import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Notice } from '../../web/noticeWords.ts'
import { openTold } from '../../web/told.ts'

const changed: Notice = { event: 'phone.changed', at: '2026-11-28T12:00:00.000Z', ending: '123' }
const ended: Notice = { event: 'sessions.ended', at: '2026-11-28T12:00:00.000Z', ending: null }
const EMAIL = 'ann@example.com'

let kept: Map<string, string>
beforeEach(() => {
  kept = new Map()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  })
})
afterEach(() => vi.unstubAllGlobals())

test('what was put away is not shown again in this browser, and the rest is', async () => {
  expect(await openTold().unread(EMAIL, [changed, ended])).toEqual([changed, ended])
  await openTold().putAway(EMAIL, changed)
  expect(await openTold().unread(EMAIL, [changed, ended])).toEqual([ended])
})

test.each([
  ['to somebody else', 'eve@example.com', changed],
  ['at another time', EMAIL, { ...changed, at: '2026-11-28T12:00:00.001Z' }],
])('the same that happened %s is shown', async (_, email, notice) => {
  await openTold().putAway(EMAIL, changed)
  expect(await openTold().unread(email, [notice])).toEqual([notice])
})

test('what is known of a phone afterwards brings nothing back', async () => {
  await openTold().putAway(EMAIL, changed)
  expect(await openTold().unread(EMAIL, [{ ...changed, ending: null }])).toEqual([])
})

test('nothing is kept by which the next person could know who was here', async () => {
  await openTold().putAway(EMAIL, changed)
  expect([...kept]).toEqual([['payfriend.told', expect.stringMatching(/^\["[0-9a-f]{64}"\]$/)]])
})

test('no more than fifty are kept, and the newest stay', async () => {
  const told = openTold()
  const notices = Array.from({ length: 51 }, (_, n) => ({
    ...changed,
    at: new Date(Date.parse(changed.at) + n).toISOString(),
  }))
  for (const notice of notices) await told.putAway(EMAIL, notice)
  expect(JSON.parse(kept.get('payfriend.told') ?? '')).toHaveLength(50)
  expect(await openTold().unread(EMAIL, notices)).toEqual([notices[0]])
})

describe('where storage is', () => {
  test.each([
    ['full of something else', () => void kept.set('payfriend.told', '{')],
    ['full of another kind', () => void kept.set('payfriend.told', '{"a":1}')],
    ['forbidden', () => vi.stubGlobal('localStorage', undefined)],
  ])('%s, it is remembered until the next reload', async (_, spoil) => {
    spoil()
    const told = openTold()
    await told.putAway(EMAIL, changed)
    expect(await told.unread(EMAIL, [changed, ended])).toEqual([ended])
  })
})
