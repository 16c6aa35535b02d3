import { describe, expect, test } from 'vitest'
import type { Device } from '../../functions/core/device.ts'
import { NOTICE_DAYS, noticesOf } from '../../functions/core/notices.ts'
import { EMPTY_TRAIL, PAYER_EVENTS } from '../../functions/core/payerTrail.ts'
import { trailWith } from '../harness/payerTrails.ts'
import { at } from './answering.ts'

const phone = { countryCode: '1', national: '2025550123' }
const DAY_SECONDS = 86_400

test('everything that happened to an account is told, the newest first, but the first phone and the end', () => {
  // The item holds no more entries than these halves.
  const halves = [PAYER_EVENTS.slice(0, 8), PAYER_EVENTS.slice(8)]
  const told = halves.flatMap((events) => {
    const trail = trailWith('ann', events)
    const notices = noticesOf({ trail, phone }, at(60)).map(({ event, at }) => [event, at])
    expect(notices).toEqual(
      trail.recent
        .toReversed()
        .filter(({ event }) => event !== 'phone.verified' && event !== 'account.closed')
        .map(({ event, at }) => [event, at]),
    )
    return notices
  })
  expect(told).toHaveLength(PAYER_EVENTS.length - 2)
})

test('nothing is told where nothing happened', () => {
  expect(noticesOf({ trail: EMPTY_TRAIL, phone }, at(0))).toEqual([])
})

describe('the last three digits', () => {
  test('stand at the newest change of phone, and at no other entry', () => {
    const trail = trailWith('ann', ['phone.changed', 'phone.changed', 'sessions.ended'])
    expect(noticesOf({ trail, phone }, at(60)).map(({ ending }) => ending)).toEqual([
      null,
      '123',
      null,
    ])
  })

  test('are none where there is no phone any more', () => {
    const trail = trailWith('ann', ['phone.changed'])
    expect(noticesOf({ trail }, at(60))).toMatchObject([{ ending: null }])
  })
})

test.each([
  ['is told on the thirtieth day', 0, 1],
  ['is told no more after it', 0.001, 0],
])('what happened %s', (_, secondsMore, count) => {
  const trail = trailWith('ann', ['phone.changed'])
  const now = at(NOTICE_DAYS * DAY_SECONDS + secondsMore)
  expect(noticesOf({ trail, phone }, now)).toHaveLength(count)
})

test('a device that was added and removed is told, also if later entries have pushed that out', () => {
  const trail = trailWith(
    'ann',
    Array.from({ length: 10 }, () => 'sessions.ended' as const),
  )
  const device = { addedAt: at(-20), removedAt: at(-10) } as Device
  const notices = noticesOf({ trail, phone, devices: { all: [device] } }, at(60))
  expect(notices.slice(10)).toEqual([
    { event: 'device.removed', at: at(-10).toISOString(), ending: null },
    { event: 'device.added', at: at(-20).toISOString(), ending: null },
  ])
  // Once only, where the trail still has it.
  const held = trailWith('ann', ['device.added', 'device.removed'])
  const [added, removed] = held.recent.map((entry) => new Date(entry.at))
  const same = { addedAt: added, removedAt: removed } as Device
  expect(noticesOf({ trail: held, phone, devices: { all: [same] } }, at(60))).toHaveLength(2)
})

describe('a change of phone that later entries have pushed out', () => {
  const trail = trailWith(
    'ann',
    Array.from({ length: 10 }, () => 'sessions.ended' as const),
  )

  test('is told all the same, last', () => {
    const notices = noticesOf({ trail, phone, phoneChangedAt: at(-1) }, at(60))
    expect(notices).toHaveLength(11)
    expect(notices.at(-1)).toEqual({
      event: 'phone.changed',
      at: at(-1).toISOString(),
      ending: '123',
    })
  })

  test('is not told for ever', () => {
    const days = (n: number) => new Date(at(60).getTime() - n * 86_400_000)
    const events = (phoneChangedAt: Date) =>
      noticesOf({ trail, phone, phoneChangedAt }, at(60)).map(({ event }) => event)
    expect(events(days(30))).toContain('phone.changed')
    expect(events(new Date(days(30).getTime() - 1))).not.toContain('phone.changed')
  })
})
