/** How a device asks to be let in, by an invitation of the page. */
import {
  activeDevices,
  alivePending,
  DEVICES_MAX,
  type DeviceKeys,
  type DeviceRules,
  type Devices,
  INVITATION_MINUTES,
  isUndoable,
  type Leave,
  NO_DEVICES,
  type PendingDevice,
  placesTaken,
} from './device.ts'
import { distinctName } from './deviceName.ts'
import type { DeviceStore, Invitation, SignaturePorts } from './devicePorts.ts'
import { admit, type Payer, type SignedIn } from './payer.ts'
import type { Clock, PayerStore } from './ports.ts'
import { invalidField, Refusal, secondsUntil } from './refusals.ts'
import { deviceSigning } from './signing.ts'
import { type Assertion, afterUse, failureOf, type Passkey, stalenessOf } from './webauthn.ts'

const HOUR_MS = 3_600_000

export type EnrolPorts = {
  readonly payers: PayerStore
  readonly devices: DeviceStore
  readonly clock: Clock
  readonly rules: DeviceRules
  /** Makes each signed document unique. */
  readonly newNonce: () => string
}

/** What can let the payer's next device in, the best first. The operator's invitation always can. */
export function leavesFor(
  payer: Payer | undefined,
  rules: DeviceRules,
  now: Date,
): readonly Leave[] {
  const devices = payer?.devices ?? NO_DEVICES
  // A device whose key is gone cannot say yes to its own new key.
  const renews = alivePending(devices, now)?.renews
  const canAgree = activeDevices(devices, now).some(({ id }) => id !== renews)
  const hasText = rules.hasTexts && payer?.phone && !devices.recoveryStoppedAt
  // A sign-in must not replace a phone that was verified, nor a device.
  const hasSignIn = rules.firstDevice === 'sign-in' && !payer?.phone && !devices.since
  return [
    ...(canAgree ? (['device'] as const) : []),
    ...(hasText ? (['text'] as const) : []),
    ...(hasSignIn ? (['sign-in'] as const) : []),
    'invitation',
  ]
}

/** For how many hours a device waits that this leave lets in; 0 is not at all. */
export function waitOf(
  leave: Leave,
  devices: Devices,
  { waitHours }: Pick<DeviceRules, 'waitHours'>,
): number {
  if (leave === 'device' || leave === 'sign-in') return 0
  // A renewed device was active, and has its passkey.
  if (!devices.since || devices.pending?.renews !== undefined) return 0
  return leave === 'invitation' && devices.invitation?.isNow ? 0 : waitHours
}

/**
 * Invite a device: the code is shown once, and its hash is stored.
 *
 * Refuses: `locked`, `too_many_invitations`. Whether there is room is known when the device asks, because one whose key
 * is gone needs none. Throws `SessionEnded`.
 */
