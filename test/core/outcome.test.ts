import { expect, test } from 'vitest'
import {
  channelOf,
  endedAt,
  type Outcome,
  outcomeOf,
  PAYMENT_STATUSES,
  RewrittenOutcome,
  type StoredOutcome,
} from '../../functions/core/outcome.ts'
import { NOON } from './answering.ts'

const evidence = {
  kind: 'sms-code',
  provider_phone_id: '1635',
  action: 'KTLLJSfqnCGI9JkWws96Bw',
  display_text: 'Pay',
} as const
/** All that an end can have. Each test leaves one thing out. */
const whole = { channel: 'sms', at: NOON, evidence, proof: 'sms-code' } as const

test.each<[StoredOutcome['status'], Outcome]>([
  ['pending', { status: 'pending' }],
  ['expired', { status: 'expired', endedAt: NOON }],
  ['cancelled', { status: 'cancelled', endedAt: NOON }],
  ['failed', { status: 'failed', channel: 'sms', endedAt: NOON }],
  ['denied', { status: 'denied', channel: 'sms', decidedAt: NOON, evidence, proof: 'sms-code' }],
  [
    'approved',
    { status: 'approved', channel: 'sms', decidedAt: NOON, evidence, proof: 'sms-code' },
  ],
])('what is stored of a payment that is %s is its outcome, and nothing else', (status, outcome) => {
  expect(outcomeOf({ ...whole, status })).toStrictEqual(outcome)
})

test.each([
  ['approved', 'at', 'time'],
  ['approved', 'channel', 'channel'],
  ['approved', 'evidence', 'evidence'],
  ['approved', 'proof', 'proof'],
  ['denied', 'evidence', 'evidence'],
  ['failed', 'channel', 'channel'],
  ['failed', 'at', 'time'],
  ['expired', 'at', 'time'],
  ['cancelled', 'at', 'time'],
] as const)(
  'a payment that is %s without its %s was rewritten, and nothing is guessed',
  (status, without, missing) => {
    const stored = { ...whole, status, [without]: undefined }
    const read = () => outcomeOf(stored)
    expect(read).toThrow(RewrittenOutcome)
    expect(read).toThrow(`the payment is ${status} and its ${missing} is missing`)
  },
)

test('whatever ended a payment, it ended at a time; only what waits did not', () => {
  for (const status of PAYMENT_STATUSES) {
    const at = endedAt(outcomeOf({ ...whole, status }))
    expect(at).toEqual(status === 'pending' ? undefined : NOON)
  }
})

test('a channel stands with what a channel ended', () => {
  const channels = PAYMENT_STATUSES.map((status) => channelOf(outcomeOf({ ...whole, status })))
  expect(channels).toEqual([undefined, 'sms', 'sms', undefined, 'sms', undefined])
})
