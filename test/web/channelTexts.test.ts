import { expect, test } from 'vitest'
import { CHANNELS, type Channel } from '../../functions/core/channel.ts'
import type { Channel as ChannelOfPage } from '../../web/api.ts'
import { CHANNEL_TEXTS, leftPush } from '../../web/channelTexts.ts'

/** Does not compile where the page knows other channels than the core. */
const ofPage: readonly ChannelOfPage[] = CHANNELS
const ofCore: readonly Channel[] = ofPage

test('the page has a text for each channel, and no two the same', () => {
  expect(Object.keys(CHANNEL_TEXTS)).toEqual(ofCore)
  const texts = Object.values(CHANNEL_TEXTS).map(({ howDecided }) => howDecided)
  expect(new Set(texts).size).toBe(CHANNELS.length)
})

test('only what a channel approved beside the push leaves one on the phone', () => {
  expect([null, 'push', 'sms'].map((channel) => leftPush(channel as ChannelOfPage | null))).toEqual(
    [false, false, true],
  )
})
