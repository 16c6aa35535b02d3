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
  const before = entries.filter(({ at }) => at <= answeredAt)
  const { letIn, ended } = before.reduce(lifeAfter(evidence.device_id), {})
  if (!letIn?.device) return { what: 'its device was not let in before it' }
  const { key, spki, alg, boundBy } = letIn.device
  if (canonical(key) !== canonical(evidence.jwk)) {
    return { what: 'the device’s key is not the one that was let in' }
  }
  if (evidence.kind === 'passkey' && (spki !== evidence.spki || alg !== evidence.alg)) {
    return { what: 'the passkey is not the one that was let in' }
  }
  if (boundBy !== evidence.bound_by) return { what: 'its device was let in by something else' }
  if (activeFrom(letIn) > answeredAt) return { what: 'its device still waited then' }
  // A decision reads the payer before it is written, so what ends a device in between comes too late for it.
  const lastRead = Date.parse(answeredAt) - LAMBDA_SECONDS * 1000
  if (ended && Date.parse(ended.at) < lastRead) return { what: ended.what }
  return letIn
}

/** How a device came to be, and what ended it, as far as the entries were read. */
type Life = {
  readonly letIn?: PayerEntry
  readonly ended?: { readonly at: string; readonly what: string; readonly isUndoable?: true }
}

/** The life of a device after one more entry. */
const lifeAfter =
  (deviceId: string) =>
  (life: Life, entry: PayerEntry): Life => {
    const { event, at, device } = entry
    const { letIn, ended } = life
    const end = (what: string): Life => ({ ...life, ended: ended ?? { at, what } })
    if (device && device.id !== deviceId) {
      return device.renews === deviceId ? end('another device had taken its place before it') : life
    }
    switch (event) {
      case 'device.added':
        return { letIn: entry }
      case 'device.waiting':
        // The second one of a device that waits is the reminder.
        return letIn && !ended ? life : { letIn: entry }
      case 'device.removed':
        return ended
          ? life
          : { ...life, ended: { at, what: 'its device was removed before it', isUndoable: true } }
      case 'device.restored':
        return ended?.isUndoable && letIn ? { letIn } : life
      case 'device.stopped':
        return end('its device was stopped while it waited')
      case 'account.locked':
      case 'account.closed':
        return letIn && at < activeFrom(letIn)
          ? end('its account was locked or closed while its device waited')
          : life
      default:
        return life
    }
  }

/** RFC 3339: since when a device approves; of one that waits without an end, never. */
const activeFrom = ({ event, at, device }: PayerEntry): string =>
  event === 'device.waiting' ? (device?.activeFrom ?? '9999') : at
