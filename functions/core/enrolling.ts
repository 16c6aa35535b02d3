/** How a device asks to be let in, by an invitation, and how it is removed. */
import {
  activeDevices,
  DEVICES_MAX,
  type DeviceKeys,
  type Devices,
  INVITATION_MINUTES,
  isActive,
  type Leave,
  NO_DEVICES,
  type PendingDevice,
} from './device.ts'
import type { DeviceStore, Invitation } from './devicePorts.ts'
import { admit, type Payer, type SignedIn } from './payer.ts'
import type { Clock, PayerStore } from './ports.ts'
import { Refusal, secondsUntil } from './refusals.ts'
import { deviceSigning } from './signing.ts'

const HOUR_MS = 3_600_000

/** Who may add the first device without a verified phone: nobody, or who has just signed in. */
export type FirstDevice = 'invitation' | 'sign-in'

export type EnrolPorts = {
  readonly payers: PayerStore
  readonly devices: DeviceStore
  readonly clock: Clock
  readonly firstDevice: FirstDevice
}

/** What must let the payer's next device in; a refusal if nothing can. */
export function leaveFor(payer: Payer | undefined, firstDevice: FirstDevice): Leave | Refusal {
  const devices = payer?.devices ?? NO_DEVICES
  if (activeDevices(devices).length > 0) return 'device'
  // A text must not let in what a device protects; the way back of who lost all devices is not built yet.
  if (devices.since) return new Refusal('device_required')
  if (payer?.phone) return 'text'
  return firstDevice === 'sign-in' ? 'sign-in' : new Refusal('phone_not_verified')
}

/**
 * Invite a device: the code is shown once, and its hash is stored.
 *
 * Refuses: `locked`, `too_many_devices`, `too_many_invitations`, `device_required`, `phone_not_verified` (nothing could let the device in).
 * Throws `SessionEnded`.
 */
export async function inviteDevice(
  ports: EnrolPorts,
  signedIn: SignedIn,
  hash: string,
): Promise<{ expiresAt: Date }> {
  const { payers, devices, clock } = ports
  const payer = await payers.get(signedIn.payerId)
  admit(payer, signedIn)
  requireRoom(payer)
  const leave = leaveFor(payer, ports.firstDevice)
  if (leave instanceof Refusal) throw leave
  const now = clock()
  if (!(await devices.countInvitation(signedIn.payerId, now))) {
    const nextHour = new Date((Math.floor(now.getTime() / HOUR_MS) + 1) * HOUR_MS)
    throw new Refusal('too_many_invitations', { retryAfterSeconds: secondsUntil(nextHour, now) })
  }
  const expiresAt = new Date(now.getTime() + INVITATION_MINUTES * 60_000)
  const { payerId, email, authTime = 0 } = signedIn
  await devices.invite({ hash, payerId, email, authTime, expiresAt })
  return { expiresAt }
}

/**
 * Take in a device that was made with an invitation's code. The same device may ask again, because an answer can be
 * lost; it gets the same digits.
 *
 * Refuses: `not_found` (no such invitation, or it is spent, expired or of an ended session, or the account is locked,
 * or a device with these keys was let in before), `too_many_devices`.
 */
