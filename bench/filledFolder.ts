/**
 * A folder of the embedded database with many payments, as years of use leave it.
 *
 * They are written into the engine's store in batches and not through its API, which takes five times as long. The store's keys
 * are made by the engine's own functions.
 */
import { randomUUID } from 'node:crypto'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue } from 'aws-lambda'
import engine, { type Index, type Item, type Store, type Table } from 'dynalite/db/index.js'
import { paymentsTable } from '../functions/adapters/dynamodb/paymentsTable.ts'
import { createTables } from '../local/database/database.ts'
import { openEngine } from '../local/database/databaseEngine.ts'
import { clientOf, startMemoryDatabase } from '../test/harness/memoryDatabase.ts'
import { approve, fill } from './pendingPayments.ts'

const BATCH = 1000
const YEAR_MS = 365 * 86_400_000

/** The parts of dynalite's engine that the product does not use. */
type Engine = {
  create(options: { path: string; createTableMs: number }): Pick<Store, 'db' | 'getTable'> & {
    getIndexDb(kind: 'global', table: string, index: string): Batches
    getItemDb(table: string): Batches
  }
  createKey(item: Item, table: Table): string
  getIndexActions(
    indexes: readonly Index[],
    before: undefined,
    item: Item,
    table: Table,
  ): {
    readonly puts: readonly { readonly index: string; readonly key: string; readonly item: Item }[]
  }
}
type Put = { readonly type: 'put'; readonly key: string; readonly value: Item }
type Batches = { batch(puts: readonly Put[], done: (error?: unknown) => void): void }

/** Fill a new folder with approved payments of the last year; `payerOf` says whose the nth is. */
export async function fillFolder(path: string, count: number, payerOf: (n: number) => string) {
  const tables = await openEngine({ path })
  const client = clientOf(tables)
  await createTables(client)
  client.destroy()
  await tables.close()

  const model = await approvedItem()
  const { create, createKey, getIndexActions } = engine as unknown as Engine
  const store = create({ path, createTableMs: 0 })
  await store.db.open()
  const table = await new Promise<Table>((resolve, reject) =>
    store.getTable('payments', (error: unknown, found: Table) =>
      error ? reject(error) : resolve(found),
    ),
  )
  const since = Date.now() - YEAR_MS
  for (let n = 0; n < count; ) {
    const puts = new Map<Batches, Put[]>()
    const add = (to: Batches, key: string, value: Item) => {
      const list = puts.get(to) ?? []
      list.push({ type: 'put', key, value })
      puts.set(to, list)
    }
    for (const end = Math.min(count, n + BATCH); n < end; n += 1) {
      const item = copyOf(model, payerOf(n), new Date(since + (n / count) * YEAR_MS))
      add(store.getItemDb('payments'), createKey(item, table), item)
      const { puts: ofIndexes } = getIndexActions(
        table.GlobalSecondaryIndexes ?? [],
        undefined,
        item,
        table,
      )
      for (const { index, key, item: entry } of ofIndexes) {
        add(store.getIndexDb('global', 'payments', index), key, entry)
      }
    }
    for (const [to, list] of puts) {
      await new Promise<void>((resolve, reject) =>
        to.batch(list, (error) => (error ? reject(error) : resolve())),
      )
    }
  }
  await new Promise<void>((resolve) => store.db.close(() => resolve()))
}

const text = (S: string): AttributeValue => ({ S })

const copyOf = (model: Item, payerId: string, at: Date): Item => ({
  ...model,
  payment_id: text(randomUUID().replaceAll('-', '').slice(0, 22)),
  user_id: text(payerId),
  request_id: text(randomUUID()),
  push_id: text(randomUUID()),
  created_at: text(at.toISOString()),
  decided_at: text(new Date(at.getTime() + 20_000).toISOString()),
  expires_at: text(new Date(at.getTime() + 600_000).toISOString()),
})

/** The stored item of an approved payment, written by the product. */
async function approvedItem(): Promise<Item> {
  const memory = await startMemoryDatabase()
  const client: DynamoDBClient = clientOf(memory)
  const documents = DynamoDBDocumentClient.from(client)
  const store = paymentsTable(documents, 'payments')
  const payer = { payerId: 'payer', email: 'payer@example.com', providerPhoneId: '1001' }
  const [payment] = await fill(store, [payer], 1)
  if (!payment || !(await approve(store, payment))) throw new Error('no payment was approved')
  const Key = { payment_id: payment.paymentId }
  const { Item } = await documents.send(new GetCommand({ TableName: 'payments', Key }))
  client.destroy()
  await memory.close()
  return marshall(Item) as Item
}
