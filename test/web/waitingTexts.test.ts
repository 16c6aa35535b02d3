import { describe, expect, test } from 'vitest'
import { PUSH_ENDS_EARLIER_SECONDS } from '../../functions/core/limits.ts'
import { answerEnd } from '../../web/answerEnd.ts'
import type { Payment, Profile } from '../../web/api.ts'
import { howOf, offerInWords } from '../../web/waitingTexts.ts'
import { open } from './payments.ts'

const end = Date.parse(open.expiresAt)
const pushEnd = end - PUSH_ENDS_EARLIER_SECONDS * 1000
const profile = { codesLockedUntil: null } as unknown as Profile
const at = (now: number) => ({ profile, clock: { now: () => now } })

const textOnly: Payment = { ...open, push: 'unavailable' }
const onDevice: Payment = { ...textOnly, device: 'waiting' }

const OVER = 'The time to answer on your phone is over.'
const STILL = 'You can still answer on your phone.'

test('the time to answer is that of the request in the app; a code and a device have the payment’s', () => {
  expect(answerEnd(open, 'none')).toBe(pushEnd)
  expect(answerEnd({ ...open, push: 'sending' }, 'send')).toBe(pushEnd)
  expect(answerEnd(open, 'enter')).toBe(end)
  expect(answerEnd(textOnly, 'send')).toBe(end)
  expect(answerEnd(onDevice, 'none')).toBe(end)
})

describe('from the instant on at which the request leaves the phone', () => {
  test('the page no longer says to open it', () => {
    expect(howOf(at(pushEnd - 1), open, 'none')).toMatch(/^Open the request on your phone\./)
    expect(howOf(at(pushEnd), open, 'none')).toBe(OVER)
  })

  test('it is not told to be another way, beside a code or where no code is left', () => {
    expect(howOf(at(pushEnd - 1), open, 'enter')).toBe(STILL)
    expect(howOf(at(pushEnd), open, 'enter')).toBe(OVER)
    expect(offerInWords(at(pushEnd - 1), open, 'noAttempts')).toContain(STILL)
    expect(offerInWords(at(pushEnd), open, 'noAttempts')).not.toContain('phone')
  })

  test('nothing changes where no request went to an app', () => {
    expect(howOf(at(end), textOnly, 'enter')).toBe('')
    expect(howOf(at(end - 1), onDevice, 'none')).toMatch(/on your phone\. Check/)
  })
})