export async function enrolDevice(
  ports: EnrolPorts & {
    readonly newDigits: () => string
    readonly newReference: () => string
    readonly newNonce: () => string
  },
  { hash, name, ...keys }: DeviceKeys & { readonly hash: string; readonly name: string },
): Promise<{ payerId: string; email: string; pending: PendingDevice }> {
  const { payers, devices, clock } = ports
  const invitation = await devices.invitation(hash)
  if (!invitation || clock() >= invitation.expiresAt) throw new Refusal('not_found')
  const { payerId, email } = invitation
  const payer = await payers.get(payerId)
  if (payer?.state || hasEnded(payer, invitation)) throw new Refusal('not_found')
  requireRoom(payer)
  // Keys belong to one device: an active one would count twice, and a removed one must not come back while it is known.
  if (payer?.devices.all.some(({ id }) => id === keys.id)) throw new Refusal('not_found')
  const asked = payer?.devices.pending
  if (asked?.id === keys.id && asked.invitation === hash) return { payerId, email, pending: asked }
  // A device that was turned away needs another invitation.
  if (invitation.hasAsked) throw new Refusal('not_found')
  // Spent before it is used, so that of two devices with one code only one can ask.
  if (!(await devices.spend(hash, keys.id, clock()))) throw new Refusal('not_found')
  const now = clock()
  const fresh = {
    ...keys,
    name,
    invitation: hash,
    invitedAuthTime: invitation.authTime,
    reference: ports.newReference(),
    digits: ports.newDigits(),
    expiresAt: invitation.expiresAt,
    tries: 0,
    hasDigits: false,
    texts: 0,
    failedYes: 0,
  }
  const signed = { nonce: ports.newNonce(), createdAt: now }
  const pending = { ...fresh, signing: deviceSigning(payerId, fresh, signed) }
  if (await devices.ask({ payerId, email }, pending)) {
    await devices.noteAsked(hash)
    return { payerId, email, pending }
  }
  // An equal request at the same moment was stored first, or this one was and its answer was lost.
  const stored = (await payers.get(payerId))?.devices.pending
  if (stored?.id !== keys.id || stored.invitation !== hash) throw new Refusal('not_found')
  return { payerId, email, pending: stored }
}

/**
 * Remove an active device, or turn a pending one away. It approves nothing from this write on.
 *
 * Refuses: `locked`, `not_found`. Throws `SessionEnded`.
 */
export async function removeDevice(
  ports: Pick<EnrolPorts, 'payers' | 'devices' | 'clock'>,
  signedIn: SignedIn,
  deviceId: string,
): Promise<Payer> {
  const { payers, devices } = ports
  const payer = await payers.get(signedIn.payerId)
  admit(payer, signedIn)
  if (!payer) throw new Refusal('not_found')
  const wasLetIn = ({ all }: Devices) => all.some(({ id }) => id === deviceId)
  if (wasLetIn(payer.devices)) return removeActive(ports, payer, deviceId)
  if (payer.devices.pending?.id !== deviceId) throw new Refusal('not_found')
  const left = await devices.turnAway(payer.payerId, deviceId)
  if (left) return left
  const stored = await requirePayer(ports, payer.payerId)
  // It was let in at the same moment.
  return wasLetIn(stored.devices) ? removeActive(ports, stored, deviceId) : stored
}

/** Remove a device that was let in. Refuses `locked`: the operator locked the account at the same moment. */
export async function removeActive(
  { payers, devices, clock }: Pick<EnrolPorts, 'payers' | 'devices' | 'clock'>,
  payer: Payer,
  deviceId: string,
): Promise<Payer> {
  const removed = await devices.remove(payer, deviceId, clock())
  if (removed) return removed
  const stored = await requirePayer({ payers }, payer.payerId)
  // If it is no longer active, it was removed before, or at the same moment.
  if (isActive(stored.devices, deviceId)) throw new Refusal('locked')
  return stored
}

async function requirePayer(
  { payers }: Pick<EnrolPorts, 'payers'>,
  payerId: string,
): Promise<Payer> {
  const payer = await payers.get(payerId)
  if (!payer) throw new Refusal('not_found')
  return payer
}

/** Require that the payer may have one more device. Refuses `too_many_devices`. */
export function requireRoom(payer: Payer | undefined) {
  if (activeDevices(payer?.devices ?? NO_DEVICES).length >= DEVICES_MAX) {
    throw new Refusal('too_many_devices')
  }
}

/** The session that made the invitation was ended. */
const hasEnded = (payer: Payer | undefined, { authTime }: Pick<Invitation, 'authTime'>) =>
  payer?.sessionsFrom !== undefined && authTime < payer.sessionsFrom
