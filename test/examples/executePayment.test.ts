import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { execute, executePayment } from '../../examples/executePayment.ts'
import { executionsTable, UNFINISHED } from '../../examples/executionsTable.ts'
import { paymentEventOf } from '../../functions/core/paymentTrail.ts'
import { startDatabase } from '../../local/database/database.ts'
import { eventually } from '../harness/eventually.ts'
import { entries, records } from '../scripts/evidence/paymentTrails.ts'

const TABLE = 'executions'
let database: Awaited<ReturnType<typeof startDatabase>>
let documents: DynamoDBDocumentClient
beforeAll(async () => {
  database = await startDatabase()
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const })
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['payment_id', UNFINISHED, 'begun_at'].map(text),
      KeySchema: [{ AttributeName: 'payment_id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: UNFINISHED,
          KeySchema: [
            { AttributeName: UNFINISHED, KeyType: 'HASH' },
            { AttributeName: 'begun_at', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  )
  documents = DynamoDBDocumentClient.from(client)
  // Even the embedded engine needs a moment, in which it refuses every read and write.
  await eventually(() => itemOf('none'))
})
afterAll(async () => {
  documents.destroy()
  await database.close()
})
beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => {})
})

const itemOf = async (payment_id: string) =>
  (await documents.send(new GetCommand({ TableName: TABLE, Key: { payment_id } }))).Item

/** As a person looks for what was begun and is not done. */
async function unfinished(why: 'yes' | 'held' = 'yes') {
  const query = new QueryCommand({
    TableName: TABLE,
    IndexName: UNFINISHED,
    KeyConditionExpression: `${UNFINISHED} = :yes`,
    ExpressionAttributeValues: { ':yes': why },
  })
  return (await documents.send(query)).Items?.map(({ payment_id }) => payment_id)
}

let events = 0
/** The event of a payment that nobody heard of before, as EventBridge brings it. */
function approved(how: keyof typeof records = 'approved by push') {
  events += 1
  const [published] = entries({ ...records[how], paymentId: `payment-${events}` })
    .map(paymentEventOf)
    .filter((one) => one?.type === 'payment.approved')
  if (!published) throw new Error('nothing was published')
  return { source: 'payfriend', 'detail-type': published.type, detail: published.detail }
}

function shop(pay: typeof execute = async () => {}, more: { paidOn?: string[] } = {}) {
  const paid: string[] = []
  const paying: typeof execute = async (payment) => {
    paid.push(payment.paymentId)
    await pay(payment)
  }
  const run = executePayment(executionsTable(documents, TABLE), paying, more)
  return { run, paid }
}

test('pays what was approved, and marks it done', async () => {
  const { run, paid } = shop()
  const event = approved()
  await run(event)
  expect(paid).toEqual([event.detail.paymentId])
  expect(await itemOf(event.detail.paymentId)).toMatchObject({ done_at: expect.any(String) })
  expect(await unfinished()).toEqual([])
})

test('pays once when the same event comes again', async () => {
  const { run, paid } = shop()
  const event = approved()
  await run(event)
  await run(event)
  expect(paid).toEqual([event.detail.paymentId])
})

test('pays once when the same event comes fifty times at once', async () => {
  const { run, paid } = shop()
  const event = approved()
  await Promise.all(Array.from({ length: 50 }, () => run(event)))
  expect(paid).toEqual([event.detail.paymentId])
})

test('does not pay again after a crash between begin and done, and the payment is found', async () => {
  const event = approved()
  const { paymentId } = event.detail
  const crashing = shop(async () => {
    throw new Error('crash')
  })
  await expect(crashing.run(event)).rejects.toThrow('crash')
  const { run, paid } = shop()
  await run(event)
  expect(paid).toEqual([])
  expect(await unfinished()).toEqual([paymentId])
})

test.each([
  'approved by push',
  'approved after a signed answer was refused',
  'approved by a code after a wrong one',
  'approved by a code of Twilio Verify',
] as const)('pays what was %s', async (how) => {
  const { run, paid } = shop()
  const event = approved(how)
  await run(event)
  expect(paid).toEqual([event.detail.paymentId])
})

const byRead = 'approved, as the provider said when it was asked'

test('holds what only the provider’s word says is approved, however often it comes, and it is found', async () => {
  const { run, paid } = shop()
  const event = approved(byRead)
  await run(event)
  await run(event)
  expect(paid).toEqual([])
  expect(await unfinished('held')).toContain(event.detail.paymentId)
  expect(await unfinished()).not.toContain(event.detail.paymentId)
  // It stays held: whatever else is said of it later is for a person to judge.
  await run({ ...event, detail: { ...event.detail, decision: approved().detail.decision } })
  expect(paid).toEqual([])
})

test('pays on the provider’s word where it is told to', async () => {
  const { run, paid } = shop(undefined, { paidOn: ['provider-read'] })
  const [event, other] = [approved(byRead), approved()]
  await run(event)
  await run(other)
  expect(paid).toEqual([event.detail.paymentId])
  expect(await unfinished('held')).toContain(other.detail.paymentId)
})

test.each([
  ['null', null],
  ['missing, as before it was told', undefined],
  ['of a kind that nobody knew when this was written', { channel: 'push', proof: 'telepathy' }],
])('holds what was approved by a decision that is %s', async (_, decision) => {
  const { run, paid } = shop()
  const event = approved()
  await run({ ...event, detail: { ...event.detail, decision } })
  expect(paid).toEqual([])
  expect(await unfinished('held')).toContain(event.detail.paymentId)
})

test.each([
  ['of another type', { 'detail-type': 'payment.denied' }, {}],
  ['of another source', { source: 'somebody' }, {}],
  ['of another version', {}, { version: 2 }],
  ['that says two things', {}, { status: 'denied' }],
  ['without a payment', {}, { paymentId: '' }],
])('refuses an event %s, and pays nothing', async (_, change, detail) => {
  const { run, paid } = shop()
  const event = approved()
  await expect(
    run({ ...event, ...change, detail: { ...event.detail, ...detail } }),
  ).rejects.toThrow()
  expect(paid).toEqual([])
  expect(await itemOf(event.detail.paymentId)).toBeUndefined()
})

test('as it is, tells the log who is paid how much', async () => {
  const { run } = shop(execute)
  const event = approved()
  await run(event)
  const { paymentId, payee, amount } = event.detail
  const line = { message: 'execute', paymentId, payee, amount }
  expect(vi.mocked(console.log).mock.calls).toEqual([[JSON.stringify(line)]])
})
