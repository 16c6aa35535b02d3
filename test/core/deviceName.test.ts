import { expect, test } from 'vitest'
import { deviceName } from '../../functions/core/deviceName.ts'

test('a name of 30 characters is kept, and one of 31 is refused', () => {
  expect(deviceName('a'.repeat(30))).toEqual({ text: 'a'.repeat(30) })
  expect(deviceName('a'.repeat(31))).toEqual({ reason: 'Use 30 characters at most.' })
})

test.each([14, 60])('a sign that counts for many is named, after %i others', (others) => {
  const reason = 'Use 30 characters at most. “ﷺ” counts as 18.'
  expect(deviceName(`${'a'.repeat(others)}ﷺ`)).toEqual({ reason })
})

test('a name that is far too long is told its own limit, and not that of a payee', () => {
  expect(deviceName('a'.repeat(80))).toEqual({ reason: 'Use 30 characters at most.' })
})
