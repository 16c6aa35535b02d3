/** How a pending device is let in: by the digits that it shows, and one leave. */
import {
  aliveInvitation,
  alivePending,
  type Device,
  type Devices,
  DIGIT_TRIES_MAX,
  FRESH_SIGN_IN_SECONDS,
  forgettable,
  halfOf,
  hasYes,
  LEAVE_TEXTS_MAX,
  type Leave,
  type PendingDevice,
  type Stop,
  waitEnd,
} from './device.ts'
import { type EnrolPorts, leavesFor, requireRoom, waitOf } from './enrolling.ts'
import { TEXT_PAUSE_SECONDS } from './limits.ts'
import { checkAsAttempt, type LockoutPorts, whyLocked } from './lockout.ts'
import { admit, type Payer, type SignedIn, type TrustedPhone } from './payer.ts'
import type { BoundAction, Codes, Limits, PhoneIds, Switches } from './ports.ts'
import { Refusal, SessionEnded, secondsUntil, switchedOff } from './refusals.ts'
import { stopSigning } from './signing.ts'
import { enrolled } from './starting.ts'

/**
 * Text the payer's verified phone a code that lets this device in.
 *
 * Refuses: `not_found` (not the payer's pending device), `device_required` (a device has stopped a recovery, or there are no texts),
 * `phone_not_verified`, `locked`, `sms_off`, `too_many_sms`, `provider_unavailable`. Throws `SessionEnded`.
 */
export async function textLeave(
  ports: EnrolPorts & {
    readonly limits: Limits
    readonly phoneIds: PhoneIds
    readonly codes: Codes
    readonly switches: Pick<Switches, 'smsOff'>
  },
  signedIn: SignedIn,
  deviceId: string,
): Promise<Payer> {
  const { devices, limits, codes, clock } = ports
  const { payerId } = signedIn
  const { payer, pending } = await requirePending(ports, signedIn, deviceId)
  const phone = requireTextLeave(ports, payer)
  const refused = whyNoText(pending, clock()) ?? whyLocked(payer.codesLockedUntil, clock())
  if (refused) throw refused
  if (await ports.switches.smsOff()) throw switchedOff('sms_off')
  const giveBack = await limits.spendProvingTexts(payerId, phone, 1, clock())
  const now = clock()
  const lastBefore = new Date(now.getTime() - TEXT_PAUSE_SECONDS * 1000)
  const counted = await devices.spendText(signedIn, deviceId, lastBefore, now)
  if (!counted) {
    await giveBack()
    const again = await requirePending(ports, signedIn, deviceId)
    throw whyNoText(again.pending, clock()) ?? new Refusal('not_found')
  }
  const providerPhoneId = await enrolled(ports, payer, phone)
  const textId = await codes.send({ phone, providerPhoneId }, leaveOf(pending))
  if (textId !== undefined) await devices.saveText(payerId, deviceId, textId, clock())
  return counted
}

/** What the page sends to confirm a pending device. */
export type Confirmation = {
  /** The digits that the device shows. */
  readonly digits: string
  /** The code from the text. */
  readonly code?: string | undefined
  /** The SHA-256 of the operator's invitation; undefined if none was typed. */
  readonly invitation?: string | undefined
}

/**
 * Confirm the pending device with the digits that it shows, and let it in if it has a leave: the operator's invitation,
 * the code from the text, an active device's yes, or a fresh sign-in. With wrong digits no code is looked at.
 *
 * Where an active device can say yes, the digits are stored and the yes may come later.
 *
 * Refuses: `not_found`, `wrong_code` (digits, code or invitation: it is not told which), `no_attempts_left`,
 * `current_code_required` (a code or an invitation must let it in, and none came), `no_code_sent`, `code_expired`,
 * `locked`, `device_required`, `phone_not_verified`, `too_many_devices`, `provider_unavailable`. Throws `SessionEnded`,
 * also if the sign-in must be a fresh one.
 */
