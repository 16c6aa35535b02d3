import { describe, expect, test } from 'vitest'
import { NO_DEVICES } from '../../functions/core/device.ts'
import type { Payer, PendingPhone } from '../../functions/core/payer.ts'
import { EMPTY_TRAIL } from '../../functions/core/payerTrail.ts'
import type {
  Codes,
  CountedAttempt,
  Limits,
  Lockout,
  PayerStore,
  PhoneIds,
  Phones,
  SignIns,
  Verdict,
} from '../../functions/core/ports.ts'
import { Refusal, SessionEnded } from '../../functions/core/refusals.ts'
import { startVerification, verifyPhone } from '../../functions/core/registering.ts'
import { answering, at, NOON } from './answering.ts'

const ADA = { payerId: 'person-1', email: 'ada@example.com' }
const SIGNED_IN = { ...ADA, authTime: at(-60).getTime() / 1000 }
const account = { ...ADA, trail: EMPTY_TRAIL, devices: NO_DEVICES }
const old = { countryCode: '44', national: '7400123456', providerPhoneId: '1635' }
const next = { countryCode: '1', national: '2025550100' }
/** Another number whose last digits are the same. */
const other = { countryCode: '1', national: '3035550100' }
const TEN_MINUTES = 600

/** A verification of `next` that could be sent again. Each test breaks one thing about it. */
const pending: PendingPhone = {
  verificationId: 'verification-1',
  reference: 'K7LMPQ',
  phone: next,
  channel: 'sms',
  sends: 1,
  sentAt: at(-20),
  attempts: 0,
  expiresAt: at(500),
  currentPassed: false,
}
const unproved: Payer = { ...account, pending }
const owner: Payer = { ...account, phone: old }
const moving: Payer = { ...owner, pending }
const changeId = 'abcdefghijklmnopqrstuv'
/** What the old phone's code is bound to. */
const change = {
  action: { kind: 'phone-change', number: '+12025550100', reference: 'K7LMPQ' },
  actionId: `change-phone:${changeId}`,
  reference: 'K7LMPQ',
}
const CHANGE_TEXT = 'Change your Payfriend phone to +12025550100, reference K7LMPQ'
const sessionEnded: Payer = { ...unproved, sessionsFrom: SIGNED_IN.authTime + 1 }
const retryAfter = (retryAfterSeconds: number) => ({ details: { retryAfterSeconds } })

