/** What the page says of each channel. */
import type { Channel } from '../functions/core/channel.ts'

export type ChannelText = {
  /** How a payment was approved or denied on it. */
  readonly howDecided: string
  /** An approval on it leaves a push on the phone that is good for nothing any more. */
  readonly leavesPush: boolean
}

export const CHANNEL_TEXTS: Readonly<Record<Channel, ChannelText>> = {
  push: { howDecided: 'in the app on your phone', leavesPush: false },
  sms: { howDecided: 'by a code by text', leavesPush: true },
}

/** Whether an approved payment has left such a push. */
export const leftPush = (channel: Channel | null): boolean =>
  channel !== null && CHANNEL_TEXTS[channel].leavesPush
