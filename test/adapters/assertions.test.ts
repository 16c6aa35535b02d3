/** The table of payments, where a device answers: assertions are counted, and a decision needs what was signed. */
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { paymentsTable } from '../../functions/adapters/dynamodb/paymentsTable.ts'
import type { Payment } from '../../functions/core/payment.ts'
import type { PaymentStore } from '../../functions/core/ports.ts'
import { open } from '../core/payments.ts'
import { NOON } from '../harness/harness.ts'
import { startTables, type Tables } from './tables.ts'

let tables: Tables
let store: PaymentStore
let made = 0
let payment: Payment
beforeAll(async () => {
  tables = await startTables()
  store = paymentsTable(tables.documents, 'payments')
})
afterAll(() => tables.close())
beforeEach(async () => {
  tables.lose()
  made += 1
  payment = { ...open, ...waiting({}), paymentId: String(made).padStart(22, 'A') }
  expect(await store.insert(payment)).toBe(true)
})

const SIGNING = '{"kind":"payment"}'
const waiting = (more: Partial<Payment['channels']['device']>) => ({
  channels: { ...open.channels, device: { signing: SIGNING, tried: [], failed: [], ...more } },
})
const at = (seconds: number) => new Date(NOON.getTime() + seconds * 1000)
const [JUST_BEFORE, END] = [at(299.999), at(300)]

const reserve = (digest: string, more: { payerId?: string; signing?: string; now?: Date } = {}) => {
  const { payerId = payment.payerId, signing = SIGNING, now = JUST_BEFORE } = more
  return store.reserveAssertion(payerId, payment.paymentId, { signing, digest }, now)
}
const fail = (digest: string, more: { payerId?: string; now?: Date } = {}) => {
  const { payerId = payment.payerId, now = JUST_BEFORE } = more
  return store.countFailedAssertion({ ...payment, payerId }, digest, now)
}
async function item() {
  const Key = { payment_id: payment.paymentId }
  const read = new GetCommand({ TableName: 'payments', Key, ConsistentRead: true })
  return (await tables.documents.send(read)).Item ?? {}
}
const events = async () => (await item()).history.map(({ event }: { event: string }) => event)

test('five assertions are reserved, each once, and no sixth', async () => {
  for (const digest of ['a', 'b', 'c', 'd', 'e']) {
    expect((await reserve(digest))?.channels.device.tried).toContain(digest)
    expect(await reserve(digest)).toBeUndefined()
  }
  expect(await reserve('f')).toBeUndefined()
  expect((await events()).filter((event: string) => event === 'assertion_tried')).toHaveLength(5)
})

test('an assertion is reserved once if its answer is lost', async () => {
  tables.lose(true)
  await reserve('a')
  expect([...(await item()).device_tried]).toEqual(['a'])
  expect((await events()).filter((event: string) => event === 'assertion_tried')).toHaveLength(1)
})

test.each([
  ['another payer’s payment', { payerId: 'payer-2' }],
  ['another document', { signing: '{}' }],
  ['a payment whose time is over', { now: END }],
])('no assertion is reserved for %s', async (_, more) => {
  expect(await reserve('a', more)).toBeUndefined()
  expect(await item()).not.toHaveProperty('device_tried')
})

test('the fifth failed assertion fails the payment; an equal one counts nothing', async () => {
  for (const digest of ['a', 'b', 'c', 'd']) {
    expect(await fail(digest)).toMatchObject({ outcome: { status: 'pending' } })
    expect(await fail(digest)).toBeUndefined()
  }
  expect(await fail('e')).toMatchObject({ outcome: { status: 'failed' } })
  expect(await item()).toMatchObject({ status: 'failed', decided_by: 'device' })
  expect(await item()).not.toHaveProperty('open_shard')
  const counted = (await events()).filter((event: string) => /^(assertion_)?failed$/.test(event))
  expect(counted).toEqual([...Array(4).fill('assertion_failed'), 'failed'])
})

test.each([
  ['another payer’s payment', { payerId: 'payer-2' }],
  ['a payment whose time is over', { now: END }],
])(
  'no failed assertion is counted for %s, neither as one of four nor as the fifth',
  async (_, more) => {
    expect(await fail('a', more)).toBeUndefined()
    for (const digest of ['a', 'b', 'c', 'd']) await fail(digest)
    expect(await fail('e', more)).toBeUndefined()
    expect((await item()).status).toBe('pending')
  },
)

test.each([
  ['another document is stored than was signed', { signing: '{}' }],
  ['it is another payer’s', { payerId: 'payer-2' }],
])('a payment is not decided by a device where %s', async (_, only) => {
  const evidence = {
    kind: 'device-key',
    device_id: 'A'.repeat(43),
    jwk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) },
    bound_by: 'text',
    body: '{}',
    proof: 'proof',
  } as const
  const { payerId, paymentId } = payment
  const denied = { status: 'denied', channel: 'device', by: 'payer', evidence } as const
  const right = { payerId, signing: SIGNING }
  expect(
    await store.decide(paymentId, { ...denied, only: { ...right, ...only } }, JUST_BEFORE),
  ).toBeUndefined()
  expect(await store.decide(paymentId, { ...denied, only: right }, JUST_BEFORE)).toMatchObject({
    outcome: { status: 'denied' },
  })
})
