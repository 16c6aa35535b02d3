/** How a payment ended: one union, made in one place of what is stored. */
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

export type { Evidence, Proof }

/** Every way in which an answer can have been learned, whatever the provider. */
export const PROOFS: readonly Proof[] = [
  ...new Set(Object.values(EVIDENCE_RULES).map(({ proof }) => proof)),
]

/** How the answer of this evidence was learned. */
export const proofOf = ({ kind }: Evidence): Proof => EVIDENCE_RULES[kind].proof

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
