/**
 * A payment's item with its history. Apart from `paymentItem.ts`, because no request needs it
 * and each would build its schemas when it starts.
 */
import * as z from 'zod'
import { CHANNEL_EVENTS, CHANNELS, type ChannelEvent } from '../../core/channel.ts'
import { PAYMENT_STATUSES } from '../../core/outcome.ts'
import type { HistoryEntry } from '../../core/payment.ts'
import type { PaymentWithHistory } from '../../core/paymentTrail.ts'
import type { Same } from '../../core/same.ts'
import { paymentOf } from './paymentItem.ts'

/** A payment with all that happened to it, from its whole item; an item that is none is a fault. */
export function paymentWithHistoryOf(attributes: unknown): PaymentWithHistory {
  const { history } = storedHistory.parse(attributes)
  return { ...paymentOf(attributes), history }
}

const channelEvents = CHANNELS.flatMap(
  (channel) => Object.keys(CHANNEL_EVENTS[channel]) as ChannelEvent[],
)
const events: readonly HistoryEntry['event'][] = [
  'started',
  ...channelEvents,
  ...PAYMENT_STATUSES.filter((status) => status !== 'pending'),
]

/** Strict, so that nothing of the item is left out of the audit trail without being noticed. */
export const historyEntryItem = z.strictObject({
  at: z.iso.datetime({ precision: 3 }),
  event: z.enum(events),
  channel: z.enum(CHANNELS).nullable(),
  by: z.enum(['payer', 'provider', 'operator', 'clock']),
})
true satisfies Same<z.infer<typeof historyEntryItem>, HistoryEntry>

export const storedHistory = z.object({
  history: z.array(historyEntryItem).min(1),
})
