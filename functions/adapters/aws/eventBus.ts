import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import type { EventBus } from '../../core/ports.ts'

/** The `source` of every event, which the rules of EventBridge match. */
export const EVENT_SOURCE = 'payfriend'

/** EventBridge's limit of entries per call. */
const ENTRIES_MAX = 10

/** An EventBridge bus that publishes events in their order. */
export const eventBus = (client: EventBridgeClient, bus: string): EventBus => ({
  async publish(events) {
    const entries = events.map(({ type, detail }) => ({
      EventBusName: bus,
      Source: EVENT_SOURCE,
      DetailType: type,
      Detail: JSON.stringify(detail),
      Time: new Date(detail.at),
    }))
    for (let from = 0; from < entries.length; from += ENTRIES_MAX) {
      const Entries = entries.slice(from, from + ENTRIES_MAX)
      const answer = await client.send(new PutEventsCommand({ Entries }))
      // A call can succeed although some of its entries failed.
      const failed = answer.Entries?.find(({ ErrorCode }) => ErrorCode)
      if (failed || answer.FailedEntryCount !== 0) {
        const name = failed?.ErrorCode ?? 'EntryFailed'
        throw Object.assign(new Error('an entry was not taken'), { name })
      }
    }
  },
})