describe('a verification', () => {
  type World = {
    /** As the person is read, time after time; the last for ever. */
    readonly stored?: readonly (Payer | undefined)[]
    /** What reserving gives, time after time. */
    readonly reserved?: readonly (Payer | undefined)[]
    readonly phone?: typeof next
    readonly channel?: 'sms' | 'call'
    readonly textId?: string
    readonly currentTextId?: string
    readonly isForeign?: boolean
    readonly isOff?: boolean
    readonly starts?: () => Promise<string | undefined>
  }
  function starting(world: World = {}) {
    const one = answering()
    const { stored = [undefined], reserved = [unproved], textId, currentTextId } = world
    let reads = 0
    let writes = 0
    const reserve = async () => reserved[Math.min(writes++, reserved.length - 1)]
    const ports = {
      clock: one.clock,
      payers: one.port<PayerStore>({
        get: async () => stored[Math.min(reads++, stored.length - 1)],
        beginVerification: reserve,
        repeatVerification: reserve,
        saveTexts: async () => {},
        saveProviderPhoneId: async () => {},
      }),
      limits: one.port<Limits>({
        spendProvingTexts: async () => async () => void one.asked.push(['giveBack']),
      }),
      switches: { smsOff: async () => world.isOff ?? false },
      phones: one.port<Phones>({
        startVerification: world.starts ?? (async () => textId),
        endVerification: () => new Promise((resolve) => setImmediate(resolve)),
      }),
      phoneIds: one.port<PhoneIds>({ gave: () => !world.isForeign, enroll: async () => '1700' }),
      codes: one.port<Codes>({ send: async () => currentTextId, end: async () => {} }),
      changeIdOf: (...given: unknown[]) => {
        one.asked.push(['changeIdOf', ...given])
        return changeId
      },
      newVerificationId: () => 'verification-2',
      newReference: () => '4F2K7Q',
      newNonce: () => 'nonce',
    }
    const { phone = next, channel = 'sms' } = world
    return { ...one, started: startVerification(ports, SIGNED_IN, { phone, channel }) }
  }

  test.each(['sms', 'call'] as const)(
    'of a first phone by %s is counted for the person, begun for ten minutes, and sent then',
    async (channel) => {
      const { started, asked } = starting({ channel })
      expect(await started).toEqual({
        verificationId: 'verification-1',
        reference: 'K7LMPQ',
        displayText: null,
        to: '+1 ••••• ••100',
        sendsLeft: 4,
        expiresAt: at(500).toISOString(),
        leave: null,
      })
      expect(asked).toEqual([
        ['get', 'person-1'],
        ['spendProvingTexts', 'person-1', next, 1, NOON],
        [
          'beginVerification',
          ADA,
          {
            verificationId: 'verification-2',
            reference: '4F2K7Q',
            phone: next,
            channel,
            sends: 1,
            sentAt: NOON,
            attempts: 0,
            expiresAt: at(TEN_MINUTES),
            currentPassed: false,
          },
          NOON,
        ],
        ['startVerification', next, channel],
      ])
    },
  )

  test.each(['sms', 'call'] as const)(
    'by %s while texts are stopped is refused, before anything is counted, reserved or sent',
    async (channel) => {
      const { started, names } = starting({ channel, isOff: true })
      await expect(started).rejects.toMatchObject({ code: 'sms_off', ...retryAfter(300) })
      expect(names()).toEqual(['get'])
    },
  )

  test('while codes are locked is refused, of a first phone and of another, and not counted', async () => {
    for (const known of [account, unproved, owner]) {
      const { started, names } = starting({ stored: [{ ...known, codesLockedUntil: at(60) }] })
      await expect(started).rejects.toMatchObject({ code: 'locked', ...retryAfter(60) })
      expect(names()).toEqual(['get'])
    }
  })

  test('the moment that a lock of codes ends is sent', async () => {
    const { started, names } = starting({ stored: [{ ...account, codesLockedUntil: NOON }] })
    await started
    expect(names()).toContain('startVerification')
  })

  describe.each([
    ['whose sessions were ended after this one began', sessionEnded, SessionEnded],
    ['that the operator locked', { ...unproved, state: 'locked' } as const, Refusal],
    ['that the operator closed', { ...unproved, state: 'closed' } as const, Refusal],
  ])('of an account %s', (_, barred, kind) => {
    test('is refused first of all', async () => {
      // It has no sends left and codes are locked, and it is for the verified number: none of that is told.
      const spent = { ...barred, phone: next, pending: { ...pending, sends: 5 } }
      const { started, names } = starting({ stored: [{ ...spent, codesLockedUntil: at(60) }] })
      await expect(started).rejects.toBeInstanceOf(kind)
      await expect(started).rejects.not.toHaveProperty('details.retryAfterSeconds')
      expect(names()).toEqual(['get'])
    })

    test('since a moment ago is refused, and not sent', async () => {
      const { started, names } = starting({ stored: [unproved, barred], reserved: [undefined] })
      await expect(started).rejects.toBeInstanceOf(kind)
      // What is refused for a lock is given back; a session that has ended is told first.
      const last = names().filter((name) => name !== 'giveBack')
      expect(last.slice(-2)).toEqual(['repeatVerification', 'get'])
    })
  })

  test('with a name of its own has that stored', async () => {
    const { started, asked } = starting({ textId: 'VE1' })
    await started
    const named = ['saveTexts', 'person-1', 'verification-1', { textId: 'VE1' }, NOON]
    expect(asked.at(-1)).toEqual(named)
  })

  test('of the verified phone is refused', async () => {
    const { started, names } = starting({ stored: [owner], phone: old })
    await expect(started).rejects.toMatchObject({
      code: 'invalid_request',
      details: { fields: [{ path: 'phoneNumber', reason: expect.stringMatching(/\w/) }] },
    })
    expect(names()).toEqual(['get'])
  })

  describe('that is sent again', () => {
    test('to the same number is the same one, and ends when it would have', async () => {
      const { started, asked } = starting({ stored: [unproved] })
      await started
      expect(asked.slice(2)).toEqual([
        [
          'repeatVerification',
          'person-1',
          pending,
          {
            verificationId: 'verification-1',
            reference: 'K7LMPQ',
            phone: next,
            channel: 'sms',
            expiresAt: at(500),
          },
          at(-20),
          NOON,
        ],
        ['startVerification', next, 'sms'],
      ])
    })

    const renamed = {
      ...unproved,
      pending: { ...pending, verificationId: 'verification-2', phone: other },
    }
    test('to another number is another one with ten minutes of its own, and ends the codes for the one before', async () => {
      const texts = { textId: 'VE1', currentTextId: 'VE2' }
      const seen = { ...pending, ...texts }
      const { started, asked, given } = starting({
        stored: [{ ...unproved, pending: seen }],
        reserved: [renamed],
        phone: other,
      })
      expect(await started).toMatchObject({ verificationId: 'verification-2' })
      const again = {
        verificationId: 'verification-2',
        reference: '4F2K7Q',
        phone: other,
        channel: 'sms',
        expiresAt: at(TEN_MINUTES),
      }
      expect(given('repeatVerification')).toEqual([['person-1', seen, again, at(-20), NOON]])
      expect(asked.slice(3)).toEqual([
        ['endVerification', 'VE1'],
        ['end', 'VE2'],
        ['startVerification', other, 'sms'],
      ])
    })

    test('to another number asks for nothing before the last is answered, but for the ends', async () => {
      const texts = { textId: 'VE1', currentTextId: 'VE2' }
      const stored = [{ ...moving, pending: { ...pending, ...texts } }]
      const named = { textId: 'VE3', currentTextId: 'VE4' }
      const reserved = [{ ...moving, pending: renamed.pending }]
      const one = starting({ stored, reserved, phone: other, isForeign: true, ...named })
      await one.started
      expect(one.names()).toContain('send')
      expect(one.together).toEqual(['end'])
    })

    test('but may not be any more, since a moment, is refused without another attempt', async () => {
      const full = { ...unproved, pending: { ...pending, sends: 5 } }
      const { started, names } = starting({ stored: [unproved, full], reserved: [undefined] })
      await expect(started).rejects.toMatchObject({ code: 'too_many_sms' })
      expect(names()).toEqual(['get', 'spendProvingTexts', 'repeatVerification', 'get', 'giveBack'])
    })

    test('to another number ends no codes that have no name', async () => {
      const { started, names } = starting({
        stored: [unproved],
        reserved: [renamed],
        phone: other,
      })
      await started
      expect(names().slice(3)).toEqual(['startVerification'])
    })

    test('to the same number ends no code', async () => {
      const texts = { textId: 'VE1', currentTextId: 'VE2' }
      const { started, names } = starting({
        stored: [{ ...unproved, pending: { ...pending, ...texts } }],
      })
      await started
      expect(names().slice(3)).toEqual(['startVerification'])
    })

    test('when it was over is begun anew', async () => {
      const { started, names } = starting({
        stored: [{ ...unproved, pending: { ...pending, expiresAt: NOON, textId: 'VE1' } }],
        phone: other,
      })
      await started
      expect(names()).toContain('beginVerification')
      expect(names()).not.toContain('endVerification')
    })
  })

  const refusals: [string, Partial<PendingPhone>, object][] = [
    ['with five attempts', { attempts: 5 }, { code: 'no_attempts_left', ...retryAfter(500) }],
    ['with more of them', { attempts: 6 }, { code: 'no_attempts_left', ...retryAfter(500) }],
    ['with five sends', { sends: 5 }, { code: 'too_many_sms', ...retryAfter(500) }],
    ['with more of them', { sends: 6 }, { code: 'too_many_sms', ...retryAfter(500) }],
    ['sent just now', { sentAt: NOON }, { code: 'too_many_sms', ...retryAfter(20) }],
    ['sent 19.999 s ago', { sentAt: at(-19.999) }, { code: 'too_many_sms', ...retryAfter(1) }],
  ]
  test.each(refusals)('%s is refused, and not counted', async (_, more, refusal) => {
    const { started, names } = starting({
      stored: [{ ...unproved, pending: { ...pending, ...more } }],
    })
    await expect(started).rejects.toMatchObject(refusal)
    expect(names()).toEqual(['get'])
  })

  test.each(refusals)(
    '%s since a moment ago is refused, and not sent',
    async (_, more, refusal) => {
      const { started, names } = starting({
        stored: [unproved, { ...unproved, pending: { ...pending, ...more } }],
        reserved: [undefined],
      })
      await expect(started).rejects.toMatchObject(refusal)
      expect(names()).not.toContain('startVerification')
    },
  )

  test.each([
    ['with four attempts', { attempts: 4 }],
    ['with four sends', { sends: 4 }],
    ['sent 20 s ago', { sentAt: at(-20) }],
    ['spent, but over', { attempts: 5, sends: 5, sentAt: NOON, expiresAt: NOON }],
  ] as const)('%s is sent', async (_, more) => {
    const { started, names } = starting({
      stored: [{ ...unproved, pending: { ...pending, ...more } }],
    })
    await started
    expect(names()).toContain('startVerification')
  })

  test('that ended while it was asked for begins from the start', async () => {
    const { started, names } = starting({
      stored: [unproved, undefined, undefined],
      reserved: [undefined, unproved],
    })
    expect(await started).toMatchObject({ sendsLeft: 4 })
    expect(names()).toEqual([
      'get',
      'spendProvingTexts',
      'repeatVerification',
      'get',
      'get',
      'spendProvingTexts',
      'beginVerification',
      'startVerification',
    ])
  })

  describe('of another phone than the verified one', () => {
    test('is counted for both, and texts the verified one too, after the new one, saying what for', async () => {
      const { started, asked, given } = starting({ stored: [owner], reserved: [moving] })
      await started
      expect(asked).toMatchObject([
        ['get', 'person-1'],
        ['spendProvingTexts', 'person-1', next, 2, NOON],
        ['beginVerification', ADA, { phone: next }, NOON],
        ['startVerification', next, 'sms'],
        ['gave', '1635'],
        // Of what is stored, which is what was answered; not of what was asked for.
        ['changeIdOf', pending],
        ['send', { phone: old, providerPhoneId: '1635' }, {}, { orByCall: true }],
        ['changeIdOf', pending],
      ])
      expect(given('send')).toEqual([
        [{ phone: old, providerPhoneId: '1635' }, change, { orByCall: true }],
      ])
      expect(await started).toMatchObject({ reference: 'K7LMPQ', displayText: CHANGE_TEXT })
    })

    test('whose texts have names has both stored', async () => {
      const { started, given } = starting({
        stored: [owner],
        reserved: [moving],
        textId: 'VE1',
        currentTextId: 'VE2',
      })
      await started
      expect(given('saveTexts')).toEqual([
        ['person-1', 'verification-1', { textId: 'VE1' }, NOON],
        ['person-1', 'verification-1', { currentTextId: 'VE2' }, NOON],
      ])
    })

    test('that the provider does not take texts nobody', async () => {
      const refused = new Refusal('invalid_request')
      const { started, names } = starting({
        stored: [owner],
        reserved: [moving],
        starts: () => Promise.reject(refused),
      })
      await expect(started).rejects.toBe(refused)
      expect(names()).not.toContain('send')
    })

    test('makes the verified one known, if the provider does not know it', async () => {
      const { started, given } = starting({ stored: [owner], reserved: [moving], isForeign: true })
      await started
      expect(given('enroll')).toEqual([[owner, old]])
      expect(given('send')).toMatchObject([[{ providerPhoneId: '1700' }, {}, {}]])
    })

    const letIn: Payer = { ...owner, pending: { ...pending, currentPassed: true } }
    test('that the verified one has let in needs no more of it', async () => {
      const { started, asked, names } = starting({ stored: [letIn], reserved: [letIn] })
      // It was told, all the same, and the page still shows what.
      expect(await started).toMatchObject({ displayText: CHANGE_TEXT })
      expect(asked[1]).toEqual(['spendProvingTexts', 'person-1', next, 1, NOON])
      expect(names()).not.toContain('send')
    })

    test.each([
      ['another number', [letIn], other],
      [
        'this number, in a verification that is over',
        [{ ...letIn, pending: { ...pending, currentPassed: true, expiresAt: NOON } }],
        next,
      ],
    ] as const)('asks the verified one, which has let in %s', async (_, stored, phone) => {
      const { started, names } = starting({ stored, reserved: [moving], phone })
      await started
      expect(names()).toContain('send')
    })
  })
})

