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
import type { DynamoDBRecord } from 'aws-lambda'
import { type Key, type TableShape, tables } from '../../functions/tables.ts'

const TABLE_SECONDS_MAX = 60
const TABLE_POLL_MS = 10

/** The tables whose changes can be followed. */
export const STREAMED = Object.entries<TableShape>(tables)
  .filter(([, { stream }]) => stream)
  .map(([name]) => name)

export type DatabaseOptions = {
  readonly dataDir?: string
  /** Told of each change of a payment or a person that was carried out, in their order; those before `close` too. */
  readonly onChange?: ((record: DynamoDBRecord) => void) | undefined
}

type FromThread = { readonly endpoint: string } | { readonly record: DynamoDBRecord }

/**
 * Start the embedded database, in memory or kept in `dataDir`.
 *
 * It runs in a thread of its own, as DynamoDB runs on another machine: on two cores the same reads
 * through the SDK were 20 to 40 % more a second than with both on one event loop.
 */
export async function startDatabase({ dataDir, onChange }: DatabaseOptions = {}) {
  const thread = new Worker(new URL('./databaseThread.ts', import.meta.url), {
    workerData: { dataDir, streamed: onChange && STREAMED },
  })
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  const endpoint = await new Promise<string>((resolve, reject) => {
    thread.on('message', (message: FromThread) => {
      if ('endpoint' in message) resolve(message.endpoint)
      else onChange?.(message.record)
    })
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
  const shapes = Object.entries<TableShape>(tables)
  await Promise.all(shapes.map(([name, shape]) => createTable(client, inputOf(name, shape))))
}

function inputOf(TableName: string, { partitionKey, indexes }: TableShape): TableInput {
  const all = Object.entries(indexes)
  const keys = [
    partitionKey,
    ...all.flatMap(([, { partitionKey, sortKey }]) => [partitionKey, sortKey]),
  ]
  const types = new Map(keys.flatMap((key) => (key ? [[key.name, key.type]] : [])))
  return {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...types].map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: keySchema(partitionKey),
    ...(all.length > 0 && {
      GlobalSecondaryIndexes: all.map(([IndexName, { partitionKey, sortKey, projection }]) => ({
        IndexName,
        KeySchema: keySchema(partitionKey, sortKey),
        Projection: { ProjectionType: projection },
      })),
    }),
  }
}

const keySchema = (partitionKey: Key, sortKey?: Key): NonNullable<TableInput['KeySchema']> => [
  { AttributeName: partitionKey.name, KeyType: 'HASH' },
  ...(sortKey ? [{ AttributeName: sortKey.name, KeyType: 'RANGE' as const }] : []),
]

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
