/** Test support: channels that do nothing, so that a test names only those that it is about. */
import { forEachChannel } from '../../../functions/core/channel.ts'
import type {
  Begun,
  ChannelEnds,
  ChannelStarts,
  ChannelSweeps,
} from '../../../functions/core/ports.ts'
import { open } from '../payments.ts'

export const noEnds: ChannelEnds = forEachChannel(() => undefined)

export const noSweeps: ChannelSweeps = forEachChannel(() => undefined)

/** They reach nobody; what the payment knows of each is what an open payment does. */
export const noStarts: ChannelStarts = forEachChannel<ChannelStarts>((channel) => async () => ({
  begin: () => ({ state: open.channels[channel] }) as Begun<never>,
}))
