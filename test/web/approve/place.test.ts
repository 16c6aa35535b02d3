import { describe, expect, test } from 'vitest'
import { phonePlaceOf } from '../../../web/approve/place.ts'

describe('the phone’s page opens', () => {
  test.each(['payment.abc-1', 'device.thumb_2', 'phone.verification-3'])('the request %s', (id) => {
    expect(phonePlaceOf(`#${id}`)).toEqual({ view: 'request', id })
  })

  test.each(['', '#', '#waiting', '#stop.thumb', '#phone.', '#phone.<b>', '#other.abc'])(
    'the list at %j',
    (fragment) => {
      expect(phonePlaceOf(fragment)).toEqual({ view: 'waiting' })
    },
  )

  test.each([
    ['#add/K7QMX4H2RW', { view: 'add', code: 'K7QMX4H2RW' }],
    ['#add/k7qmx-4h2rw', { view: 'add', code: 'K7QMX4H2RW' }],
    ['#add/%', { view: 'code' }],
    ['#add', { view: 'code' }],
  ])('the adding at %s', (fragment, place) => {
    expect(phonePlaceOf(fragment)).toEqual(place)
  })
})
