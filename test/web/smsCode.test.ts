import { beforeEach, expect, test } from 'vitest'
import type { Payment } from '../../web/api.ts'
import { Problem, type ProblemDetails } from '../../web/problem.ts'
import { hasSmsCode, rememberNoSms, requestSmsCode } from '../../web/smsCode.ts'
import { forgetAll } from '../../web/tabStorage.ts'
import { open } from './payments.ts'

beforeEach(forgetAll)

/** A payment with so many texts left of five. */
const payment = (sendsLeft: number): Payment => ({
  ...open,
  push: 'unavailable',
  sms: {
    to: sendsLeft < 5 ? '+1 ••• 142' : null,
    sentAt: sendsLeft < 5 ? '2026-11-21T12:00:00.000Z' : null,
    sendsLeft,
    attemptsLeft: 5,
  },
})

/** Ask for a text that is refused so, with so many left before and after. */
async function refused(details: ProblemDetails, before: number, after: number) {
  const api = {
    startSms: () => Promise.reject(new Problem(details)),
    payment: () => Promise.resolve(payment(after)),
  }
  await expect(
    requestSmsCode(api, payment(before), new AbortController().signal),
  ).rejects.toMatchObject({ details })
}
const unavailable = { kind: 'fault', code: 'provider_unavailable' } as const

test('a text that was asked for is there, and none before', () => {
  expect([5, 4].map((left) => hasSmsCode(payment(left)))).toEqual([false, true])
})

test('a text that was counted and refused is not there, until another is asked for', async () => {
  await refused(unavailable, 5, 4)
  expect([4, 3].map((left) => hasSmsCode(payment(left)))).toEqual([false, true])
})

test('one refusal after the other is still none', async () => {
  await refused(unavailable, 5, 4)
  await refused(unavailable, 4, 3)
  expect([4, 3, 2].map((left) => hasSmsCode(payment(left)))).toEqual([false, false, true])
})

test('a refused text takes nothing from the one before it', async () => {
  await refused(unavailable, 4, 3)
  expect(hasSmsCode(payment(3))).toBe(true)
})

test.each([
  ['no answer at all', { kind: 'unreachable' }],
  ['an answer of the gateway’s own', { kind: 'fault', httpStatus: 503 }],
] as const)('after %s a text may be there', async (_, details) => {
  await refused(details, 5, 4)
  expect(hasSmsCode(payment(4))).toBe(true)
})

test('one payment’s refusal says nothing of another', () => {
  rememberNoSms(payment(4))
  expect(hasSmsCode({ ...payment(4), paymentId: 'b' })).toBe(true)
})
