/**
 * How a payer answers. `CHANNELS` is the one list of channels: types, storage, counting, page and tests are
 * bound to it, so that the compiler names every place where one more is missing.
 */

/** In the order in which a start tries to reach the payer. */
export const CHANNELS = ['push', 'sms'] as const

export type Channel = (typeof CHANNELS)[number]

/** Has a member for each channel; without one of them it does not compile. */
type ForEachChannel<T extends Readonly<Record<Channel, unknown>>> = T

/** What a payment knows of each channel. */
export type PaymentChannels = ForEachChannel<{
  readonly push: PushChannel
  readonly sms: SmsChannel
}>

type PushState = 'sending' | 'sent' | 'unavailable'

/** What a push shows beside the display text, by the names under which it is shown. */
export type PushDetails = Readonly<Record<string, string>>

/** A push as it is put before the payer. */
export type PushContent = { readonly message: string; readonly details: PushDetails }

export type PushChannel = {
  readonly state: PushState
  /** Never, where the provider has no push. */
  readonly askedAt?: Date | undefined
  /** Stored before the push is sent; none where no push is asked for, so that no answer to one can decide. */
  readonly details?: PushDetails | undefined
  /** The provider's own id of it. */
  readonly id?: string | undefined
  /** Where no push was asked for because two were denied in a row: until when. */
  readonly pausedUntil?: Date | undefined
  /** When the provider was last asked what became of it. */
  readonly readAt?: Date | undefined
  /** When it was denied though the payment had ended otherwise; it changes neither status nor decision. */
  readonly deniedLateAt?: Date | undefined
}

export type SmsChannel = {
  /** Where a text goes, most of it hidden. */
  readonly to: string
  readonly sends: number
  readonly sentAt?: Date | undefined
  /** The provider's own name for the newest text, where codes are checked by it. */
  readonly textId?: string | undefined
  readonly attempts: number
  readonly wrongCodes: number
}

/** Why a signed answer to a push was refused: it has other content, or no sense. */
export type RefusedAnswer = 'answer_mismatched' | 'answer_not_understood'

/** Why no push is asked for, of a payment that starts: two were denied in a row, or that could not be looked up. */
export type NoPush = 'push_paused' | 'push_unavailable'

/** What can happen on each channel and neither starts nor ends a payment, and by whom. */
export const CHANNEL_EVENTS = {
  push: {
    push_asked: ['payer'],
    push_sent: ['provider'],
    push_unavailable: ['provider', 'clock'],
    push_paused: ['clock'],
    answer_mismatched: ['provider'],
    answer_not_understood: ['provider'],
    // On the phone, after the payment had ended without an answer of the payer's.
    denied_late: ['payer'],
  },
  sms: { text_asked: ['payer'], code_tried: ['payer'], code_wrong: ['payer'] },
} as const satisfies Record<Channel, Events>

type Events = Readonly<Record<string, readonly ('payer' | 'provider' | 'clock')[]>>

type EventsOf = typeof CHANNEL_EVENTS
export type ChannelEvent = { [C in Channel]: keyof EventsOf[C] }[Channel]

/** What the payer sees of each channel. */
export type ChannelViews = ForEachChannel<{
  readonly push: PushState
  /** Where `push` is unavailable because the payer denied two in a row: until when none goes out. */
  readonly pushPausedUntil: string | null
  readonly sms: {
    readonly to: string | null
    readonly sentAt: string | null
    readonly sendsLeft: number
    readonly attemptsLeft: number
  }
}>

/** One thing for each channel, made by its name. */
export const forEachChannel = <T extends Readonly<Record<Channel, unknown>>>(
  make: (channel: Channel) => T[Channel],
): T => Object.fromEntries(CHANNELS.map((channel) => [channel, make(channel)])) as T
