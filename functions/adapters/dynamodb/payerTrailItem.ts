/** The part of the audit trail in a payer's item. */
import * as z from 'zod'
import { LEAVES } from '../../core/device.ts'
import {
  PAYER_EVENTS,
  PAYER_TRAIL_VERSION,
  type PayerEntry,
  type Trail,
} from '../../core/payerTrail.ts'
import type { Same } from '../../core/same.ts'
import { deviceKey } from '../deviceKey.ts'
import { text, whole } from './attributes.ts'

/** The trail in a payer's item; empty if there is none. Throws if it cannot be parsed. */
export function trailOf(attributes: unknown): Trail {
  const { audit_count, audit_recent } = storedTrail.parse(attributes)
  return { count: audit_count, recent: audit_recent }
}

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** Strict, so that no other member is archived or published. */
export const payerEntryItem = z.strictObject({
  version: z.literal(PAYER_TRAIL_VERSION),
  payerId: z.string().min(1),
  seq: z.int().positive(),
  at: z.iso.datetime({ precision: 3 }),
  event: z.enum(PAYER_EVENTS),
  by: z.enum(['payer', 'operator']),
  device: z
    .strictObject({
      id: text,
      key: deviceKey,
      spki: text,
      alg: whole,
      boundBy: z.enum(LEAVES),
      activeFrom: z.iso.datetime({ precision: 3 }).exactOptional(),
      renews: z.string().exactOptional(),
    })
    .exactOptional(),
  isNow: z.boolean().exactOptional(),
  previous: hash.nullable(),
  hash,
})
true satisfies Same<z.infer<typeof payerEntryItem>, PayerEntry>

/** Requires that the newest entry's `seq` is the count; otherwise the next entry would begin a second chain. */
const storedTrail = z
  .object({
    audit_count: z.int().min(0).default(0),
    audit_recent: z.array(payerEntryItem).default([]),
  })
  .refine(({ audit_count, audit_recent }) => (audit_recent.at(-1)?.seq ?? 0) === audit_count)
