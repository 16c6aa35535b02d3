/**
 * The one list of metrics, each with its unit. The Lambdas and the stack's dashboard and alarms (`lib/`) use it, so
 * that no alarm watches a metric that does not exist.
 */

import { CHANNELS, type Channel } from './core/channel.ts'

export const NAMESPACE = 'Payfriend'

/** The dimension that tells apart the stages in one AWS account. */
export const DIMENSION = 'service'
export const serviceOf = (stage: string): string => `payfriend-${stage}`

/** The metric of an approval on a channel. */
type Approved = `PaymentApprovedBy${Capitalize<Channel>}`
export const approvedBy = (channel: Channel): Approved =>
  `PaymentApprovedBy${channel[0]?.toUpperCase()}${channel.slice(1)}` as Approved

/** The approval metrics of all channels. */
export const APPROVALS: readonly Approved[] = CHANNELS.map(approvedBy)

export const metrics = {
  PaymentStarted: 'Count',
  ...(Object.fromEntries(APPROVALS.map((name) => [name, 'Count'])) as Record<Approved, 'Count'>),
  PaymentDenied: 'Count',
  PaymentExpired: 'Count',
  PaymentFailed: 'Count',
  PaymentCancelled: 'Count',
  /** The time from a payment's start until its payer approved or denied it. */
  DecisionSeconds: 'Seconds',

  /** Texts and calls requested from the provider, with or without success, because a failed request may cost too. */
  TextAsked: 'Count',
  CodeWrong: 'Count',
  PhoneVerified: 'Count',
  /** Requests refused by the owner's switches. */
  SmsOff: 'Count',
  PaymentsOff: 'Count',

  /** Callbacks without a signature, from scanners or from `npm run doctor`. */
  CallbackUnsigned: 'Count',
  CallbackForged: 'Count',
  /** Forged or unsigned callbacks that name a stored payment. */
  CallbackForgedForPayment: 'Count',
  CallbackMismatched: 'Count',
  CallbackNotUnderstood: 'Count',
  CallbackTimeless: 'Count',

  /** Requests with a payer's token, refused because CloudFront did not send them: no secret, or one that is not known. */
  OriginSecretMissing: 'Count',
  OriginSecretUnknown: 'Count',
  /** The same of requests without a token, with whatever secret: anybody can send them. */
  StrangerPastFirewall: 'Count',

  DeviceAdded: 'Count',
  DeviceRemoved: 'Count',
  DeviceStopped: 'Count',
  /** A device's signature over another document, or made at another address: a mistake, an old page or an attack. */
  ApprovalStale: 'Count',
  /** A passkey's counter fell: perhaps a copy; most passkeys have none. */
  CounterFallen: 'Count',
  /** The payer said that they did not start what was asked. */
  NotMe: 'Count',

  /** Rings that a push service took, and that none took in time; subscriptions that have ended. */
  PushTaken: 'Count',
  PushLost: 'Count',
  PushGone: 'Count',
  /** A push service does not accept our key or our request. */
  PushFault: 'Count',
  /** The time from a payment's start until a push service took its ring. */
  RingMs: 'Milliseconds',

  /** A payer denied three pushes in a row. */
  PushesDenied: 'Count',

  /** The duration of every call of the provider, with or without an answer. */
  ProviderMs: 'Milliseconds',
  ProviderFault: 'Count',
  Fault: 'Count',
  /** Environments of a Lambda that started without the code cache of its bundle, which is slower. */
  CodeCacheRefused: 'Count',
  /** Audit entries that could not be archived, and events that could not be published. */
  ArchiveFault: 'Count',
  PublishFault: 'Count',
  /** Histories of payments or accounts that were changed or removed by hand, not by a write of Payfriend. */
  AuditTrailRewritten: 'Count',
  AuditTrailRemoved: 'Count',
} as const satisfies Record<string, 'Count' | 'Seconds' | 'Milliseconds'>

export type Metric = keyof typeof metrics
/** The metrics that are counts; `Measured`: those with another unit. */
export type Counted = { [M in Metric]: (typeof metrics)[M] extends 'Count' ? M : never }[Metric]
export type Measured = Exclude<Metric, Counted>
