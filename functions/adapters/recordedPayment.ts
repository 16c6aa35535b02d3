/**
 * A payment's item with its history. Apart from `paymentItem.ts`, because no request needs it
 * and each would build its schemas when it starts.
 */
import * as z from 'zod'
import { CHANNELS } from '../core/channel.ts'
import { NewerThanThisVersion, notKnown } from '../core/newer.ts'
import type { HistoryEntry } from '../core/payment.ts'
import type { RecordedPayment } from '../core/record.ts'
import { EVIDENCE_KINDS } from './evidenceItem.ts'
import { paymentOf } from './paymentItem.ts'

/**
 * A payment with all that happened to it, from its whole item; an item that is none is a fault. Throws
 * `NewerThanThisVersion` for one that a newer version wrote.
 */
export function recordedPaymentOf(attributes: unknown): RecordedPayment {
  const newer = newerInItem(attributes)
  if (newer !== undefined) throw new NewerThanThisVersion(newer)
  const { history } = recorded.parse(attributes)
  return { ...paymentOf(attributes), history }
}

const events = [
  'started',
  'push_asked',
  'push_sent',
  'push_unavailable',
  'text_asked',
  'code_tried',
  'code_wrong',
  'answer_mismatched',
  'answer_not_understood',
  'approved',
  'denied',
  'expired',
  'failed',
  'cancelled',
] as const satisfies readonly HistoryEntry['event'][]

/** What of a page this version does not know, by its kind and name; nothing where it knows all of it. */
export function newerInPage(page: unknown): string | undefined {
  const { entry, evidence } = named.parse(page)
  return newerIn(entry, evidence)
}

function newerInItem(item: unknown): string | undefined {
  const { history, evidence } = named.parse(item)
  return history.map((entry) => newerIn(entry, evidence)).find((newer) => newer !== undefined)
}

const newerIn = (entry: Named, evidence: Named): string | undefined =>
  notKnown('entry', entry.event, events) ??
  notKnown('channel', entry.channel, CHANNELS) ??
  notKnown('evidence', evidence.kind, EVIDENCE_KINDS)

/** As much as names a kind, whatever else is there. */
const name = z
  .object({ event: z.unknown(), channel: z.unknown(), kind: z.unknown() })
  .partial()
  .catch({})
type Named = z.infer<typeof name>
const named = z
  .object({ history: z.array(name).catch([]), entry: name, evidence: name })
  .catch({ history: [], entry: {}, evidence: {} })

/** Strict, so that nothing of the item is left out of the record without being noticed. */
export const recorded = z.object({
  history: z
    .array(
      z.strictObject({
        at: z.iso.datetime({ precision: 3 }),
        event: z.enum(events),
        channel: z.enum(CHANNELS).nullable(),
        by: z.enum(['payer', 'provider', 'operator', 'clock']),
      }),
    )
    .min(1),
})
