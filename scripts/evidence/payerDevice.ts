/** Reads, for a payment that a device decided, the payer's own audit trail: how that device was let in. */
import { paymentEntryKey } from '../../functions/core/paymentTrail.ts'
import { CannotLook } from '../checks/cannotLook.ts'
import type { EvidenceSource } from './evidenceSource.ts'
import { type DeviceOrigin, deviceDecision, letInBy } from './payerDeviceCheck.ts'
import { type FoundPayerTrail, foundPayerTrail } from './payerTrail.ts'
import type { FoundPaymentTrail } from './paymentTrail.ts'

/** The payment's trail, compared with the payer's if a device decided it. Problems of the payer's trail are told too. */
export async function comparedWithPayer(
  source: EvidenceSource,
  found: FoundPaymentTrail,
): Promise<FoundPaymentTrail & { readonly device?: DeviceOrigin }> {
  const decision = deviceDecision(found.entries)
  if (!decision) return found
  const { entry, evidence } = decision
  const { payerId } = entry.payment
  const trail = await trailOrWhy(source, payerId)
  if ('why' in trail) return { ...found, device: { whyNotCompared: trail.why } }
  const letIn = letInBy(evidence, entry.historyEntry.at, trail.entries)
  const problems = [...found.problems, ...trail.problems]
  if (!('what' in letIn)) return { ...found, problems, device: { letIn } }
  // An entry that is wrong or not known may be the device's, and is told already.
  if (trail.problems.length > 0) return { ...found, problems }
  return { ...found, problems: [...problems, { key: paymentEntryKey(entry), what: letIn.what }] }
}

async function trailOrWhy(
  source: EvidenceSource,
  payerId: string,
): Promise<FoundPayerTrail | { readonly why: string }> {
  try {
    return await foundPayerTrail(source, payerId)
  } catch (error) {
    if (error instanceof CannotLook) return { why: error.message }
    throw error
  }
}
