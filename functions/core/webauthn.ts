/**
 * The part of a relying party of WebAuthn that needs no attestation: reading a new passkey, and checking its answers.
 * The numbers are the steps of Web Authentication Level 3, sections 7.1 and 7.2 (editor's draft of July 2026).
 */
import { type AuthenticatorData, authenticatorDataOf, credentialIdIn } from './authenticatorData.ts'
import { base64url, bytesOf } from './base64url.ts'
import { type SheetFlaw, sheetFlawOf } from './paymentConfirmation.ts'
import type { PaymentSheet } from './paymentSheet.ts'

/** ES256 or RS256, as COSE numbers them. */
export type PasskeyAlgorithm = -7 | -257

/** What is stored of a passkey. */
export type Passkey = {
  readonly credentialId: string
  /** The public key as DER (SubjectPublicKeyInfo), in base64url. */
  readonly spki: string
  readonly alg: PasskeyAlgorithm
  /** Whether it may be copied to other devices (BE). That never changes. */
  readonly backupEligible: boolean
  /** Whether it was copied when it was last used (BS). */
  readonly backedUp: boolean
  readonly signCount: number
}

/** Where passkeys are made and used: the page's origin, and the host that they belong to. */
export type WebAuthnSite = { readonly origin: string; readonly rpId: string }

/** What the core leaves to an adapter. None of these throws, whatever the bytes. */
export type WebAuthnCrypto = {
  sha256(bytes: Uint8Array): Uint8Array
  /** Whether the DER is a public key of this algorithm that is strong enough. */
  isKey(alg: PasskeyAlgorithm, spki: Uint8Array): boolean
  verifies(
    alg: PasskeyAlgorithm,
    spki: Uint8Array,
    data: Uint8Array,
    signature: Uint8Array,
  ): boolean
}

type Credential<Response> = {
  readonly id: string
  readonly rawId: string
  readonly type: string
  readonly response: Response
}

/** The members that are read of `toJSON()` of what `navigator.credentials.create()` gives. */
export type Registration = Credential<{
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly publicKey: string
  readonly publicKeyAlgorithm: number
}>

/** The members that are read of `toJSON()` of what `navigator.credentials.get()` gives; `userHandle` is none of them. */
export type Assertion = Credential<{
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
}>

/** How an assertion was asked for: by WebAuthn alone, or by Secure Payment Confirmation. */
type Ceremony = 'webauthn.get' | 'payment.get'
type ClientDataFlaw = 'type' | 'challenge' | 'origin' | 'framed'
/** Why a registration is refused. */
export type RegistrationFlaw =
  | ClientDataFlaw
  | ('malformed' | 'rp-id' | 'user-presence' | 'user-verification' | 'backup-state')
  | ('algorithm' | 'key' | 'credential')
/** Why an assertion is no answer to this question. A browser's update may cause it, so it counts as no attempt. */
export type Staleness = ClientDataFlaw | SheetFlaw | 'malformed' | 'rp-id' | 'backup-eligibility'
/** Why an answer to this question is wrong: a failed attempt. */
export type AssertionFailure = 'credential' | 'user-presence' | 'user-verification' | 'signature'

/** The limits of what is decoded; authenticator data has its own. */
const CLIENT_DATA_BYTES_MAX = 2048
const SIGNATURE_BYTES_MAX = 1024
const PUBLIC_KEY_BYTES_MAX = 1024

/**
 * The passkey that a registration made, or the first flaw.
 *
 * @param challenge base64url of what the server asks for, never taken from the request
 */
export function passkeyFrom(
  registration: Registration,
  challenge: string,
  site: WebAuthnSite,
  crypto: WebAuthnCrypto,
): Passkey | { readonly flaw: RegistrationFlaw } {
  const { clientDataJSON, authenticatorData, publicKey, publicKeyAlgorithm } = registration.response
  const clientData = clientDataOf(clientDataJSON)
  const data = authenticatorDataOf(authenticatorData)
  const spki = bytesOf(publicKey, PUBLIC_KEY_BYTES_MAX)
  if (!isPublicKeyCredential(registration) || !clientData || !data || !spki) {
    return { flaw: 'malformed' }
  }
  // 7 to 11
  const clientDataFlaw = clientDataFlawOf(clientData, 'webauthn.create', challenge, site)
  if (clientDataFlaw) return { flaw: clientDataFlaw }
  // 13: the browser gives authenticator data and key outside of the CBOR of the attestation object.
  // 14
  if (!isOf(site, data, crypto)) return { flaw: 'rp-id' }
  // 15
  if (!data.isUserPresent) return { flaw: 'user-presence' }
  // 16
  if (!data.isUserVerified) return { flaw: 'user-verification' }
  // 17
  if (data.isBackedUp && !data.isBackupEligible) return { flaw: 'backup-state' }
  // 20. The key in the authenticator data is not compared: without attestation nothing vouches for that one either.
  const alg = publicKeyAlgorithm
  if (alg !== -7 && alg !== -257) return { flaw: 'algorithm' }
  if (!crypto.isKey(alg, spki)) return { flaw: 'key' }
  // 21 to 24: attestation is neither asked for nor read.
  // 25
  const credentialId = credentialIdIn(data)
  if (credentialId === undefined || credentialId !== registration.rawId) {
    return { flaw: 'credential' }
  }
  // 26 is left out: a passkey is found by its device, never by its id, so the same id twice takes nothing from anybody.
  return {
    credentialId,
    spki: publicKey,
    alg,
    backupEligible: data.isBackupEligible,
    backedUp: data.isBackedUp,
    signCount: data.signCount,
  }
}

