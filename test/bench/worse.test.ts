/** What fails `npm run bench:check`. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { COLD, MEASURED, whatFails, whatIsNew, worse } from '../../bench/worse.ts'

const last = { smsStart: 1.2, profile: 1 }

test('a figure that is as it was, better, or worse by less than a fifth is none', () => {
  expect(worse(last, { smsStart: 1.43, profile: 0.9 })).toEqual([])
})

test('a figure that got worse by a fifth is named with both values', () => {
  expect(worse(last, { smsStart: 1.2, profile: 1.2 })).toEqual(['profile: 1.2, and was 1'])
})

test('a figure that could not be measured, now or at the last release, is named', () => {
  expect(worse(last, { smsStart: 1.2 })).toEqual(['profile: it was not measured'])
  expect(worse({ profile: 1 }, { profile: Number.NaN })).toEqual(['profile: it was not measured'])
  expect(worse({ profile: Number.NaN }, { profile: 1 })).toEqual([
    'profile: the last release has no figure of it',
  ])
})

test('a new Lambda fails nothing until the next release but by its aim, and it is said', () => {
  const released = { [COLD]: { profile: 1 } }
  const now = { [COLD]: { profile: 1, newOne: 1.2 } }
  expect(whatFails(released, now)).toEqual([])
  expect(whatIsNew(released, now)).toEqual([
    'cold start, of the bare SDK’s: newOne: 1.2, compared from the next release on',
  ])
  expect(whatFails(released, { [COLD]: { profile: 1, newOne: 1.5 } })).toEqual([
    expect.stringMatching(/newOne: 1.5, and the aim/),
  ])
})

test('the last release has figures of all that is measured', () => {
  const released = JSON.parse(readFileSync('bench/lastRelease.json', 'utf8'))
  expect(Object.keys(released)).toEqual(Object.keys(MEASURED))
})

test('a cold start above its aim fails although it was as slow before, and what else is above it does not', () => {
  const slow = { [COLD]: { profile: 1.5 }, 'function alone': { profile: 1.5 } }
  expect(whatFails(slow, slow)).toEqual([
    expect.stringMatching(/^cold start, of the bare SDK’s: profile: 1.5, and the aim/),
  ])
})

test('what got worse fails, with what was measured', () => {
  expect(whatFails({ alone: { profile: 1 } }, { alone: { profile: 1.3 } })).toEqual([
    'alone: profile: 1.3, and was 1',
  ])
})
