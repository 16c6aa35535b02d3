/**
 * A payment's item with its history. Apart from `paymentItem.ts`, because no request needs it
 * and each would build its schemas when it starts.
 */
import * as z from 'zod'
import { CHANNELS } from '../../core/channel.ts'
import type { HistoryEntry } from '../../core/payment.ts'
import type { PaymentWithHistory } from '../../core/paymentTrail.ts'
import type { Same } from '../../core/same.ts'
import { paymentOf } from './paymentItem.ts'

/** A payment with all that happened to it, from its whole item; an item that is none is a fault. */
export function paymentWithHistoryOf(attributes: unknown): PaymentWithHistory {
  const { history } = storedHistory.parse(attributes)
  return { ...paymentOf(attributes), history }
}

const events = [
  'started',
  'push_asked',
  'push_sent',
  'push_unavailable',
  'push_paused',
  'text_asked',
  'code_tried',
  'code_wrong',
  'answer_mismatched',
  'answer_not_understood',
  'denied_late',
  'approved',
  'denied',
  'expired',
  'failed',
  'cancelled',
] as const satisfies readonly HistoryEntry['event'][]

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
