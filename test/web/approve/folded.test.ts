import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { isFolded, noteFolded } from '../../../web/approve/folded.ts'

const card = { id: 'stop.thumb', createdAt: 1 }
const kept = new Map<string, string>()
beforeEach(() => {
  kept.clear()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  })
})
afterEach(() => vi.unstubAllGlobals())

test('a card stays folded until it is opened again', () => {
  expect(isFolded(card)).toBe(false)
  noteFolded(card, true)
  expect(isFolded(card)).toBe(true)
  noteFolded(card, false)
  expect(isFolded(card)).toBe(false)
})

test('a new try of the same phone is a new card', () => {
  noteFolded(card, true)
  expect(isFolded({ ...card, createdAt: 2 })).toBe(false)
})

test('of many cards only the newest twenty are kept', () => {
  for (let createdAt = 1; createdAt <= 21; createdAt += 1) noteFolded({ ...card, createdAt }, true)
  expect(isFolded({ ...card, createdAt: 1 })).toBe(false)
  expect(isFolded({ ...card, createdAt: 2 })).toBe(true)
})

test.each(['nonsense', '{"a":1}'])('what is no list in the storage (%s) folds nothing', (text) => {
  kept.set('payfriend.folded', text)
  expect(isFolded(card)).toBe(false)
  noteFolded(card, true)
  expect(isFolded(card)).toBe(true)
})

test('a full storage is no fault', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => null,
    setItem() {
      throw new DOMException('full', 'QuotaExceededError')
    },
  })
  expect(() => noteFolded(card, true)).not.toThrow()
})
