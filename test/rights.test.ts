import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BatchGetItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { payments } from '../functions/composition.ts'
import { sweepPayments } from '../functions/handlers/sweepPayments.ts'
import { lambdas, type Right } from '../functions/routes.ts'
import { asLambda } from '../local/database/access.ts'
import { createTables, startDatabase } from '../local/database/database.ts'
import { startPayfriend } from '../local/payfriend.ts'
import { startHarness } from './harness/harness.ts'
import { excessOf } from './harness/rights.ts'

const folder = mkdtempSync(join(tmpdir(), 'payfriend-rights-'))
let database: Awaited<ReturnType<typeof startDatabase>>
let owner: DynamoDBClient
const clients: DynamoDBClient[] = []

beforeAll(async () => {
  // What is tried here is not what the Lambdas do, so it counts for nothing in the whole suite.
  vi.stubEnv('RIGHTS_RECORD', folder)
  database = await startDatabase()
  owner = clientOf('local')
  await createTables(owner)
})

afterAll(async () => {
  for (const client of clients) client.destroy()
  await database.close()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** What the Lambdas were seen to use since it was last forgotten. */
const recorded = () => readdirSync(folder).map(decodeURIComponent)
const forget = () => {
  for (const file of readdirSync(folder)) rmSync(join(folder, file))
}

function clientOf(accessKeyId: string) {
  const credentials = { accessKeyId, secretAccessKey: 'local' }
  const { endpoint } = database
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials, maxAttempts: 1 })
  clients.push(client)
  return client
}

type Attempt = (client: DynamoDBClient) => Promise<unknown>

type Item = Record<string, { S: string }>
const get =
  (TableName: string, Key: Item): Attempt =>
  (client) =>
    client.send(new GetItemCommand({ TableName, Key }))
const put =
  (TableName: string, Item: Item): Attempt =>
  (client) =>
    client.send(new PutItemCommand({ TableName, Item }))
const update =
  (TableName: string, Key: Item): Attempt =>
  (client) =>
    client.send(new UpdateItemCommand({ TableName, Key, UpdateExpression: 'REMOVE nothing' }))
const query =
  (name: string, value: { S: string } | { N: string }, IndexName?: string): Attempt =>
  (client) =>
    client.send(
      new QueryCommand({
        TableName: 'payments',
        ...(IndexName && { IndexName }),
        KeyConditionExpression: `${name} = :value`,
        ExpressionAttributeValues: { ':value': value },
      }),
    )

const payment = { payment_id: { S: 'p' } }
const payer = { user_id: { S: 'u' } }

/** Everything that a right can allow. */
const grantable = {
  'payments:GetItem': get('payments', payment),
  'payments:PutItem': put('payments', payment),
  'payments:UpdateItem': update('payments', payment),
  'users:GetItem': get('users', payer),
  'users:PutItem': put('users', payer),
  'users:UpdateItem': update('users', payer),
  'payments/push_id:Query': query('push_id', { S: 'x' }, 'push_id'),
  'payments/payer:Query': query('user_id', { S: 'x' }, 'payer'),
  'payments/open:Query': query('open_shard', { N: '0' }, 'open'),
} satisfies Record<Right, Attempt>

/** What the database can do and no right allows. */
const never: Record<string, Attempt> = {
  'payments:Query': query('payment_id', { S: 'x' }),
  'payments:Scan': (c) => c.send(new ScanCommand({ TableName: 'payments' })),
  'payments/payer:Scan': (c) =>
    c.send(new ScanCommand({ TableName: 'payments', IndexName: 'payer' })),
  'payments:DescribeTable': (c) => c.send(new DescribeTableCommand({ TableName: 'payments' })),
}

/** Reads of several items at once, in these tables. */
const together = {
  payments: { payments: { Keys: [payment, { payment_id: { S: 'q' } }] } },
  users: { users: { Keys: [payer, { user_id: { S: 'v' } }] } },
  'payments and users': { payments: { Keys: [payment] }, users: { Keys: [payer] } },
}

