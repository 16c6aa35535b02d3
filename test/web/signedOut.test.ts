import { expect, test } from 'vitest'
import { elsewhere, reasonOf, type SignedOut, weightier } from '../../web/signedOut.ts'

test.each<[SignedOut, SignedOut]>([
  ['asked', 'idle'],
  ['askedElsewhere', 'idle'],
  ['everywhere', 'idle'],
  ['phoneChanged', 'idle'],
  ['asked', 'askedElsewhere'],
  ['everywhere', 'asked'],
  ['phoneChanged', 'askedElsewhere'],
])('%s stands, whether %s is learned before it or after', (stands, gives) => {
  expect(weightier(stands, gives)).toBe(stands)
  expect(weightier(gives, stands)).toBe(stands)
})

test('the first reason is taken as it is', () => {
  expect(weightier(null, 'idle')).toBe('idle')
})

test('only who pressed the button is told nothing of another tab', () => {
  expect(elsewhere('asked')).toBe('askedElsewhere')
  for (const same of ['idle', 'everywhere', 'phoneChanged'] as const) {
    expect(elsewhere(same)).toBe(same)
  }
})

test('what is no reason is none', () => {
  expect([reasonOf('asked'), reasonOf('bored'), reasonOf(undefined)]).toEqual(['asked', null, null])
})
