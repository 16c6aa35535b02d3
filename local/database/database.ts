import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
  type CreateTableCommandInput as TableInput,
} from '@aws-sdk/client-dynamodb'
import { OPEN_INDEX_FIELDS, PAYER_INDEX_FIELDS } from '../../functions/adapters/paymentItem.ts'

const TABLE_SECONDS_MAX = 60
const TABLE_POLL_MS = 10

/**
 * Start the embedded database, in memory or kept in `dataDir`.
 *
 * It runs in a thread of its own, as DynamoDB runs on another machine: on two cores the same reads
 * through the SDK were 20 to 40 % more a second than with both on one event loop.
 */
export async function startDatabase({ dataDir }: { dataDir?: string } = {}) {
  const thread = new Worker(new URL('./databaseEngine.ts', import.meta.url), {
    workerData: { dataDir },
  })
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  const endpoint = await new Promise<string>((resolve, reject) => {
    thread.once('message', resolve)
    thread.once('error', reject)
  })
  // From here on a crash of the thread is nobody's to swallow: it ends the process.
  thread.removeAllListeners('error')

  return {
    endpoint,
    /** Lets the writes under way finish, then frees the port and the folder. */
    async close() {
      thread.postMessage('close')
      await ended
    },
  }
}

/** Create the tables that are not there yet, as the stack would. */
export async function createTables(client: DynamoDBClient) {
  await Promise.all([createTable(client, paymentsTable), createTable(client, usersTable)])
}

const paymentsTable = {
  TableName: 'payments',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'payment_id', AttributeType: 'S' },
    { AttributeName: 'push_id', AttributeType: 'S' },
    { AttributeName: 'user_id', AttributeType: 'S' },
    { AttributeName: 'created_at', AttributeType: 'S' },
    { AttributeName: 'open_shard', AttributeType: 'N' },
    { AttributeName: 'expires_at', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'payment_id', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'push_id',
      KeySchema: [{ AttributeName: 'push_id', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
    {
      IndexName: 'payer',
      KeySchema: [
        { AttributeName: 'user_id', KeyType: 'HASH' },
        { AttributeName: 'created_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: PAYER_INDEX_FIELDS },
    },
    {
      IndexName: 'open',
      KeySchema: [
        { AttributeName: 'open_shard', KeyType: 'HASH' },
        { AttributeName: 'expires_at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: OPEN_INDEX_FIELDS },
    },
  ],
} satisfies TableInput

const usersTable = {
  TableName: 'users',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'user_id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'user_id', KeyType: 'HASH' }],
} satisfies TableInput

async function createTable(client: DynamoDBClient, table: TableInput) {
  const kept = await describe(client, table)
  if (kept && shape(kept) !== shape(table)) {
    throw new Error(
      `The kept table ${table.TableName} has other indexes: start with an empty folder`,
    )
  }
  if (!kept) await client.send(new CreateTableCommand(table))
  await untilActive(client, table)
}

/** Even the embedded engine needs a moment, in which it refuses every read and write. */
async function untilActive(client: DynamoDBClient, table: TableInput) {
  const deadline = AbortSignal.timeout(TABLE_SECONDS_MAX * 1000)
  while ((await describe(client, table))?.TableStatus !== 'ACTIVE') {
    await setTimeout(TABLE_POLL_MS, undefined, { signal: deadline })
  }
}

async function describe(client: DynamoDBClient, { TableName }: TableInput) {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }))
    return Table
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

/** What queries rely on and an older folder may have otherwise; in no order, as engines answer. */
const shape = ({ KeySchema, GlobalSecondaryIndexes = [] }: TableDescription | TableInput) =>
  JSON.stringify([
    KeySchema,
    GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) =>
      JSON.stringify([IndexName, KeySchema, [...(Projection?.NonKeyAttributes ?? [])].sort()]),
    ).sort(),
  ])