describe.each(Object.entries(lambdas))('%s', (name, { rights }) => {
  const may = new Set<string>(rights)

  test.each(Object.entries(grantable).filter(([right]) => may.has(right)))(
    'may %s',
    async (right, attempt) => {
      forget()
      await attempt(clientOf(name))
      expect(recorded()).toEqual([`${name} ${right}`])
    },
  )

  test.each(Object.entries({ ...grantable, ...never }).filter(([right]) => !may.has(right)))(
    'may not %s',
    async (right, attempt) => {
      const [, table, index, action] = /^([^/:]+)(?:\/([^:]+))?:(.+)$/.exec(right) ?? []
      const resource = `table/${table}${index ? `/index/${index}` : ''}`
      await expect(attempt(clientOf(name))).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message:
          `User: arn:aws:sts::000000000000:assumed-role/${name}/${name} is not authorized to perform: ` +
          `dynamodb:${action} on resource: arn:aws:dynamodb:local:000000000000:${resource} ` +
          `because no identity-based policy allows the dynamodb:${action} action`,
      })
    },
  )
})

test.each(Object.entries({ ...grantable, ...never }))('the owner may %s', async (_, attempt) => {
  await expect(attempt(owner)).resolves.not.toThrow()
})

test.each(['AKIAIOSFODNN7EXAMPLE', 'SendPayment', 'sendPayment2', 'constructor', '__proto__'])(
  'a key that is nobody’s is refused: %s',
  async (key) => {
    await expect(grantable['payments:GetItem'](clientOf(key))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    })
  },
)

test('a write that is refused has written nothing', async () => {
  const refused = { payment_id: { S: 'refused' } }
  await expect(put('payments', refused)(clientOf('paymentStatus'))).rejects.toThrow(
    'not authorized',
  )
  expect(await get('payments', refused)(owner)).not.toHaveProperty('Item')
})

describe.each(Object.entries(lambdas))('%s, of several items at once', (name, { rights }) => {
  const may = new Set<string>(rights)

  test.each(Object.entries(together))(
    'reads what it may read one by one, and nothing else: %s',
    async (_, RequestItems) => {
      const read = clientOf(name).send(new BatchGetItemCommand({ RequestItems }))
      const needed = Object.keys(RequestItems).map((table) => `${table}:GetItem`)
      const missing = needed.find((right) => !may.has(right))
      if (missing === undefined) {
        await expect(read).resolves.not.toThrow()
      } else {
        await expect(read).rejects.toMatchObject({
          name: 'AccessDeniedException',
          message: expect.stringContaining(
            `dynamodb:BatchGetItem on resource: arn:aws:dynamodb:local:000000000000:table/${missing.replace(/:.*/, '')} `,
          ),
        })
      }
    },
  )
})

describe('a handler on the embedded database', () => {
  test('that does more than its Lambda may, fails', async () => {
    const harness = await startHarness()
    const sweep = sweepPayments(asLambda(harness.world, 'paymentStatus'))
    await expect(sweep()).rejects.toMatchObject({ name: 'AccessDeniedException' })
    await harness.close()
  })

  test('asks by its own name, whatever real key is in the shell', async () => {
    const env = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' }
    const payfriend = await startPayfriend({ port: 0, env })
    forget()
    await payfriend.sweep()
    expect(recorded()).toEqual(['sweepPayments payments/open:Query', 'sweepPayments users:GetItem'])
    expect(await payments(payfriend.world).find('none')).toBeUndefined()
    await payfriend.close()
  })
})

test('another’s database is asked with one key and not by names', async () => {
  // Embedded like ours, so that it would tell names.
  const { endpoint, close } = await startDatabase()
  forget()
  const payfriend = await startPayfriend({ port: 0, env: { DYNAMODB_ENDPOINT: endpoint } })
  await payfriend.sweep()
  expect(recorded()).toEqual([])
  await payfriend.close()
  await close()
})

describe('after a whole run', () => {
  const all = Object.entries(lambdas).flatMap(([name, { rights }]) =>
    rights.map((right) => `${name} ${right}`),
  )

  test('nothing is said of rights that were all used', () => {
    expect(excessOf(all)).toEqual([])
  })

  test.each(all)('a right that nobody used is named: %s', (right) => {
    const [name, what] = right.split(' ')
    expect(excessOf(all.filter((used) => used !== right))).toEqual([
      `${name} may ${what}, and nothing in the whole suite used it.`,
    ])
  })
})
