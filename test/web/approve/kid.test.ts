import { expect, test } from 'vitest'
import { replacedBy } from '../../../web/approve/kid.ts'

const pending = { digits: '0042', expiresAt: '2026-11-28T12:10:00.000Z' }
const waits = (kid: string) => ({ kid, pending })
const approves = (kid: string) => ({ kid, pending: null })

test.each([
  ['a new phone', waits('ann.new'), [waits('ann.old')], ['ann.old']],
  [
    'a phone that was let in',
    approves('ann.new'),
    [waits('ann.new'), waits('ann.old')],
    ['ann.old'],
  ],
  ['itself again', waits('ann.new'), [waits('ann.new')], []],
])('%s replaces the earlier tries of its account', (_, device, all, replaced) => {
  expect(replacedBy(device, all).map(({ kid }) => kid)).toEqual(replaced)
})

test.each([
  ['another account', waits('ann.new'), waits('bea.old')],
  ['a phone that approves', waits('ann.new'), approves('ann.old')],
])('a new phone never replaces one of %s', (_, device, other) => {
  expect(replacedBy(device, [other])).toEqual([])
})

test('a phone that approves already leaves a later try of its account', () => {
  const all = [approves('ann.old'), waits('ann.new')]
  expect(replacedBy(approves('ann.old'), all)).toEqual([])
})
