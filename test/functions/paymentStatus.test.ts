import { afterAll, beforeAll, expect, test } from 'vitest'
import { no, type Person, type Rig, startRig } from '../rig.ts'

let rig: Rig
let payer: Person
beforeAll(async () => {
  rig = await startRig()
  payer = await rig.person()
})
afterAll(() => rig.close())

const status = (as: Person, id: string) =>
  rig.call('paymentStatus', { as, id, requestId: 'request-1' })

test('a payment is shown as it was started', async () => {
  const started = await rig.pending(payer)
  expect(await status(payer, started.paymentId)).toMatchObject({ status: 200, body: started })
})

test.each(['approved', 'denied'] as const)('a payment %s on the phone says so', async (answer) => {
  const { paymentId } = await rig.pending(payer)
  await rig.answers(payer, answer)
  expect((await status(payer, paymentId)).body).toMatchObject({
    status: answer,
    decidedAt: rig.clock.now().toISOString(),
    decidedBy: 'push',
  })
})

test('a payment is expired at the very moment, before anything has written so (2019: W9)', async () => {
  const { paymentId, expiresAt } = await rig.pending(payer)
  rig.clock.advance(299.999)
  expect((await status(payer, paymentId)).body.status).toBe('pending')
  rig.clock.advance(0.001)
  expect((await status(payer, paymentId)).body).toMatchObject({
    status: 'expired',
    decidedAt: expiresAt,
    decidedBy: null,
  })
  expect((await rig.item(paymentId))?.status).toBe('pending')
})

test('asking writes nothing and asks nobody: one consistent read', async () => {
  const { paymentId } = await rig.pending(payer)
  rig.clock.advance(300)
  const before = JSON.stringify(await rig.item(paymentId))
  const [from, asked] = [rig.store.calls.length, rig.provider.calls.length]
  await status(payer, paymentId)
  const calls = rig.store.calls.slice(from)
  expect(calls.map(({ operation }) => operation)).toEqual(['GetItem'])
  expect(JSON.parse(calls[0]?.text ?? '')).toMatchObject({ ConsistentRead: true })
  expect(rig.provider.calls).toHaveLength(asked)
  expect(JSON.stringify(await rig.item(paymentId))).toBe(before)
})

test('another’s payment does not exist, and neither does one that never was (2019: W3)', async () => {
  const { paymentId } = await rig.pending(payer)
  const bob = await rig.person()
  const anothers = await status(bob, paymentId)
  expect(anothers).toMatchObject(no(404, 'not_found'))
  expect(anothers).toEqual(await status(bob, 'A'.repeat(22)))
})
