/** The channel `device`: a passkey approves exactly the stored document, a device key denies it. */
import { fieldsOf } from '../action.ts'
import { type PaymentPorts, requirePayment, whyConditionFailed } from '../deciding.ts'
import { activeDevices, type Device } from '../device.ts'
import type { SignaturePorts } from '../devicePorts.ts'
import type { Sha256 } from '../ids.ts'
import { type Payment, statusAt, whyClosed } from '../payment.ts'
import { sheetOf } from '../paymentSheet.ts'
import type { ChannelStart, Decision } from '../ports.ts'
import { Refusal } from '../refusals.ts'
import { challengeOf, paymentSigning } from '../signing.ts'
import { type Assertion, ceremonyOf, failureOf, stalenessOf } from '../webauthn.ts'
import { ASSERTIONS_MAX } from './deviceRules.ts'

/** A device's request as it came, kept as evidence. */
export type SignedBody = { readonly body: string; readonly proof: string }

/** A payment waits on the payer's devices, if there is one when it starts; `newNonce` makes its document unique. */
export const deviceStart =
  (newNonce: () => string) => async (): Promise<ChannelStart<'device'>> => ({
    begin({ devices, now, ...start }) {
      const none = { tried: [], failed: [] }
      if (activeDevices(devices, now).length === 0) return { state: none }
      const signing = paymentSigning({ ...start, nonce: newNonce(), createdAt: now })
      return { state: { ...none, signing } }
    },
  })

/** What a device's answer to a payment needs; `noteUse` stores the time of the device's use, and never throws. */
type AnsweringPorts = PaymentPorts & { readonly noteUse: () => Promise<void> }

/**
 * Approve a payment by an assertion of the device's passkey over the stored document. An equal request again returns
 * the approved payment. If the browser showed the payment itself (`payment.get`), it showed what is stored, or the
 * assertion is one of another document.
 *
 * What makes the signature one of another document, place or time is refused and counts as no attempt. A wrong
 * signature is an attempt, counted before it is checked; the fifth fails the payment (RTS Art. 4(3)(b)).
 *
 * Refuses: `not_found`, `expired`, `already_decided`, `no_attempts_left`, `approval_not_signed`.
 */
export async function approveByDevice(
  ports: AnsweringPorts & SignaturePorts,
  device: Device,
  payment: Payment,
  { assertion, ...request }: SignedBody & { readonly assertion: Assertion },
): Promise<Payment> {
  const { payments, clock, crypto, sha256 } = ports
  const { payerId, paymentId } = payment
  if (isDecidedBy(payment, device, 'approved')) {
    await ports.noteUse()
    return payment
  }
  const signing = requireSigning(payment)
  const closed = whyClosed(payment, clock())
  if (closed) throw closed
  const challenge = challengeOf(sha256, 'approve', signing)
  const { reference, action } = payment
  const sheet = sheetOf({ ...fieldsOf(action), reference }, ports.site.origin)
  const stale = stalenessOf(assertion, challenge, device.passkey, ports.site, crypto, sheet)
  if (stale) {
    ports.onStale(stale)
    throw notSigned(payment)
  }
  const digest = digestOf(sha256, assertion)
  const reserved = await reserve(ports, payment, { signing, digest })
  if (failureOf(assertion, device.passkey, crypto)) throw await failed(ports, reserved, digest)
  const { spki, alg } = device.passkey
  const decision: Decision = {
    status: 'approved',
    channel: 'device',
    by: 'payer',
    evidence: {
      kind: 'passkey',
      ...signedBy(device, request),
      spki,
      alg,
      ua_type: ceremonyOf(assertion),
    },
    only: { payerId, signing },
  }
  const [decided] = await Promise.all([
    payments.decide(paymentId, decision, clock()),
    ports.noteUse(),
  ])
  return decided ?? answeredMeanwhile(ports, payment, device, 'approved')
}

/**
 * Deny a payment by the device key alone: one tap needs no passkey. Returns whether this request denied it; an equal one
 * again changes nothing.
 *
 * Refuses: `not_found` (started before the payer had a device), `expired`, `already_decided`, `approval_not_signed` (another document).
 */
