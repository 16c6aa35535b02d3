import { beforeEach, expect, test } from 'vitest'
import {
  draftsBelongTo,
  keyFor,
  recallBegun,
  recallDraft,
  recallPhone,
  rememberBegun,
  rememberDraft,
  rememberPhone,
} from '../../web/draft.ts'
import { createPresses, takeNotDone } from '../../web/presses.ts'
import { forgetAll, recall, remember } from '../../web/tabStorage.ts'

const draft = { payeeName: 'Aunt Mary', payeeId: 'mary@example.com', value: '1', currency: 'EUR' }

beforeEach(() => {
  forgetAll()
  draftsBelongTo('ann@example.com')
  rememberDraft(draft)
  rememberPhone('+44 7400 123456', 'sms')
  rememberBegun('v1', 'Change of phone')
  remember('place', '#/payments/p1')
  createPresses().waits({}, 'Your payment was not sent.')
})

test('who signs in again finds all that was typed, and what was not done', () => {
  const key = keyFor(draft)
  expect(draftsBelongTo('ann@example.com')).toBe(false)
  expect(recallDraft()).toEqual(draft)
  expect(keyFor(draft)).toBe(key)
  expect(recallPhone()?.number).toBe('+44 7400 123456')
  expect(takeNotDone()).toEqual(['Your payment was not sent.'])
})

test('another person finds nothing of it, and the tab is known to have been somebody else’s', () => {
  const key = keyFor(draft)
  expect(draftsBelongTo('bob@example.com')).toBe(true)
  expect(recallDraft().payeeName).toBe('')
  expect(keyFor(draft)).not.toBe(key)
  expect([recallPhone(), recallBegun('v1'), recall('place')]).toEqual([null, null, null])
  expect(takeNotDone()).toEqual([])
})

test('the first person of a tab takes it over from nobody', () => {
  forgetAll()
  expect(draftsBelongTo('bob@example.com')).toBe(false)
})
