/**
 * A payer's phone without a browser: a device key, and an authenticator with one passkey. It signs as real ones do, and
 * on request does one thing wrongly.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import type { PaymentSheet } from '../../functions/core/paymentSheet.ts'
import { attestationObject, credentialData } from './attestation.ts'

export type PhoneSettings = {
  readonly origin: string
  readonly rpId: string
  /** ES256, or RS256 as Windows Hello has it. */
  readonly alg?: -7 | -257
  /** Whether the passkey is copied to the person's other devices, as most are. */
  readonly isSynced?: boolean
  readonly clock?: () => Date
  /** The keys of an earlier phone, which this one then is. Default: new ones. */
  readonly kept?: PhoneKeys
}

/** What a phone must keep to be the same one again: private keys as PEM, ids in base64url. */
export type PhoneKeys = {
  readonly device: string
  readonly passkey: string
  readonly credentialId: string
  readonly userHandle: string
}

/** What an authenticator does otherwise than it should; all of it is signed, but for `signature`. */
export type AuthenticatorFault = {
  /** Members of the client data to set, or with undefined to leave out. */
  readonly clientData?: Readonly<Record<string, unknown>>
  readonly rpId?: string
  /** The whole byte of flags. */
  readonly flags?: number
  readonly signCount?: number
  readonly credentialId?: Buffer
  readonly authenticatorData?: (bytes: Buffer) => Buffer
  readonly signature?: (bytes: Buffer) => Buffer
}

/** The request to prove, the `kid` once the server has given one, and members that are set wrongly. */
export type ProofOrder = {
  readonly method: string
  readonly url: string
  readonly body?: string
  readonly kid?: string
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

const [UP, UV, BE, BS, AT] = [0x01, 0x04, 0x08, 0x10, 0x40]
const SHOWN = { type: 'public-key', authenticatorAttachment: 'platform' } as const

export type SoftwarePhone = ReturnType<typeof softwarePhone>

/** A phone with new keys, or with those that were kept. */
export function softwarePhone(settings: PhoneSettings) {
  const { origin, rpId, alg = -7, isSynced = true, clock = () => new Date(), kept } = settings
  const device = pairOf(kept?.device) ?? generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const passkey =
    pairOf(kept?.passkey) ??
    (alg === -7
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 }))
  const ownId = kept ? Buffer.from(kept.credentialId, 'base64url') : randomBytes(32)
  const userHandle = kept ? Buffer.from(kept.userHandle, 'base64url') : randomBytes(32)
  const usual = UP | UV | (isSynced ? BE | BS : 0)
  const { x = '', y = '' } = device.publicKey.export({ format: 'jwk' })
  const jwk = { kty: 'EC', crv: 'P-256', x, y } as const
  const thumbprint = sha256(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x, y })).toString(
    'base64url',
  )

  const clientData = (type: string, challenge: string, fault: AuthenticatorFault) =>
    Buffer.from(
      JSON.stringify({ type, challenge, origin, crossOrigin: false, ...fault.clientData }),
    )

  function authenticatorData(
    flags: number,
    fault: AuthenticatorFault,
    attested: Buffer = Buffer.alloc(0),
  ) {
    const head = Buffer.alloc(5)
    head.writeUInt8(fault.flags ?? flags)
    head.writeUInt32BE(fault.signCount ?? 0, 1)
    const bytes = Buffer.concat([sha256(fault.rpId ?? rpId), head, attested])
    return fault.authenticatorData?.(bytes) ?? bytes
  }

  /** What `toJSON()` of `navigator.credentials.get()` gives for a challenge in base64url. */
  function get(challenge: string, fault: AuthenticatorFault = {}) {
    const id = fault.credentialId ?? ownId
    const clientDataJSON = clientData('webauthn.get', challenge, fault)
    const authData = authenticatorData(usual, fault)
    const signed = Buffer.concat([authData, sha256(clientDataJSON)])
    const signature = sign('sha256', signed, passkey.privateKey)
    return {
      ...{ id: url(id), rawId: url(id), ...SHOWN, clientExtensionResults: {} },
      response: {
        clientDataJSON: url(clientDataJSON),
        authenticatorData: url(authData),
        signature: url(fault.signature?.(signature) ?? signature),
        userHandle: url(userHandle),
      },
    }
  }

  return {
    jwk,
    thumbprint,
    credentialId: url(ownId),

    keys: (): PhoneKeys => ({
      device: pem(device.privateKey),
      passkey: pem(passkey.privateKey),
      credentialId: url(ownId),
      userHandle: url(userHandle),
    }),

    /** What `toJSON()` of `navigator.credentials.create()` gives for a challenge in base64url. */
    create(challenge: string, fault: AuthenticatorFault = {}) {
      const id = fault.credentialId ?? ownId
      const authData = authenticatorData(usual | AT, fault, credentialData(id, passkey.publicKey))
      return {
        ...{ id: url(id), rawId: url(id), ...SHOWN, clientExtensionResults: {} },
        response: {
          clientDataJSON: url(clientData('webauthn.create', challenge, fault)),
          attestationObject: url(attestationObject(authData)),
          authenticatorData: url(authData),
          publicKey: url(passkey.publicKey.export({ format: 'der', type: 'spki' })),
          publicKeyAlgorithm: alg as number,
        },
      }
    },

    get,

    /** What the browser's own sheet gives (Secure Payment Confirmation), with the members that Chromium adds. */
    confirm(challenge: string, sheet: PaymentSheet, fault: AuthenticatorFault = {}) {
      const payment = { rpId, topOrigin: origin, ...sheet, paymentEntitiesLogos: [] }
      const clientData = { type: 'payment.get', payment, other_keys_can_be_added_here: 'x' }
      return get(challenge, { ...fault, clientData: { ...clientData, ...fault.clientData } })
    },

    /** The header `Device-Proof` of a request. */
    proof({ method, url: htu, body = '', kid = thumbprint, header, claims }: ProofOrder): string {
      const iat = Math.floor(clock().getTime() / 1000)
      const jti = url(randomBytes(16))
      const bh = url(sha256(body))
      const signed = [
        { typ: 'device-proof+jwt', alg: 'ES256', kid, ...header },
        { htm: method, htu, iat, jti, bh, ...claims },
      ].map((part) => url(Buffer.from(JSON.stringify(part))))
      const key = { key: device.privateKey, dsaEncoding: 'ieee-p1363' } as const
      return [...signed, url(sign('sha256', Buffer.from(signed.join('.')), key))].join('.')
    },
  }
}

/** The keys of a browser whose storage was cleared: the passkey is still there, and a new device key is made. */
export const keysAfterClearing = (keys: PhoneKeys): PhoneKeys => ({
  ...keys,
  device: pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
})

function pairOf(kept: string | undefined) {
  if (kept === undefined) return undefined
  const privateKey = createPrivateKey(kept)
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

const pem = (key: KeyObject) => String(key.export({ type: 'pkcs8', format: 'pem' }))
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest()
const url = (bytes: Buffer) => bytes.toString('base64url')
