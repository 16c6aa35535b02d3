import { describe, expect, test } from 'vitest'
import { REFUSALS, type RefusalCode, refusalCodes } from '../../functions/core/refusals.ts'
import { GATEWAY_ANSWERS } from '../../functions/http/gatewayAnswers.ts'
import { codeOf, explain, meanwhile, Problem, type ProblemDetails } from '../../web/problem.ts'

const said = (details: Partial<ProblemDetails>) =>
  explain(new Problem({ kind: 'refusal', ...details }))
const statusOf = (code: RefusalCode) => ({ code, httpStatus: REFUSALS[code].status })

/** All that an answer with this code can tell, once with each that it may tell. */
function answersOf(code: RefusalCode): Partial<ProblemDetails>[] {
  const tells: readonly string[] = REFUSALS[code].tells
  const waits = tells.includes('retryAfterSeconds') ? [1, 20, 300, 86_400] : []
  const lefts = tells.includes('attemptsLeft') ? [0, 1, 4] : []
  return [
    { ...statusOf(code), requestId: 'request-1' },
    ...waits.map((retryAfterSeconds) => ({ ...statusOf(code), retryAfterSeconds })),
    ...lefts.map((attemptsLeft) => ({ ...statusOf(code), attemptsLeft })),
  ]
}

/** What the person can do now, or how often, or until when. */
const WHAT_TO_DO =
  /\b(ask|check|confirm|enter|look|make|press|sign|start|try)\b|attempts? left|(until|from) .*\d/i

const isSentence = (text: string) => {
  expect(text).toMatch(/^[A-Z][^_{}<>]*\.$/)
  expect(text).not.toMatch(/undefined|null|NaN|\[object/)
  expect(
    text,
    'A refusal tells the payer what to do now (ask, check, try …), how many attempts are left, or until when it lasts',
  ).toMatch(WHAT_TO_DO)
}

describe('the page says each refusal in a sentence, with what to do', () => {
  test.each(refusalCodes)('%s', (code) => {
    for (const details of answersOf(code)) isSentence(said(details))
  })

  test('and no two in the same, but for what only a mistake of ours brings', () => {
    const ours = said({ httpStatus: 500 })
    const mistakes: RefusalCode[] = ['idempotency_key_missing', 'wrong_address', 'forged_callback']
    const sentences = refusalCodes.map((code) => [said(statusOf(code)), code] as const)
    expect(sentences.filter(([text]) => text === ours).map(([, code]) => code)).toEqual(mistakes)
    expect(new Set(sentences.map(([text]) => text)).size).toBe(
      refusalCodes.length - mistakes.length + 1,
    )
  })

  test.each(
    refusalCodes.filter((code) =>
      (REFUSALS[code].tells as readonly string[]).includes('retryAfterSeconds'),
    ),
  )('%s says when to try again', (code) => {
    const text = said({ ...statusOf(code), retryAfterSeconds: 300 })
    expect(text).toMatch(/in 5 minutes\.$|(until|from) .*\d\d:\d\d/)
  })
})

describe('what has no code that the page knows', () => {
  test.each(Object.keys(GATEWAY_ANSWERS).map(Number))('is said by its status: %i', (httpStatus) => {
    isSentence(said({ httpStatus }))
  })

  test('is never shown as it came', () => {
    expect(codeOf('account_painted')).toBe('unknown')
    expect(codeOf('toString')).toBe('unknown')
    expect([codeOf(undefined), codeOf(5), codeOf(null)]).toEqual([undefined, undefined, undefined])
    for (const httpStatus of [418, 429, 502]) isSentence(said({ code: 'unknown', httpStatus }))
  })

  test('a fault has its reference', () => {
    expect(said({ kind: 'fault', httpStatus: 500, requestId: 'request-1' })).toBe(
      'Something went wrong on our side (reference request-1). Try again a little later.',
    )
  })

  test('no answer at all is a matter of the connection', () => {
    isSentence(said({ kind: 'unreachable', code: 'expired' }))
    expect(said({ kind: 'unreachable' })).toContain('connection')
  })
})

describe('what the owner has stopped', () => {
  const stopped = (code: RefusalCode) =>
    said({ kind: 'fault', ...statusOf(code), retryAfterSeconds: 300 })

  test('is said as a pause with an end, for texts', () => {
    expect(stopped('sms_off')).toBe(
      'Texts and calls are paused for everybody just now. Try again in 5 minutes.',
    )
  })

  test('is said with what did not happen, for payments', () => {
    expect(stopped('payments_off')).toBe(
      'New payments are paused for everybody just now. Nothing was sent. Try again in 5 minutes.',
    )
  })
})

describe('texts that are refused', () => {
  const instead = (retryAfterSeconds: number, code: RefusalCode = 'too_many_sms') =>
    meanwhile(new Problem({ kind: 'refusal', code, retryAfterSeconds }))

  test('for longer than their pause have another way, which is said', () => {
    expect(instead(21)).toMatch(/ask the people who run this service for one\.$/)
    expect(instead(300, 'sms_off')).toBe(instead(21))
  })

  test('for their pause, or for another reason, have none', () => {
    expect(instead(20)).toBeNull()
    expect(instead(300, 'locked')).toBeNull()
  })
})
