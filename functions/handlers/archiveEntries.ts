import { sha256Hex } from '../adapters/sha256.ts'
import { archive, lambda, type World } from '../composition.ts'
import { consumeStreams } from '../consumeStreams.ts'
import { payerEntryKey, storedPayerEntry, trailChange } from '../core/payerTrail.ts'
import {
  isRewritten,
  paymentEntriesAdded,
  paymentEntryKey,
  paymentEntryText,
} from '../core/paymentTrail.ts'
import { securityEvent } from '../observe.ts'

/**
 * Consumes the streams of payments and payers: each new entry of a payment's history or of a payer's trail becomes a
 * entry of the archive. Who rewrites or removes either by hand changes nothing there, and is told of.
 */
export const archiveEntries = (world: World) => {
  const entries = archive(world)
  return consumeStreams('ArchiveFault', {
    async payment({ paymentId, before, after }) {
      if (!after) return securityEvent('AuditTrailRemoved', { paymentId })
      for (const entry of paymentEntriesAdded(before, after, sha256Hex)) {
        await entries.keep({ key: paymentEntryKey(entry), text: paymentEntryText(entry) })
      }
      if (before && isRewritten(before, after, sha256Hex))
        securityEvent('AuditTrailRewritten', { paymentId })
    },
    rewritten: (paymentId) => securityEvent('AuditTrailRewritten', { paymentId }),
    async payer({ payerId, before, after }) {
      // A closed account's item may go; one that never had a trail has nothing to lose.
      const mayGo = before.count === 0 || before.recent.at(-1)?.event === 'account.closed'
      if (!after) return mayGo ? undefined : securityEvent('AuditTrailRemoved', { payerId })
      const { added, isRewritten } = trailChange(payerId, before, after, sha256Hex)
      for (const entry of added) {
        await entries.keep({ key: payerEntryKey(entry), text: storedPayerEntry(entry) })
      }
      if (isRewritten) securityEvent('AuditTrailRewritten', { payerId })
    },
  })
}

export const handler = lambda(archiveEntries)
