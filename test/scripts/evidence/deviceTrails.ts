/** Test support: payments that a device decided, with real signatures, and the payer's trail that has the device. */
import { sha256, sha256Hex } from '../../../functions/adapters/sha256.ts'
import { fieldsOf } from '../../../functions/core/action.ts'
import { type Evidence, outcomeOf, proofOf } from '../../../functions/core/outcome.ts'
import {
  EMPTY_TRAIL,
  type PayerEntry,
  type PayerEventName,
  withEntry,
} from '../../../functions/core/payerTrail.ts'
import type { HistoryEntry } from '../../../functions/core/payment.ts'
import { sheetOf } from '../../../functions/core/paymentSheet.ts'
import type { PaymentWithHistory } from '../../../functions/core/paymentTrail.ts'
import { challengeOf, paymentSigning } from '../../../functions/core/signing.ts'
import {
  type AuthenticatorFault,
  type ProofOrder,
  softwarePhone,
} from '../../../local/phone/softwarePhone.ts'
import { at } from '../../core/answering.ts'
import { open } from '../../core/payments.ts'
import { payer } from './paymentTrails.ts'

const ORIGIN = 'https://pay.example'
export const newPhone = (alg: -7 | -257 = -7) =>
  softwarePhone({ origin: ORIGIN, rpId: 'pay.example', alg, clock: () => at(30) })

type ToldDevice = NonNullable<PayerEntry['device']>
type SoftwarePhone = ReturnType<typeof newPhone>

const { providerPhoneId: _, ...noPhone } = open
/** A payment that waits for a device. */
export const waiting: PaymentWithHistory = {
  ...noPhone,
  channels: {
    push: { state: 'unavailable' },
    sms: { to: null, sends: 0, attempts: 0, wrongCodes: 0 },
    device: {
      signing: paymentSigning({ ...open, nonce: 'AAECAwQFBgcICQoLDA0ODw' }),
      tried: [],
      failed: [],
    },
  },
  history: [payer(0, 'started')],
}

export const signingOf = ({ channels }: PaymentWithHistory) => channels.device.signing ?? ''

export const onDevice = (seconds: number, event: HistoryEntry['event']): HistoryEntry => ({
  at: at(seconds).toISOString(),
  event,
  channel: 'device',
  by: 'payer',
})

/** What a device does otherwise than it should. */
export type Wrong = {
  readonly assertion?: AuthenticatorFault
  /** The browser itself shows the payment: as it is, or with another amount. */
  readonly sheet?: 'right' | 'another amount'
  readonly order?: Partial<ProofOrder>
  /** Members of the evidence that is stored. */
  readonly evidence?: Readonly<Record<string, unknown>>
  readonly body?: (body: string) => string
  /** The document that it signs instead of the payment's. */
  readonly signing?: string
  readonly prefix?: 'approve' | 'deny'
}

/** The payment after the phone's yes. */
export function approvedBy(
  phone: SoftwarePhone,
  wrong: Wrong = {},
  payment = waiting,
): PaymentWithHistory {
  const { signing = signingOf(payment), prefix = 'approve' } = wrong
  const challenge = challengeOf(sha256, prefix, signing)
  const assertion = wrong.sheet
    ? phone.confirm(challenge, sheetOn(payment, wrong.sheet), wrong.assertion)
    : phone.get(challenge, wrong.assertion)
  const passkey = phone.create('').response
  const evidence = {
    kind: 'passkey',
    ...requestOf(phone, payment, { answer: 'approve', assertion }, wrong),
    spki: passkey.publicKey,
    alg: passkey.publicKeyAlgorithm,
    ua_type: wrong.sheet ? 'payment.get' : 'webauthn.get',
    ...wrong.evidence,
  } as Evidence
  const history = [onDevice(29, 'assertion_tried'), onDevice(30, 'approved')]
  return decided(payment, history, 'approved', evidence)
}

function sheetOn({ action, reference }: PaymentWithHistory, is: Wrong['sheet']) {
  const sheet = sheetOf({ ...fieldsOf(action), reference }, ORIGIN)
  return is === 'right' ? sheet : { ...sheet, total: { ...sheet.total, value: '0.01' } }
}

/** The payment after the phone's no. */
export function deniedBy(
  phone: SoftwarePhone,
  wrong: Wrong = {},
  payment = waiting,
): PaymentWithHistory {
  const { signing = signingOf(payment), prefix = 'deny' } = wrong
  const body = { answer: 'deny', reason: 'not_me', signed: challengeOf(sha256, prefix, signing) }
  const evidence = {
    kind: 'device-key',
    ...requestOf(phone, payment, body, wrong),
    ...wrong.evidence,
  } as Evidence
  return decided(payment, [onDevice(30, 'denied')], 'denied', evidence)
}

function requestOf(phone: SoftwarePhone, payment: PaymentWithHistory, said: object, wrong: Wrong) {
  const body = JSON.stringify(said)
  const proof = phone.proof({
    method: 'POST',
    url: `${ORIGIN}/api/approvals/payment.${payment.paymentId}`,
    body,
    kid: `${payment.payerId}.${phone.thumbprint}`,
    ...wrong.order,
  })
  return {
    device_id: phone.thumbprint,
    jwk: phone.jwk,
    bound_by: 'text' as const,
    body: wrong.body?.(body) ?? body,
    proof,
  }
}

function decided(
  payment: PaymentWithHistory,
  more: readonly HistoryEntry[],
  status: 'approved' | 'denied',
  evidence: Evidence,
): PaymentWithHistory {
  const end = { status, channel: 'device', at: at(30), evidence, proof: proofOf(evidence) } as const
  return { ...payment, history: [...payment.history, ...more], outcome: outcomeOf(end) }
}

/**
 * What happened to the device of a phone, as its payer's trail has it: each event with its second, and what its entry
 * has otherwise; without a device, `null`.
 */
export function deviceTrail(
  phone: SoftwarePhone,
  events: readonly (readonly [PayerEventName, number, (Partial<ToldDevice> | null)?])[],
  device: Partial<ToldDevice> = {},
) {
  const { publicKey: spki, publicKeyAlgorithm: alg } = phone.create('').response
  const keys = {
    id: phone.thumbprint,
    key: phone.jwk,
    spki,
    alg,
    boundBy: 'text',
    ...device,
  } as const
  return events.reduce(
    (trail, [event, seconds, more = {}]) =>
      withEntry(
        trail,
        {
          payerId: open.payerId,
          event,
          by: 'payer',
          ...(more && { device: { ...keys, ...more } }),
        },
        at(seconds),
        sha256Hex,
      ),
    EMPTY_TRAIL,
  )
}
