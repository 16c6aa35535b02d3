import { expect, test } from 'vitest'
import { fragmentOf, isOfPhone, type Place, placeOf } from '../../web/place.ts'

const places: readonly (readonly [string, Place])[] = [
  ['#/send', { view: 'send' }],
  ['#/payments', { view: 'payments' }],
  ['#/payments/p_1-2', { view: 'waiting', paymentId: 'p_1-2' }],
  ['#/phone', { view: 'phone' }],
  ['#/phone/add', { view: 'addPhone' }],
  ['#/phone/invitation', { view: 'invitation' }],
  ['#/phone/lost', { view: 'lostPhone' }],
  ['#/phone/number', { view: 'phoneNumber' }],
]

test.each(places)('%s names a view, whose fragment it is', (fragment, place) => {
  expect(placeOf(fragment)).toEqual(place)
  expect(fragmentOf(place)).toBe(fragment)
})

test('the place where a code was entered once leads to its payment', () => {
  expect(placeOf('#/payments/p_1-2/code')).toEqual({ view: 'waiting', paymentId: 'p_1-2' })
})

test.each([
  '',
  '#',
  '#/',
  '#/phone/',
  '#/phone/toString',
  '#/phone/lost/now',
  '#/payments/a b',
  '#/payments/p1/codes',
  '#/send/now',
  '#invitation/K7QMX4H2RW',
])('%j names none', (fragment) => {
  expect(placeOf(fragment)).toBeNull()
})

test('the views of phones belong to “Phone” in the menu, and no other does', () => {
  const views = places.map(([, { view }]) => view).filter(isOfPhone)
  expect(views).toEqual(['phone', 'addPhone', 'invitation', 'lostPhone', 'phoneNumber'])
})
