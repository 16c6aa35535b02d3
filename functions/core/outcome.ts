/** A payment's outcome: one union, parsed in one place from the stored item. */
import type { Channel } from './channel.ts'
import { EVIDENCE_RULES, type Evidence, type Proof } from './channels/all.ts'

export const PAYMENT_STATUSES = [
  'pending',
  'approved',
  'denied',
  'expired',
  'failed',
  'cancelled',
] as const

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number]

/** A payment is pending, was decided on a channel, or ended without a decision. */
export type Outcome = { readonly status: 'pending' } | Decided | Failed | Ended

export type Decided = {
  readonly status: 'approved' | 'denied'
  readonly channel: Channel
  readonly decidedAt: Date
  readonly evidence: Evidence
  readonly proof: Proof
}

/** Failed attempts on this channel ended the payment. */
type Failed = {
  readonly status: 'failed'
  readonly channel: Channel
  readonly endedAt: Date
}

type Ended = { readonly status: 'expired' | 'cancelled'; readonly endedAt: Date }

export type { Evidence, Proof }

/** Every kind of proof, of all channels and providers. */
export const PROOFS: readonly Proof[] = [
  ...new Set(Object.values(EVIDENCE_RULES).map(({ proof }) => proof)),
]

/** The kind of proof that this evidence is. */
export const proofOf = ({ kind }: Evidence): Proof => EVIDENCE_RULES[kind].proof

/** The stored attributes of a payment's end, before `outcomeOf` checks that they belong together. */
export type StoredOutcome = {
  readonly status: PaymentStatus
  readonly channel?: Channel | undefined
  readonly at?: Date | undefined
  readonly evidence?: Evidence | undefined
  readonly proof?: Proof | undefined
}

/**
 * An ended payment whose item lacks an attribute that every write of an end stores. No write of ours does that, so
 * the item was changed by hand.
 */
export class RewrittenOutcome extends Error {
  constructor(status: PaymentStatus, missing: string) {
    super(`the payment is ${status} and its ${missing} is missing`)
    this.name = 'RewrittenOutcome'
  }
}

/** The outcome from the stored attributes. Throws `RewrittenOutcome` if one is missing. */
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

/** When the payment ended; `undefined` while it is pending. */
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

/** The channel on which the payment was decided or failed; `undefined` otherwise. */
export const channelOf = (outcome: Outcome): Channel | undefined =>
  'channel' in outcome ? outcome.channel : undefined

/** The evidence of the decision; `undefined` if there was no decision. */
export const evidenceOf = (outcome: Outcome): Evidence | undefined =>
  'evidence' in outcome ? outcome.evidence : undefined
