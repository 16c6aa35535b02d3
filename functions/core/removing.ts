/** How a device is removed, how a removal is undone, and how a device that waits is stopped. */
import {
  type Device,
  type DeviceRules,
  isActive,
  isWaiting,
  undoableDevices,
  waitEnd,
} from './device.ts'
import type { DeviceStore } from './devicePorts.ts'
import { requireRoom } from './enrolling.ts'
import { admit, type Payer, type SignedIn } from './payer.ts'
import type { Clock, PayerStore } from './ports.ts'
import { Refusal, SessionEnded } from './refusals.ts'
import { stopSigning } from './signing.ts'

export type RemovePorts = {
  readonly payers: PayerStore
  readonly devices: DeviceStore
  readonly clock: Clock
  readonly rules: Pick<DeviceRules, 'waitHours'>
  /** Makes each signed document unique. */
  readonly newNonce: () => string
}

/**
 * Remove an active device, or cancel a waiting or pending one. It approves nothing from this write on. The passkey of a
 * device that was active may ask to undo the removal for `waitHours`; a device that never approved has no say.
 *
 * Refuses: `locked`, `not_found`. Throws `SessionEnded`.
 */
export async function removeDevice(
  ports: RemovePorts,
  signedIn: SignedIn,
  deviceId: string,
): Promise<Payer> {
  const { payers, devices } = ports
  const payer = await payers.get(signedIn.payerId)
  admit(payer, signedIn)
  if (!payer) throw new Refusal('not_found')
  const device = deviceIn(payer, deviceId)
  if (device) return removeBySession(ports, payer, device)
  if (payer.devices.pending?.id !== deviceId) throw new Refusal('not_found')
  const left = await devices.turnAway(payer.payerId, deviceId)
  if (left) return left
  // It was let in at the same moment.
  const stored = await requirePayer(ports, payer.payerId)
  const letIn = deviceIn(stored, deviceId)
  return letIn ? removeBySession(ports, stored, letIn) : stored
}

const deviceIn = ({ devices }: Payer, deviceId: string) =>
  devices.all.find(({ id }) => id === deviceId)

async function removeBySession(ports: RemovePorts, payer: Payer, device: Device): Promise<Payer> {
  const { devices, clock, rules, newNonce } = ports
  if (device.removedAt) return payer
  const now = clock()
  if (isWaiting(device, now)) {
    const stopped = await devices.stopWaiting(payer, device.id, undefined, now)
    return stopped ?? afterRemoval(ports, payer.payerId, device.id)
  }
  const signed = { nonce: newNonce(), createdAt: now }
  const signing = stopSigning(payer.payerId, 'removal', device, waitEnd(now, rules), signed)
  const removed = await devices.remove(payer, device.id, { by: 'session', signing }, now)
  return removed ?? afterRemoval(ports, payer.payerId, device.id)
}

/** Remove a device by its own passkey: for good. Refuses `locked`: the operator locked the account at the same moment. */
export async function removeItsOwn(
  ports: Pick<RemovePorts, 'payers' | 'devices' | 'clock'>,
  payer: Payer,
  deviceId: string,
): Promise<Payer> {
  const removed = await ports.devices.remove(payer, deviceId, { by: 'device' }, ports.clock())
  return removed ?? afterRemoval(ports, payer.payerId, deviceId)
}

/** The payer after another request removed the device first or at the same moment; `locked` if it is still there. */
async function afterRemoval(
  ports: Pick<RemovePorts, 'payers'>,
  payerId: string,
  deviceId: string,
): Promise<Payer> {
  const stored = await requirePayer(ports, payerId)
  const device = deviceIn(stored, deviceId)
  if (device && !device.removedAt) throw new Refusal('locked')
  return stored
}

/**
 * Confirm the undo of a removal that the removed device's passkey has asked for. It needs a sign-in newer than the
 * removal, so that neither who has a session nor who has the phone turns the removal around alone.
 *
 * Refuses: `locked`, `not_found` (not removed by a session, not asked, or too late), `too_many_devices`. Throws
 * `SessionEnded`, also for an older sign-in.
 */
export async function restoreDevice(
  ports: Omit<RemovePorts, 'newNonce'>,
  signedIn: SignedIn,
  deviceId: string,
): Promise<Payer> {
  const { payers, devices, clock, rules } = ports
  const payer = await payers.get(signedIn.payerId)
  admit(payer, signedIn)
  if (!payer) throw new Refusal('not_found')
  if (isActive(payer.devices, deviceId, clock())) return payer
  const device = undoableDevices(payer.devices, rules, clock()).find(({ id }) => id === deviceId)
  if (!device?.removedAt || !device.stop?.askedAt) throw new Refusal('not_found')
  // `auth_time` has whole seconds, so the second of the removal itself is not newer.
  if ((signedIn.authTime ?? 0) * 1000 <= device.removedAt.getTime()) throw new SessionEnded()
  requireRoom(payer)
  const restored = await devices.restore(payer, signedIn, device, clock())
  if (restored) return restored
  const stored = await requirePayer(ports, payer.payerId)
  if (isActive(stored.devices, deviceId, clock())) return stored
  requireRoom(stored)
  throw new Refusal('not_found')
}

async function requirePayer(
  { payers }: Pick<RemovePorts, 'payers'>,
  payerId: string,
): Promise<Payer> {
  const payer = await payers.get(payerId)
  if (!payer) throw new Refusal('not_found')
  return payer
}
