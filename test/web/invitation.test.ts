import { describe, expect, test } from 'vitest'
import { phonePlaceOf } from '../../web/approve/place.ts'
import { invitationPath, invitationToShow, readInvitation } from '../../web/invitation.ts'

const CODE = 'K7QMX4H2RW'

describe('the code of an invitation', () => {
  test.each(['K7QMX4H2RW', 'K7QMX-4H2RW', 'k7qmx 4h2rw', ' k7qmx–4h2rw\u200b', 'K7QMX\u22124H2RW'])(
    'is read without blanks, hyphens and case: %s',
    (typed) => {
      expect(readInvitation(typed)).toBe(CODE)
    },
  )

  test.each([
    ['nine characters', 'K7QMX4H2R'],
    ['eleven characters', 'K7QMX4H2RWA'],
    ['an O, which is in none', 'K7QMX4H2RO'],
    ['an I', 'K7QMX4H2RI'],
    ['a zero', 'K7QMX4H2R0'],
    ['a one', 'K7QMX4H2R1'],
    ['a letter of another alphabet', 'К7QMX4H2RW'],
    ['nothing', ''],
  ])('is refused with %s', (_, typed) => {
    expect(readInvitation(typed)).toBeNull()
  })

  test('is shown in two halves, and read as it is shown', () => {
    expect(invitationToShow(CODE)).toBe('K7QMX-4H2RW')
    expect(readInvitation(invitationToShow(CODE))).toBe(CODE)
  })

  test('comes to the phone in the fragment, which is sent to no server', () => {
    const { pathname, search, hash } = new URL(invitationPath(CODE), 'https://pay.example.com')
    expect({ pathname, search }).toEqual({ pathname: '/approve.html', search: '' })
    expect(phonePlaceOf(hash)).toEqual({ view: 'add', code: CODE })
  })
})

describe('the place that a fragment of the phone’s page names', () => {
  test.each([
    ['', { view: 'waiting' }],
    ['#waiting', { view: 'waiting' }],
    ['#add', { view: 'code' }],
    ['#add/', { view: 'code' }],
    ['#add/K7QMX-4H2RW', { view: 'add', code: CODE }],
    ['#add/k7qmx%204h2rw', { view: 'add', code: CODE }],
    ['#add/%', { view: 'code' }],
    ['#add/<script>', { view: 'code' }],
    ['#payment.4f2k-7q_A', { view: 'request', id: 'payment.4f2k-7q_A' }],
    ['#device.abc', { view: 'request', id: 'device.abc' }],
    ['#phone.abc', { view: 'request', id: 'phone.abc' }],
    ['#stop.abc', { view: 'waiting' }],
    ['#payment.a/b', { view: 'waiting' }],
    ['#payment.', { view: 'waiting' }],
  ])('%s', (fragment, place) => {
    expect(phonePlaceOf(fragment)).toEqual(place)
  })
})
