/**
 * A payment's item with its history. Apart from `paymentItem.ts`, because no request reads a history and every
 * request would build these schemas at its start.
 */
import * as z from 'zod'
import { CHANNEL_EVENTS, CHANNELS, type ChannelEvent } from '../../core/channel.ts'
import { PAYMENT_STATUSES } from '../../core/outcome.ts'
import type { HistoryEntry } from '../../core/payment.ts'
import type { PaymentWithHistory } from '../../core/paymentTrail.ts'
import type { Same } from '../../core/same.ts'
import { paymentOf } from './paymentItem.ts'

/** A payment with its history, from its whole item. Throws if the item cannot be parsed. */
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

/** Strict, so that an unknown member of the item is a fault and not silently missing from the audit trail. */
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
