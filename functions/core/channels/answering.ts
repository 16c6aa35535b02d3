/** A device's answers: yes or no to what it is asked, a stop, its own removal. */
import type { DenialReason } from '../channel.ts'
import type { PaymentPorts } from '../deciding.ts'
import {
  alivePending,
  type Device,
  type DeviceRules,
  isActive,
  isUndoable,
  isWaiting,
  type PendingDevice,
  waitingDevices,
} from '../device.ts'
import type { DeviceProof, DeviceStore, SignaturePorts } from '../devicePorts.ts'
import { lockStarts } from '../disowning.ts'
import { letIn } from '../lettingIn.ts'
import { type Payer, type PhoneNumber, samePhone } from '../payer.ts'
import type { Payment } from '../payment.ts'
import { alivePhone, phoneYes } from '../phoneLeave.ts'
import type { PayerStore } from '../ports.ts'
import { Refusal } from '../refusals.ts'
import { removeItsOwn } from '../removing.ts'
import { challengeOf, removalSigning, type SignedAs } from '../signing.ts'
import { type Assertion, afterUse, failureOf, stalenessOf } from '../webauthn.ts'
import type { Trusted } from './approvals.ts'
import { approveByDevice, denyByDevice, type SignedBody } from './device.ts'
import { ASSERTIONS_MAX } from './deviceRules.ts'

/** A device's answer: yes by the passkey, no by the device key alone. */
export type DeviceAnswer =
  | { readonly answer: 'approve'; readonly assertion: Assertion }
  | {
      readonly answer: 'deny'
      readonly reason?: DenialReason | undefined
      readonly signed: string
    }

/** What taking an answer needs. */
export type AnswerPorts = PaymentPorts &
  SignaturePorts & {
    readonly payers: PayerStore
    readonly devices: DeviceStore
    readonly rules: DeviceRules
    /** Makes each signed document unique. */
    readonly newNonce: () => string
    /** Called if the payer says that they did not start what is asked. */
    readonly onNotMe: (payerId: string, id: string) => void
    /** Called if a passkey's counter fell. */
    readonly onCounterFallen: () => void
    /** Called if only the time of a device's last use was not stored. */
    readonly onUseFault: (fault: unknown) => void
  }

/** What has become of the thing that was asked. */
export type Answered = {
  readonly id: string
  /** `stopped`: a recovery. `undo_asked`: a removal, whose undo the page has to confirm. */
  readonly status: 'approved' | 'denied' | 'removed' | 'stopped' | 'undo_asked'
}

/**
 * The payment that an approval's id names, of the payer whom the proof names. It is read beside the device, because the
 * payer waits for each trip; the caller must not use it before the device is trusted.
 */
export async function paymentAsked(
  { payments }: Pick<PaymentPorts, 'payments'>,
  { payerId }: Pick<DeviceProof, 'payerId'>,
  id: string,
): Promise<Payment | undefined> {
  const [kind, paymentId = ''] = id.split('.', 2)
  return kind === 'payment' && payerId !== undefined ? payments.get(payerId, paymentId) : undefined
}

/** The device that answers, and the payment that it answers, if one is asked. */
type Answering = Trusted & { readonly payment: Payment | undefined }

/**
 * Take a device's answer to one of its `approvalsFor`, or its removal of itself (id `removal`). A device that a session
 * removed may only stop.
 *
 * Refuses: `device_not_trusted`, `not_found`, `expired`, `already_decided`, `no_attempts_left`, `approval_not_signed`, `too_many_devices`.
 */
export async function answerApproval(
  ports: AnswerPorts,
  trusted: Answering,
  id: string,
  answer: DeviceAnswer,
  request: SignedBody,
): Promise<Answered> {
  const [kind, subject = ''] = id.split('.', 2)
  const status = await statusAfter(ports, trusted, { kind, subject }, answer, request)
  // An answer to a payment notes it beside its decision.
  if (kind !== 'payment' && trusted.isActive && status !== 'removed') {
    await noteUse(ports, trusted, answer)
  }
  return { id, status }
}

/** Store the time of use. A counter that fell may tell of a copied passkey; it refuses nothing (WebAuthn step 22). */
async function noteUse(ports: AnswerPorts, { payer, device }: Trusted, answer: DeviceAnswer) {
  // An answer that was given before is not checked again, so it may be one that the passkey never signed.
  const { hasCounterFallen, ...seen } =
    answer.answer === 'approve' && !failureOf(answer.assertion, device.passkey, ports.crypto)
      ? afterUse(answer.assertion, device.passkey)
      : { ...device.passkey, hasCounterFallen: false }
  if (hasCounterFallen) ports.onCounterFallen()
  await ports.devices.noteUse(payer.payerId, device.id, seen, ports.clock()).catch(ports.onUseFault)
}

