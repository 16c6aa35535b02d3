/** DynamoDB's streams of tables' changes, of which the engine knows nothing. */
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { DynamoDBRecord } from 'aws-lambda'
import type { Item, Store, Table } from 'dynalite/db/index.js'

/**
 * Tell of each change of these tables once it is carried out, and of none that is not. An item is locked until
 * then, so its changes are told in their order.
 *
 * @returns what has to be told of each write before it is carried out
 */
export function changeStream(
  store: Store,
  streamed: readonly string[],
  tell: (record: DynamoDBRecord) => void,
): (table: Table, before: Item | undefined, after: Item | undefined) => void {
  /** What an item that is about to be written replaces, and by what keys it goes. */
  const published = new WeakMap<Item, Omit<Change, 'after'>>()
  let sequence = 0

  for (const name of streamed) {
    const items = store.getItemDb(name)
    const put = items.put.bind(items)
    items.put = (key, item, done) =>
      put(key, item, (error) => {
        const write = error ? undefined : published.get(item)
        // Read back, so that both are alike but for what they say.
        const after: Item = JSON.parse(JSON.stringify(item))
        // DynamoDB tells of no write that changes nothing.
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
    // Ascending, as it is in AWS for each item; of more digits than a number has.
    SequenceNumber: `${Date.now()}${String(sequence).padStart(12, '0')}`,
    StreamViewType: 'NEW_AND_OLD_IMAGES',
  },
})
