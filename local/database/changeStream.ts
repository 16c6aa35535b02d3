/** Emulates DynamoDB's streams, which the engine does not have. */
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { DynamoDBRecord } from 'aws-lambda'
import type { Item, Store, Table } from 'dynalite/db/index.js'

/**
 * Report each change of these tables once it is written. An item is locked until then, so its changes are reported
 * in order.
 *
 * @returns a function to call before each write
 */
export function changeStream(
  store: Store,
  streamed: readonly string[],
  tell: (record: DynamoDBRecord) => void,
): (table: Table, before: Item | undefined, after: Item | undefined) => void {
  /** For each item about to be written, the item that it replaces, and its keys. */
  const published = new WeakMap<Item, Omit<Change, 'after'>>()
  let sequence = 0

  for (const name of streamed) {
    const items = store.getItemDb(name)
    const put = items.put.bind(items)
    items.put = (key, item, done) =>
      put(key, item, (error) => {
        const write = error ? undefined : published.get(item)
        // Parsed from JSON like `before`, so that the two differ only by content.
        const after: Item = JSON.parse(JSON.stringify(item))
        // DynamoDB's streams have no record of a write that changes nothing.
        if (write && !isDeepStrictEqual(write.before, after)) {
          sequence += 1
          tell(recordOf({ ...write, after }, sequence))
        }
        done(error)
      })
  }

  return ({ KeySchema }, before, after) => {
    if (!after) return
    const keys = Object.entries(after).filter(([name]) =>
      KeySchema.some(({ AttributeName }) => AttributeName === name),
    )
    published.set(after, { before, keys: Object.fromEntries(keys) })
  }
}

type Change = { readonly keys: Item; readonly before: Item | undefined; readonly after: Item }

const recordOf = ({ keys, before, after }: Change, sequence: number): DynamoDBRecord => ({
  eventID: randomUUID().replaceAll('-', ''),
  eventName: before ? 'MODIFY' : 'INSERT',
  eventVersion: '1.1',
  eventSource: 'aws:dynamodb',
  awsRegion: 'local',
  dynamodb: {
    ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
    Keys: keys,
    ...(before && { OldImage: before }),
    NewImage: after,
    // Ascending, as for each item in AWS, with more digits than a JavaScript number can hold.
    SequenceNumber: `${Date.now()}${String(sequence).padStart(12, '0')}`,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  },
})
