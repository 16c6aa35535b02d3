/** What an authenticator says of a new passkey, in the form that it says it in. */
import type { KeyObject } from 'node:crypto'

/** The part of authenticator data that has the credential: no model, the id, the key. */
export const credentialData = (id: Buffer, key: KeyObject): Buffer =>
  Buffer.concat([Buffer.alloc(16), uint16(id.length), id, cose(key)])

/** An attestation object that attests nothing, in CBOR: { fmt: 'none', attStmt: {}, authData }. */
export const attestationObject = (authData: Buffer): Buffer =>
  Buffer.concat([
    hex('a363666d74646e6f6e656761747453746d74a068617574684461746159'),
    uint16(authData.length),
    authData,
  ])

/** A public key of P-256 or of RSA with 2,048 bits in CBOR, as COSE has it (RFC 9053 section 7.1, RFC 8230 section 4). */
function cose(key: KeyObject): Buffer {
  const { x, y, n } = key.export({ format: 'jwk' })
  const bytes = (text = '') => Buffer.from(text, 'base64url')
  return n === undefined
    ? Buffer.concat([hex('a5010203262001215820'), bytes(x), hex('225820'), bytes(y)])
    : Buffer.concat([hex('a401030339010020590100'), bytes(n), hex('2143010001')])
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

const hex = (text: string) => Buffer.from(text, 'hex')
