/** What a device sent with its answer: the proof of its request, what its key signed, and the answer in the body. */
import * as z from 'zod'
import { sha256 } from '../../functions/adapters/sha256.ts'
import { base64url, bytesOf } from '../../functions/core/base64url.ts'
import { canonical } from '../../functions/core/canonical.ts'
import type { DeviceEvidence } from '../../functions/core/channels/deviceRules.ts'
import type { DeviceKey } from '../../functions/core/device.ts'
import type { Assertion } from '../../functions/core/webauthn.ts'
import { jsonIn } from './archivedEntry.ts'

/** A signature (ECDSA, SHA-256) with its key as SubjectPublicKeyInfo and the bytes that it signs; DER as openssl has it. */
export type Signature = {
  readonly key: Uint8Array
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

/** The part of a proof's claims that says for which request it is. */
const claims = z.object({ htm: z.string(), htu: z.url(), iat: z.int(), bh: z.string() })

/** The claims of the header `Device-Proof`; undefined if it has not the form of a proof. */
export function claimsIn(proof: string): z.infer<typeof claims> | undefined {
  const payload = bytesOf(proof.split('.')[1] ?? '', BYTES_MAX)
  return payload && claims.safeParse(jsonIn(new TextDecoder().decode(payload))).data
}

/** The device key's signature over the request; undefined if the proof or the key has not its form. */
export function proofSignature({ proof, jwk }: DeviceEvidence): Signature | undefined {
  const [header, payload, signature = ''] = proof.split('.')
  const raw = bytesOf(signature, ES256_BYTES)
  const key = spkiOf(jwk)
  if (raw?.length !== ES256_BYTES || !key) return undefined
  return { key, signed: new TextEncoder().encode(`${header}.${payload}`), signature: derOf(raw) }
}

/** The assertion in the body of a yes. */
export const yesIn = (body: string): Assertion | undefined =>
  yes.safeParse(jsonIn(body)).data?.assertion

/** What the device key signed, in the body of a no. */
export const noIn = (body: string): string | undefined => no.safeParse(jsonIn(body)).data?.signed

/** A form of its own: what was archived has to be readable whatever the API takes later. */
const yes = z.strictObject({
  answer: z.literal('approve'),
  assertion: z.object({
    id: z.string(),
    rawId: z.string(),
    type: z.string(),
    response: z.object({
      clientDataJSON: z.string(),
      authenticatorData: z.string(),
      signature: z.string(),
    }),
  }),
})
const no = z.strictObject({
  answer: z.literal('deny'),
  reason: z.string().optional(),
  signed: z.string(),
})

/** The RFC 7638 thumbprint of a device's key, which is the device's id. */
export const thumbprintOf = (jwk: DeviceKey): string => base64url(sha256(canonical(jwk)))

/** More than any part of a request, whose body has 8 KB at most. */
const BYTES_MAX = 8192
/** A signature of JWS with ES256: r and s of 32 bytes each (RFC 7518, section 3.4). */
const ES256_BYTES = 64

/** All that comes before the two coordinates in the SubjectPublicKeyInfo of a P-256 key (RFC 5480). */
const P256_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex')

function spkiOf({ x, y }: DeviceKey): Uint8Array | undefined {
  const [left, right] = [bytesOf(x, 32), bytesOf(y, 32)]
  return left?.length === 32 && right?.length === 32 ? joined(P256_HEAD, left, right) : undefined
}

/** The signature of a JWS as DER, the form that openssl and WebAuthn have: a sequence of two integers. */
function derOf(raw: Uint8Array): Uint8Array {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map(derInteger)
  return tagged(0x30, joined(...integers))
}

/** Without leading zeros, but with one if the highest bit would make it a negative number. */
function derInteger(value: Uint8Array): Uint8Array {
  const first = value.findIndex((byte) => byte !== 0)
  const digits = first < 0 ? value.subarray(-1) : value.subarray(first)
  return tagged(0x02, (digits[0] ?? 0) < 0x80 ? digits : joined(Uint8Array.of(0), digits))
}

/** For contents of up to 127 bytes. */
const tagged = (tag: number, content: Uint8Array) =>
  joined(Uint8Array.of(tag, content.length), content)

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))
