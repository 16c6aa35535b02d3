/** One entry more of a payer's audit trail, as part of a write to their item. */
import { type PayerEntry, type Trail, withEntry } from '../../core/payerTrail.ts'
import { sha256Hex } from '../sha256.ts'

/** As much of an update as adds one entry: its condition fails if another entry was faster. */
export type TrailWrite = {
  readonly set: string
  readonly when: string
  readonly values: Readonly<Record<string, unknown>>
  /** Whether what is stored now was left by this very write, whose answer was lost. */
  left(stored: Trail): boolean
}

export function trailWrite(
  seen: Trail,
  what: Pick<PayerEntry, 'payerId' | 'event' | 'by'>,
  now: Date,
): TrailWrite {
  const { count, recent } = withEntry(seen, what, now, sha256Hex)
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
