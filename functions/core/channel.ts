/**
 * The channels on which a payer answers. `CHANNELS` is the one list: types, storage, metrics, page and tests are bound
 * to it, so that the compiler names every place that lacks a new channel.
 */

/** The channels, in the order in which a start tries to reach the payer. */
export const CHANNELS = ['push', 'sms', 'device'] as const

export type Channel = (typeof CHANNELS)[number]

/** A type with a member for each channel; if one is missing, it does not compile. */
type ForEachChannel<T extends Readonly<Record<Channel, unknown>>> = T

/** A payment's state of each channel. */
export type PaymentChannels = ForEachChannel<{
  readonly push: PushChannel
  readonly sms: SmsChannel
  readonly device: DeviceChannel
}>

type PushState = 'sending' | 'sent' | 'unavailable'

/** The details that a push shows below the display text: label and value. */
export type PushDetails = Readonly<Record<string, string>>

/** The content of a push as the payer sees it. */
export type PushContent = { readonly message: string; readonly details: PushDetails }

export type PushChannel = {
  readonly state: PushState
  /** When the push was requested; undefined if the provider has no push. */
  readonly askedAt?: Date | undefined
  /** Stored before the push is sent; undefined if no push is requested, so that no answer can decide by push. */
  readonly details?: PushDetails | undefined
  /** The provider's id of the push. */
  readonly id?: string | undefined
  /** Until when the push is paused, if this payment has none because two were denied in a row. */
  readonly pausedUntil?: Date | undefined
  /** When a sweep last read the push at the provider. */
  readonly readAt?: Date | undefined
  /** When the push was denied after the payment had ended; it changes neither status nor decision. */
  readonly deniedLateAt?: Date | undefined
}

export type SmsChannel = {
  /** The masked number that receives the texts; null if the payer approves by a device. */
  readonly to: string | null
  readonly sends: number
  readonly sentAt?: Date | undefined
  /** The provider's id of the newest text, if the provider checks codes by it. */
  readonly textId?: string | undefined
  readonly attempts: number
  readonly wrongCodes: number
}

export type DeviceChannel = {
  /** The document that a device signs; undefined if the payer had no device when the payment started. */
  readonly signing?: string | undefined
  /** Assertions that were checked, and those that failed, each by its digest. */
  readonly tried: readonly string[]
  readonly failed: readonly string[]
}

/** Why a device says no: a changed mind, or a payment that the payer did not start. */
export const DENIAL_REASONS = ['changed_mind', 'not_me'] as const
export type DenialReason = (typeof DENIAL_REASONS)[number]

/** Why a signed answer to a push was refused: its content differs from the stored one, or it cannot be parsed. */
export type RefusedAnswer = 'answer_mismatched' | 'answer_not_understood'

/** Why a start requests no push: two were denied in a row, or the denials could not be read. */
export type NoPush = 'push_paused' | 'push_unavailable'

/** The history events of each channel that neither start nor end a payment, each with who can cause it. */
export const CHANNEL_EVENTS = {
  push: {
    push_asked: ['payer'],
    push_sent: ['provider'],
    push_unavailable: ['provider', 'clock'],
    push_paused: ['clock'],
    answer_mismatched: ['provider'],
    answer_not_understood: ['provider'],
    // The push was denied after the payment had ended without the payer's answer.
    denied_late: ['payer'],
  },
  sms: { text_asked: ['payer'], code_tried: ['payer'], code_wrong: ['payer'] },
  device: { assertion_tried: ['payer'], assertion_failed: ['payer'] },
} as const satisfies Record<Channel, Events>

type Events = Readonly<Record<string, readonly ('payer' | 'provider' | 'clock')[]>>

type EventsOf = typeof CHANNEL_EVENTS
export type ChannelEvent = { [C in Channel]: keyof EventsOf[C] }[Channel]

/** Each channel's part of the payment's view. */
export type ChannelViews = ForEachChannel<{
  readonly push: PushState
  /** RFC 3339: until when the push is paused, if this payment has none because two were denied in a row; else null. */
  readonly pushPausedUntil: string | null
  readonly sms: {
    readonly to: string | null
    readonly sentAt: string | null
    readonly sendsLeft: number
    readonly attemptsLeft: number
  }
  /** Whether the payer's devices can approve it. */
  readonly device: 'waiting' | 'unavailable'
}>

/** An object with a member for each channel, made by calling `make` with its name. */
export const forEachChannel = <T extends Readonly<Record<Channel, unknown>>>(
  make: (channel: Channel) => T[Channel],
): T => Object.fromEntries(CHANNELS.map((channel) => [channel, make(channel)])) as T
