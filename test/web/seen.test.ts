import { expect, test } from 'vitest'
import type { Payment } from '../../web/api.ts'
import { layOver } from '../../web/seen.ts'
import { open } from './payments.ts'

const payment = (paymentId: string, createdAt: string, status: Payment['status']): Payment => ({
  ...open,
  paymentId,
  status,
  createdAt: `2026-11-21T${createdAt}.000Z`,
  expiresAt: '2026-11-21T13:00:00.000Z',
})
const shown = (payments: Payment[]) => payments.map((each) => `${each.paymentId} ${each.status}`)
const rows = [payment('b', '12:02:00', 'pending'), payment('a', '12:01:00', 'approved')]

test('a payment that the list has not yet is laid on top', () => {
  const seen = [payment('c', '12:03:00', 'approved')]
  expect(shown(layOver(rows, seen, false))).toEqual(['c approved', 'b pending', 'a approved'])
})

test('a decision that the list does not know yet replaces its stale row', () => {
  const seen = [payment('b', '12:02:00', 'denied')]
  expect(shown(layOver(rows, seen, false))).toEqual(['b denied', 'a approved'])
})

test('a decided row is never undone by what was seen before', () => {
  const seen = [payment('a', '12:01:00', 'pending')]
  expect(shown(layOver(rows, seen, false))).toEqual(['b pending', 'a approved'])
})

test('what belongs to a later page waits for that page', () => {
  const seen = [payment('z', '12:00:00', 'approved')]
  expect(shown(layOver(rows, seen, true))).toEqual(['b pending', 'a approved'])
  expect(shown(layOver(rows, seen, false))).toEqual(['b pending', 'a approved', 'z approved'])
})
