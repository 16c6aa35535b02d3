import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDBRecord } from 'aws-lambda'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createTables, startDatabase } from '../../local/database/database.ts'

let records: DynamoDBRecord[]
let database: Awaited<ReturnType<typeof startDatabase>>
let client: DynamoDBClient
beforeEach(async () => {
  records = []
  database = await startDatabase({ onChange: (record) => void records.push(record) })
  client = clientOf(database.endpoint)
  await createTables(client)
})
afterEach(async () => {
  client.destroy()
  await database.close()
})

const clientOf = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })

const p1 = {
  payment_id: { S: 'p1' },
  user_id: { S: 'ann' },
  created_at: { S: 'now' },
  sms_sends: { N: '0' },
}
const put = (item: object = {}, more: object = {}) =>
  client.send(new PutItemCommand({ TableName: 'payments', Item: { ...p1, ...item }, ...more }))
const addOne = (payment_id = 'p1', more: object = {}) =>
  client.send(
    new UpdateItemCommand({
      TableName: 'payments',
      Key: { payment_id: { S: payment_id } },
      UpdateExpression: 'SET sms_sends = sms_sends + :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ...more,
    }),
  )
/** What was told by the time that the database has ended: nothing can come after that. */
async function told() {
  await database.close()
  return records
}

test('a new item is told as it is, and a changed one as it was too', async () => {
  await put()
  await addOne()
  const dynamodb = {
    Keys: { payment_id: { S: 'p1' } },
    StreamViewType: 'NEW_AND_OLD_IMAGES',
    SequenceNumber: expect.stringMatching(/^\d{21,40}$/),
    ApproximateCreationDateTime: expect.any(Number),
  }
  const others = {
    eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'local',
  }
  const changed = { ...p1, sms_sends: { N: '1' } }
  expect(await told()).toEqual([
    { ...others, eventName: 'INSERT', dynamodb: { ...dynamodb, NewImage: p1 } },
    { ...others, eventName: 'MODIFY', dynamodb: { ...dynamodb, OldImage: p1, NewImage: changed } },
  ])
})

test('a write whose condition is lost is not told', async () => {
  await put()
  const lost = { ConditionExpression: 'attribute_not_exists(payment_id)' }
  await expect(put({}, lost)).rejects.toThrow(ConditionalCheckFailedException)
  await expect(addOne('p1', lost)).rejects.toThrow(ConditionalCheckFailedException)
  expect(await told()).toHaveLength(1)
})

test('a write that is refused on its way to an index is not told', async () => {
  await expect(put({ push_id: { S: '' } })).rejects.toThrow('empty string')
  expect(await told()).toEqual([])
})

test('a write that changes nothing is not told', async () => {
  await put()
  await put()
  await addOne('p1', { UpdateExpression: 'SET sms_sends = :one - :one' })
  expect(await told()).toHaveLength(1)
})

test('writes of both tables are told, each by its own key', async () => {
  await put()
  await client.send(new PutItemCommand({ TableName: 'users', Item: { user_id: { S: 'ann' } } }))
  expect((await told()).map(({ dynamodb }) => dynamodb?.Keys)).toEqual([
    { payment_id: { S: 'p1' } },
    { user_id: { S: 'ann' } },
  ])
})

test('however many writes come at once, each item’s are told in their order, each from the last', async () => {
  const ids = ['p1', 'p2', 'p3']
  for (const id of ids) await put({ payment_id: { S: id } })
  await Promise.all(ids.flatMap((id) => Array.from({ length: 20 }, () => addOne(id))))
  const all = await told()
  expect(all).toHaveLength(63)
  const numbers = all.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? '')
  expect(numbers).toEqual([...new Set(numbers)].toSorted())
  for (const id of ids) {
    const own = all.filter(({ dynamodb }) => dynamodb?.Keys?.payment_id?.S === id)
    expect(own.map(({ dynamodb }) => dynamodb?.NewImage?.sms_sends?.N)).toEqual(
      own.map((_, i) => String(i)),
    )
    expect(own.slice(1).map(({ dynamodb }) => dynamodb?.OldImage)).toEqual(
      own.slice(0, -1).map(({ dynamodb }) => dynamodb?.NewImage),
    )
  }
})

test('of a kept database an item’s first change in a new run is told from what was kept', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'stream-'))
  for (const [eventName, sends] of [
    ['INSERT', undefined],
    ['MODIFY', '0'],
  ]) {
    const kept: DynamoDBRecord[] = []
    const run = await startDatabase({ dataDir, onChange: (record) => void kept.push(record) })
    client = clientOf(run.endpoint)
    await createTables(client)
    await (eventName === 'INSERT' ? put() : addOne())
    await run.close()
    expect(kept).toMatchObject([{ eventName }])
    expect(kept[0]?.dynamodb?.OldImage?.sms_sends?.N).toBe(sends)
  }
})
