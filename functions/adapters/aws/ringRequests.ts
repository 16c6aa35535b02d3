import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import type { RingRequests } from '../../core/ports.ts'
import { RING_SOURCE } from '../../core/ringEvent.ts'

/** An EventBridge bus on which rings are asked for, under a source of their own. */
export const ringRequests = (client: EventBridgeClient, bus: string): RingRequests => ({
  async ask(payerId, { type, ...about }) {
    const entry = {
      EventBusName: bus,
      Source: RING_SOURCE,
      DetailType: type,
      Detail: JSON.stringify({ version: 1, payerId, ...about }),
    }
    const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries: [entry] }))
    if (FailedEntryCount !== 0) throw new Error('the ring was not taken')
  },
})