export async function denyByDevice(
  ports: AnsweringPorts & Pick<SignaturePorts, 'sha256' | 'onStale'>,
  device: Device,
  payment: Payment,
  { signed, ...request }: SignedBody & { readonly signed: string },
): Promise<boolean> {
  const { payerId, paymentId } = payment
  const signing = requireSigning(payment)
  const isAgain = isDecidedBy(payment, device, 'denied')
  const closed = isAgain ? undefined : whyClosed(payment, ports.clock())
  if (closed) throw closed
  if (signed !== challengeOf(ports.sha256, 'deny', signing)) {
    ports.onStale('challenge')
    throw notSigned(payment)
  }
  if (isAgain) {
    await ports.noteUse()
    return false
  }
  const decision: Decision = {
    status: 'denied',
    channel: 'device',
    by: 'payer',
    evidence: { kind: 'device-key', ...signedBy(device, request) },
    only: { payerId, signing },
  }
  const [decided] = await Promise.all([
    ports.payments.decide(paymentId, decision, ports.clock()),
    ports.noteUse(),
  ])
  if (!decided) await answeredMeanwhile(ports, payment, device, 'denied')
  return decided !== undefined
}

/** The digest by which an assertion is counted once. */
const digestOf = (sha256: Sha256, { response }: Assertion): string =>
  challengeOf(
    sha256,
    'approve',
    JSON.stringify([response.clientDataJSON, response.authenticatorData, response.signature]),
  )

const signedBy = ({ id, key, boundBy }: Device, { body, proof }: SignedBody) => ({
  device_id: id,
  jwk: key,
  bound_by: boundBy,
  body,
  proof,
})

/** A payment without a document was started before the payer had a device: no device knows it. */
function requireSigning({ channels }: Payment): string {
  const { signing } = channels.device
  if (signing === undefined) throw new Refusal('not_found')
  return signing
}

const attemptsLeftOf = ({ channels }: Payment) => ASSERTIONS_MAX - channels.device.tried.length

const notSigned = (payment: Payment) =>
  new Refusal('approval_not_signed', { attemptsLeft: attemptsLeftOf(payment) })

/** The payment with this assertion counted. One that was counted before is checked again and not counted. */
async function reserve(
  { payments, clock, ...ports }: PaymentPorts,
  { payerId, paymentId }: Payment,
  assertion: { readonly signing: string; readonly digest: string },
): Promise<Payment> {
  const reserved = await payments.reserveAssertion(payerId, paymentId, assertion, clock())
  if (reserved) return reserved
  const now = await requirePayment({ ...ports, payments, clock }, payerId, paymentId)
  const closed = whyClosed(now, clock())
  if (closed) throw closed
  if (now.channels.device.tried.includes(assertion.digest)) return now
  if (attemptsLeftOf(now) <= 0) throw new Refusal('no_attempts_left')
  throw whyConditionFailed(undefined, paymentId)
}

/** Count a failed assertion and return the refusal. */
async function failed(ports: PaymentPorts, payment: Payment, digest: string): Promise<Error> {
  const { payerId, paymentId } = payment
  const counted =
    (await ports.payments.countFailedAssertion(payment, digest, ports.clock())) ??
    (await requirePayment(ports, payerId, paymentId))
  if (statusAt(counted, ports.clock()) === 'failed') {
    return new Refusal('approval_not_signed', { attemptsLeft: 0 })
  }
  return whyClosed(counted, ports.clock()) ?? notSigned(counted)
}

/** The payment's answer is this device's, in an equal request that came first; else refuses. */
async function answeredMeanwhile(
  ports: PaymentPorts,
  { payerId, paymentId }: Payment,
  device: Device,
  status: 'approved' | 'denied',
): Promise<Payment> {
  const now = await requirePayment(ports, payerId, paymentId)
  if (isDecidedBy(now, device, status)) return now
  throw whyConditionFailed(whyClosed(now, ports.clock()), paymentId)
}

const isDecidedBy = ({ outcome }: Payment, { id }: Device, status: 'approved' | 'denied') =>
  outcome.status === status && 'device_id' in outcome.evidence && outcome.evidence.device_id === id
