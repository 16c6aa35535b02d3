/** Which cold starts fail `npm run bench:check`, however slow they were before. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { aboveAim, RATIO_MAX, TOLERANCE, WITHOUT_AIM } from '../../bench/aims.ts'
import { COLD } from '../../bench/worse.ts'
import { consumers, lambdas } from '../../functions/routes.ts'

test('a Lambda above the aim and its tolerance is named, with its ratio and the aim', () => {
  expect(aboveAim({ profile: 1, smsStart: 1.41 })).toEqual([
    'smsStart: 1.41, and the aim is 1.3, of which 0.1 more is chance',
  ])
})

test('one within the tolerance is not, and neither is one that nobody waits for', () => {
  expect(aboveAim({ sendPayment: 1.39, sweepPayments: 2 })).toEqual([])
})

test('each without an aim is a Lambda, and has a reason', () => {
  for (const [name, reason] of Object.entries(WITHOUT_AIM)) {
    expect(Object.keys(lambdas)).toContain(name)
    expect(reason).toMatch(/^[a-z]+ .+/)
  }
})

test('every other Lambda that somebody waits for is in the last release’s figures, within the aim', () => {
  const released = JSON.parse(readFileSync('bench/lastRelease.json', 'utf8'))
  const names = Object.keys(lambdas).filter((name) => !(name in WITHOUT_AIM))
  expect(Object.keys(released[COLD])).toEqual(expect.arrayContaining(names))
  expect(Object.keys(released[COLD])).not.toEqual(expect.arrayContaining([...consumers]))
  expect(aboveAim(released[COLD])).toEqual([])
})

test('the guide says the aim, and what fails', () => {
  const guide = readFileSync('docs/guides/speed.md', 'utf8').replace(/\s+/g, ' ')
  expect(guide).toContain(`The aim is ${RATIO_MAX} for each`)
  expect(guide).toContain(`a cold start is above ${(RATIO_MAX + TOLERANCE).toFixed(1)}, the aim`)
})
