/** What fails `npm run bench:check`. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { MEASURED, worse } from '../../bench/worse.ts'

const last = { smsStart: 1.2, profile: 1 }

test('a figure that is as it was, better, or worse by less than a fifth is none', () => {
  expect(worse(last, { smsStart: 1.43, profile: 0.9 })).toEqual([])
})

test('a figure that got worse by a fifth is named with both values', () => {
  expect(worse(last, { smsStart: 1.2, profile: 1.2 })).toEqual(['profile: 1.2, and was 1'])
})

test('a figure that is missing on either side is named', () => {
  expect(worse(last, { smsStart: 1.2, other: 1 })).toEqual([
    'profile: it was not measured',
    'other: the last release has no figure of it',
  ])
  expect(worse({ profile: 1 }, { profile: Number.NaN })).toEqual(['profile: it was not measured'])
})

test('the last release has figures of all that is measured', () => {
  const released = JSON.parse(readFileSync('bench/lastRelease.json', 'utf8'))
  expect(Object.keys(released)).toEqual(Object.keys(MEASURED))
})
