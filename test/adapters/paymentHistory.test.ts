import { expect, test } from 'vitest'
import {
  paymentWithHistoryOf,
  storedHistory,
} from '../../functions/adapters/dynamodb/paymentHistory.ts'
import { itemOf } from '../../functions/adapters/dynamodb/paymentItem.ts'
import { CHANNEL_EVENTS } from '../../functions/core/channel.ts'
import type { Evidence } from '../../functions/core/outcome.ts'
import type { HistoryEntry } from '../../functions/core/payment.ts'
import { at } from '../core/answering.ts'
import { open } from '../core/payments.ts'

/** The item of a payment that waits. Each test adds one thing to it. */
const item = itemOf(open)
const entry = (event: HistoryEntry['event']) =>
  ({ at: at(1).toISOString(), event, channel: 'push', by: 'provider' }) as const
const withEvidence = (evidence: object) => ({
  ...item,
  status: 'approved',
  decided_at: at(1).toISOString(),
  decided_by: 'push',
  decided_proof: 'signed-callback',
  evidence,
})

test('a payment that has just started has one entry to record, and no evidence', () => {
  const { history, outcome } = paymentWithHistoryOf(item)
  expect(history).toEqual([
    { at: open.createdAt.toISOString(), event: 'started', channel: null, by: 'payer' },
  ])
  expect(outcome).toEqual({ status: 'pending' })
})

const EVENTS = [
  ...['started', 'approved', 'denied', 'expired', 'failed', 'cancelled'],
  ...Object.values(CHANNEL_EVENTS).flatMap((events) => Object.keys(events)),
] as HistoryEntry['event'][]

test.each(EVENTS)('that %s happened to a payment is storedHistory', (event) => {
  const history = [...item.history, entry(event)]
  expect(paymentWithHistoryOf({ ...item, history }).history).toEqual(history)
})

const byPush = {
  kind: 'push-callback',
  push_id: 'push-1',
  provider_phone_id: '1635',
  push_content: 'as shown',
  device_signature: 'signature',
  device_id: '7',
  signed_at: '1700000100',
  nonce: '1700000101',
} as const
const EVIDENCE: readonly Evidence[] = [
  byPush,
  { ...byPush, device_signature: null },
  { ...byPush, device_id: null },
  { ...byPush, signed_at: null },
  {
    kind: 'provider-read',
    push_id: 'push-1',
    provider_phone_id: '1635',
    read_at: at(1).toISOString(),
  },
  { kind: 'sms-code', provider_phone_id: '1635', action: open.paymentId, display_text: 'Pay' },
  {
    kind: 'verify-code',
    provider_phone_id: '1635',
    verification_sid: 'VE1',
    amount: '€20.50',
    payee: 'Neville',
  },
]

test.each(EVIDENCE)('evidence is storedHistory whole: %j', (evidence) => {
  expect(paymentWithHistoryOf(withEvidence(evidence)).outcome).toMatchObject({ evidence })
})

test.each(EVIDENCE)(
  'evidence with anything more is a fault, or it would be left out: %j',
  (one) => {
    expect(() => paymentWithHistoryOf(withEvidence({ ...one, more: 'x' }))).toThrow(/more/)
  },
)

test.each([
  ['no history', undefined],
  ['an empty history', []],
  ['an event that is none', [{ ...entry('approved'), event: 'wished' }]],
  ['an entry with anything more', [{ ...entry('approved'), more: 'x' }]],
  ['an entry of nobody', [{ ...entry('approved'), by: 'nobody' }]],
  ['an entry of no time', [{ ...entry('approved'), at: 'yesterday' }]],
])('an item with %s is a fault', (_, history) => {
  expect(storedHistory.safeParse({ ...item, history }).success).toBe(false)
})