export async function confirmDevice(
  ports: EnrolPorts & LockoutPorts & { readonly codes: Codes; readonly phoneIds: PhoneIds },
  signedIn: SignedIn,
  deviceId: string,
  { digits, code, invitation }: Confirmation,
): Promise<Payer> {
  const { devices, clock } = ports
  const { payerId } = signedIn
  // The try is spent before the digits are compared, so that parallel guesses cannot exceed the limit.
  const payer = await devices.spendTry(signedIn, deviceId, clock())
  const pending = payer?.devices.pending
  if (!payer || !pending) return alreadyIn(ports, signedIn, deviceId)
  const attemptsLeft = DIGIT_TRIES_MAX - pending.tries
  const wrongCode = new Refusal('wrong_code', { attemptsLeft })
  if (digits !== pending.digits) {
    if (attemptsLeft === 0) await devices.turnAway(payerId, deviceId)
    throw wrongCode
  }
  if (invitation !== undefined) {
    if (aliveInvitation(payer.devices, clock())?.hash !== invitation) throw wrongCode
    return letIn(ports, payer, 'invitation')
  }
  if (code !== undefined) {
    await checkLeave(ports, payer, pending, { code, attemptsLeft })
    return letIn(ports, payer, 'text')
  }
  const leaves = leavesFor(payer, ports.rules, clock())
  if (leaves.includes('device')) {
    const stored = await devices.saveDigits(payerId, deviceId, clock())
    // The digits of an equal request let it in meanwhile.
    if (!stored) return alreadyIn(ports, signedIn, deviceId)
    return hasYes(stored.devices, clock()) ? letIn(ports, stored, 'device') : stored
  }
  if (!leaves.includes('sign-in')) throw new Refusal('current_code_required')
  requireFresh(signedIn, clock())
  return letIn(ports, payer, 'sign-in')
}

/**
 * Let the pending device in: at once, or to wait if no active device let it in and the payer ever had one.
 *
 * Refuses: `too_many_devices`, `not_found` (it has ended, or another leave is needed by now).
 */
export async function letIn(
  ports: Pick<EnrolPorts, 'payers' | 'devices' | 'clock' | 'rules' | 'newNonce'>,
  payer: Payer,
  boundBy: Leave,
): Promise<Payer> {
  const { payers, devices, clock, rules } = ports
  const { payerId } = payer
  const { pending } = payer.devices
  if (!pending) throw new Refusal('not_found')
  const { id, key, passkey, name } = pending
  const now = clock()
  const waitHours = waitOf(boundBy, payer.devices, rules)
  const device = { id, key, passkey, name, boundBy, addedAt: now }
  const waiting = waitHours > 0 && waitingFrom(ports, payerId, device, waitHours)
  // Noted before the device waits: a note of a device that does not wait is no harm, a missing one is a silent recovery.
  if (waiting) {
    await devices.noteReminder({ payerId, deviceId: id, at: halfOf(now, waiting.activeFrom) })
  }
  const toForget = (stored: Devices) => forgettable(stored, rules, now)
  const added = await devices.letIn(payer, { ...device, ...waiting }, toForget, now)
  if (added) return added
  const stored = await payers.get(payerId)
  // The other half, digits or yes, came at the same moment and let it in, or this write's answer was lost.
  if (stored?.devices.all.some((one) => one.id === id && !one.removedAt)) return stored
  if (pending.renews === undefined) requireRoom(stored)
  throw new Refusal('not_found')
}

/** Since when a device approves that waits, and the document by which another one stops it until then. */
function waitingFrom(
  { newNonce }: Pick<EnrolPorts, 'newNonce'>,
  payerId: string,
  device: Pick<Device, 'id' | 'name' | 'addedAt'>,
  waitHours: number,
): { readonly activeFrom: Date; readonly stop: Stop } {
  const activeFrom = waitEnd(device.addedAt, { waitHours })
  const signed = { nonce: newNonce(), createdAt: device.addedAt }
  const signing = stopSigning(payerId, 'recovery', device, activeFrom, signed)
  return { activeFrom, stop: { signing, failed: {} } }
}