describe('a code for a phone', () => {
  const trusted: Payer = { ...account, phone: { ...next, providerPhoneId: '1700' }, previous: old }

  type World = {
    readonly reserved?: Payer | undefined
    /** As the person is read, time after time; the last for ever. */
    readonly stored?: readonly (Payer | undefined)[]
    readonly trusts?: Payer | undefined
    readonly passes?: boolean
    readonly currentCode?: string | undefined
    readonly current?: Verdict
    readonly attempt?: CountedAttempt | { lockedUntil: Date | undefined }
    readonly reset?: () => Promise<void>
    readonly verificationId?: string
    readonly endSessions?: () => Promise<void>
    readonly enroll?: () => Promise<string>
    readonly isForeign?: boolean
    /** What each check takes. */
    readonly seconds?: number
  }
  function entering(verdict: Verdict, world: World = {}) {
    const one = { ...answering(), named: [] as PendingPhone[] }
    const { stored = [unproved], passes = true, current = 'right' } = world
    const { attempt = { locks: 0, isLast: false }, verificationId = 'verification-1' } = world
    const { reserved, trusts } = { reserved: unproved, trusts: trusted, ...world }
    let reads = 0
    const takesLong = <T>(answer: T) => {
      one.takes(world.seconds ?? 0)
      return answer
    }
    const ports = {
      clock: one.clock,
      payers: one.port<PayerStore>({
        get: async () => stored[Math.min(reads++, stored.length - 1)],
        reserveAttempt: async () => reserved,
        saveCurrentPassed: async () => (passes ? reserved : undefined),
        trust: async () => trusts,
        saveProviderPhoneId: async () => {},
      }),
      lockout: one.port<Lockout>({
        reserve: async () => attempt,
        tellLock: async () => {},
        giveBack: async () => {},
        reset: world.reset ?? (async () => {}),
      }),
      phones: one.port<Phones>({ checkVerification: async () => takesLong(verdict) }),
      phoneIds: one.port<PhoneIds>({
        gave: () => !world.isForeign,
        enroll: world.enroll ?? (async () => '1700'),
      }),
      codes: one.port<Codes>({ check: async () => takesLong(current) }),
      signIns: one.port<SignIns>({ endSessions: world.endSessions ?? (async () => {}) }),
      changeIdOf: (verification: PendingPhone) => {
        one.named.push(verification)
        return changeId
      },
      pause: one.port<{ pause(): Promise<void> }>({ pause: async () => {} }).pause,
      onEnrollFault: (fault: unknown) => void one.asked.push(['enroll fault', fault]),
      onLockoutFault: (fault: unknown) => void one.asked.push(['lockout fault', fault]),
      onSignInFault: (fault: unknown) => void one.asked.push(['sign-in fault', fault]),
    }
    const codes = { verificationId, code: '123456', currentCode: world.currentCode }
    return { ...one, entered: verifyPhone(ports, SIGNED_IN, codes) }
  }
  const names = ({ asked }: { asked: unknown[][] }) => asked.map(([name]) => name)
  const thisOne = (withCurrentCode: boolean) => ({
    verificationId: 'verification-1',
    withCurrentCode,
  })

  test('is counted, also as an attempt, before it is checked, and trusts the number at the time of the write', async () => {
    const { entered, asked } = entering('right', { seconds: 3 })
    expect(await entered).toBe(trusted)
    expect(asked).toEqual([
      ['reserveAttempt', SIGNED_IN, thisOne(false), NOON],
      ['reserve', 'person-1', NOON],
      ['checkVerification', { phone: next, textId: undefined }, '123456'],
      ['reset', 'person-1'],
      // No session is ended: a first phone takes no other's place.
      ['trust', unproved, pending, undefined, at(3)],
      ['gave', '1700'],
    ])
  })

  test('asks for nothing before the last is answered', async () => {
    const { entered, together } = entering('right', { isForeign: true })
    await entered
    expect(together).toEqual([])
  })

  test('is not checked while codes are locked, or by the operator', async () => {
    for (const [lockedUntil, details] of [
      [at(60), { retryAfterSeconds: 60 }],
      [undefined, {}],
    ] as const) {
      const one = entering('right', { attempt: { lockedUntil } })
      await expect(one.entered).rejects.toMatchObject({ code: 'locked', details })
      expect(names(one)).toEqual(['reserveAttempt', 'reserve'])
    }
  })

  test('that is wrong stays counted as an attempt, and as the last of a row tells that codes are locked', async () => {
    const wrong = entering('wrong')
    await expect(wrong.entered).rejects.toMatchObject({ code: 'wrong_code' })
    expect(names(wrong)).toEqual(['reserveAttempt', 'reserve', 'checkVerification'])
    const last = { locks: 0, isLast: true }
    const one = entering('wrong', { attempt: last })
    await expect(one.entered).rejects.toMatchObject({ code: 'wrong_code' })
    expect(one.asked.at(-1)).toEqual(['tellLock', 'person-1', last, NOON])
  })

  test('is right though the count could not begin anew; the owner is told', async () => {
    const fault = new Error('no database')
    const one = entering('right', { reset: () => Promise.reject(fault) })
    expect(await one.entered).toBe(trusted)
    expect(one.asked).toContainEqual(['lockout fault', fault])
  })

  describe('of another verification', () => {
    test.each([
      ['a first phone', unproved, undefined],
      ['a change, with both codes', moving, '7654321'],
      ['a change, without the old one’s code', moving, undefined],
      ['one without attempts', { ...unproved, pending: { ...pending, attempts: 5 } }, undefined],
      ['one that is over', { ...unproved, pending: { ...pending, expiresAt: NOON } }, undefined],
    ] as const)(
      'than %s is not found, with nothing spent or asked of a provider',
      async (_, payer, currentCode) => {
        const verificationId = 'verification-0'
        const lost = { reserved: undefined, stored: [payer] }
        const one = entering('right', { ...lost, verificationId, currentCode })
        await expect(one.entered).rejects.toMatchObject({ code: 'not_found', details: {} })
        expect(one.asked).toEqual([
          [
            'reserveAttempt',
            SIGNED_IN,
            { verificationId, withCurrentCode: currentCode !== undefined },
            NOON,
          ],
          ['get', 'person-1'],
        ])
      },
    )
  })

  test.each([
    ['whose sessions were ended after this one began', sessionEnded, SessionEnded],
    ['that the operator locked', { ...unproved, state: 'locked' } as const, Refusal],
    ['that the operator closed', { ...unproved, state: 'closed' } as const, Refusal],
  ])('for an account %s is refused as that, whatever else is wrong', async (_, barred, kind) => {
    const one = entering('right', {
      reserved: undefined,
      stored: [{ ...barred, pending: undefined }],
    })
    await expect(one.entered).rejects.toBeInstanceOf(kind)
    if (kind === Refusal) await expect(one.entered).rejects.toMatchObject({ code: 'locked' })
    expect(names(one)).toEqual(['reserveAttempt', 'get'])
  })

  test('is checked by the name of its text, if that has one', async () => {
    const reserved = { ...unproved, pending: { ...pending, textId: 'VE1' } }
    const { entered, given } = entering('right', { reserved })
    await entered
    expect(given('checkVerification')).toEqual([[{ phone: next, textId: 'VE1' }, '123456']])
  })

  test.each([1, 5])('that is wrong, the attempt number %i, tells how many are left', async (n) => {
    const reserved = { ...unproved, pending: { ...pending, attempts: n } }
    const one = entering('wrong', { reserved })
    await expect(one.entered).rejects.toMatchObject({
      code: 'wrong_code',
      details: { attemptsLeft: 5 - n },
    })
    expect(names(one)).not.toContain('trust')
  })

  describe('beside the verified one’s', () => {
    const beside: World = { reserved: moving, currentCode: '7654321' }

    test('is checked after that, each counted first', async () => {
      const { entered, asked, named } = entering('right', { ...beside, seconds: 2 })
      expect(await entered).toBe(trusted)
      expect(named).toEqual([pending])
      expect(asked).toEqual([
        ['reserveAttempt', SIGNED_IN, thisOne(true), NOON],
        ['gave', '1635'],
        ['reserve', 'person-1', NOON],
        ['check', { providerPhoneId: '1635', textId: undefined }, change, '7654321'],
        ['saveCurrentPassed', 'person-1', 'verification-1', at(2)],
        ['reset', 'person-1'],
        ['reserve', 'person-1', at(2)],
        ['checkVerification', { phone: next, textId: undefined }, '123456'],
        ['reset', 'person-1'],
        ['trust', moving, pending, undefined, at(4)],
        ['endSessions', 'person-1'],
        ['gave', '1700'],
      ])
    })

    test('asks for nothing before the last is answered', async () => {
      const { entered, together } = entering('right', { ...beside, isForeign: true })
      await entered
      expect(together).toEqual([])
    })

    test('is checked by the name of its own text', async () => {
      const reserved = { ...moving, pending: { ...pending, textId: 'VE1', currentTextId: 'VE2' } }
      const { entered, given } = entering('right', { ...beside, reserved })
      await entered
      expect(given('check')[0]?.[0]).toEqual({ providerPhoneId: '1635', textId: 'VE2' })
    })

    test('counts for nothing while that is wrong, and which of them was is not told', async () => {
      const one = entering('right', { ...beside, current: 'wrong' })
      await expect(one.entered).rejects.toMatchObject({
        code: 'wrong_code',
        details: { attemptsLeft: 5 },
      })
      expect(names(one)).not.toContain('saveCurrentPassed')
      expect(names(one)).not.toContain('reset')
      expect(names(one)).not.toContain('checkVerification')
    })

    test('that is wrong leaves the count as that one’s right code left it, and one attempt more', async () => {
      const one = entering('wrong', beside)
      await expect(one.entered).rejects.toMatchObject({ code: 'wrong_code' })
      const attempts = names(one).filter((name) => name === 'reserve' || name === 'reset')
      expect(attempts).toEqual(['reserve', 'reset', 'reserve'])
      expect(names(one)).not.toContain('endSessions')
    })

    test('that is trusted ends the sessions at the sign-in provider; one that cannot is told', async () => {
      const fault = new Error('no sign-in')
      const one = entering('right', { ...beside, endSessions: () => Promise.reject(fault) })
      expect(await one.entered).toBe(trusted)
      expect(one.asked.slice(-3)).toEqual([
        ['endSessions', 'person-1'],
        ['sign-in fault', fault],
        ['gave', '1700'],
      ])
    })

    test('is not checked while codes are locked', async () => {
      const one = entering('right', { ...beside, attempt: { lockedUntil: at(60) } })
      await expect(one.entered).rejects.toMatchObject({ code: 'locked', ...retryAfter(60) })
      expect(names(one)).not.toContain('check')
    })

    test('counts for nothing if the verification has ended meanwhile', async () => {
      const one = entering('right', { ...beside, passes: false })
      await expect(one.entered).rejects.toMatchObject({ code: 'code_expired' })
      expect(names(one)).not.toContain('checkVerification')
      expect(names(one)).not.toContain('reset')
    })

    test('is right though the count could not begin anew; the owner is told', async () => {
      const fault = new Error('no database')
      const one = entering('right', { ...beside, reset: () => Promise.reject(fault) })
      expect(await one.entered).toBe(trusted)
      expect(one.asked).toContainEqual(['lockout fault', fault])
    })

    test('where that was used before has trusted the number, or is over', async () => {
      const used = { ...beside, current: 'over' } as const
      expect(await entering('right', { ...used, stored: [trusted] }).entered).toBe(trusted)
      const one = entering('right', used)
      await expect(one.entered).rejects.toMatchObject({ code: 'code_expired' })
      expect(names(one)).not.toContain('checkVerification')
    })

    test('is not needed once it was right', async () => {
      const reserved = { ...moving, pending: { ...pending, currentPassed: true } }
      const one = entering('right', { reserved })
      expect(await one.entered).toBe(trusted)
      expect(names(one)).not.toContain('check')
      // A change all the same.
      expect(names(one)).toContain('endSessions')
    })

    test('is no code that could be right where none was entered', async () => {
      const { entered, given } = entering('right', { reserved: moving })
      await entered
      expect(given('check')[0]?.at(-1)).toBe('')
    })
  })

  test.each([
    ['nothing was sent to anybody', undefined, undefined, 'no_code_sent', {}],
    ['nothing was sent', account, undefined, 'no_code_sent', {}],
    ['the verified phone’s is missing', moving, undefined, 'current_code_required', {}],
    [
      'the verification is over',
      { ...unproved, pending: { ...pending, expiresAt: NOON } },
      undefined,
      'code_expired',
      {},
    ],
    ['no attempts are left', unproved, undefined, 'no_attempts_left', retryAfter(500)],
    ['none are left for both', moving, '7654321', 'no_attempts_left', retryAfter(500)],
    [
      'none are left, and the verified phone agreed',
      { ...moving, pending: { ...pending, currentPassed: true } },
      undefined,
      'no_attempts_left',
      retryAfter(500),
    ],
  ] as const)('where %s is refused as that', async (_, stored, currentCode, code, more) => {
    const one = entering('right', { reserved: undefined, stored: [stored], currentCode })
    await expect(one.entered).rejects.toMatchObject({ code, ...more })
    expect(names(one)).toEqual(['reserveAttempt', 'get'])
  })

  describe('that was used before', () => {
    test('has trusted the number: an equal request was faster', async () => {
      const one = entering('over', { stored: [unproved, trusted] })
      expect(await one.entered).toBe(trusted)
      expect(names(one).slice(2)).toEqual(['checkVerification', 'giveBack', 'get', 'pause', 'get'])
      expect(one.together).toEqual([])
    })

    test.each([
      ['nobody’s', undefined],
      ['another number', owner],
    ])('is over where the trusted phone is %s', async (_, stored) => {
      const one = entering('over', { stored: [stored] })
      await expect(one.entered).rejects.toMatchObject({ code: 'code_expired' })
      expect(names(one).filter((name) => name === 'get')).toHaveLength(3)
      expect(names(one).filter((name) => name === 'pause')).toHaveLength(3)
      expect(names(one)).not.toContain('trust')
    })
  })

  test('whose condition failed has trusted the number all the same, or is over', async () => {
    const lost = { trusts: undefined }
    expect(await entering('right', { ...lost, stored: [trusted] }).entered).toBe(trusted)
    await expect(entering('right', lost).entered).rejects.toMatchObject({ code: 'code_expired' })
  })

  test('that trusted no phone is a fault', async () => {
    await expect(entering('right', { trusts: account }).entered).rejects.toThrow(
      'is no longer stored',
    )
  })

  test('has trusted the number though the provider cannot be told; the owner is', async () => {
    const fault = new Refusal('provider_unavailable')
    const one = entering('right', { isForeign: true, enroll: () => Promise.reject(fault) })
    expect(await one.entered).toBe(trusted)
    expect(one.asked.at(-1)).toEqual(['enroll fault', fault])
  })
})
