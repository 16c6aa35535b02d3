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
 * Consumes the streams of payments and payers and archives each new audit entry. If an item was changed or removed by
 * hand, the archive stays unchanged and a metric counts it.
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
      // Removing the item is allowed if the account is closed or has no audit entry.
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
