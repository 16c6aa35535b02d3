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

/** The tables with a stream. */
export const STREAMED = Object.entries<TableShape>(tables)
  .filter(([, { stream }]) => stream)
  .map(([name]) => name)

export type DatabaseOptions = {
  readonly dataDir?: string
  /** Called with each written change of a table with a stream, in order, up to `close`. */
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
  // From here on a crash of the thread must end the process.
  thread.removeAllListeners('error')

  return {
    endpoint,
    /** Waits for the writes under way, then frees the port and the folder. */
    async close() {
      thread.postMessage('close')
      await ended
    },
  }
}

/** Create the missing tables, as the stack would. */
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
      `The table ${table.TableName} in the folder has other keys or indexes: start with an empty folder`,
    )
  }
  if (!kept) await client.send(new CreateTableCommand(table))
  await untilActive(client, table)
}

/** Wait until the table is active: even the embedded engine needs a moment, and refuses reads and writes until then. */
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

/** The keys and indexes that queries rely on, and that an older folder may lack. Sorted, because engines do not sort. */
const shape = ({ KeySchema, GlobalSecondaryIndexes = [] }: TableDescription | TableInput) =>
  JSON.stringify([
    KeySchema,
    GlobalSecondaryIndexes.map(({ IndexName, KeySchema, Projection }) =>
      JSON.stringify([IndexName, KeySchema, [...(Projection?.NonKeyAttributes ?? [])].sort()]),
    ).sort(),
  ])
