/** Ids that are made of what they name: the same input always has the same id, and the id tells none of it. */
import { international, type PendingPhone } from './payer.ts'

/** SHA-256 of a text in UTF-8: 32 bytes. */
export type Sha256 = (text: string) => Uint8Array

/** A payment's id. The same key of the same payer is the same payment, so its own item tells that it was started. */
export const paymentIdFrom =
  (sha256: Sha256) =>
  (payerId: string, idempotencyKey: string): string =>
    base64url(sha256(`${payerId}\0${idempotencyKey}`).subarray(0, 16))

/** What a change of phone is called at the provider: this verification of this number. */
export const changeIdFrom =
  (sha256: Sha256) =>
  ({ verificationId, phone }: Pick<PendingPhone, 'verificationId' | 'phone'>): string =>
    base64url(sha256(`${verificationId}\0${international(phone)}`)).slice(0, 22)

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (sign) => IN_URL[sign] ?? '')
const IN_URL: Readonly<Record<string, string>> = { '+': '-', '/': '_' }