export async function inviteDevice(
  ports: EnrolPorts,
  signedIn: SignedIn,
  hash: string,
): Promise<{ expiresAt: Date }> {
  const { payers, devices, clock } = ports
  const payer = await payers.get(signedIn.payerId)
  admit(payer, signedIn)
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

/** A device as it asks: its new passkey, or an assertion of a passkey whose device key is gone. */
export type Asking = Omit<DeviceKeys, 'passkey'> & {
  readonly hash: string
  readonly name: string
} & (
    | { readonly passkey: Passkey }
    | { readonly renewal: { readonly assertion: Assertion; readonly challenge: string } }
  )

/**
 * Take in a device that was made with an invitation's code. The same device may ask again, because an answer can be
 * lost; it gets the same digits.
 *
 * Refuses: `not_found` (no such invitation, or it is spent, expired or of an ended session, or the account is locked,
 * or a device with these keys was let in before), `too_many_devices`, `invalid_request` (the assertion is not of a
 * passkey that approves for this payer, or another device has the name, which is too long for a number).
 */
export async function enrolDevice(
  ports: EnrolPorts &
    Pick<SignaturePorts, 'site' | 'crypto'> & {
      readonly newDigits: () => string
      readonly newReference: () => string
    },
  asking: Asking,
): Promise<{ payerId: string; email: string; pending: PendingDevice }> {
  const { payers, devices, clock } = ports
  const { hash, id, key } = asking
  const invitation = await devices.invitation(hash)
  if (!invitation || clock() >= invitation.expiresAt) throw new Refusal('not_found')
  const { payerId, email } = invitation
  const payer = await payers.get(payerId)
  if (payer?.state || hasEnded(payer, invitation)) throw new Refusal('not_found')
  const { passkey, name, renews } = passkeyOf(ports, payer, asking)
  if (renews === undefined) requireRoom(payer)
  // Keys belong to one device: an active one would count twice, and a removed one must not come back while it is known.
  if (payer?.devices.all.some((known) => known.id === id)) throw new Refusal('not_found')
  const asked = payer?.devices.pending
  if (asked?.id === id && asked.invitation === hash) return { payerId, email, pending: asked }
  // A device that was turned away needs another invitation.
  if (invitation.hasAsked) throw new Refusal('not_found')
  const distinct = renews === undefined ? newName(ports, payer, name) : name
  // Spent before it is used, so that of two devices with one code only one can ask.
  if (!(await devices.spend(hash, id, clock()))) throw new Refusal('not_found')
  const now = clock()
  const fresh = {
    id,
    key,
    passkey,
    name: distinct,
    invitation: hash,
    invitedAuthTime: invitation.authTime,
    reference: ports.newReference(),
    digits: ports.newDigits(),
    expiresAt: invitation.expiresAt,
    tries: 0,
    hasDigits: false,
    texts: 0,
    failedYes: 0,
    renews,
  }
  const signed = { nonce: ports.newNonce(), createdAt: now }
  const pending = { ...fresh, signing: deviceSigning(payerId, fresh, signed) }
  if (await devices.ask({ payerId, email }, pending)) {
    await devices.noteAsked(hash)
    return { payerId, email, pending }
  }
  // An equal request at the same moment was stored first, or this one was and its answer was lost.
  const stored = (await payers.get(payerId))?.devices.pending
  if (stored?.id !== id || stored.invitation !== hash) throw new Refusal('not_found')
  return { payerId, email, pending: stored }
}

/**
 * The passkey of a device that asks, and its name; if it only renews its key, the name that it had, and the id of that
 * active device.
 */
function passkeyOf(
  { site, crypto, clock }: Pick<EnrolPorts, 'clock'> & Pick<SignaturePorts, 'site' | 'crypto'>,
  payer: Payer | undefined,
  asking: Asking,
): { readonly passkey: Passkey; readonly name: string; readonly renews?: string } {
  if ('passkey' in asking) return { passkey: asking.passkey, name: asking.name }
  const { assertion, challenge } = asking.renewal
  const had = activeDevices(payer?.devices ?? NO_DEVICES, clock()).find(
    ({ passkey }) => passkey.credentialId === assertion.rawId,
  )
  const isIts =
    had &&
    !stalenessOf(assertion, challenge, had.passkey, site, crypto) &&
    !failureOf(assertion, had.passkey, crypto)
  if (!isIts)
    throw invalidField('assertion', 'This passkey belongs to no phone that approves here.')
  const { hasCounterFallen: _, ...seen } = afterUse(assertion, had.passkey)
  return { passkey: { ...had.passkey, ...seen }, name: had.name, renews: had.id }
}

/** The name of a new device, by which the payer tells it from those that they see. Refuses `invalid_request`. */
function newName(
  { rules, clock }: Pick<EnrolPorts, 'rules' | 'clock'>,
  payer: Payer | undefined,
  name: string,
): string {
  const now = clock()
  const seen = (payer?.devices.all ?? []).filter(
    (device) => device.removedAt === undefined || isUndoable(device, rules, now),
  )
  const distinct = distinctName(
    name,
    seen.map((device) => device.name),
  )
  if (distinct === undefined) throw invalidField('name', NAME_IS_TAKEN)
  return distinct
}

const NAME_IS_TAKEN = 'Another of your phones has this name. Give this one another name.'

/** Require that the payer may have one more device; a waiting one holds a place. Refuses `too_many_devices`. */
export function requireRoom(payer: Payer | undefined) {
  if (placesTaken(payer?.devices ?? NO_DEVICES) >= DEVICES_MAX) {
    throw new Refusal('too_many_devices')
  }
}

/** The session that made the invitation was ended. */
const hasEnded = (payer: Payer | undefined, { authTime }: Pick<Invitation, 'authTime'>) =>
  payer?.sessionsFrom !== undefined && authTime < payer.sessionsFrom
