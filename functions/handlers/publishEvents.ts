import { sha256Hex } from '../adapters/sha256.ts'
import { eventBus, lambda, ringRequests, type World } from '../composition.ts'
import { consumeStreams } from '../consumeStreams.ts'
import { payerEventOf, trailChange } from '../core/payerTrail.ts'
import { paymentEntriesAdded, paymentEventOf } from '../core/paymentTrail.ts'
import { asksBegun } from '../core/ringEvent.ts'

/**
 * Consumes the streams of payments and payers and publishes an event for each start and end of a payment and for each
 * entry of a payer's audit trail; and asks for a ring if a new device or number begins to wait for a device's yes.
 */
export const publishEvents = (world: World) => {
  const bus = eventBus(world)
  const rings = ringRequests(world)
  return consumeStreams('PublishFault', {
    async payment({ before, after }) {
      if (!after) return
      const events = paymentEntriesAdded(before, after, sha256Hex).flatMap(
        (entry) => paymentEventOf(entry) ?? [],
      )
      await bus.publish(events)
    },
    async payer({ payerId, before, after, askedBefore, asksAfter }) {
      if (!after) return
      const { added } = trailChange(payerId, before, after, sha256Hex)
      await bus.publish(added.map(payerEventOf))
      for (const ring of asksBegun(askedBefore, asksAfter)) await rings.ask(payerId, ring)
    },
  })
}

export const handler = lambda(publishEvents)
