import { beforeEach, expect, test } from 'vitest'
import {
  answered,
  bodyOf,
  type Draft,
  draftOf,
  draftsBelongTo,
  keyFor,
  recallDraft,
  rememberDraft,
} from '../../web/draft.ts'
import { keepOwnerInvitation, ownerInvitation } from '../../web/ownerInvitation.ts'
import {
  recallBegun,
  recallPhone,
  rememberBegun,
  rememberOver,
  rememberPhone,
} from '../../web/phoneDraft.ts'
import { createPresses, takeNotDone } from '../../web/presses.ts'
import { forgetAll, recall, remember } from '../../web/tabStorage.ts'
import { paymentBody } from '../core/payments.ts'

const draft = draftOf(paymentBody)
const SOON = '2026-11-28T12:10:00.000Z'

beforeEach(() => {
  forgetAll()
  draftsBelongTo('ann@example.com')
  rememberDraft(draft)
  rememberPhone({ number: '07400 123456', country: 'GB', channel: 'call', whole: '+447400123456' })
  rememberBegun('v1', { displayText: 'Change of phone', expiresAt: SOON })
  remember('place', '#/payments/p1')
  createPresses().waits({}, 'Your payment was not sent.')
})

test('who signs in again finds all that was typed, and what was not done', () => {
  const key = keyFor(draft)
  expect(draftsBelongTo('ann@example.com')).toBe(false)
  expect(recallDraft()).toEqual(draft)
  expect(keyFor(draft)).toBe(key)
  expect(recallPhone()).toEqual({
    number: '07400 123456',
    country: 'GB',
    channel: 'call',
    whole: '+447400123456',
  })
  expect(takeNotDone()).toEqual(['Your payment was not sent.'])
})

test('codes that can be tried no more are known as such, also after a reload', () => {
  rememberOver('v1')
  expect(recallBegun('v1')).toEqual({
    displayText: 'Change of phone',
    expiresAt: SOON,
    isOver: true,
  })
  rememberBegun('v2', { displayText: null, expiresAt: SOON })
  expect([recallBegun('v1'), recallBegun('v2')]).toEqual([
    null,
    { displayText: null, expiresAt: SOON, isOver: false },
  ])
})

test('another person finds nothing of it, and the tab is known to have been somebody else’s', () => {
  const key = keyFor(draft)
  expect(draftsBelongTo('bob@example.com')).toBe(true)
  expect(recallDraft()['payee.name']).toBe('')
  expect(keyFor(draft)).not.toBe(key)
  expect([recallPhone(), recallBegun('v1'), recall('place')]).toEqual([null, null, null])
  expect(takeNotDone()).toEqual([])
})

test('the first person of a tab takes it over from nobody', () => {
  forgetAll()
  expect(draftsBelongTo('bob@example.com')).toBe(false)
})

test('what was answered is forgotten, in whatever order the form put it together', () => {
  const key = keyFor(draft)
  answered(Object.fromEntries(Object.entries(draft).toReversed()) as Draft)
  expect(Object.values(recallDraft()).join('')).toBe('')
  expect(keyFor(draft)).not.toBe(key)
})

test('a payment that is filled in again is sent with the same payee and amount', () => {
  expect(bodyOf(draft, paymentBody.amount.value)).toEqual(paymentBody)
})

test('what is unseen at the ends of a payee is not sent', () => {
  const typed = { ...draft, 'payee.name': ' Aunt Mary\u200b', 'payee.id': '\tmary@example.com ' }
  expect(bodyOf(typed, '1').payee).toEqual({ name: 'Aunt Mary', id: 'mary@example.com' })
})

test('an invitation by the operator is of who signs in first, and of nobody who signs in later', () => {
  forgetAll()
  keepOwnerInvitation('K7QMX4H2RW')
  draftsBelongTo('ann@example.com')
  expect(ownerInvitation()).toBe('K7QMX-4H2RW')
  draftsBelongTo('ann@example.com')
  expect(ownerInvitation()).toBe('K7QMX-4H2RW')
  draftsBelongTo('ben@example.com')
  expect(ownerInvitation()).toBeNull()
})
