import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, no, type Person, startHarness } from '../harness/harness.ts'

let harness: Harness
let payer: Person
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

/** Somebody's payment that can be cancelled right now. */
async function pending(): Promise<string> {
  payer = await harness.person()
  return (await harness.pending(payer)).paymentId
}
const cancel = (id: string, as: Person = payer) => harness.call('cancelPayment', { as, id })

test('a pending payment is cancelled, once and for all', async () => {
  const id = await pending()
  expect(await cancel(id)).toMatchObject({
    status: 200,
    body: { status: 'cancelled', decidedAt: harness.clock.now().toISOString(), decidedBy: null },
  })
  const item = await harness.item(id)
  expect(item).toMatchObject({
    status: 'cancelled',
    history: [{}, {}, { event: 'cancelled', channel: null, by: 'payer' }],
  })
  expect(item).not.toHaveProperty('open_shard')
})

test('a cancelled payment may be cancelled again, and stays as it was', async () => {
  const id = await pending()
  const { body } = await cancel(id)
  const before = await harness.item(id)
  harness.clock.advance(1)
  expect(await cancel(id)).toMatchObject({ status: 200, body })
  // Also after its time: it was cancelled, not expired.
  harness.clock.advance(300)
  expect(await cancel(id)).toMatchObject({ status: 200, body })
  expect(await harness.item(id)).toEqual(before)
})

test('a yes on the phone after the cancel changes nothing', async () => {
  const id = await pending()
  await cancel(id)
  const before = await harness.item(id)
  await harness.answers(payer, 'approved')
  expect(harness.phone.book.latestPush(payer.number)?.callbacks).toMatchObject([{ status: 200 }])
  expect(await harness.item(id)).toEqual(before)
})

test.each(['approved', 'denied'] as const)('a payment %s is not cancelled', async (answer) => {
  const id = await pending()
  await harness.answers(payer, answer)
  const before = await harness.item(id)
  expect(await cancel(id)).toMatchObject(no(409, 'already_decided', { paymentStatus: answer }))
  expect(await harness.item(id)).toEqual(before)
})

test('an expired payment is not cancelled, from the very moment on', async () => {
  const id = await pending()
  harness.clock.advance(300)
  expect(await cancel(id)).toMatchObject(no(410, 'expired'))
  expect((await harness.item(id))?.status).toBe('pending')
})

test('nobody cancels another’s payment', async () => {
  const id = await pending()
  expect(await cancel(id, await harness.person())).toMatchObject(no(404, 'not_found'))
  expect((await harness.item(id))?.status).toBe('pending')
})

test('a cancel and a yes at once have one winner (2019: W11)', async () => {
  for (let round = 0; round < 5; round += 1) {
    const id = await pending()
    const [reply] = await Promise.all([cancel(id), harness.answers(payer, 'approved')])
    const { status, history } = (await harness.item(id)) ?? {}
    expect(reply.status).toBe(status === 'cancelled' ? 200 : 409)
    expect(history).toHaveLength(3)
  }
})
