import { entryKey, entryPageText, trailChange } from './core/payerRecord.ts'
import { isRewritten, pageKey, pagesAdded, pageText } from './core/record.ts'
import { followTables, sha256 } from './followTables.ts'
import { archive, lambda, type World } from './live.ts'
import { securityEvent } from './observe.ts'

/**
 * Follows the payments and the payers: each new entry of a payment's history or of a payer's trail becomes a
 * page of the archive. Who rewrites or removes either by hand changes nothing there, and is told of.
 */
export const archivePayments = (world: World) => {
  const pages = archive(world)
  return followTables('ArchiveFault', {
    async payment({ paymentId, before, after }) {
      if (!after) return securityEvent('RecordRemoved', { paymentId })
      for (const page of pagesAdded(before, after, sha256)) {
        await pages.keep({ key: pageKey(page), text: pageText(page) })
      }
      if (before && isRewritten(before, after, sha256))
        securityEvent('RecordRewritten', { paymentId })
    },
    rewritten: (paymentId) => securityEvent('RecordRewritten', { paymentId }),
    async payer({ payerId, before, after }) {
      // A closed account's item may go; one that never had a trail has nothing to lose.
      const mayGo = before.count === 0 || before.recent.at(-1)?.event === 'account.closed'
      if (!after) return mayGo ? undefined : securityEvent('RecordRemoved', { payerId })
      const { added, isRewritten } = trailChange(payerId, before, after, sha256)
      for (const entry of added) {
        await pages.keep({ key: entryKey(entry), text: entryPageText(entry) })
      }
      if (isRewritten) securityEvent('RecordRewritten', { payerId })
    },
  })
}

export const handler = lambda(archivePayments)
