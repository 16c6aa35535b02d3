import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, no, otherThan, type Person, startHarness } from '../harness/harness.ts'

let harness: Harness
let payer: Person
/** The payer's seven payments, newest first. */
const made: string[] = []
beforeAll(async () => {
  harness = await startHarness()
  payer = await harness.person()
  for (let i = 0; i < 7; i += 1) {
    const { paymentId } = await harness.pending(payer)
    made.unshift(paymentId)
    if (i < 3) await harness.call('cancelPayment', { as: payer, id: paymentId })
    harness.clock.advance(1)
  }
})
afterAll(() => harness.close())

const list = (as: Person, query: Record<string, string> = {}) =>
  harness.call('listPayments', { as, query })
const ids = (body: { payments: { paymentId: string }[] }) =>
  body.payments.map(({ paymentId }) => paymentId)

test('all of the payer’s payments come newest first, as each would be shown by itself', async () => {
  const { status, body } = await list(payer)
  expect(status).toBe(200)
  expect(ids(body)).toEqual(made)
  expect(body.next).toBeNull()
  for (const payment of body.payments) {
    const alone = await harness.call('paymentStatus', { as: payer, id: payment.paymentId })
    expect(payment).toEqual(alone.body)
  }
})

test('the list tells of each payment how its answer was learned, as the payment by itself does', async () => {
  const ada = await harness.person()
  const expected: Record<string, unknown> = {}
  const start = async (decision: unknown) => {
    const { paymentId } = await harness.pending(ada)
    expected[paymentId] = decision
    return paymentId
  }
  await start({ channel: 'push', proof: 'signed-callback' })
  await harness.answers(ada, 'approved')
  await start({ channel: 'push', proof: 'signed-callback' })
  await harness.answers(ada, 'denied')
  for (const answer of ['approved', 'denied'] as const) {
    await start({ channel: 'push', proof: 'provider-read' })
    harness.phone.book.faults.loseNextCallback = true
    await harness.answers(ada, answer)
    harness.clock.advance(20)
    await harness.sweep()
  }
  const texted = await start({ channel: 'sms', proof: 'sms-code' })
  await harness.call('smsStart', { as: ada, id: texted })
  const code = harness.codeOn(ada.number)
  await harness.call('smsVerify', { as: ada, id: texted, body: { code } })
  const failed = await start(null)
  await harness.call('smsStart', { as: ada, id: failed })
  const wrong = otherThan(harness.codeOn(ada.number))
  for (let i = 0; i < 5; i += 1)
    await harness.call('smsVerify', { as: ada, id: failed, body: { code: wrong } })
  await harness.call('cancelPayment', { as: ada, id: await start(null) })
  await start(null)

  const { body } = await list(ada)
  type Shown = { paymentId: string; status: string; decision: unknown }
  const shown = (body.payments as Shown[]).map((one) => [one.paymentId, one.decision])
  expect(Object.fromEntries(shown)).toEqual(expected)
  expect((body.payments as Shown[]).map(({ status }) => status).sort()).toEqual([
    'approved',
    'approved',
    'approved',
    'cancelled',
    'denied',
    'denied',
    'failed',
    'pending',
  ])
  for (const payment of body.payments) {
    const alone = await harness.call('paymentStatus', { as: ada, id: payment.paymentId })
    expect(alone.body).toEqual(payment)
  }
})

test('pages follow one another without a gap or a repeat, and have an end (2019: W37)', async () => {
  const pages: string[][] = []
  let cursor: string | undefined
  do {
    const { body } = await list(payer, { limit: '3', ...(cursor && { cursor }) })
    pages.push(ids(body))
    cursor = body.next ?? undefined
  } while (cursor)
  expect(pages.map(({ length }) => length)).toEqual([3, 3, 1])
  expect(pages.flat()).toEqual(made)
})

test('a payment started between two pages moves nothing on the next', async () => {
  const ada = await harness.person()
  const first = await harness.pending(ada)
  harness.clock.advance(1)
  const second = await harness.pending(ada)
  harness.clock.advance(1)
  const page = await list(ada, { limit: '1' })
  await harness.pending(ada)
  const next = await list(ada, { limit: '1', cursor: page.body.next })
  expect([ids(page.body), ids(next.body)]).toEqual([[second.paymentId], [first.paymentId]])
})

test('a person without payments has an empty list, also without a phone', async () => {
  expect(await list(harness.stranger())).toMatchObject({
    status: 200,
    body: { payments: [], next: null },
  })
})

