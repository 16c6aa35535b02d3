/** What the channel `device` shows of a payment, and its kinds of evidence. */
import type { DeviceKey, Leave } from '../device.ts'
import type { ChannelRules } from './channelRules.ts'

/** RTS Art. 4(3)(b): no more than five failed attempts. */
export const ASSERTIONS_MAX = 5

/** The device of a decision, and its request as it came: so the decision can be verified without our tables. */
type SignedRequest = {
  readonly device_id: string
  readonly jwk: DeviceKey
  readonly bound_by: Leave
  /** The request's body, byte for byte; the proof is bound to its hash. */
  readonly body: string
  /** The header `Device-Proof`. */
  readonly proof: string
}

export type DeviceEvidence =
  | (SignedRequest & {
      readonly kind: 'passkey'
      /** The passkey's public key (SubjectPublicKeyInfo, base64url) and its algorithm (RFC 9053). */
      readonly spki: string
      readonly alg: number
      /** `payment.get` if the browser itself showed payee and amount, else `webauthn.get`. */
      readonly ua_type: string
    })
  | (SignedRequest & { readonly kind: 'device-key' })

export const deviceRules = {
  view: ({ signing }) => ({ device: signing === undefined ? 'unavailable' : 'waiting' }),
  evidence: {
    // Both signatures are verified by `npm run evidence`, which has the algorithms; the core has none.
    passkey: { proof: 'passkey', answers: ['approved payer'], problem: 'by-provider' },
    'device-key': { proof: 'device-key', answers: ['denied payer'], problem: 'by-provider' },
  },
} as const satisfies ChannelRules<'device', DeviceEvidence>