/** The payer with this pending device. Refuses `locked`, `not_found`. Throws `SessionEnded`. */
async function requirePending(
  { payers, clock }: EnrolPorts,
  signedIn: SignedIn,
  deviceId: string,
): Promise<{ payer: Payer; pending: PendingDevice }> {
  const payer = await payers.get(signedIn.payerId)
  admit(payer, signedIn)
  const pending = payer && alivePending(payer.devices, clock())
  if (!payer || pending?.id !== deviceId) throw new Refusal('not_found')
  return { payer, pending }
}

/** The verified phone whose text lets the device in. Refuses if a text cannot. */
function requireTextLeave({ rules, clock }: EnrolPorts, payer: Payer): TrustedPhone {
  if (!payer.phone && rules.hasTexts) throw new Refusal('phone_not_verified')
  const hasText = leavesFor(payer, rules, clock()).includes('text')
  if (!payer.phone || !hasText) throw new Refusal('device_required')
  return payer.phone
}

/** The payer, if the device was let in already and this request repeats one whose answer was lost; else refuses. */
async function alreadyIn(ports: EnrolPorts, signedIn: SignedIn, deviceId: string): Promise<Payer> {
  const payer = await ports.payers.get(signedIn.payerId)
  admit(payer, signedIn)
  if (payer?.devices.all.some(({ id, removedAt }) => id === deviceId && !removedAt)) return payer
  const pending = payer && alivePending(payer.devices, ports.clock())
  if (pending?.id !== deviceId) throw new Refusal('not_found')
  throw new Refusal('no_attempts_left', {
    retryAfterSeconds: secondsUntil(pending.expiresAt, ports.clock()),
  })
}

/** Check the code from the text. */
async function checkLeave(
  ports: EnrolPorts & LockoutPorts & { readonly codes: Codes; readonly phoneIds: PhoneIds },
  payer: Payer,
  pending: PendingDevice,
  { code, attemptsLeft }: { readonly code: string; readonly attemptsLeft: number },
): Promise<void> {
  const phone = requireTextLeave(ports, payer)
  const locked = whyLocked(payer.codesLockedUntil, ports.clock())
  if (locked) throw locked
  if (pending.texts === 0) throw new Refusal('no_code_sent')
  if (ports.codes.byTextId && pending.textId === undefined) throw new Refusal('no_code_sent')
  const providerPhoneId = await enrolled(ports, payer, phone)
  const verdict = await checkAsAttempt(ports, payer.payerId, () =>
    ports.codes.check({ providerPhoneId, textId: pending.textId }, leaveOf(pending), code),
  )
  if (verdict === 'over') throw new Refusal('code_expired')
  if (verdict === 'wrong') throw new Refusal('wrong_code', { attemptsLeft })
  await ports.lockout.reset(payer.payerId).catch(ports.onLockoutFault)
}

/** Require a sign-in that is no older than `FRESH_SIGN_IN_SECONDS`. */
function requireFresh({ authTime = 0 }: SignedIn, now: Date) {
  if (now.getTime() / 1000 - authTime > FRESH_SIGN_IN_SECONDS) throw new SessionEnded()
}

/** A code is bound to this device's key and this request, so that a code for one device lets in no other. */
const leaveOf = ({ id, name, reference, invitation }: PendingDevice): BoundAction => ({
  action: { kind: 'device', name, reference },
  actionId: `device:${id}:${invitation.slice(0, 16)}`,
  reference,
})

function whyNoText({ texts, textedAt, expiresAt }: PendingDevice, now: Date): Refusal | undefined {
  if (texts >= LEAVE_TEXTS_MAX) return tooMany(expiresAt, now)
  if (!textedAt) return undefined
  const again = new Date(textedAt.getTime() + TEXT_PAUSE_SECONDS * 1000)
  return now < again ? tooMany(again, now) : undefined
}

const tooMany = (again: Date, now: Date) =>
  new Refusal('too_many_sms', { retryAfterSeconds: secondsUntil(again, now) })
