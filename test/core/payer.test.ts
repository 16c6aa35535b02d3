import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NO_DEVICES } from '../../functions/core/device.ts'
import {
  admit,
  admitToLook,
  international,
  masked,
  type Payer,
  type PendingPhone,
  samePhone,
  sessionsFromAt,
} from '../../functions/core/payer.ts'
import { EMPTY_TRAIL } from '../../functions/core/payerTrail.ts'
import { profileView } from '../../functions/core/profile.ts'
import { Refusal, SessionEnded, secondsUntil } from '../../functions/core/refusals.ts'
import { trailWith } from '../harness/payerTrails.ts'

const at = (time: string) => new Date(`2026-11-21T${time}Z`)
const phone = { countryCode: '44', national: '7700900123' }
const pending: PendingPhone = {
  verificationId: 'abcdefghijklmnopqrstuv',
  reference: 'K7LMPQ',
  phone: { countryCode: '1', national: '5017122661' },
  channel: 'call',
  sends: 1,
  sentAt: at('12:00:00'),
  attempts: 0,
  expiresAt: at('12:10:00'),
  currentPassed: false,
}
const payer: Payer = {
  payerId: 'person-1',
  email: 'ada@example.com',
  phone,
  pending,
  trail: EMPTY_TRAIL,
  devices: NO_DEVICES,
}
const shownPending = {
  number: '+1 ••••• ••661',
  channel: 'call',
  verificationId: 'abcdefghijklmnopqrstuv',
  reference: 'K7LMPQ',
}
const EMAIL = 'ada@example.com'

test('a number is written internationally', () => {
  expect(international(phone)).toBe('+447700900123')
})

test.each([
  ['7700900123', '+44 ••••• ••123'],
  ['77009001234', '+44 ••••• •••23 4'],
  ['123456', '+44 •••45 6'],
  ['1234', '+44 •234'],
])('the number %s is shown as %s', (national, shown) => {
  expect(masked({ countryCode: '44', national })).toBe(shown)
})

test('of no number more is shown than its country and three digits', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[1-9][0-9]{3,13}$/), (national) => {
      const shown = masked({ countryCode: '1', national }).slice(2).replaceAll(' ', '')
      expect(shown).toBe('•'.repeat(national.length - 3) + national.slice(-3))
    }),
  )
})

test('the same digits split otherwise are the same phone, other digits are another', () => {
  expect(samePhone(phone, { countryCode: '447', national: '700900123' })).toBe(true)
  expect(samePhone(phone, { ...phone, national: '7700900124' })).toBe(false)
})

const RULES = {
  firstDevice: 'invitation',
  waitHours: 12,
  textsBesideDevice: false,
  hasTexts: true,
} as const

test.each([
  ['nobody known', undefined, null],
  ['a person without a phone', { ...payer, phone: undefined, pending: undefined }, null],
  [
    'a first phone being verified',
    { ...payer, phone: undefined },
    {
      number: '+1 ••••• ••661',
      verified: false,
      pending: { ...shownPending, leave: null, hasLeave: false },
    },
  ],
  [
    'a verified phone',
    { ...payer, pending: undefined },
    { number: '+44 ••••• ••123', verified: true, pending: null },
  ],
  [
    'a verified phone with the next one on its way',
    payer,
    {
      number: '+44 ••••• ••123',
      verified: true,
      pending: { ...shownPending, leave: 'code', hasLeave: false },
    },
  ],
] as const)('the profile of %s', (_, known, shown) => {
  expect(profileView(EMAIL, known, RULES, at('12:09:59.999'))).toStrictEqual({
    email: EMAIL,
    devices: {
      list: [],
      waiting: [],
      removed: [],
      pending: null,
      everHadOne: false,
      textsClosed: false,
      waitHours: RULES.waitHours,
      canAdd: true,
      leaves: known?.phone ? ['text', 'invitation'] : ['invitation'],
    },
    notices: [],
    codesLockedUntil: null,
    startsLockedUntil: null,
    phone: shown,
  })
})

test('the profile tells what happened lately, also where there is no phone', () => {
  const trail = trailWith('person-1', ['phone.verified', 'sessions.ended'])
  const notices = [{ event: 'sessions.ended', at: '2026-11-21T12:00:01.000Z', ending: null }]
  for (const phone of [payer.phone, undefined]) {
    const known = { ...payer, phone, pending: undefined, trail }
    expect(profileView(EMAIL, known, RULES, at('12:09:59.999'))).toMatchObject({ notices })
  }
})

test('a verification is not shown from the very moment it is over', () => {
  const first = { ...payer, phone: undefined }
  expect(profileView(EMAIL, first, RULES, at('12:10:00')).phone).toBeNull()
  expect(profileView(EMAIL, payer, RULES, at('12:10:00')).phone?.pending).toBeNull()
})

describe('a session', () => {
  const from = at('12:00:00').getTime() / 1000
  const ended: Payer = { ...payer, sessionsFrom: from }
  const admitted = (known: Payer | undefined, authTime?: number) => () => admit(known, { authTime })

  test.each([
    ['of nobody known', undefined, undefined],
    ['of who never ended one, without a time of sign-in', payer, undefined],
    ['that began in the very second from which they count', ended, from],
    ['that began later', ended, from + 1],
  ])('%s is let in', (_, known, authTime) => {
    expect(admitted(known, authTime)).not.toThrow()
  })

  test.each([
    ['that began a second too early', ended, from - 1],
    ['without a time of sign-in, once sessions were ended', ended, undefined],
    ['that is over, of an account that is locked too', { ...ended, state: 'locked' }, from - 1],
    ['that is over, of an account that is closed too', { ...ended, state: 'closed' }, from - 1],
  ] as const)('%s is over', (_, known, authTime) => {
    expect(admitted(known, authTime)).toThrow(SessionEnded)
  })

  test('that is over may not even look, one of a locked account may', () => {
    const look = (known: Payer, authTime?: number) => () => admitToLook(known, { authTime })
    expect(look({ ...ended, state: 'locked' }, from)).not.toThrow()
    expect(look({ ...payer, state: 'closed' })).not.toThrow()
    expect(look(ended, from - 1)).toThrow(SessionEnded)
    expect(look(ended)).toThrow(SessionEnded)
  })

  test.each(['locked', 'closed'] as const)('of an account that is %s is refused', (state) => {
    for (const [known, authTime] of [
      [{ ...payer, state }, undefined],
      [{ ...ended, state }, from],
    ] as const) {
      // Nobody knows when the operator ends it.
      expect(admitted(known, authTime)).toThrow(new Refusal('locked'))
      expect(admitted(known, authTime)).not.toThrow(SessionEnded)
    }
  })

  test('that begins in the second in which all are ended is over too, and one in the next is not', () => {
    expect(sessionsFromAt(at('12:00:00'))).toBe(from)
    expect(sessionsFromAt(at('12:00:00.001'))).toBe(from + 1)
    expect(sessionsFromAt(at('12:00:00.999'))).toBe(from + 1)
    expect(sessionsFromAt(at('12:00:01'))).toBe(from + 1)
  })
})

test('who must wait is told whole seconds, rounded up and never none', () => {
  expect(secondsUntil(at('12:00:20'), at('12:00:00.001'))).toBe(20)
  expect(secondsUntil(at('12:00:20'), at('12:00:19.999'))).toBe(1)
  expect(secondsUntil(at('12:00:00'), at('12:00:01'))).toBe(1)
})

test('a refusal says its code and no more', () => {
  expect(new Refusal('not_found')).toMatchObject({ code: 'not_found', details: {} })
})
