import { expect, test } from 'vitest'
import type { Devices } from '../../web/deviceApi.ts'
import { waysToAdd } from '../../web/waysToAdd.ts'

const at = '2026-11-28T12:00:00.000Z'
const device = { id: 'a', name: 'One', addedAt: at, addedBy: 'text', lastUsedAt: null } as const
const lost: Devices = {
  list: [device],
  waiting: [],
  removed: [],
  pending: null,
  canAdd: true,
  everHadOne: true,
  leaves: ['device', 'invitation'],
  textsClosed: true,
  waitHours: 36,
}
const WHO = 'the people who run the-shop'
const INVITATION =
  'An invitation: ask the people who run the-shop for one. The phone then waits 36 hours before it can approve, but they can also make one without this wait.'

test('a single way is not said as one of several, and each wait in hours', () => {
  expect(waysToAdd(lost, WHO)).toEqual({ intro: 'There is one way to add it:', ways: [INVITATION] })
})

test('several are said as such, the fastest first', () => {
  const two = { ...device, id: 'b' }
  const { intro, ways } = waysToAdd(
    { ...lost, list: [device, two], leaves: ['device', 'text', 'invitation'] },
    WHO,
  )
  expect(intro).toBe('Each of these is enough to add it:')
  expect(ways.map((way) => way.split(/[:,]| to /)[0])).toEqual([
    'Another of your phones',
    'A code by text',
    'An invitation',
  ])
  expect(ways[1]).toContain('waits 36 hours before it can approve')
})

test('the first phone waits with none of them', () => {
  const first: Devices = { ...lost, list: [], everHadOne: false, leaves: ['text', 'invitation'] }
  expect(waysToAdd(first, WHO).ways).toEqual([
    'A code by text to your number, if you have its SIM card.',
    'An invitation: ask the people who run the-shop for one.',
  ])
})