test('nobody sees another’s payments, on the same phone neither (2019: W15)', async () => {
  const other = await harness.person({ number: payer.number })
  const { paymentId } = await harness.pending(other)
  expect(ids((await list(other)).body)).toEqual([paymentId])
  expect(ids((await list(payer)).body)).toEqual(made)
})

test('a payment is expired in the list from the very moment on', async () => {
  const ada = await harness.person()
  const { paymentId, expiresAt } = await harness.pending(ada)
  harness.clock.advance(299.999)
  expect((await list(ada)).body.payments[0].status).toBe('pending')
  harness.clock.advance(0.001)
  expect((await list(ada)).body.payments[0]).toMatchObject({
    paymentId,
    status: 'expired',
    decidedAt: expiresAt,
  })
})

test.each(['1', '20', '99', '100'])('the limit may be %s', async (limit) => {
  expect((await list(payer, { limit })).status).toBe(200)
})

test.each(['0', '101', 'abc', '-1', '1.5', '1e1', '', ' 1', '01', '１', '1000', 'NaN'])(
  'the limit may not be %j',
  async (limit) => {
    expect(await list(payer, { limit })).toMatchObject(
      no(400, 'invalid_request', { fields: [{ path: 'limit' }] }),
    )
  },
)

test('without a limit a page has twenty', async () => {
  const ada = await harness.person()
  for (let i = 0; i < 20; i += 1) {
    const { paymentId } = await harness.pending(ada)
    await harness.call('cancelPayment', { as: ada, id: paymentId })
  }
  harness.clock.advance(3600)
  await harness.pending(ada)
  const page = await list(ada)
  expect(page.body.payments).toHaveLength(20)
  expect((await list(ada, { cursor: page.body.next })).body.payments).toHaveLength(1)
})

test('a query parameter that is not known is refused by its name', async () => {
  expect(await list(payer, { user_id: 'person-2' })).toMatchObject(
    no(400, 'invalid_request', { fields: [{ path: 'user_id' }] }),
  )
})

const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')
/** How a cursor is sealed is no secret: it keeps out mistakes, and people from no more than their own list. */
const sealed = (payerId: string, createdAt: string, id: string) =>
  cursorOf(
    createdAt,
    id,
    createHash('sha256')
      .update(JSON.stringify([payerId, createdAt, id]))
      .digest('base64url')
      .slice(0, 16),
  )

test.each([
  ['empty', () => ''],
  ['not base64', () => '***'],
  ['not JSON', () => Buffer.from('{').toString('base64url')],
  ['null', () => Buffer.from('null').toString('base64url')],
  ['an object', () => Buffer.from('{"payment_id":"x"}').toString('base64url')],
  ['of two parts', () => cursorOf('2026-11-21T12:00:00.000Z', 'x')],
  ['of other types', () => cursorOf(1, 2, 3)],
  ['sealed wrongly', () => cursorOf('2026-11-21T12:00:00.000Z', 'x', 'x')],
  ['too long', () => 'a'.repeat(501)],
  ['one’s own, cut short', async () => (await list(payer, { limit: '1' })).body.next.slice(0, -6)],
  ['another’s', async () => (await list(await twoPayments(), { limit: '1' })).body.next],
  ['sealed over an empty time', () => sealed(payer.payerId, '', 'x')],
  ['sealed over an empty id', () => sealed(payer.payerId, '2026-11-21T12:00:00.000Z', '')],
])('a cursor that is %s is refused', async (_, make) => {
  const cursor = await make()
  expect(await list(payer, { cursor })).toMatchObject(
    no(400, 'invalid_request', { fields: [{ path: 'cursor' }] }),
  )
})

async function twoPayments(): Promise<Person> {
  const other = await harness.person()
  await harness.pending(other)
  await harness.pending(other)
  return other
}

test('a list writes nothing and asks no provider', async () => {
  await list(payer)
  const [writes, asked] = [await harness.all('payments'), harness.provider.calls.length]
  const from = harness.store.calls.length
  await list(payer, { limit: '3' })
  expect(
    harness.store.calls
      .slice(from)
      .map(({ operation }) => operation)
      .sort(),
  ).toEqual(['GetItem', 'Query'])
  expect(harness.provider.calls).toHaveLength(asked)
  expect(await harness.all('payments')).toEqual(writes)
})
