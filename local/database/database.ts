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
import type { DatabaseCall } from './databaseEngine.ts'
import { handingTo, type SentReply } from './withoutConnection.ts'

const TABLE_SECONDS_MAX = 60
const TABLE_POLL_MS = 10

/** The tables with a stream. */
export const STREAMED = Object.entries<TableShape>(tables)
  .filter(([, { stream }]) => stream)
  .map(([name]) => name)

type Answered = { readonly id: number; readonly reply: SentReply }
type FromThread = { readonly endpoint: string } | { readonly record: DynamoDBRecord } | Answered
export type ToThread = 'close' | { readonly id: number; readonly call: DatabaseCall }

export type DatabaseOptions = {
  readonly dataDir?: string
  /** Called with each written change of a table with a stream, in order, up to `close`. */
  readonly onChange?: ((record: DynamoDBRecord) => void) | undefined
}

/**
 * Start the embedded database, in memory or kept in `dataDir`.
 *
 * It runs in a thread of its own, as DynamoDB runs on another machine. It answers at its address, and for half the processor's
 * time to an SDK client of this process that is given its `requestHandler`.
 */
export async function startDatabase({ dataDir, onChange }: DatabaseOptions = {}) {
  const thread = new Worker(new URL('./databaseThread.ts', import.meta.url), {
    workerData: { dataDir, streamed: onChange && STREAMED },
  })
  const calls = callsOf(thread)
  const endpoint = await new Promise<string>((resolve, reject) => {
    thread.on('message', (message: FromThread) => {
      if ('reply' in message) calls.answered(message)
      else if ('record' in message) onChange?.(message.record)
      else resolve(message.endpoint)
    })
    thread.once('error', reject)
  })
  // From here on a crash of the thread must end the process.
  thread.removeAllListeners('error')

  return {
    endpoint,
    requestHandler: handingTo(calls.call),
    /** Waits for the requests under way, then frees the port and the folder. */
    async close() {
      thread.postMessage('close' satisfies ToThread)
      await calls.ended
    },
  }
}

/** Calls of the thread without a connection. */
function callsOf(thread: Worker) {
  const waiting = new Map<number, PromiseWithResolvers<SentReply>>()
  let calls = 0
  let hasEnded = false
  const ended = new Promise<void>((resolve) =>
    thread.once('exit', () => {
      hasEnded = true
      for (const { reject } of waiting.values()) reject(new Error(ENDED))
      resolve()
    }),
  )

  return {
    ended,
    call(call: DatabaseCall): Promise<SentReply> {
      if (hasEnded) return Promise.reject(new Error(ENDED))
      calls += 1
      const reply = Promise.withResolvers<SentReply>()
      waiting.set(calls, reply)
      thread.postMessage({ id: calls, call } satisfies ToThread)
      return reply.promise
    },
    answered({ id, reply }: Answered) {
      waiting.get(id)?.resolve(reply)
      waiting.delete(id)
    },
  }
}

const ENDED = 'The local database has been closed'

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
