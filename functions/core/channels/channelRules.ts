/** The rules that every channel provides, so that code for all channels names none. */
import type { Channel, ChannelViews, PaymentChannels, PushDetails } from '../channel.ts'

export type ChannelRules<C extends Channel, E extends { readonly kind: string }> = {
  /** The channel's part of the payment's view. */
  view(state: PaymentChannels[C]): Pick<ChannelViews, C> & Partial<ChannelViews>
  /** The rules of each kind of evidence that this channel produces. */
  readonly evidence: {
    readonly [K in E['kind']]: EvidenceRules<Extract<E, { readonly kind: K }>>
  }
}

export type EvidenceRules<E> = {
  /** The kind of proof that consumers see, the same for every provider. */
  readonly proof: string
  /** The answers that it can be evidence of, each with who gave it. */
  readonly answers: readonly Answer[]
  /**
   * Checks that it is evidence of this payment (RTS Art. 5(1)(b) and (c)); `by-provider` if only an
   * adapter can check to which action a code or a signature was bound.
   */
  readonly problem: 'by-provider' | EvidenceCheck<E, BoundPayment>
}

/**
 * Returns what is wrong with evidence, or `undefined`. A method's type, whose parameters are compared bivariantly: so
 * the check that was looked up by the evidence's kind can be called with the union of all kinds.
 */
export type EvidenceCheck<E, P> = {
  of(evidence: E, payment: P): string | undefined
}['of']

type Answer = `${'approved' | 'denied'} ${'payer' | 'provider'}`

/** The values of a payment to which evidence of its decision must be bound. */
export type BoundPayment = {
  readonly paymentId: string
  readonly displayText: string
  readonly pushDetails?: PushDetails | undefined
  readonly answeredAt: string
}
