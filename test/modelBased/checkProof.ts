/** What honestly happened can be proven at every moment, whatever came at once: `npm run evidence` finds no fault. */

import { paymentWithHistoryOf } from '../../functions/adapters/dynamodb/paymentHistory.ts'
import { sha256Hex } from '../../functions/adapters/sha256.ts'
import { untouchedTrail } from '../../scripts/evidence/paymentTrail.ts'
import { checkPaymentTrail } from '../../scripts/evidence/paymentTrailCheck.ts'
import type { Item } from './world.ts'

/** What is wrong with the entries that the archive has of this item; nothing, if all is well. */
export function checkProof(item: Item): string {
  const stored = paymentWithHistoryOf(item)
  const { problems } = checkPaymentTrail({ ...untouchedTrail(stored), stored }, sha256Hex)
  return problems.map(({ key, what }) => `${key}: ${what}`).join('; ')
}