async function statusAfter(
  ports: AnswerPorts,
  trusted: Answering,
  { kind, subject }: { readonly kind: string | undefined; readonly subject: string },
  answer: DeviceAnswer,
  request: SignedBody,
): Promise<Answered['status']> {
  if (isWaiting(trusted.device, ports.clock())) throw new Refusal('device_not_trusted')
  if (kind === 'stop') return answerStop(ports, trusted, subject, answer)
  if (!trusted.isActive) throw new Refusal('device_not_trusted')
  switch (kind) {
    case 'payment':
      return answerPayment(ports, trusted, answer, request)
    case 'device':
      return answerDevice(ports, trusted, subject, answer)
    case 'phone':
      return answerPhone(ports, trusted, subject, answer)
    case 'removal':
      return removeItself(ports, trusted, answer)
    default:
      throw new Refusal('not_found')
  }
}

async function answerPayment(
  ports: AnswerPorts,
  { payment, ...trusted }: Answering,
  answer: DeviceAnswer,
  request: SignedBody,
): Promise<'approved' | 'denied'> {
  const { payer, device } = trusted
  if (!payment) throw new Refusal('not_found')
  const using = { ...ports, noteUse: () => noteUse(ports, trusted, answer) }
  if (answer.answer === 'approve') {
    await approveByDevice(using, device, payment, { ...request, assertion: answer.assertion })
    return 'approved'
  }
  const isNew = await denyByDevice(using, device, payment, { ...request, signed: answer.signed })
  if (isNotMe(answer)) {
    const id = `payment.${payment.paymentId}`
    if (isNew) ports.onNotMe(payer.payerId, id)
    // An equal no again does it too, in case that failed the first time; of a payment of long ago nothing is disowned.
    if (isNew || ports.clock() < payment.expiresAt) await lockStarts(ports, payer, id)
  }
  return 'denied'
}

/** Whether it is a no by which the payer says that they did not start what is asked. */
const isNotMe = (answer: DeviceAnswer): boolean =>
  answer.answer === 'deny' && answer.reason === 'not_me'

/** Let a new device in by an active one's yes, or turn it away. The fifth failed assertion turns it away too. */
async function answerDevice(
  ports: AnswerPorts,
  trusted: Trusted,
  deviceId: string,
  answer: DeviceAnswer,
): Promise<'approved' | 'denied'> {
  const { payer, device } = trusted
  const { devices, clock } = ports
  const { payerId } = payer
  const pending = alivePending(payer.devices, clock())
  if (pending?.id !== deviceId) {
    // An equal request again, after the digits have let it in. A no that comes so late is told so.
    if (answer.answer === 'approve' && isActive(payer.devices, deviceId, clock())) return 'approved'
    throw new Refusal('not_found')
  }
  const attemptsLeft = ASSERTIONS_MAX - pending.failedYes
  if (answer.answer === 'deny') {
    if (answer.signed !== challengeOf(ports.sha256, 'refuseDevice', pending.signing)) {
      ports.onStale('challenge')
      throw new Refusal('approval_not_signed', { attemptsLeft })
    }
    // Before the device is gone, because an equal no would not be heard afterwards.
    if (isNotMe(answer)) await lockStarts(ports, payer, `device.${deviceId}`)
    if (await devices.turnAway(payerId, deviceId)) {
      if (isNotMe(answer)) ports.onNotMe(payerId, `device.${deviceId}`)
      return 'denied'
    }
    // Another device's yes let it in first: then nobody may be told that this no counted.
    if (await isStillActive(ports, payerId, deviceId)) throw new Refusal('not_found')
    return 'denied'
  }
  requireCurrent(ports, device, answer.assertion, 'device', pending.signing, attemptsLeft)
  if (failureOf(answer.assertion, device.passkey, ports.crypto)) {
    const counted = await devices.countFailedYes(payerId, pending, clock())
    throw new Refusal('approval_not_signed', { attemptsLeft: leftAfter(counted, deviceId) })
  }
  const stored = await devices.saveYes(payerId, pending, device.id, clock())
  if (!stored) throw new Refusal('not_found')
  if (stored.devices.pending?.hasDigits) await letIn(ports, stored, 'device')
  return 'approved'
}

const leftAfter = (payer: Payer | undefined, deviceId: string): number => {
  const pending: PendingDevice | undefined = payer?.devices.pending
  return pending?.id === deviceId ? ASSERTIONS_MAX - pending.failedYes : 0
}

