/** Test support: what a payer and a thief do with devices that are lost, removed, or without their key. */
import { sha256Hex } from '../../functions/adapters/sha256.ts'
import { devices, limits } from '../../functions/composition.ts'
import { invitePayer } from '../../functions/core/account.ts'
import { newInvitationCode } from '../../functions/deviceComposition.ts'
import { keysAfterClearing, softwarePhone } from '../../local/phone/softwarePhone.ts'
import {
  askingDevice,
  type DeviceSettings,
  enrolledDevice,
  routeOf,
  type Server,
  signedBytes,
  succeeded,
  type TestDevice,
} from './devices.ts'
import { type Person, SITE } from './event.ts'
import type { Harness, Reply } from './harness.ts'

/** The code with which the operator invites this payer. With `isNow` the wait is waived. */
export async function operatorInvitation(
  { world, clock }: Pick<Harness, 'world' | 'clock'>,
  as: Person,
  { isNow = false } = {},
): Promise<string> {
  const code = newInvitationCode()
  const ports = { devices: devices(world), limits: limits(world), clock: clock.now }
  const until = await invitePayer(ports, as, { hash: sha256Hex(code), isNow })
  if (until === undefined) throw new Error('the account is locked or closed')
  return code
}

/** A code by text, or the operator's invitation. */
type Leave = { readonly invitation?: string }

/** A recovery: a device of a payer who had one before, let in without the yes of another. It waits then. */
export async function waitingDevice(
  server: Server,
  as: Person,
  { invitation, ...settings }: DeviceSettings & Leave = {},
) {
  const device = await askingDevice(server, as, { name: 'Ada’s new phone', ...settings })
  await letIn(server, as, device, invitation === undefined ? {} : { invitation })
  return device
}

/** A device of which the browser has lost the key, back by its passkey and a second proof; the old key is dead. */
export async function renewedDevice(
  server: Server,
  as: Person,
  old: TestDevice,
  { invitation, ...settings }: DeviceSettings & Leave = {},
) {
  const device = await renewingDevice(server, as, old, settings)
  await letIn(server, as, device, invitation === undefined ? {} : { invitation })
  return device
}

/** Type the digits of a device on the page, with a text's code or the invitation's. */
export async function letIn(
  { call, codeOn }: Server,
  as: Person,
  { id, digits }: Pick<TestDevice, 'id' | 'digits'>,
  { invitation }: Leave = {},
): Promise<void> {
  if (invitation === undefined)
    succeeded(await call('deviceLeave', { as, id, body: { by: 'text' } }))
  const proof = invitation === undefined ? { code: codeOn(as.number) } : { invitation }
  succeeded(await call('deviceConfirm', { as, id, body: { digits, ...proof } }))
}

/** A device stops the recovery by which another one is about to be let in. */
export const stopRecovery = (by: TestDevice, waiting: Pick<TestDevice, 'id'>): Promise<Reply> =>
  by.approve(`stop.${waiting.id}`)

/** A device that a session has removed undoes that by its passkey, and its payer confirms it with a later sign-in. */
export async function undoRemoval(
  { call }: Server,
  as: Person,
  device: TestDevice,
): Promise<Reply> {
  succeeded(await device.approve(`stop.${device.id}`))
  return call('deviceConfirm', { as, id: device.id, body: { undo: true } })
}

/** A device's yes to the change of the account's phone number that this verification is for. */
export const approvePhone = (by: TestDevice, verificationId: string): Promise<Reply> =>
  by.approve(`phone.${verificationId}`)

/**
 * A device whose key is gone and whose passkey is there: it asks with a new key to be let in again, and is pending. Its
 * settings are those of the old one, if they were not the usual ones.
 */
export async function renewingDevice(
  server: Server,
  as: Person,
  old: Pick<TestDevice, 'phone' | 'name'>,
  { name = old.name, claims = {}, ...settings }: DeviceSettings = {},
) {
  const { call, clock } = server
  const { code } = succeeded(await call('deviceInvite', { as, body: {}, claims }))
  const kept = keysAfterClearing(old.phone.keys())
  const phone = softwarePhone({ ...SITE, clock: clock.now, ...settings, kept })
  const assertion = phone.get(signedBytes('renew', `${code}.${phone.thumbprint}`))
  const text = JSON.stringify({ code, name, key: phone.jwk, assertion })
  const proof = phone.proof({ ...routeOf('deviceEnrol'), body: text })
  const enrolment = { text, headers: { 'device-proof': proof } }
  return enrolledDevice(server, { phone, name, code, enrolment })
}
