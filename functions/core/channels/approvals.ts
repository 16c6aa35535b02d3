/** What a device is asked, and its answers: payments, a new device, its own removal. */

import type { DenialReason } from '../channel.ts'
import type { PaymentPorts } from '../deciding.ts'
import {
  activeDevices,
  alivePending,
  type Device,
  hasYes,
  isActive,
  type PendingDevice,
} from '../device.ts'
import type { DeviceProof, DeviceStore } from '../devicePorts.ts'
import { type DeviceView, deviceView } from '../devicesView.ts'
import { removeActive } from '../enrolling.ts'
import { letIn } from '../lettingIn.ts'
import type { Payer } from '../payer.ts'
import { type Payment, statusAt } from '../payment.ts'
import type { Limits, PayerStore } from '../ports.ts'
import { Refusal } from '../refusals.ts'
import { challengeOf, removalSigning, type SignedAs } from '../signing.ts'
import { type Assertion, afterUse, failureOf, stalenessOf } from '../webauthn.ts'
import { approveByDevice, denyByDevice, type SignaturePorts, type SignedBody } from './device.ts'
import { ASSERTIONS_MAX } from './deviceRules.ts'

/** The device that signed a request, and its payer. */
export type Trusted = { readonly payer: Payer; readonly device: Device }

/**
 * The device of a proof. Refuses `device_not_trusted`, the same for an unknown, a pending, a removed device and a wrong
 * signature; `locked` by the operator.
 */
export async function trustedDevice(
  { payers }: { readonly payers: Pick<PayerStore, 'get'> },
  proof: DeviceProof,
): Promise<Trusted> {
  const payer = proof.payerId === undefined ? undefined : await payers.get(proof.payerId)
  const device = payer && activeDevices(payer.devices).find(({ id }) => id === proof.thumbprint)
  if (!device || !(await proof.isSignedBy(device.key))) throw new Refusal('device_not_trusted')
  if (payer.state) throw new Refusal('locked')
  return { payer, device }
}

/** What waits for this device's answer, with the very text that it signs. */
export type ApprovalsView = {
  readonly email: string
  readonly device: DeviceView & {
    /** The document by which this device removes itself. */
    readonly removal: string
  }
  /** The payer's other active devices, so that each shows a new one. */
  readonly others: readonly DeviceView[]
  readonly approvals: readonly {
    readonly kind: 'payment' | 'device'
    readonly id: string
    readonly signing: string
  }[]
}

/** What waits for an answer: the new device first, then the payments, oldest first. */
export async function approvalsFor(
  { payments, limits, clock }: PaymentPorts & { readonly limits: Pick<Limits, 'readStarts'> },
  { payer, device }: Trusted,
): Promise<ApprovalsView> {
  const { payerId } = payer
  const starts = await limits.readStarts(payerId)
  const found = await Promise.all(
    Object.keys(starts?.unfinished ?? {}).map((paymentId) => payments.get(payerId, paymentId)),
  )
  const now = clock()
  const waiting = found
    .filter((payment): payment is Payment => payment !== undefined)
    .filter((payment) => statusAt(payment, now) === 'pending')
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
  const pending = alivePending(payer.devices, now)
  return {
    email: payer.email,
    device: { ...deviceView(device), removal: removalSigning(payerId, device) },
    others: activeDevices(payer.devices)
      .filter(({ id }) => id !== device.id)
      .map(deviceView),
    approvals: [
      ...(pending && !hasYes(payer.devices)
        ? [{ kind: 'device' as const, id: `device.${pending.id}`, signing: pending.signing }]
        : []),
      ...waiting.flatMap(({ paymentId, channels }) =>
        channels.device.signing === undefined
          ? []
          : [
              {
                kind: 'payment' as const,
                id: `payment.${paymentId}`,
                signing: channels.device.signing,
              },
            ],
      ),
    ],
  }
}

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
  readonly status: 'approved' | 'denied' | 'removed'
}

/**
 * Take a device's answer to one of its `approvalsFor`, or its removal of itself (id `removal`).
 *
 * Refuses: `not_found`, `expired`, `already_decided`, `no_attempts_left`, `approval_not_signed`, `too_many_devices`.
 */
export async function answerApproval(
  ports: AnswerPorts,
  trusted: Trusted,
  id: string,
  answer: DeviceAnswer,
  request: SignedBody,
): Promise<Answered> {
  const [kind, subject = ''] = id.split('.', 2)
  const status = await statusAfter(ports, trusted, { kind, subject }, answer, request)
  if (status !== 'removed') await noteUse(ports, trusted, answer)
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
  trusted: Trusted,
  { kind, subject }: { readonly kind: string | undefined; readonly subject: string },
  answer: DeviceAnswer,
  request: SignedBody,
): Promise<Answered['status']> {
  const { payer, device } = trusted
  switch (kind) {
    case 'payment': {
      const named = { payerId: payer.payerId, paymentId: subject }
      if (answer.answer === 'deny') {
        const signed = { ...request, signed: answer.signed }
        if (await denyByDevice(ports, device, named, signed)) {
          noteReason(ports, trusted, answer, `payment.${subject}`)
        }
        return 'denied'
      }
      await approveByDevice(ports, device, named, { ...request, assertion: answer.assertion })
      return 'approved'
    }
    case 'device':
      return answerDevice(ports, trusted, subject, answer)
    case 'removal':
      return removeItself(ports, trusted, answer)
    default:
      throw new Refusal('not_found')
  }
}

/** Tell a no that says "not me", once: at the request that changed something. */
function noteReason(
  { onNotMe }: Pick<AnswerPorts, 'onNotMe'>,
  { payer }: Trusted,
  answer: DeviceAnswer,
  id: string,
) {
  if (answer.answer === 'deny' && answer.reason === 'not_me') onNotMe(payer.payerId, id)
}

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
    if (answer.answer === 'approve' && isActive(payer.devices, deviceId)) return 'approved'
    throw new Refusal('not_found')
  }
  const attemptsLeft = ASSERTIONS_MAX - pending.failedYes
  if (answer.answer === 'deny') {
    if (answer.signed !== challengeOf(ports.sha256, 'refuseDevice', pending.signing)) {
      ports.onStale('challenge')
      throw new Refusal('approval_not_signed', { attemptsLeft })
    }
    if (await devices.turnAway(payerId, deviceId)) {
      noteReason(ports, trusted, answer, `device.${deviceId}`)
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
  await removeActive(ports, payer, device.id)
  return 'removed'
}

async function isStillActive(
  { payers }: Pick<AnswerPorts, 'payers'>,
  payerId: string,
  deviceId: string,
): Promise<boolean> {
  const payer = await payers.get(payerId)
  return payer !== undefined && isActive(payer.devices, deviceId)
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
