import { payerEventOf, trailChange } from './core/payerTrail.ts'
import { paymentEntriesAdded, paymentEventOf } from './core/paymentTrail.ts'
import { followTables, sha256 } from './followTables.ts'
import { eventBus, lambda, type World } from './live.ts'

/**
 * Follows the payments and the payers: whoever listens is told that a payment began to wait and how it ended,
 * and what happened to an account.
 */
export const announcePayments = (world: World) => {
  const bus = eventBus(world)
  return followTables('AnnounceFault', {
    async payment({ before, after }) {
      if (!after) return
      const announcements = paymentEntriesAdded(before, after, sha256).flatMap(
        (entry) => paymentEventOf(entry) ?? [],
      )
      await bus.announce(announcements)
    },
    async payer({ payerId, before, after }) {
      if (!after) return
      const { added } = trailChange(payerId, before, after, sha256)
      await bus.announce(added.map(payerEventOf))
    },
  })
}

export const handler = lambda(announcePayments)
