/** Ids derived by SHA-256: the same input always gives the same id, and the id does not reveal its input. */
import { base64url } from './base64url.ts'
import { international, type PendingPhone } from './payer.ts'

/** SHA-256 of a text in UTF-8: 32 bytes. */
export type Sha256 = (text: string) => Uint8Array

/** A payment's id, from payer and idempotency key: a repeated key finds the payment that it started. */
export const paymentIdFrom =
  (sha256: Sha256) =>
  (payerId: string, idempotencyKey: string): string =>
    base64url(sha256(`${payerId}\0${idempotencyKey}`).subarray(0, 16))

/** The id of a change of phone at the provider, from the verification and its number. */
export const changeIdFrom =
  (sha256: Sha256) =>
  ({ verificationId, phone }: Pick<PendingPhone, 'verificationId' | 'phone'>): string =>
    base64url(sha256(`${verificationId}\0${international(phone)}`)).slice(0, 22)
