import { describe, expect, test } from 'vitest'
import { explain, Problem } from '../../web/problem.ts'

const said = (code: string) =>
  explain(new Problem({ kind: 'fault', httpStatus: 503, code, retryAfterSeconds: 300 }))

describe('what the owner has stopped', () => {
  test('is said as a pause with an end, for texts', () => {
    expect(said('sms_off')).toBe(
      'Texts and calls are paused for everybody just now. Try again in 5 minutes.',
    )
  })

  test('is said with what did not happen, for payments', () => {
    expect(said('payments_off')).toBe(
      'New payments are paused for everybody just now. Nothing was sent. Try again in 5 minutes.',
    )
  })
})
