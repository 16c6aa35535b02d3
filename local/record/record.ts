/** The record of payments on a laptop: the Lambdas that follow the table, and what they write to. */
import type { DynamoDBRecord } from 'aws-lambda'
import { announcePayments } from '../../functions/announcePayments.ts'
import { archivePayments } from '../../functions/archivePayments.ts'
import type { World } from '../../functions/live.ts'
import { keyOf } from '../database/access.ts'
import { eventSource, type Follower } from './eventSource.ts'
import { LOCAL_BUCKET, startLocalBucket } from './localBucket.ts'
import { type EventEnvelope, LOCAL_BUS, startLocalBus } from './localBus.ts'

export type RecordOptions = {
  readonly clock: World['clock']
  /** Keep the archive's pages in this folder; without it nothing is archived. */
  readonly archiveFolder?: string | undefined
  readonly onEvent?: ((event: EventEnvelope) => void) | undefined
}

/**
 * Start the record.
 *
 * @returns `take`, for each change of a payment in its order; `close` first follows what was taken
 */
export async function startRecord({ clock, archiveFolder, onEvent }: RecordOptions) {
  const follows: [name: string, Follower][] = []
  const closers: (() => Promise<void>)[] = []
  // Nobody's real key is needed, and none is used.
  const env = keyOf('local')
  if (onEvent) {
    const bus = await startLocalBus(onEvent)
    closers.push(bus.close)
    const follow = announcePayments({
      clock,
      env: { ...env, EVENT_BUS: LOCAL_BUS, EVENTS_ENDPOINT: bus.url },
    })
    follows.push(['announced', follow])
  }
  if (archiveFolder) {
    const bucket = await startLocalBucket(archiveFolder)
    closers.push(bucket.close)
    const follow = archivePayments({
      clock,
      env: { ...env, ARCHIVE_BUCKET: LOCAL_BUCKET, ARCHIVE_ENDPOINT: bucket.url },
    })
    follows.push(['archived', follow])
  }
  const sources = follows.map(([done, follow]) =>
    eventSource(follow, ({ dynamodb }) =>
      console.error(`A change of payment ${dynamodb?.Keys?.payment_id?.S} could not be ${done}.`),
    ),
  )
  const take = (record: DynamoDBRecord) => {
    for (const source of sources) source.take(record)
  }
  const settled = async () => {
    await Promise.all(sources.map((source) => source.settled()))
  }
  return {
    /** None where nobody follows: then there is no need to tell of changes. */
    take: sources.length === 0 ? undefined : take,
    settled,
    async close() {
      await settled()
      for (const close of closers) await close()
    },
  }
}
