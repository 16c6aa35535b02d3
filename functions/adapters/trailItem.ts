/** A payer's audit trail as it lies in their item: read from it, and one entry more as part of a write. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import {
  EMPTY_TRAIL,
  payerEvents,
  TRAIL_VERSION,
  type Trail,
  type TrailEntry,
  withEntry,
} from '../core/payerTrail.ts'

const entry = z.strictObject({
  version: z.literal(TRAIL_VERSION),
  payerId: z.string(),
  seq: z.int().min(1),
  at: z.iso.datetime({ precision: 3 }),
  event: z.enum(payerEvents),
  by: z.enum(['payer', 'operator']),
  previous: z.string().nullable(),
  hash: z.string(),
})

const stored = z.object({
  audit_count: z.int().min(1),
  audit_recent: z.array(entry).min(1),
})

/** From a payer's whole item; the empty trail where nothing has happened yet. A broken one is a fault. */
export function trailOf(attributes: unknown): Trail {
  if (!z.object({ audit_count: z.unknown() }).safeParse(attributes).data?.audit_count) {
    return EMPTY_TRAIL
  }
  const { audit_count: count, audit_recent: recent } = stored.parse(attributes)
  return { count, recent }
}

/** As much of an update as adds one entry: its condition is lost if another entry was faster. */
export type TrailWrite = {
  readonly set: string
  readonly when: string
  readonly values: Readonly<Record<string, unknown>>
  /** Whether what is stored now was left by this very write, whose answer was lost. */
  left(stored: Trail): boolean
}

export function trailWrite(
  seen: Trail,
  what: Pick<TrailEntry, 'payerId' | 'event' | 'by'>,
  now: Date,
): TrailWrite {
  const { count, recent } = withEntry(seen, what, now, sha256)
  const written = recent.at(-1)?.hash
  const isFirst = seen.count === 0
  return {
    set: 'audit_count = :audit_count, audit_recent = :audit_recent',
    when: isFirst ? 'attribute_not_exists(audit_count)' : 'audit_count = :audit_seen',
    values: {
      ':audit_count': count,
      ':audit_recent': recent,
      ...(!isFirst && { ':audit_seen': seen.count }),
    },
    left: (stored) => stored.recent.some(({ hash }) => hash === written),
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
