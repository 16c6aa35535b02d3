import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, no, type Person, startHarness } from '../harness/harness.ts'

let harness: Harness
let payer: Person
beforeAll(async () => {
  harness = await startHarness()
  payer = await harness.person()
})
afterAll(() => harness.close())

const status = (as: Person, id: string) =>
  harness.call('paymentStatus', { as, id, requestId: 'request-1' })

test('a payment is shown as it was started', async () => {
  const started = await harness.pending(payer)
  expect(await status(payer, started.paymentId)).toMatchObject({ status: 200, body: started })
})

test.each(['approved', 'denied'] as const)('a payment %s on the phone says so', async (answer) => {
  const { paymentId } = await harness.pending(payer)
  await harness.answers(payer, answer)
  expect((await status(payer, paymentId)).body).toMatchObject({
    status: answer,
    decidedAt: harness.clock.now().toISOString(),
    decidedBy: 'push',
  })
})

test('a payment is expired at the very moment, before anything has written so (2019: W9)', async () => {
  const { paymentId, expiresAt } = await harness.pending(payer)
  harness.clock.advance(299.999)
  expect((await status(payer, paymentId)).body.status).toBe('pending')
  harness.clock.advance(0.001)
  expect((await status(payer, paymentId)).body).toMatchObject({
    status: 'expired',
    decidedAt: expiresAt,
    decidedBy: null,
  })
  expect((await harness.item(paymentId))?.status).toBe('pending')
})

test('asking writes nothing and asks nobody: one consistent read', async () => {
  const { paymentId } = await harness.pending(payer)
  harness.clock.advance(300)
  const before = JSON.stringify(await harness.item(paymentId))
  const [from, asked] = [harness.store.calls.length, harness.provider.calls.length]
  await status(payer, paymentId)
  const calls = harness.store.calls.slice(from)
  expect(calls.map(({ operation }) => operation)).toEqual(['GetItem'])
  expect(JSON.parse(calls[0]?.text ?? '')).toMatchObject({ ConsistentRead: true })
  expect(harness.provider.calls).toHaveLength(asked)
  expect(JSON.stringify(await harness.item(paymentId))).toBe(before)
})

test('another’s payment does not exist, and neither does one that never was (2019: W3)', async () => {
  const { paymentId } = await harness.pending(payer)
  const bob = await harness.person()
  const anothers = await status(bob, paymentId)
  expect(anothers).toMatchObject(no(404, 'not_found'))
  expect(anothers).toEqual(await status(bob, 'A'.repeat(22)))
})
