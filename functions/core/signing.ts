/**
 * The documents that a device signs (RFC 8785) and the challenges made of them. A challenge is computed from the stored
 * document, so no challenge is stored and none comes from the device.
 */
import { fieldsOf, type PaymentAction } from './action.ts'
import { base64url } from './base64url.ts'
import { canonical } from './canonical.ts'
import type { Device, PendingDevice } from './device.ts'
import type { Sha256 } from './ids.ts'

/** The version of the documents; another form gets another. */
const SIGNING_VERSION = 1

/** What is signed, as the beginning of the signed bytes: so no signature is good for two of them. */
export const SIGNED_AS = {
  approve: 'payfriend approve v1\n',
  deny: 'payfriend deny v1\n',
  /** A yes to a new device, and a no. */
  device: 'payfriend device v1\n',
  refuseDevice: 'payfriend device deny v1\n',
  /** A device removes itself. */
  remove: 'payfriend remove v1\n',
  /** A new device's passkey; the text is the invitation's code. */
  add: 'payfriend add v1\n',
  /** A new key for a passkey that is there already; the text is the invitation's code, a dot, and the key's thumbprint. */
  renew: 'payfriend renew v1\n',
  /** A yes to another phone number, and a no. */
  phone: 'payfriend phone v1\n',
  refusePhone: 'payfriend phone deny v1\n',
  /** A device stops a recovery, or asks to undo its removal. */
  stop: 'payfriend stop v1\n',
} as const

export type SignedAs = keyof typeof SIGNED_AS

/** The SHA-256 of the signed bytes, in base64url: WebAuthn's challenge, and a denial's `signed`. */
export const challengeOf = (sha256: Sha256, as: SignedAs, signing: string): string =>
  base64url(sha256(SIGNED_AS[as] + signing))

/** The document of a payment (RTS Art. 5(1)(b)): payee, amount and display text as they are stored. */
export const paymentSigning = (payment: {
  readonly action: PaymentAction
  readonly displayText: string
  readonly payerId: string
  readonly paymentId: string
  readonly reference: string
  readonly nonce: string
  readonly createdAt: Date
  readonly expiresAt: Date
}): string =>
  canonical({
    ...fieldsOf(payment.action),
    kind: 'payment',
    version: SIGNING_VERSION,
    displayText: payment.displayText,
    payer: payment.payerId,
    paymentId: payment.paymentId,
    reference: payment.reference,
    nonce: payment.nonce,
    createdAt: payment.createdAt.toISOString(),
    expiresAt: payment.expiresAt.toISOString(),
  })

/** The document that lets a new device in. */
export const deviceSigning = (
  payerId: string,
  pending: Pick<PendingDevice, 'id' | 'name' | 'reference' | 'digits' | 'expiresAt'>,
  { nonce, createdAt }: Fresh,
): string =>
  canonical({
    kind: 'device',
    version: SIGNING_VERSION,
    payer: payerId,
    subject: {
      thumbprint: pending.id,
      name: pending.name,
      reference: pending.reference,
      digits: pending.digits,
    },
    nonce,
    createdAt: createdAt.toISOString(),
    expiresAt: pending.expiresAt.toISOString(),
  })

/** The document by which a device removes itself. It needs no nonce: a removal is for good. */
export const removalSigning = (payerId: string, { id, name, addedAt }: Device): string =>
  canonical({
    kind: 'removal',
    version: SIGNING_VERSION,
    payer: payerId,
    subject: { thumbprint: id, name },
    addedAt: addedAt.toISOString(),
  })

/** The document by which an active device agrees to another phone number of the payer. */
export const phoneSigning = (
  payerId: string,
  change: {
    /** The whole number in international form. */
    readonly number: string
    readonly verificationId: string
    readonly reference: string
    readonly expiresAt: Date
  },
  { nonce, createdAt }: Fresh,
): string =>
  canonical({
    kind: 'phone',
    version: SIGNING_VERSION,
    payer: payerId,
    subject: {
      number: change.number,
      verificationId: change.verificationId,
      reference: change.reference,
    },
    nonce,
    createdAt: createdAt.toISOString(),
    expiresAt: change.expiresAt.toISOString(),
  })

/** The document by which a device stops a recovery, or a removed one asks to undo its removal. */
export const stopSigning = (
  payerId: string,
  what: 'recovery' | 'removal',
  { id, name }: Pick<Device, 'id' | 'name'>,
  expiresAt: Date,
  { nonce, createdAt }: Fresh,
): string =>
  canonical({
    kind: 'stop',
    version: SIGNING_VERSION,
    payer: payerId,
    subject: { what, thumbprint: id, name },
    nonce,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  })

/** What makes a document unique. */
type Fresh = { readonly nonce: string; readonly createdAt: Date }
