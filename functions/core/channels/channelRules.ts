/** What every channel has to say of itself, so that whatever goes over channels asks and knows none. */
import type { Channel, ChannelViews, PaymentChannels, PushDetails } from '../channel.ts'

export type ChannelRules<C extends Channel, E extends { readonly kind: string }> = {
  /** What the payer sees of what a payment knows of it. */
  view(state: PaymentChannels[C]): Pick<ChannelViews, C> & Partial<ChannelViews>
  /** Its kinds of evidence. */
  readonly evidence: {
    readonly [K in E['kind']]: EvidenceRules<Extract<E, { readonly kind: K }>>
  }
}

export type EvidenceRules<E> = {
  /** How an answer with this evidence was learned, the same for every provider. */
  readonly proof: string
  /** Which answers it is evidence of, and by whom. */
  readonly answers: readonly Answer[]
  /**
   * What is wrong with it as evidence of this payment (RTS Art. 5(1)(b) and (c)); `by-provider` where only the
   * provider's adapter knows to what a code was bound.
   */
  readonly problem: 'by-provider' | EvidenceCheck<E, BoundPayment>
}

/** What is wrong with evidence; a method's type, so that one for a kind is one for all where the kind has chosen it. */
export type EvidenceCheck<E, P> = {
  of(evidence: E, payment: P): string | undefined
}['of']

type Answer = `${'approved' | 'denied'} ${'payer' | 'provider'}`

/** What evidence of a decision has to be bound to. */
export type BoundPayment = {
  readonly paymentId: string
  readonly displayText: string
  readonly pushDetails?: PushDetails | undefined
  readonly answeredAt: string
}
