/** Checks that a decision's keys are those of a device that the payer had let in, by the payer's own audit trail. */

import { canonical } from '../../functions/core/canonical.ts'
import type { DeviceEvidence } from '../../functions/core/channels/deviceRules.ts'
import { LAMBDA_SECONDS } from '../../functions/core/limits.ts'
import type { PayerEntry } from '../../functions/core/payerTrail.ts'
import type { PaymentEntry } from '../../functions/core/paymentTrail.ts'

/** The entry by which the device was let in, or why the payer's trail could not be read. */
export type DeviceOrigin = { readonly letIn: PayerEntry } | { readonly whyNotCompared: string }

/** A device's evidence, with the entry that has it. */
export function deviceDecision(
  entries: readonly PaymentEntry[],
): { readonly entry: PaymentEntry; readonly evidence: DeviceEvidence } | undefined {
  for (const entry of entries) {
    const { evidence } = entry
    if (evidence?.kind === 'passkey' || evidence?.kind === 'device-key') return { entry, evidence }
  }
  return undefined
}

/** The entry by which a device was let in; or what is wrong, if a decision cannot be of that device. */
export function letInBy(
  evidence: DeviceEvidence,
  answeredAt: string,
  entries: readonly PayerEntry[],
): PayerEntry | { readonly what: string } {
  const ofDevice = entries.filter(({ device }) => device?.id === evidence.device_id)
  const added = ofDevice.findLast(({ event, at }) => event === 'device.added' && at <= answeredAt)
  if (!added?.device) return { what: 'its device was not let in before it' }
  const { key, spki, alg, boundBy } = added.device
  if (canonical(key) !== canonical(evidence.jwk)) {
    return { what: 'the device’s key is not the one that was let in' }
  }
  if (evidence.kind === 'passkey' && (spki !== evidence.spki || alg !== evidence.alg)) {
    return { what: 'the passkey is not the one that was let in' }
  }
  if (boundBy !== evidence.bound_by) return { what: 'its device was let in by something else' }
  const removed = ofDevice.find(({ event, seq }) => event === 'device.removed' && seq > added.seq)
  // A decision reads the payer before it is written, so a removal in between comes too late for it.
  const lastRead = Date.parse(answeredAt) - LAMBDA_SECONDS * 1000
  if (removed && Date.parse(removed.at) < lastRead)
    return { what: 'its device was removed before it' }
  return added
}
