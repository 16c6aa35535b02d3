/** The page's texts about each channel. */
import type { Channel } from '../functions/core/channel.ts'

export type ChannelText = {
  /** How the payer approved or denied a payment on it. */
  readonly howDecided: string
  /** After an approval on it, the phone may still show a push that has no effect any more. */
  readonly leavesPush: boolean
}

export const CHANNEL_TEXTS: Readonly<Record<Channel, ChannelText>> = {
  push: { howDecided: 'in the app on your phone', leavesPush: false },
  sms: { howDecided: 'by a code by text', leavesPush: true },
  device: { howDecided: 'in Payfriend on your phone', leavesPush: false },
}

/** Whether the payer's phone may still show a push of a payment approved on this channel. */
export const leftPush = (channel: Channel | null): boolean =>
  channel !== null && CHANNEL_TEXTS[channel].leavesPush
