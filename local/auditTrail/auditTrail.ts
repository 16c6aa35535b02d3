/** The audit trail on a laptop: the Lambdas that consume the tables' streams, and an emulator of the bucket. */
import type { DynamoDBRecord } from 'aws-lambda'
import type { World } from '../../functions/composition.ts'
import { archiveEntries } from '../../functions/handlers/archiveEntries.ts'
import { publishEvents } from '../../functions/handlers/publishEvents.ts'
import { isConsumed, type TableShape, tables } from '../../functions/tables.ts'
import { keyOf } from '../database/access.ts'
import { type Consumer, type EventSource, eventSource } from './eventSource.ts'
import { LOCAL_BUCKET, startLocalBucket } from './localBucket.ts'
import { LOCAL_BUS } from './localBus.ts'

export type RecordOptions = {
  readonly clock: World['clock']
  /** Keep the archive's entries in this folder; without it nothing is archived. */
  readonly archiveFolder?: string | undefined
  /** The bus's address, to publish every event; without it none is published. */
  readonly eventsEndpoint?: string | undefined
}

/** One Lambda's event source for one table. */
type Source = EventSource & { readonly shape: TableShape }

/**
 * Start the audit trail.
 *
 * @returns `take`, to call with each change of the tables in order; `close` first waits until all are consumed
 */
export async function startAuditTrail({ clock, archiveFolder, eventsEndpoint }: RecordOptions) {
  const sources: Source[] = []
  const closers: (() => Promise<void>)[] = []
  /** One event source for each table, as in AWS: a change that fails does not hold up the other table. */
  const lead = (done: string, consume: Consumer) => {
    for (const [name, shape] of Object.entries<TableShape>(tables)) {
      const key = shape.partitionKey.name
      const givenUp = ({ dynamodb }: DynamoDBRecord) =>
        console.error(`A change of ${name} ${dynamodb?.Keys?.[key]?.S} could not be ${done}.`)
      sources.push({ shape, ...eventSource(consume, givenUp) })
    }
  }
  // The emulators need no real AWS key, so none is used.
  const env = keyOf('local')
  if (eventsEndpoint) {
    lead(
      'published',
      publishEvents({
        clock,
        env: { ...env, EVENT_BUS: LOCAL_BUS, EVENTS_ENDPOINT: eventsEndpoint },
      }),
    )
  }
  if (archiveFolder) {
    const bucket = await startLocalBucket(archiveFolder)
    closers.push(bucket.close)
    lead(
      'archived',
      archiveEntries({
        clock,
        env: { ...env, ARCHIVE_BUCKET: LOCAL_BUCKET, ARCHIVE_ENDPOINT: bucket.url },
      }),
    )
  }
  const take = (record: DynamoDBRecord) => {
    const { Keys = {}, OldImage, NewImage } = record.dynamodb ?? {}
    for (const { shape, take } of sources) {
      const isOfTable = shape.partitionKey.name in Keys
      if (isOfTable && isConsumed(shape, [OldImage, NewImage])) take(record)
    }
  }
  const settled = async () => {
    await Promise.all(sources.map((source) => source.settled()))
  }
  return {
    /** Undefined if there is no consumer: then the database need not report changes. */
    take: sources.length === 0 ? undefined : take,
    settled,
    async close() {
      await settled()
      for (const close of closers) await close()
    },
  }
}
