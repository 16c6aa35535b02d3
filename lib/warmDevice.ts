/** The payer's device in warm requests: its keys, the proof of its requests, and its passkey's yes. */
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'

/** The page's address, to which all of it is bound. */
export const SITE = 'https://warm.example'

/**
 * The private key 1, whose public one is the curve's own base point: no secret, and the same everywhere, because a key
 * of chance would give other bytes each time.
 */
const PUBLIC = {
  crv: 'P-256',
  kty: 'EC',
  x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
  y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
} as const
const d = Buffer.alloc(32)
d.writeUInt8(1, 31)
const key = createPrivateKey({ format: 'jwk', key: { ...PUBLIC, d: url(d) } })

/** Its RFC 7638 thumbprint. */
export const DEVICE_ID = url(sha256(JSON.stringify(PUBLIC)))

/** What is stored of it. */
export const DEVICE = {
  name: 'Warm phone',
  key: PUBLIC,
  passkey: {
    credentialId: 'AAAA',
    spki: url(createPublicKey(key).export({ format: 'der', type: 'spki' })),
    alg: -7,
    backupEligible: false,
    backedUp: false,
    signCount: 0,
  },
} as const

/** The header `Device-Proof` of a request; `payerId` once the device knows it. */
export function proofOf(
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: string },
  payerId: string,
): string {
  const signed = [
    { typ: 'device-proof+jwt', alg: 'ES256', kid: `${payerId}.${DEVICE_ID}` },
    {
      htm: method,
      htu: `${SITE}/api${path}`,
      iat: Math.floor(Date.now() / 1000),
      jti: 'warm',
      bh: url(sha256(body)),
    },
  ].map((part) => url(Buffer.from(JSON.stringify(part))))
  const signature = sign('sha256', Buffer.from(signed.join('.')), {
    key,
    dsaEncoding: 'ieee-p1363',
  })
  return [...signed, url(signature)].join('.')
}

/** The passkey's yes to a payment's document. */
export function yesTo(signing: string): object {
  const challenge = url(sha256(`payfriend approve v1\n${signing}`))
  const said = { type: 'webauthn.get', challenge, origin: SITE, crossOrigin: false }
  const clientData = Buffer.from(JSON.stringify(said))
  // The hash of the host, the bits of a user who was present and verified, and a counter of nothing.
  const authenticatorData = Buffer.concat([
    sha256(new URL(SITE).hostname),
    Buffer.from([5, 0, 0, 0, 0]),
  ])
  const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), key)
  const id = DEVICE.passkey.credentialId
  const response = {
    clientDataJSON: url(clientData),
    authenticatorData: url(authenticatorData),
    signature: url(signature),
  }
  return { answer: 'approve', assertion: { id, rawId: id, type: 'public-key', response } }
}

function sha256(bytes: Buffer | string): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function url(bytes: Buffer): string {
  return bytes.toString('base64url')
}
