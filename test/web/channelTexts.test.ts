import { expect, test } from 'vitest'
import { CHANNELS, type Channel } from '../../functions/core/channel.ts'
import { CHANNEL_TEXTS, leftPush } from '../../web/channelTexts.ts'

test('the page has a text for each channel, and no two the same', () => {
  expect(Object.keys(CHANNEL_TEXTS)).toEqual([...CHANNELS])
  const texts = Object.values(CHANNEL_TEXTS).map(({ howDecided }) => howDecided)
  expect(new Set(texts).size).toBe(CHANNELS.length)
})

test('only what a channel approved beside the push leaves one on the phone', () => {
  expect([null, 'push', 'sms'].map((channel) => leftPush(channel as Channel | null))).toEqual([
    false,
    false,
    true,
  ])
})
