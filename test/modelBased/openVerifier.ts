/** The signatures of a device, verified by node:crypto alone from what is stored: no code of the product has a say in it. */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { SITE } from '../harness/event.ts'

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest()
const bytesOf = (text: string) => Buffer.from(text, 'base64url')

/** What is wrong with an assertion as this passkey's yes to these bytes; nothing, if all is well. */
export function assertionProblem(
  assertion: {
    readonly response: Readonly<
      Record<'clientDataJSON' | 'authenticatorData' | 'signature', string>
    >
  },
  spki: string,
  signed: string,
): string | undefined {
  const { clientDataJSON, authenticatorData, signature } = assertion.response
  const client = JSON.parse(bytesOf(clientDataJSON).toString())
  if (client.type !== 'webauthn.get') return 'no assertion'
  if (client.challenge !== sha256(signed).toString('base64url')) return 'over other bytes'
  if (client.origin !== SITE.origin) return 'made at another site'
  if (client.crossOrigin !== false || 'topOrigin' in client) return 'made in a frame'
  const data = bytesOf(authenticatorData)
  if (!data.subarray(0, 32).equals(sha256(SITE.rpId))) return 'for another site'
  const flags = data[32] ?? 0
  if ((flags & 1) === 0) return 'nobody was there'
  if ((flags & 4) === 0) return 'nobody was verified'
  const key = createPublicKey({ key: bytesOf(spki), format: 'der', type: 'spki' })
  const over = Buffer.concat([data, sha256(bytesOf(clientDataJSON))])
  return verify('sha256', over, key, bytesOf(signature)) ? undefined : 'not signed by the passkey'
}

type Jwk = { readonly kty: string; readonly crv: string; readonly x: string; readonly y: string }

/** What is wrong with a proof as this device's, of this request. */
export function proofProblem(
  proof: string,
  { kty, crv, x, y }: Jwk,
  asked: { readonly kid: string; readonly htu: string; readonly body: string; readonly at: number },
): string | undefined {
  const [head = '', payload = '', signature = ''] = proof.split('.')
  const { alg, kid } = JSON.parse(bytesOf(head).toString())
  const { htm, htu, bh, iat } = JSON.parse(bytesOf(payload).toString())
  if (alg !== 'ES256') return 'another algorithm'
  if (kid !== asked.kid) return 'of another device or payer'
  if (htm !== 'POST' || htu !== asked.htu) return 'of another route'
  if (bh !== sha256(asked.body).toString('base64url')) return 'of another body'
  if (Math.abs(asked.at - iat * 1000) > 60_000) return 'made at another time'
  const key = createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' })
  const by = { key, dsaEncoding: 'ieee-p1363' } as const
  const isSigned = verify('sha256', Buffer.from(`${head}.${payload}`), by, bytesOf(signature))
  return isSigned ? undefined : 'not signed by the device key'
}

/** A JWK's thumbprint (RFC 7638). */
export const thumbprintOf = ({ crv, kty, x, y }: Jwk) =>
  sha256(JSON.stringify({ crv, kty, x, y })).toString('base64url')

/** A document as RFC 8785 has it, where it holds texts and small integers only. */
export const sorted = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, one]) => `${JSON.stringify(name)}:${sorted(one)}`).join(',')}}`
}
