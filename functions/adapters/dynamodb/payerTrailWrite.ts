/** Adding an entry to a payer's audit trail, as part of a write to the payer's item. */
import { type PayerEntry, type Trail, withEntry } from '../../core/payerTrail.ts'
import { sha256Hex } from '../sha256.ts'

/** The parts of an update that add one entry; the condition fails if another entry was added first. */
export type TrailWrite = {
  readonly set: string
  readonly when: string
  readonly values: Readonly<Record<string, unknown>>
  /** Whether the stored trail holds this write's entry: the write succeeded and its answer was lost. */
  left(stored: Trail): boolean
}

export function trailWrite(
  seen: Trail,
  what: Pick<PayerEntry, 'payerId' | 'event' | 'by' | 'device' | 'isNow'>,
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
