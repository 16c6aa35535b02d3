import { setTimeout } from 'node:timers/promises'
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'

/** A Lambda that consumes the stream of a table. */
export type Consumer = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>

export type EventSource = {
  take(record: DynamoDBRecord): void
  /** Resolves when every change is consumed or given up. */
  settled(): Promise<void>
}

const BATCH_MAX = 25
const TRIES_MAX = 5
const PAUSE_MS = 200

/**
 * Call a Lambda with a table's changes as AWS does: in order, in batches, and again from the first that failed.
 * A change that fails too often is given up, so that the next ones are consumed.
 */
export function eventSource(
  consume: Consumer,
  onGivenUp: (record: DynamoDBRecord) => void,
  pause: () => Promise<unknown> = () => setTimeout(PAUSE_MS),
): EventSource {
  const waiting: DynamoDBRecord[] = []
  let running: Promise<void> | undefined

  async function run() {
    let tries = 0
    for (let [first] = waiting; first; [first] = waiting) {
      waiting.splice(0, await consumed(consume, waiting.slice(0, BATCH_MAX)))
      tries = waiting[0] === first ? tries + 1 : 0
      if (tries === 0) continue
      if (tries < TRIES_MAX) await pause()
      else {
        waiting.shift()
        tries = 0
        onGivenUp(first)
      }
    }
    running = undefined
  }

  return {
    take(record) {
      waiting.push(record)
      running ??= run()
    },
    settled: async () => running,
  }
}

/** How many changes of a batch were consumed, from its first. */
async function consumed(consume: Consumer, batch: DynamoDBRecord[]): Promise<number> {
  try {
    const { batchItemFailures } = await consume({ Records: batch })
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
    const first = batch.findIndex(({ dynamodb }) => failed.has(dynamodb?.SequenceNumber ?? ''))
    return first < 0 ? batch.length : first
  } catch {
    return 0
  }
}
