/** How a payment ended: one union, made in one place of what is stored. */
import type { Channel } from './channel.ts'

export const PAYMENT_STATUSES = [
  'pending',
  'approved',
  'denied',
  'expired',
  'failed',
  'cancelled',
] as const

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

/** What became of a payment: it waits, a channel decided it, or it ended without a decision. */
export type Outcome = { readonly status: 'pending' } | Decided | Failed | Ended

export type Decided = {
  readonly status: 'approved' | 'denied'
  readonly channel: Channel
  readonly decidedAt: Date
  readonly evidence: Evidence
  readonly proof: Proof
}

/** Wrong answers on this channel ended it. */
type Failed = {
  readonly status: 'failed'
  readonly channel: Channel
  readonly endedAt: Date
}

type Ended = { readonly status: 'expired' | 'cancelled'; readonly endedAt: Date }

/** What proves a decision, and what it was bound to. */
export type Evidence =
  | {
      readonly kind: 'push-callback'
      readonly push_id: string
      readonly provider_phone_id: string
      /** What came back as shown; equal to the payment's own display text and push details. */
      readonly push_content: string
      /** The device's own signature and the provider's nonce, as they came. */
      readonly device_signature: string | null
      readonly device_id: string | null
      readonly signed_at: string | null
      readonly nonce: string
    }
  | {
      readonly kind: 'provider-read'
      readonly push_id: string
      readonly provider_phone_id: string
      readonly read_at: string
    }
  | {
      readonly kind: 'sms-code'
      readonly provider_phone_id: string
      /** What the provider bound the code to: the payment's id and its display text. */
      readonly action: string
      readonly display_text: string
    }
  | {
      readonly kind: 'verify-code'
      readonly provider_phone_id: string
      readonly verification_sid: string
      /** What the provider bound the code to, in its own answer: amount and payee, with the payment's reference. */
      readonly amount: string
      readonly payee: string
    }

/**
 * How an answer was learned: from the provider's signed callback, which shows what the payer saw; from the
 * provider's own word when it was asked, which shows no payee and no amount (RTS Art. 5(1)(c) is then kept by the push's id
 * alone); or by a code that is bound to the payment.
 */
export const PROOFS = ['signed-callback', 'provider-read', 'sms-code'] as const

export type Proof = (typeof PROOFS)[number]

/** How the answer of this evidence was learned, the same for every provider. */
export const proofOf = ({ kind }: Evidence): Proof => PROOF_OF[kind]

const PROOF_OF = {
  'push-callback': 'signed-callback',
  'provider-read': 'provider-read',
  'sms-code': 'sms-code',
  'verify-code': 'sms-code',
} as const satisfies Record<Evidence['kind'], Proof>

/** What an item tells of its end, each member as it may be stored by itself. */
export type StoredOutcome = {
  readonly status: PaymentStatus
  readonly channel?: Channel | undefined
  readonly at?: Date | undefined
  readonly evidence?: Evidence | undefined
  readonly proof?: Proof | undefined
}

/**
 * An item whose status says that the payment ended, without what every write of an end stores with it. No
 * write of ours leaves it out, so somebody rewrote the item by hand.
 */
export class RewrittenOutcome extends Error {
  constructor(status: PaymentStatus, missing: string) {
    super(`the payment is ${status} and its ${missing} is missing`)
    this.name = 'RewrittenOutcome'
  }
}

/** The one reading of a stored end; throws `RewrittenOutcome` rather than guess what is missing. */
export function outcomeOf({ status, channel, at, evidence, proof }: StoredOutcome): Outcome {
  if (status === 'pending') return { status }
  if (!at) throw new RewrittenOutcome(status, 'time')
  if (status === 'expired' || status === 'cancelled') return { status, endedAt: at }
  if (!channel) throw new RewrittenOutcome(status, 'channel')
  if (status === 'failed') return { status, channel, endedAt: at }
  if (!evidence) throw new RewrittenOutcome(status, 'evidence')
  if (!proof) throw new RewrittenOutcome(status, 'proof')
  return { status, channel, decidedAt: at, evidence, proof }
}

/** When it ended, whoever ended it; nothing while it waits. */
export function endedAt(outcome: Outcome): Date | undefined {
  switch (outcome.status) {
    case 'pending':
      return undefined
    case 'approved':
    case 'denied':
      return outcome.decidedAt
    default:
      return outcome.endedAt
  }
}

/** The channel that decided or failed it; nothing where none did. */
export const channelOf = (outcome: Outcome): Channel | undefined =>
  'channel' in outcome ? outcome.channel : undefined

/** What proves the decision; nothing where there was none. */
export const evidenceOf = (outcome: Outcome): Evidence | undefined =>
  'evidence' in outcome ? outcome.evidence : undefined
