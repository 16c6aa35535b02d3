/**
 * Everything that is counted, each with its unit: the one list that the Lambdas count by and that the
 * stack's dashboard and alarms (`lib/`) read, so that no alarm waits for a name that nobody counts.
 */

import { CHANNELS, type Channel } from './core/channel.ts'

export const NAMESPACE = 'Payfriend'

/** What tells stages apart that share an account. */
export const DIMENSION = 'service'
export const serviceOf = (stage: string): string => `payfriend-${stage}`

/** What an approval on a channel is counted as. */
type Approved = `PaymentApprovedBy${Capitalize<Channel>}`
export const approvedBy = (channel: Channel): Approved =>
  `PaymentApprovedBy${channel[0]?.toUpperCase()}${channel.slice(1)}` as Approved

/** Of every channel. */
export const APPROVALS: readonly Approved[] = CHANNELS.map(approvedBy)

export const metrics = {
  PaymentStarted: 'Count',
  ...(Object.fromEntries(APPROVALS.map((name) => [name, 'Count'])) as Record<Approved, 'Count'>),
  PaymentDenied: 'Count',
  PaymentExpired: 'Count',
  PaymentFailed: 'Count',
  PaymentCancelled: 'Count',
  /** From a payment's start until its payer said yes or no. */
  DecisionSeconds: 'Seconds',

  /** Texts and calls that the provider was asked for, whatever came of it: one without an answer may cost too. */
  TextAsked: 'Count',
  CodeWrong: 'Count',
  PhoneVerified: 'Count',
  /** Requests that the owner's switches turned away. */
  SmsOff: 'Count',
  PaymentsOff: 'Count',

  /** Without a signature, as strays and scanners send it, and as `npm run doctor` does. */
  CallbackUnsigned: 'Count',
  CallbackForged: 'Count',
  /** Forged or unsigned, and it names a payment that is there. */
  CallbackForgedForPayment: 'Count',
  CallbackMismatched: 'Count',
  CallbackNotUnderstood: 'Count',
  CallbackTimeless: 'Count',

  /** A payer denied three pushes in a row. */
  PushesDenied: 'Count',

  /** Every call of the provider, with an answer or without. */
  ProviderMs: 'Milliseconds',
  ProviderFault: 'Count',
  Fault: 'Count',
  /** A page of the archive that could not be written; something that could not be told to the owner's own software. */
  ArchiveFault: 'Count',
  PublishFault: 'Count',
  /** The past of a payment or an account was changed, or one removed, past all of Payfriend's own ways. */
  AuditTrailRewritten: 'Count',
  AuditTrailRemoved: 'Count',
} as const satisfies Record<string, 'Count' | 'Seconds' | 'Milliseconds'>

export type Metric = keyof typeof metrics
/** Those that are summed up, and those of which one wants to know how large they are. */
export type Counted = { [M in Metric]: (typeof metrics)[M] extends 'Count' ? M : never }[Metric]
export type Measured = Exclude<Metric, Counted>
