/** What a payer's item holds of their audit trail. */
import * as z from 'zod'
import {
  PAYER_EVENTS,
  PAYER_TRAIL_VERSION,
  type PayerEntry,
  type Trail,
} from '../../core/payerTrail.ts'
import type { Same } from '../../core/same.ts'

/** The trail in a payer's whole item, empty where there is none yet; an item that is spoilt is a fault. */
export function trailOf(attributes: unknown): Trail {
  const { audit_count, audit_recent } = storedTrail.parse(attributes)
  return { count: audit_count, recent: audit_recent }
}

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** Strict, so that nothing more than this is ever kept or told. */
export const payerEntryItem = z.strictObject({
  version: z.literal(PAYER_TRAIL_VERSION),
  payerId: z.string().min(1),
  seq: z.int().positive(),
  at: z.iso.datetime({ precision: 3 }),
  event: z.enum(PAYER_EVENTS),
  by: z.enum(['payer', 'operator']),
  previous: hash.nullable(),
  hash,
})
true satisfies Same<z.infer<typeof payerEntryItem>, PayerEntry>

/** The newest entry is the one that is counted last: without it the next would begin another chain. */
const storedTrail = z
  .object({
    audit_count: z.int().min(0).default(0),
    audit_recent: z.array(payerEntryItem).default([]),
  })
  .refine(({ audit_count, audit_recent }) => (audit_recent.at(-1)?.seq ?? 0) === audit_count)
