/**
 * The header `Device-Proof`: a JWS made by a device's key for one request, as RFC 9449's DPoP proof, with the body bound.
 * It is read without any key, so that a malformed one costs no read of the database, and verified afterwards.
 */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, compactVerify } from 'jose'
import * as z from 'zod'
import { bytesOf } from '../../core/base64url.ts'
import type { DeviceKey } from '../../core/device.ts'
import { bytes32, deviceKey } from '../deviceKey.ts'

/** The largest difference between a proof's time and ours, in both directions. */
const IAT_SECONDS_MAX = 60
const PROOF_BYTES_MAX = 1024
const JTI_LENGTH_MAX = 64

/** A proof that fits its request; whether the device made it, `isSigned` tells. */
export type DeviceProof = {
  readonly kid: string
  /** Undefined in the first request of a device, which does not know its payer yet. */
  readonly payerId: string | undefined
  readonly thumbprint: string
  /** The proof as it was sent. */
  readonly jws: string
}

/** The request that a proof has to be made for, as the server knows it: the address is a setting, never `Host`. */
export type ProvenRequest = {
  readonly method: string
  readonly url: string
  /** The decoded body; an empty text if there is none. */
  readonly body: Uint8Array | string
  readonly now: Date
}

/** What is wrong with a proof; for logs and metrics, the caller learns only that the device is not trusted. */
export type ProofFlaw =
  | ('missing' | 'size' | 'shape' | 'typ' | 'alg')
  | ('iat' | 'htm' | 'htu' | 'bh')

/** Strict: a `jwk`, a `crit` or an address of a key would be a key or a rule that the sender chose. */
const protectedHeader = z.strictObject({ typ: z.string(), alg: z.string(), kid: z.string() })

const claimsSet = z.strictObject({
  htm: z.string(),
  htu: z.string(),
  iat: z.int(),
  jti: z.string().min(1).max(JTI_LENGTH_MAX),
  bh: z.string(),
})

/** The proof of a request, or its first flaw. */
export function readProof(
  header: string | undefined,
  { method, url, body, now }: ProvenRequest,
): DeviceProof | { readonly flaw: ProofFlaw } {
  if (header === undefined || header === '') return { flaw: 'missing' }
  if (Buffer.byteLength(header) > PROOF_BYTES_MAX) return { flaw: 'size' }
  const [head = '', payload = '', signature = '', ...others] = header.split('.')
  const protectedBy = protectedHeader.safeParse(jsonOf(head)).data
  const claims = claimsSet.safeParse(jsonOf(payload)).data
  const owner = ownerOf(protectedBy?.kid ?? '')
  // A signature of ES256 has 64 bytes.
  const hasSignature = bytesOf(signature, 64)?.length === 64 && others.length === 0
  if (!protectedBy || !claims || !owner || !hasSignature) return { flaw: 'shape' }
  if (protectedBy.typ !== 'device-proof+jwt') return { flaw: 'typ' }
  if (protectedBy.alg !== 'ES256') return { flaw: 'alg' }
  if (Math.abs(now.getTime() - claims.iat * 1000) > IAT_SECONDS_MAX * 1000) return { flaw: 'iat' }
  if (claims.htm !== method) return { flaw: 'htm' }
  if (claims.htu !== url) return { flaw: 'htu' }
  if (claims.bh !== createHash('sha256').update(body).digest('base64url')) return { flaw: 'bh' }
  return { kid: protectedBy.kid, ...owner, jws: header }
}

/** Whether the proof is signed by this key, which is the one that the proof names. Never throws. */
export async function isSigned({ jws, thumbprint }: DeviceProof, jwk: unknown): Promise<boolean> {
  const key = deviceKey.safeParse(jwk).data
  if (!key || (await thumbprintOf(key)) !== thumbprint) return false
  try {
    await compactVerify(jws, key, { algorithms: ['ES256'] })
    return true
  } catch {
    // Not its signature, or not a point of the curve.
    return false
  }
}

/** The RFC 7638 thumbprint of a device's key. */
export const thumbprintOf = (key: DeviceKey): Promise<string> => calculateJwkThumbprint(key)

function jsonOf(part: string): unknown {
  const bytes = bytesOf(part, PROOF_BYTES_MAX)
  if (!bytes) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

/**
 * A payer's id as sign-in gives it. Other items of the same table have keys with other characters, and a stranger must
 * not learn whether one of them is there.
 */
const PAYER_ID = /^[A-Za-z0-9_-]{1,128}$/

/** Payer and thumbprint of a `kid`. */
function ownerOf(kid: string): Pick<DeviceProof, 'payerId' | 'thumbprint'> | undefined {
  const dot = kid.indexOf('.')
  const thumbprint = kid.slice(dot + 1)
  if (dot === 0 || !bytes32.safeParse(thumbprint).success) return undefined
  if (dot < 0) return { payerId: undefined, thumbprint }
  const payerId = kid.slice(0, dot)
  return PAYER_ID.test(payerId) ? { payerId, thumbprint } : undefined
}
