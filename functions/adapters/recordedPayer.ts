/** What a payer's item holds of their audit trail. */
import * as z from 'zod'
import { payerEvents, TRAIL_VERSION, type Trail, type TrailEntry } from '../core/payerTrail.ts'
import type { Same } from '../core/same.ts'

/** The trail in a payer's whole item, empty where there is none yet; an item that is spoilt is a fault. */
export function trailOf(attributes: unknown): Trail {
  const { audit_count, audit_recent } = recordedTrail.parse(attributes)
  return { count: audit_count, recent: audit_recent }
}

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** Strict, so that nothing more than this is ever kept or told. */
export const trailEntry = z.strictObject({
  version: z.literal(TRAIL_VERSION),
  payerId: z.string().min(1),
  seq: z.int().positive(),
  at: z.iso.datetime({ precision: 3 }),
  event: z.enum(payerEvents),
  by: z.enum(['payer', 'operator']),
  previous: hash.nullable(),
  hash,
})
true satisfies Same<z.infer<typeof trailEntry>, TrailEntry>

/** The newest entry is the one that is counted last: without it the next would begin another chain. */
const recordedTrail = z
  .object({
    audit_count: z.int().min(0).default(0),
    audit_recent: z.array(trailEntry).default([]),
  })
  .refine(({ audit_count, audit_recent }) => (audit_recent.at(-1)?.seq ?? 0) === audit_count)
