import { expect, test } from 'vitest'
import { createServerClock } from '../../web/serverClock.ts'

const at = (time: string) => Date.parse(`2026-11-21T${time}Z`)
const header = (time: number) => new Date(time).toUTCString()

test('a device that is five minutes slow counts by the server', () => {
  let device = at('12:00:00.000')
  const clock = createServerClock(() => device)
  clock.learn(header(at('12:05:00')), device, device + 100)
  device += 60_000
  expect(Math.abs(clock.now() - at('12:06:00.500'))).toBeLessThanOrEqual(600)
})

test('several answers narrow down what one whole second leaves open', () => {
  let device = at('12:00:00.000')
  const clock = createServerClock(() => device)
  const aheadMs = 7_800
  for (let asked = 0; asked < 20; asked += 1) {
    device += 3_130
    clock.learn(header(device + aheadMs + 10), device, device + 20)
  }
  expect(Math.abs(clock.now() - (device + aheadMs))).toBeLessThanOrEqual(100)
})

test('a clock that is set afterwards is followed', () => {
  let device = at('12:00:00.000')
  const clock = createServerClock(() => device)
  clock.learn(header(device), device, device)
  device = at('15:00:00.000')
  clock.learn(header(at('12:00:01')), device, device)
  expect(Math.abs(clock.now() - at('12:00:01.500'))).toBeLessThanOrEqual(500)
})

test('an answer without a time changes nothing', () => {
  const clock = createServerClock(() => at('12:00:00.000'))
  clock.learn(null, 0, 0)
  clock.learn('soon', 0, 0)
  expect(clock.now()).toBe(at('12:00:00.000'))
})
