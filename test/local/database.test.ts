import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createTables, startDatabase } from '../../local/database/database.ts'

let database: Awaited<ReturnType<typeof startDatabase>>
let client: DynamoDBClient

const clientOf = (endpoint: string, more: DynamoDBClientConfig = {}) =>
  new DynamoDBClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    ...more,
  })

/** A client of this thread. Nothing listens at its address. */
const without = ({ requestHandler }: typeof database, more: DynamoDBClientConfig = {}) =>
  clientOf('http://127.0.0.1:9', { requestHandler, ...more })

beforeAll(async () => {
  database = await startDatabase()
  client = clientOf(database.endpoint)
  await createTables(client)
})

afterAll(async () => {
  client.destroy()
  await database.close()
})

/** A stored payment, as far as keys and indexes go. Each test breaks one thing about it. */
const payment = {
  payment_id: { S: 'p1' },
  user_id: { S: 'neville' },
  created_at: { S: '2026-11-21T12:00:00.000Z' },
  expires_at: { S: '2026-11-21T12:05:00.000Z' },
  open_shard: { N: '3' },
  payee_name: { S: 'Luna' },
  evidence: { S: 'not for lists' },
}

const Key = { payment_id: payment.payment_id }
const put = (item: object) =>
  client.send(new PutItemCommand({ TableName: 'payments', Item: { ...payment, ...item } }))
const update = (input: Partial<UpdateItemCommandInput>) =>
  client.send(new UpdateItemCommand({ TableName: 'payments', Key, ...input }))
const read = async () =>
  (await client.send(new GetItemCommand({ TableName: 'payments', Key, ConsistentRead: true }))).Item

beforeEach(async () => {
  await put({})
})

test('the tables are ready at once, and creating them again changes nothing', async () => {
  await createTables(client)
  expect(await read()).toEqual(payment)
})

test('only a loopback address is listened on', () => {
  expect(new URL(database.endpoint).hostname).toBe('127.0.0.1')
})

test('of 64 conditional writes at once exactly one wins', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: 64 }, (_, i) =>
      update({
        UpdateExpression: 'SET decided_by = :me',
        ConditionExpression: 'attribute_not_exists(decided_by)',
        ExpressionAttributeValues: { ':me': { S: `writer ${i}` } },
      }),
    ),
  )
  const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  expect(lost).toHaveLength(63)
  for (const error of lost) expect(error).toMatchObject({ name: 'ConditionalCheckFailedException' })
})

const EMPTY_KEY =
  'One or more parameter values are not valid. A value specified for a secondary index key is ' +
  'not supported. The AttributeValue for a key attribute cannot contain an empty string value. ' +
  'IndexName: push_id, IndexKey: push_id'

test('an item with an empty index key is refused and nothing is stored', async () => {
  await expect(put({ push_id: { S: '' }, payee_name: { S: 'new' } })).rejects.toMatchObject({
    name: 'ValidationException',
    message: EMPTY_KEY,
  })
  expect(await read()).toEqual(payment)
})

test.each([
  ['set as it is', 'SET push_id = :empty', { ':empty': { S: '' } }],
  ['set if absent', 'SET push_id = if_not_exists(push_id, :empty)', { ':empty': { S: '' } }],
  ['copied from another attribute', 'SET push_id = blank', undefined],
])('an update that results in an empty index key is refused: %s', async (_, expression, values) => {
  await put({ blank: { S: '' } })
  await expect(
    update({ UpdateExpression: expression, ExpressionAttributeValues: values }),
  ).rejects.toMatchObject({ name: 'ValidationException', message: UPDATED_TO_EMPTY_KEY })
  expect(await read()).toEqual({ ...payment, blank: { S: '' } })
})

const UPDATED_TO_EMPTY_KEY =
  'One or more parameter values are not valid. The update expression attempted to update a ' +
  'secondary index key to a value that is not supported. The AttributeValue for a key attribute ' +
  'cannot contain an empty string value.'

test('ReturnValuesOnConditionCheckFailure is refused, so that nobody relies on it', async () => {
  await expect(
    update({
      UpdateExpression: 'SET payee_name = :n',
      ExpressionAttributeValues: { ':n': { S: 'new' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('ReturnValuesOnConditionCheckFailure'),
  })
  expect(await read()).toEqual(payment)
})

test('a parameter inside a parameter is refused too', async () => {
  await expect(
    client.send(
      new CreateTableCommand({
        TableName: 'other',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'warm',
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'KEYS_ONLY' },
            WarmThroughput: { ReadUnitsPerSecond: 12000 },
          },
        ],
      }),
    ),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('GlobalSecondaryIndexes.WarmThroughput'),
  })
})

const API = 'DynamoDB_20120810'

test.each([
  ['no signature', { authorization: '' }, '{}', 'MissingAuthenticationTokenException'],
  ['broken JSON', {}, '{', 'SerializationException'],
  ['JSON that is no object', {}, '[]', 'SerializationException'],
  ['no body', {}, '', 'SerializationException'],
  ['a parameter of the wrong type', {}, '{"TableName":7}', 'SerializationException'],
  [
    'an operation not used',
    { 'x-amz-target': `${API}.DeleteItem` },
    '{}',
    'UnknownOperationException',
  ],
  ['an operation not known', { 'x-amz-target': 'constructor' }, '{}', 'UnknownOperationException'],
])('a request with %s is refused', async (_, headers: object, body, type) => {
  const response = await fetch(database.endpoint, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=local/',
      'x-amz-target': `${API}.GetItem`,
      ...headers,
    },
    body,
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ __type: expect.stringMatching(`#${type}$`) })
})

