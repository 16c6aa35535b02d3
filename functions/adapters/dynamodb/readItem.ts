import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  type GetCommandOutput,
} from '@aws-sdk/lib-dynamodb'

type Item = GetCommandOutput['Item']
type Key = Readonly<Record<string, string>>
type Wanted = { readonly table: string; readonly key: Key }
type Read = Wanted & { readonly answer: PromiseWithResolvers<Item> }

/** DynamoDB reads no more items in one request. */
const READS_MAX = 100

/** What each client is asked at this moment. */
const together = new WeakMap<DynamoDBDocumentClient, Read[]>()

/**
 * Read one item as it is now, with all writes that were answered; `undefined` if there is none.
 *
 * Items that are asked for at once are read in one request, because each request costs processor time, and a first one of several
 * a connection of its own. Then a fault of one is a fault of all.
 *
 * @param key the item's partition key, which is all of its key
 */
export function readItem(
  documents: DynamoDBDocumentClient,
  table: string,
  key: Key,
): Promise<Item> {
  const read = { table, key, answer: Promise.withResolvers<Item>() }
  const others = together.get(documents)
  if (others && others.length < READS_MAX) {
    others.push(read)
  } else {
    const reads: Read[] = [read]
    together.set(documents, reads)
    queueMicrotask(() => {
      together.delete(documents)
      void answerAll(documents, reads)
    })
  }
  return read.answer.promise
}

async function answerAll(documents: DynamoDBDocumentClient, reads: readonly Read[]): Promise<void> {
  try {
    const found = await readAll(documents, reads)
    for (const read of reads) read.answer.resolve(found.get(nameOf(read)))
  } catch (error) {
    for (const read of reads) read.answer.reject(error)
  }
}

/** The items by `nameOf`. DynamoDB refuses a request that names one item twice. */
async function readAll(
  documents: DynamoDBDocumentClient,
  reads: readonly Wanted[],
): Promise<Map<string, Item>> {
  const wanted = new Map(reads.map(({ table, key }) => [nameOf({ table, key }), { table, key }]))
  if (wanted.size > 1) return readTogether(documents, [...wanted.values()])
  const found = new Map<string, Item>()
  for (const [name, one] of wanted) found.set(name, await readAlone(documents, one))
  return found
}

async function readAlone(documents: DynamoDBDocumentClient, { table, key }: Wanted): Promise<Item> {
  const { Item } = await documents.send(
    new GetCommand({ TableName: table, Key: key, ConsistentRead: true }),
  )
  return Item
}

async function readTogether(
  documents: DynamoDBDocumentClient,
  wanted: readonly Wanted[],
): Promise<Map<string, Item>> {
  const tables = [...Map.groupBy(wanted, ({ table }) => table)].map(([table, ofTable]) => {
    const Keys = ofTable.map(({ key }) => key)
    return [table, { Keys, ConsistentRead: true }] as const
  })
  const { Responses, UnprocessedKeys } = await documents.send(
    new BatchGetCommand({ RequestItems: Object.fromEntries(tables) }),
  )
  const found = new Map<string, Item>()
  for (const one of wanted) {
    const { table, key } = one
    const isLeftOut = UnprocessedKeys?.[table]?.Keys?.some((left) => isOf(key, left))
    // By a busy table. Alone it is a request that the SDK repeats.
    const item = isLeftOut
      ? await readAlone(documents, one)
      : Responses?.[table]?.find((item) => isOf(key, item))
    found.set(nameOf(one), item)
  }
  return found
}

const isOf = (key: Key, item: NonNullable<Item>) =>
  Object.entries(key).every(([name, value]) => item[name] === value)

const nameOf = ({ table, key }: Wanted) => JSON.stringify([table, key])
