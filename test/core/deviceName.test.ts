import { expect, test } from 'vitest'
import { deviceName, distinctName } from '../../functions/core/deviceName.ts'

const RULE = 'Use 30 characters at most: letters, digits, spaces and the signs ’ ( ) + -.'

test('a name of 30 characters is kept, and one of 31 is refused', () => {
  expect(deviceName('a'.repeat(30))).toEqual({ text: 'a'.repeat(30) })
  expect(deviceName('a'.repeat(31))).toEqual({ reason: `${RULE} This name has 31.` })
})

test.each([14, 60])('a sign that counts for many is named, after %i others', (others) => {
  const reason = `${RULE} This name has ${others + 18}. “ﷺ” counts as 18.`
  expect(deviceName(`${'a'.repeat(others)}ﷺ`)).toEqual({ reason })
})

test('a name that is far too long is told its own limit, and not that of a payee', () => {
  expect(deviceName('a'.repeat(80))).toEqual({ reason: `${RULE} This name has 80.` })
})

test('a sign that the rule does not name is refused with the rule, and each that it names is kept', () => {
  expect(deviceName('My “phone”')).toEqual({ reason: RULE })
  expect(deviceName('Ada’s phone (new) +1-2')).toEqual({ text: 'Ada’s phone (new) +1-2' })
})

test('a name that another phone has, in other capitals, spaces or forms of a letter too, gets the next free number', () => {
  expect(distinctName('My phone', [])).toBe('My phone')
  expect(distinctName('My phone', ['My Phone'])).toBe('My phone 2')
  expect(distinctName('My phone', ['Ｍｙ phone'])).toBe('My phone 2')
  expect(distinctName('My phone', ['my  phone', 'My phone 2'])).toBe('My phone 3')
})

test('a name with no room for its number is not cut', () => {
  expect(distinctName('a'.repeat(28), ['a'.repeat(28)])).toBe(`${'a'.repeat(28)} 2`)
  expect(distinctName('a'.repeat(29), ['a'.repeat(29)])).toBeUndefined()
})
