import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import type { EventBus } from '../../core/ports.ts'

/** Who publishes, as rules know it. */
export const EVENT_SOURCE = 'payfriend'

/** EventBridge takes no more in one call. */
const ENTRIES_MAX = 10

/** Events on a bus of EventBridge, in their order. */
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
      // A call can succeed while some of its entries do not.
      const failed = answer.Entries?.find(({ ErrorCode }) => ErrorCode)
      if (failed || answer.FailedEntryCount !== 0) {
        const name = failed?.ErrorCode ?? 'EntryFailed'
        throw Object.assign(new Error('an entry was not taken'), { name })
      }
    }
  },
})
