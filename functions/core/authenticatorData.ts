/** What an authenticator says and signs: section 6.1 of Web Authentication Level 3. */
import { base64url, bytesOf } from './base64url.ts'

/** Authenticator data of WebAuthn, read. Bits that are reserved, and extensions, are not looked at. */
export type AuthenticatorData = {
  readonly bytes: Uint8Array
  readonly rpIdHash: Uint8Array
  readonly isUserPresent: boolean
  readonly isUserVerified: boolean
  readonly isBackupEligible: boolean
  readonly isBackedUp: boolean
  readonly hasCredential: boolean
  readonly signCount: number
}

/** Room for a credential id of the longest length and an RSA key of 4,096 bits. */
const AUTHENTICATOR_DATA_BYTES_MAX = 2048
/** Step 25 of Web Authentication Level 3, section 7.1. */
const CREDENTIAL_ID_BYTES_MAX = 1023
/** The hash of the rpId, a byte of flags, a counter of four bytes. */
const HEAD_BYTES = 37
/** After the head: the model's id of 16 bytes, and the length of the credential's id. */
const LENGTH_AT = HEAD_BYTES + 16
const CREDENTIAL_ID_AT = LENGTH_AT + 2

/** What the bytes say, if they are authenticator data at all. */
export function authenticatorDataOf(text: string): AuthenticatorData | undefined {
  const bytes = bytesOf(text, AUTHENTICATOR_DATA_BYTES_MAX)
  if (!bytes || bytes.length < HEAD_BYTES) return undefined
  const flags = bytes[32] ?? 0
  return {
    bytes,
    rpIdHash: bytes.subarray(0, 32),
    isUserPresent: (flags & 0x01) !== 0,
    isUserVerified: (flags & 0x04) !== 0,
    isBackupEligible: (flags & 0x08) !== 0,
    isBackedUp: (flags & 0x10) !== 0,
    hasCredential: (flags & 0x40) !== 0,
    signCount: new DataView(bytes.buffer, bytes.byteOffset).getUint32(33),
  }
}

/** The id of the credential that was made, if it is there whole, has a possible length, and a key follows it. */
export function credentialIdIn({ bytes, hasCredential }: AuthenticatorData): string | undefined {
  if (!hasCredential || bytes.length < CREDENTIAL_ID_AT) return undefined
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(LENGTH_AT)
  if (length === 0 || length > CREDENTIAL_ID_BYTES_MAX) return undefined
  const end = CREDENTIAL_ID_AT + length
  return bytes.length > end ? base64url(bytes.subarray(CREDENTIAL_ID_AT, end)) : undefined
}