test.each(['Nonsense', '__proto__', 'constructor'])('a parameter %s is refused', async (name) => {
  const response = await fetch(database.endpoint, {
    method: 'POST',
    headers: {
      authorization: 'AWS4-HMAC-SHA256 Credential=local/',
      'x-amz-target': `${API}.DescribeTable`,
    },
    body: `{"TableName":"payments","${name}":{}}`,
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({
    __type: 'com.amazon.coral.validate#ValidationException',
    message: `The local database does not support the parameter ${name}`,
  })
})

describe('a client without a connection', () => {
  const get = new GetItemCommand({ TableName: 'payments', Key, ConsistentRead: true })

  test('reads and writes the same tables as one at the address', async () => {
    const near = without(database)
    const evidence = { S: 'Łuna’s “€5” 🦉' }
    const Item = { ...payment, evidence }
    await near.send(new PutItemCommand({ TableName: 'payments', Item }))
    expect((await read())?.evidence).toEqual(evidence)
    expect((await near.send(get)).Item).toEqual(Item)
  })

  test('is refused with AWS’s own errors', async () => {
    const Item = payment
    const ConditionExpression = 'attribute_not_exists(payment_id)'
    const again = new PutItemCommand({ TableName: 'payments', Item, ConditionExpression })
    await expect(without(database).send(again)).rejects.toBeInstanceOf(
      ConditionalCheckFailedException,
    )
  })

  test.each([
    ['a key that is nobody’s', 'AKIAIOSFODNN7EXAMPLE', 'UnrecognizedClientException'],
    ['a Lambda’s without the right', 'phoneStart', 'AccessDeniedException'],
  ])('has no more rights than its key: %s', async (_, accessKeyId, name) => {
    const credentials = { accessKeyId, secretAccessKey: 'local' }
    await expect(without(database, { credentials }).send(get)).rejects.toMatchObject({ name })
  })

  test('may set no parameter that the engine would drop', async () => {
    const more = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const
    const put = new PutItemCommand({ TableName: 'payments', Item: payment, ...more })
    await expect(without(database).send(put)).rejects.toThrow(
      'does not support the parameter ReturnValuesOnConditionCheckFailure',
    )
  })

  test('is refused after the database was closed, and does not wait', async () => {
    const closed = await startDatabase()
    await closed.close()
    await expect(without(closed).send(get)).rejects.toThrow('The local database has been closed')
  })

  test('whose writes are under way when the database is closed, has written', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'payfriend-'))
    const first = await startDatabase({ dataDir })
    await createTables(without(first))
    const handed = Promise.withResolvers<void>()
    let left = 50
    const handle: typeof first.requestHandler.handle = (request) => {
      left -= 1
      if (left === 0) handed.resolve()
      return first.requestHandler.handle(request)
    }
    const writer = without(first, { requestHandler: { handle } })
    // Of one item, so that they wait for each other.
    const add = { TableName: 'payments', Key, UpdateExpression: 'ADD tries :one' }
    const one = { ':one': { N: '1' } }
    const written = Array.from({ length: left }, () =>
      writer.send(new UpdateItemCommand({ ...add, ExpressionAttributeValues: one })),
    )
    await handed.promise
    await first.close()
    await Promise.all(written)
    const second = await startDatabase({ dataDir })
    expect((await without(second).send(get)).Item?.tries).toEqual({ N: '50' })
    await second.close()
    await rm(dataDir, { recursive: true })
  })
})

test('with a folder everything is there after a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'payfriend-'))
  try {
    const first = await startDatabase({ dataDir })
    const writer = clientOf(first.endpoint)
    await createTables(writer)
    await writer.send(new PutItemCommand({ TableName: 'payments', Item: payment }))
    writer.destroy()
    await first.close()

    const second = await startDatabase({ dataDir })
    const reader = clientOf(second.endpoint)
    await createTables(reader)
    const { Item } = await reader.send(new GetItemCommand({ TableName: 'payments', Key }))
    reader.destroy()
    await second.close()
    expect(Item).toEqual(payment)
  } finally {
    await rm(dataDir, { recursive: true })
  }
})

test('a folder of an older version, with other indexes, is an error and not a surprise', async () => {
  const { endpoint, close } = await startDatabase()
  const older = clientOf(endpoint)
  await older.send(
    new CreateTableCommand({
      TableName: 'payments',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'payment_id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'payment_id', KeyType: 'HASH' }],
    }),
  )
  await expect(createTables(older)).rejects.toThrow(
    'The table payments in the folder has other keys or indexes',
  )
  older.destroy()
  await close()
})

test('a folder that is in use is an error at the start', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'payfriend-'))
  const first = await startDatabase({ dataDir })
  try {
    await expect(startDatabase({ dataDir })).rejects.toThrow('Database failed to open')
  } finally {
    await first.close()
    await rm(dataDir, { recursive: true })
  }
})
