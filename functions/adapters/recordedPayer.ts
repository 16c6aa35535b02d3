/** What a payer's item holds of their audit trail. */
import * as z from 'zod'
import { NewerThanThisVersion, notKnown, notKnownVersion } from '../core/newer.ts'
import { payerEvents, TRAIL_VERSION, type Trail } from '../core/payerTrail.ts'

/**
 * The trail in a payer's whole item, empty where there is none yet; an item that is spoilt is a fault. Throws
 * `NewerThanThisVersion` for one that a newer version wrote.
 */
export function trailOf(attributes: unknown): Trail {
  const newer = newestNames.parse(attributes).audit_recent.map(newerEntry).find(Boolean)
  if (newer !== undefined) throw new NewerThanThisVersion(newer)
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

/** What of an entry this version does not know; nothing where it knows all of it. */
export function newerEntry(entry: unknown): string | undefined {
  const { version, event } = names.parse(entry)
  return notKnownVersion(version, TRAIL_VERSION) ?? notKnown('entry', event, payerEvents)
}

const names = z.object({ version: z.unknown(), event: z.unknown() }).partial().catch({})
const newestNames = z.object({ audit_recent: z.array(z.unknown()) }).catch({ audit_recent: [] })

/** The newest entry is the one that is counted last: without it the next would begin another chain. */
const recordedTrail = z
  .object({
    audit_count: z.int().min(0).default(0),
    audit_recent: z.array(trailEntry).default([]),
  })
  .refine(({ audit_count, audit_recent }) => (audit_recent.at(-1)?.seq ?? 0) === audit_count)
