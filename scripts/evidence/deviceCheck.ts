/**
 * Checks the signatures of a device's answer, and that they are over this payment (RTS Art. 5(1)(b)). Only the entry is
 * read; whether the keys are those of the payer's device, `payerDeviceCheck.ts` tells.
 */
import { readProof } from '../../functions/adapters/device/deviceProof.ts'
import { webauthnCrypto } from '../../functions/adapters/device/webauthnCrypto.ts'
import { sha256 } from '../../functions/adapters/sha256.ts'
import { authenticatorDataOf } from '../../functions/core/authenticatorData.ts'
import type { BoundPayment } from '../../functions/core/channels/channelRules.ts'
import type { DeviceEvidence } from '../../functions/core/channels/deviceRules.ts'
import { sheetOf } from '../../functions/core/paymentSheet.ts'
import type { PaymentFacts } from '../../functions/core/paymentTrail.ts'
import { challengeOf } from '../../functions/core/signing.ts'
import {
  ceremonyOf,
  failureOf,
  type PasskeyAlgorithm,
  stalenessOf,
  type WebAuthnSite,
} from '../../functions/core/webauthn.ts'
import { claimsIn, noIn, proofSignature, thumbprintOf, yesIn } from './deviceAnswer.ts'

/** A payment with the time of its decision. */
export type DecidedFacts = PaymentFacts & BoundPayment
type PasskeyEvidence = Extract<DeviceEvidence, { readonly kind: 'passkey' }>
type KeyEvidence = Extract<DeviceEvidence, { readonly kind: 'device-key' }>

/** The problem of a yes: of the device key's signature over the request, or of the passkey's over the payment. */
export function passkeyProblem(evidence: PasskeyEvidence, payment: DecidedFacts) {
  return requestProblem(evidence, payment) ?? assertionProblem(evidence, payment)
}

/** The problem of a no: of the device key's signature over a request with the hash of the payment's denial. */
export function deviceKeyProblem(evidence: KeyEvidence, payment: DecidedFacts) {
  const problem = requestProblem(evidence, payment)
  if (problem !== undefined) return problem
  const expected = challengeOf(sha256, 'deny', payment.signing ?? '')
  return noIn(evidence.body) === expected ? undefined : 'the device did not deny this payment'
}

/** The page's origin and host, to which both signatures are bound; undefined if the proof names no such page. */
export function siteOf({ proof }: Pick<DeviceEvidence, 'proof'>): WebAuthnSite | undefined {
  const htu = claimsIn(proof)?.htu
  if (htu === undefined) return undefined
  const { protocol, origin, hostname } = new URL(htu)
  const isSecure = protocol === 'https:' || hostname === 'localhost'
  return isSecure ? { origin, rpId: hostname } : undefined
}

/** As much as the clocks of a device and of the server may differ. */
const CLOCKS_DIFFER_MS = 60_000

function requestProblem(evidence: DeviceEvidence, payment: DecidedFacts): string | undefined {
  const { device_id, jwk, body, proof } = evidence
  if (payment.signing === undefined) return 'there is no document that a device could have signed'
  const claims = claimsIn(proof)
  const signature = proofSignature(evidence)
  const site = siteOf(evidence)
  if (!claims || !signature || !site) return 'the device’s proof has not the form of one'
  const madeAt = new Date(claims.iat * 1000)
  const read = readProof(proof, { method: 'POST', url: claims.htu, body, now: madeAt })
  if ('flaw' in read) return `the device’s proof is not of its request (${read.flaw})`
  if (claims.htu !== `${site.origin}/api/approvals/payment.${payment.paymentId}`) {
    return 'the device’s proof is for another payment'
  }
  if (
    madeAt.getTime() < Date.parse(payment.createdAt) - CLOCKS_DIFFER_MS ||
    madeAt.getTime() > Date.parse(payment.answeredAt) + CLOCKS_DIFFER_MS
  ) {
    return 'the device’s proof was made at another time'
  }
  if (thumbprintOf(jwk) !== device_id) return 'the key is not that of the device'
  if (read.thumbprint !== device_id || read.payerId !== payment.payerId) {
    return 'the device’s proof is of another device or payer'
  }
  const { key, signed, signature: der } = signature
  return webauthnCrypto.verifies(-7, key, signed, der)
    ? undefined
    : 'the device’s signature over its request is wrong'
}

function assertionProblem(evidence: PasskeyEvidence, payment: DecidedFacts): string | undefined {
  const { body, spki, ua_type } = evidence
  const assertion = yesIn(body)
  const data = assertion && authenticatorDataOf(assertion.response.authenticatorData)
  const alg = ALGORITHMS.find((one) => one === evidence.alg)
  const site = siteOf(evidence)
  if (!assertion || !data || !alg || !site) return 'the passkey’s answer has not the form of one'
  if (ua_type !== ceremonyOf(assertion))
    return 'the passkey’s answer is not of the type that is stored'
  const challenge = challengeOf(sha256, 'approve', payment.signing ?? '')
  // The device was found by its key, and its passkey's id is not in the evidence: the signature shows that it is this one.
  const passkey = {
    credentialId: assertion.rawId,
    spki,
    alg,
    backupEligible: data.isBackupEligible,
    backedUp: data.isBackedUp,
    signCount: data.signCount,
  }
  const sheet = sheetOf(payment, site.origin)
  const stale = stalenessOf(assertion, challenge, passkey, site, webauthnCrypto, sheet)
  if (stale === 'challenge') return 'the passkey approved another payment'
  if (stale === 'payee') return 'the browser showed another payee'
  if (stale === 'total') return 'the browser showed another amount'
  if (stale) return `the passkey’s answer was not made for this page (${stale})`
  const failure = failureOf(assertion, passkey, webauthnCrypto)
  if (failure === 'signature') return 'the passkey’s signature is wrong'
  return failure && `the passkey’s user was not verified (${failure})`
}

const ALGORITHMS: readonly PasskeyAlgorithm[] = [-7, -257]
