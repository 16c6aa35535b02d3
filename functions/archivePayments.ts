import { isRewritten, pagesAdded } from './core/record.ts'
import { followPayments, sha256 } from './followPayments.ts'
import { archive, lambda, type World } from './live.ts'
import { securityEvent } from './observe.ts'

/**
 * Follows the payments: each new entry of a payment's history becomes a page of the archive. Who rewrites
 * or removes a payment by hand changes nothing there, and is told of.
 */
export const archivePayments = (world: World) => {
  const pages = archive(world)
  return followPayments('ArchiveFault', async ({ paymentId, before, after }) => {
    if (!after) return securityEvent('RecordRemoved', { paymentId })
    for (const page of pagesAdded(before, after, sha256)) await pages.keep(page)
    if (before && isRewritten(before, after, sha256))
      securityEvent('RecordRewritten', { paymentId })
  })
}

export const handler = lambda(archivePayments)