/** Agree to another phone number, or end its verification. The fifth failed assertion ends it too. */
async function answerPhone(
  ports: AnswerPorts,
  trusted: Trusted,
  verificationId: string,
  answer: DeviceAnswer,
): Promise<'approved' | 'denied'> {
  const { payer, device } = trusted
  const { payers, clock, sha256 } = ports
  const { payerId } = payer
  const asked = alivePhone(payer, clock())
  const leave = asked?.deviceLeave
  if (asked?.verificationId !== verificationId || !leave) throw new Refusal('not_found')
  const document = { verificationId, signing: leave.signing }
  const attemptsLeft = ASSERTIONS_MAX - leave.failedYes
  if (answer.answer === 'deny') {
    if (answer.signed !== challengeOf(sha256, 'refusePhone', leave.signing)) {
      ports.onStale('challenge')
      throw new Refusal('approval_not_signed', { attemptsLeft })
    }
    const id = `phone.${verificationId}`
    if (isNotMe(answer)) await lockStarts(ports, payer, id)
    const ended = await payers.endVerification(payerId, verificationId)
    // Another device's yes let the number in first: then nobody may be told that this no counted.
    if (!ended && (await hasPhone(ports, payerId, asked.phone))) throw new Refusal('not_found')
    if (ended && isNotMe(answer)) ports.onNotMe(payerId, id)
    return 'denied'
  }
  requireCurrent(ports, device, answer.assertion, 'phone', leave.signing, attemptsLeft)
  if (failureOf(answer.assertion, device.passkey, ports.crypto)) {
    const counted = await payers.countFailedPhoneYes(payerId, document, clock())
    const failed = counted?.pending?.deviceLeave?.failedYes ?? ASSERTIONS_MAX
    throw new Refusal('approval_not_signed', { attemptsLeft: ASSERTIONS_MAX - failed })
  }
  if (phoneYes(payer, clock()) === device.id) return 'approved'
  if (!(await payers.savePhoneYes(payerId, document, device.id, clock()))) {
    throw new Refusal('not_found')
  }
  return 'approved'
}

/**
 * Stop a recovery, or ask to undo this device's removal: by its passkey, never by one tap, because who holds an unlocked
 * phone must not keep its owner off.
 */
async function answerStop(
  ports: AnswerPorts,
  { payer, device }: Trusted,
  deviceId: string,
  answer: DeviceAnswer,
): Promise<'stopped' | 'undo_asked'> {
  if (answer.answer === 'deny') throw new Refusal('not_found')
  const { devices, clock, crypto, rules } = ports
  const { payerId } = payer
  const now = clock()
  const recovery = waitingDevices(payer.devices, now).find(({ id }) => id === deviceId)
  // A removed device may be heard for longer, because of a recovery.
  const isOwn = device.id === deviceId && isUndoable(device, rules, now)
  const removal = isOwn ? device : undefined
  const stop = (recovery ?? removal)?.stop
  if (!stop) throw new Refusal('not_found')
  const { signing } = stop
  const attemptsLeft = ASSERTIONS_MAX - (stop.failed[device.id] ?? 0)
  if (attemptsLeft <= 0) throw new Refusal('no_attempts_left')
  requireCurrent(ports, device, answer.assertion, 'stop', signing, attemptsLeft)
  if (failureOf(answer.assertion, device.passkey, crypto)) {
    await devices.countFailedStop(payerId, deviceId, { signing, byDevice: device.id })
    throw new Refusal('approval_not_signed', { attemptsLeft: attemptsLeft - 1 })
  }
  if (recovery) {
    const by = { signing, byDevice: device.id }
    if (!(await devices.stopWaiting(payer, deviceId, by, now))) throw new Refusal('not_found')
    return 'stopped'
  }
  if (!(await devices.askUndo(payerId, deviceId, signing, now))) throw new Refusal('not_found')
  return 'undo_asked'
}

/** A removal ends nothing that a thief would want to keep, so a failed assertion counts nothing. */
async function removeItself(
  ports: AnswerPorts,
  { payer, device }: Trusted,
  answer: DeviceAnswer,
): Promise<'removed'> {
  if (answer.answer === 'deny') throw new Refusal('not_found')
  const attemptsLeft = ASSERTIONS_MAX
  const signing = removalSigning(payer.payerId, device)
  requireCurrent(ports, device, answer.assertion, 'remove', signing, attemptsLeft)
  if (failureOf(answer.assertion, device.passkey, ports.crypto)) {
    throw new Refusal('approval_not_signed', { attemptsLeft })
  }
  await removeItsOwn(ports, payer, device.id)
  return 'removed'
}

async function isStillActive(
  { payers, clock }: Pick<AnswerPorts, 'payers' | 'clock'>,
  payerId: string,
  deviceId: string,
): Promise<boolean> {
  const payer = await payers.get(payerId)
  return payer !== undefined && isActive(payer.devices, deviceId, clock())
}

async function hasPhone(
  { payers }: Pick<AnswerPorts, 'payers'>,
  payerId: string,
  number: PhoneNumber,
): Promise<boolean> {
  const payer = await payers.get(payerId)
  return payer?.phone !== undefined && samePhone(payer.phone, number)
}

/** Require that an assertion is over this document, made here and now. Refuses `approval_not_signed`. */
function requireCurrent(
  { sha256, site, crypto, onStale }: SignaturePorts,
  { passkey }: Device,
  assertion: Assertion,
  as: SignedAs,
  signing: string,
  attemptsLeft: number,
) {
  const challenge = challengeOf(sha256, as, signing)
  const stale = stalenessOf(assertion, challenge, passkey, site, crypto)
  if (!stale) return
  onStale(stale)
  throw new Refusal('approval_not_signed', { attemptsLeft })
}