/**
 * Why an assertion is no answer of this passkey to this question, or undefined. Without a valid signature all of it is
 * only claimed: `failureOf` has to follow.
 *
 * @param challenge base64url of what the server computed from what it stored, never taken from the request
 * @param sheet what the browser itself may have shown (`payment.get`); without it only `webauthn.get` is an answer
 */
export function stalenessOf(
  assertion: Assertion,
  challenge: string,
  passkey: Passkey,
  site: WebAuthnSite,
  crypto: WebAuthnCrypto,
  sheet?: PaymentSheet,
): Staleness | undefined {
  // 7 to 9
  const clientData = clientDataOf(assertion.response.clientDataJSON)
  const data = authenticatorDataOf(assertion.response.authenticatorData)
  const signature = bytesOf(assertion.response.signature, SIGNATURE_BYTES_MAX)
  if (!isPublicKeyCredential(assertion) || !clientData || !data || !signature) return 'malformed'
  // 10 to 14
  const type = sheet ? typeOf(clientData) : 'webauthn.get'
  const clientDataFlaw = clientDataFlawOf(clientData, type, challenge, site)
  if (clientDataFlaw) return clientDataFlaw
  const sheetFlaw = sheet && type === 'payment.get' && sheetFlawOf(clientData.payment, sheet, site)
  if (sheetFlaw) return sheetFlaw
  // 15
  if (!isOf(site, data, crypto)) return 'rp-id'
  // 18
  if (data.isBackedUp && !data.isBackupEligible) return 'backup-eligibility'
  // 19. Another credential has an eligibility of its own; that it is another one is a failure.
  const isThisPasskey = assertion.rawId === passkey.credentialId
  if (isThisPasskey && data.isBackupEligible !== passkey.backupEligible) return 'backup-eligibility'
  return undefined
}

/** Whether the browser showed the payment itself: `payment.get`. All else is to be `webauthn.get`. */
export const ceremonyOf = ({ response }: Assertion): Ceremony =>
  typeOf(clientDataOf(response.clientDataJSON) ?? {})

/** Why an answer that is not stale is wrong, or undefined if the passkey gave it and its user was verified. */
export function failureOf(
  assertion: Assertion,
  passkey: Passkey,
  crypto: WebAuthnCrypto,
): AssertionFailure | undefined {
  // 5 and 6: the device is known by its proof, and with it its one passkey. A user handle says nothing more.
  if (assertion.rawId !== passkey.credentialId) return 'credential'
  const clientData = bytesOf(assertion.response.clientDataJSON, CLIENT_DATA_BYTES_MAX)
  const data = authenticatorDataOf(assertion.response.authenticatorData)
  const signature = bytesOf(assertion.response.signature, SIGNATURE_BYTES_MAX)
  const spki = bytesOf(passkey.spki, PUBLIC_KEY_BYTES_MAX)
  // Nothing is signed that cannot be read.
  if (!clientData || !data || !signature || !spki) return 'signature'
  // 16
  if (!data.isUserPresent) return 'user-presence'
  // 17
  if (!data.isUserVerified) return 'user-verification'
  // 20 and 21
  const signed = Uint8Array.of(...data.bytes, ...crypto.sha256(clientData))
  if (!crypto.verifies(passkey.alg, spki, signed, signature)) return 'signature'
  return undefined
}

/**
 * What to store after an assertion that was accepted (24), and whether its counter has not grown although one of the
 * two is not 0 (22). That may mean a copy of the key, or two answers out of order; it refuses nothing, because a passkey
 * that is synchronised always says 0, and some authenticators count wrongly.
 */
export function afterUse(
  assertion: Assertion,
  passkey: Passkey,
): Pick<Passkey, 'backedUp' | 'signCount'> & { readonly hasCounterFallen: boolean } {
  const data = authenticatorDataOf(assertion.response.authenticatorData)
  if (!data) throw new Error('an accepted assertion has no authenticator data')
  const { isBackedUp: backedUp, signCount } = data
  const counts = signCount !== 0 || passkey.signCount !== 0
  return { backedUp, signCount, hasCounterFallen: counts && signCount <= passkey.signCount }
}

const isPublicKeyCredential = ({ type, id, rawId }: Credential<unknown>) =>
  type === 'public-key' && id === rawId

type ClientData = Readonly<Record<string, unknown>>

const typeOf = ({ type }: ClientData): Ceremony =>
  type === 'payment.get' ? 'payment.get' : 'webauthn.get'

function clientDataOf(text: string): ClientData | undefined {
  const bytes = bytesOf(text, CLIENT_DATA_BYTES_MAX)
  if (!bytes) return undefined
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

function clientDataFlawOf(
  clientData: ClientData,
  type: 'webauthn.create' | Ceremony,
  challenge: string,
  { origin }: WebAuthnSite,
): ClientDataFlaw | undefined {
  // 7 of 7.1, 10 of 7.2
  if (clientData.type !== type) return 'type'
  // 8, 11
  if (clientData.challenge !== challenge) return 'challenge'
  // 9, 12
  if (clientData.origin !== origin) return 'origin'
  // 10, 13: no other page may hold ours in a frame. What is neither true nor false is no "false" either.
  if (clientData.crossOrigin !== undefined && clientData.crossOrigin !== false) return 'framed'
  // 11, 14
  if (clientData.topOrigin !== undefined) return 'framed'
  return undefined
}

function isOf({ rpId }: WebAuthnSite, { rpIdHash }: AuthenticatorData, crypto: WebAuthnCrypto) {
  return base64url(rpIdHash) === base64url(crypto.sha256(new TextEncoder().encode(rpId)))
}
