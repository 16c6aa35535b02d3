/** What honestly happened can be proven at every moment, whatever came at once: `npm run evidence` finds no fault. */
import { recordedPaymentOf } from '../../functions/adapters/recordedPayment.ts'
import { checkRecord } from '../../scripts/evidence/recordCheck.ts'
import { sha256, untouchedRecord } from '../../scripts/evidence/recordOf.ts'
import type { Item } from './world.ts'

/** What is wrong with the pages that the archive has of this item; nothing, if all is well. */
export function checkProof(item: Item): string {
  const stored = recordedPaymentOf(item)
  const { problems } = checkRecord({ ...untouchedRecord(stored), stored }, sha256)
  return problems.map(({ key, what }) => `${key}: ${what}`).join('; ')
}
