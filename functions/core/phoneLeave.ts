/** What lets another phone number in, from the payer's first device on: an active one's yes, or an invitation. */
import { activeDevices, aliveInvitation, isActive } from './device.ts'
import type { Payer, PendingPhone } from './payer.ts'
import { invalidField, Refusal } from './refusals.ts'

/**
 * What has to let the number in, beside its own code: the verified phone's code, an active device's yes, or the
 * operator's invitation; null for a first phone.
 */
export type PhoneLeaveBy = 'code' | 'device' | 'invitation' | null

/** What has to let the number of a verification in. */
export function leaveByOf({ phone, pending }: Pick<Payer, 'phone' | 'pending'>): PhoneLeaveBy {
  if (pending?.deviceLeave) {
    return pending.deviceLeave.invitation === undefined ? 'device' : 'invitation'
  }
  return phone ? 'code' : null
}

/**
 * Require that something could let the number in. Refuses `device_required`, `invalid_request` (the invitation is not the
 * payer's).
 */
export function requireLeave({ devices }: Payer, invitation: string | undefined, now: Date) {
  if (invitation !== undefined) {
    if (aliveInvitation(devices, now)?.hash === invitation) return
    throw invalidField('invitation', 'This invitation is not right, or not valid any more.')
  }
  if (activeDevices(devices, now).length === 0) throw new Refusal('device_required')
}

/** The verification under way, while its time lasts. */
export const alivePhone = (payer: Payer, now: Date): PendingPhone | undefined =>
  payer.pending && now < payer.pending.expiresAt ? payer.pending : undefined

/** The active device that has agreed to the number; the yes of a device that was removed since counts nothing. */
export function phoneYes({ devices, pending }: Payer, now: Date): string | undefined {
  const yesBy = pending?.deviceLeave?.yesBy
  return yesBy !== undefined && isActive(devices, yesBy, now) ? yesBy : undefined
}

/** What lets the number in, from the first device on; `undefined` if nothing does yet. */
export function phoneLeaveOf(payer: Payer, now: Date) {
  const device = phoneYes(payer, now)
  if (device !== undefined) return { device }
  const invitation = payer.pending?.deviceLeave?.invitation
  return invitation !== undefined && aliveInvitation(payer.devices, now)?.hash === invitation
    ? { invitation }
    : undefined
}
