/** How a pending device is let in: by the digits that it shows, and one leave. */
import {
  alivePending,
  DIGIT_TRIES_MAX,
  FRESH_SIGN_IN_SECONDS,
  hasYes,
  isActive,
  LEAVE_TEXTS_MAX,
  type Leave,
  type PendingDevice,
} from './device.ts'
import { type EnrolPorts, type FirstDevice, leaveFor, requireRoom } from './enrolling.ts'
import { TEXT_PAUSE_SECONDS } from './limits.ts'
import { checkAsAttempt, type LockoutPorts, whyLocked } from './lockout.ts'
import { admit, type Payer, type SignedIn, type TrustedPhone } from './payer.ts'
import type { BoundAction, Codes, Limits, PhoneIds, Switches } from './ports.ts'
import { Refusal, SessionEnded, secondsUntil, switchedOff } from './refusals.ts'
import { enrolled } from './starting.ts'

/**
 * Text the payer's verified phone a code that lets this device in.
 *
 * Refuses: `not_found` (not the payer's pending device), `device_required`, `phone_not_verified` (a text cannot let it
 * in), `locked`, `sms_off`, `too_many_sms`, `provider_unavailable`. Throws `SessionEnded`.
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
  const phone = requireTextLeave(payer, ports.firstDevice)
  const refused = whyNoText(pending, clock()) ?? whyLocked(payer.codesLockedUntil, clock())
  if (refused) throw refused
  if (await ports.switches.smsOff()) throw switchedOff('sms_off')
  await limits.spendProvingTexts(payerId, phone, 1, clock())
  const now = clock()
  const lastBefore = new Date(now.getTime() - TEXT_PAUSE_SECONDS * 1000)
  const counted = await devices.spendText(signedIn, deviceId, lastBefore, now)
  if (!counted) {
    const again = await requirePending(ports, signedIn, deviceId)
    throw whyNoText(again.pending, clock()) ?? new Refusal('not_found')
  }
  const providerPhoneId = await enrolled(ports, payer, phone)
  const textId = await codes.send({ phone, providerPhoneId }, leaveOf(pending))
  if (textId !== undefined) await devices.saveText(payerId, deviceId, textId, clock())
  return counted
}

/**
 * Confirm the pending device with the digits that it shows, and let it in if it has a leave: an active device's yes, or
 * the code from the text, or a fresh sign-in. With wrong digits no code is looked at.
 *
 * With the leave of a device the digits are stored and the yes may come later.
 *
 * Refuses: `not_found`, `wrong_code` (digits or code: it is not told which), `no_attempts_left`,
 * `current_code_required` (a text must let it in, and no code came), `no_code_sent`, `code_expired`, `locked`,
 * `device_required`, `phone_not_verified`, `too_many_devices`, `provider_unavailable`. Throws `SessionEnded`, also if
 * the sign-in must be a fresh one.
 */
export async function confirmDevice(
  ports: EnrolPorts & LockoutPorts & { readonly codes: Codes; readonly phoneIds: PhoneIds },
  signedIn: SignedIn,
  deviceId: string,
  { digits, code }: { readonly digits: string; readonly code?: string | undefined },
): Promise<Payer> {
  const { devices, clock } = ports
  const { payerId } = signedIn
  // The try is spent before the digits are compared, so that parallel guesses cannot exceed the limit.
  const payer = await devices.spendTry(signedIn, deviceId, clock())
  const pending = payer?.devices.pending
  if (!payer || !pending) return alreadyIn(ports, signedIn, deviceId)
  const attemptsLeft = DIGIT_TRIES_MAX - pending.tries
  if (digits !== pending.digits) {
    if (attemptsLeft === 0) await devices.turnAway(payerId, deviceId)
    throw new Refusal('wrong_code', { attemptsLeft })
  }
  const leave = leaveFor(payer, ports.firstDevice)
  if (leave instanceof Refusal) throw leave
  switch (leave) {
    case 'device': {
      const stored = await devices.saveDigits(payerId, deviceId, clock())
      // The digits of an equal request let it in meanwhile.
      if (!stored) return alreadyIn(ports, signedIn, deviceId)
      return hasYes(stored.devices) ? letIn(ports, stored, 'device') : stored
    }
    case 'text':
      await checkLeave(ports, payer, pending, { code, attemptsLeft })
      return letIn(ports, payer, 'text')
    case 'sign-in':
      requireFresh(signedIn, clock())
      return letIn(ports, payer, 'sign-in')
  }
}

/**
 * Let the pending device in. Refuses: `too_many_devices`, `not_found` (it has ended, or another leave is needed by
 * now).
 */
export async function letIn(
  { payers, devices, clock }: Pick<EnrolPorts, 'payers' | 'devices' | 'clock'>,
  payer: Payer,
  boundBy: Leave,
): Promise<Payer> {
  const { pending } = payer.devices
  if (!pending) throw new Refusal('not_found')
  const { id, key, passkey, name } = pending
  const now = clock()
  const added = await devices.letIn(payer, { id, key, passkey, name, boundBy, addedAt: now }, now)
  if (added) return added
  const stored = await payers.get(payer.payerId)
  // The other half, digits or yes, came at the same moment and let it in, or this write's answer was lost.
  if (stored && isActive(stored.devices, id)) return stored
  requireRoom(stored)
  throw new Refusal('not_found')
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
function requireTextLeave(payer: Payer, firstDevice: FirstDevice): TrustedPhone {
  const leave = leaveFor(payer, firstDevice)
  if (leave instanceof Refusal) throw leave
  if (leave === 'device') throw new Refusal('device_required')
  if (!payer.phone) throw new Refusal('phone_not_verified')
  return payer.phone
}

/** The payer, if the device was let in already and this request repeats one whose answer was lost; else refuses. */
async function alreadyIn(ports: EnrolPorts, signedIn: SignedIn, deviceId: string): Promise<Payer> {
  const payer = await ports.payers.get(signedIn.payerId)
  admit(payer, signedIn)
  if (payer && isActive(payer.devices, deviceId)) return payer
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
  { code, attemptsLeft }: { readonly code: string | undefined; readonly attemptsLeft: number },
): Promise<void> {
  const phone = requireTextLeave(payer, ports.firstDevice)
  if (code === undefined) throw new Refusal('current_code_required')
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
