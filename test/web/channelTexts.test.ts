import { expect, test } from 'vitest'
import { CHANNELS } from '../../functions/core/channel.ts'
import { HOW_DECIDED } from '../../web/channelTexts.ts'

test('the page has a text for each channel, and no two the same', () => {
  expect(Object.keys(HOW_DECIDED)).toEqual([...CHANNELS])
  expect(new Set(Object.values(HOW_DECIDED)).size).toBe(CHANNELS.length)
})
