import { describe, expect, test } from 'vitest'
import { approveWithCode, sendSmsCode } from '../../../functions/core/channels/smsCode.ts'
import { NO_DEVICES } from '../../../functions/core/device.ts'
import type { Evidence } from '../../../functions/core/outcome.ts'
import type { Payer } from '../../../functions/core/payer.ts'
import { EMPTY_TRAIL } from '../../../functions/core/payerTrail.ts'
import type { Payment } from '../../../functions/core/payment.ts'
import type {
  Codes,
  CountedAttempt,
  Limits,
  Lockout,
  PayerStore,
  PaymentStore,
  Switches,
  Verdict,
} from '../../../functions/core/ports.ts'
import { Refusal, SessionEnded } from '../../../functions/core/refusals.ts'
import { answering, at, NOON } from '../answering.ts'
import { open, over, smsOf, WORDS } from '../payments.ts'

const ID = open.paymentId
const PAYER = 'person-1'
const phone = { countryCode: '44', national: '7400123456', providerPhoneId: '1635' }
const payer: Payer = {
  payerId: PAYER,
  email: 'ada@example.com',
  phone,
  trail: EMPTY_TRAIL,
  devices: NO_DEVICES,
}
const SIGNED_IN = {
  payerId: PAYER,
  email: 'ada@example.com',
  authTime: at(-60).getTime() / 1000,
}
const barred: [string, Payer, typeof SessionEnded | typeof Refusal][] = [
  [
    'whose sessions were ended after this one began',
    { ...payer, sessionsFrom: SIGNED_IN.authTime + 1 },
    SessionEnded,
  ],
  ['that the operator locked', { ...payer, state: 'locked' }, Refusal],
  ['that the operator closed', { ...payer, state: 'closed' }, Refusal],
]
const bound = { action: open.action, actionId: ID, reference: 'K7LMPQ' }
/** What the provider says that the code was bound to. */
const evidence: Evidence = {
  kind: 'sms-code',
  provider_phone_id: '1635',
  action: ID,
  display_text: WORDS,
}
const retryAfter = (retryAfterSeconds: number) => ({ details: { retryAfterSeconds } })

describe('a text', () => {
  const texted: Payment = { ...open, ...smsOf({ sends: 2 }) }

  type World = {
    /** As it is read, time after time; the last for ever. */
    readonly stored?: readonly (Payment | undefined)[]
    readonly person?: Payer | undefined
    readonly reserved?: Payment | undefined
    readonly isOff?: boolean
    readonly full?: Refusal
    readonly textId?: string | undefined
    /** As it is when the text's name is stored. */
    readonly named?: Payment
    /** What calling the provider takes. */
    readonly seconds?: number
  }
  function texting(world: World = {}) {
    const one = answering()
    const { stored = [open], textId, named = texted } = world
    const { person, reserved } = { person: payer, reserved: texted, ...world }
    let reads = 0
    const ports = {
      clock: one.clock,
      payments: one.port<PaymentStore>({
        get: async () => stored[Math.min(reads++, stored.length - 1)],
        reserveText: async () => reserved,
        saveText: async () => named,
      }),
      payers: one.port<PayerStore>({ get: async () => person }),
      limits: one.port<Limits>({
        readPayingTexts: async () => ({ full: world.full, isScarce: true }),
        spendPayingText: async () => async () => void one.asked.push(['giveBack']),
      }),
      rules: { waitHours: 12, textsBesideDevice: false },
      switches: one.port<Switches>({ smsOff: async () => world.isOff ?? false }),
      codes: one.port<Codes>({
        byTextId: textId !== undefined,
        send: async () => {
          one.takes(world.seconds ?? 0)
          return textId
        },
        end: async () => {},
      }),
    }
    return { ...one, sent: sendSmsCode(ports, SIGNED_IN, ID) }
  }

  test('is counted for the person, then for the payment, and sent then, bound to that payment', async () => {
    const { sent, asked } = texting()
    expect(await sent).toBe(texted)
    expect(asked).toEqual([
      ['get', PAYER, ID],
      ['get', PAYER],
      ['readPayingTexts', PAYER, NOON],
      ['smsOff'],
      ['spendPayingText', PAYER, NOON, { full: undefined, isScarce: true }],
      ['reserveText', PAYER, ID, at(-20), NOON],
      ['send', { phone, providerPhoneId: '1635' }, bound],
    ])
  })

  test('while texts are stopped is refused, before anything is counted, reserved or sent', async () => {
    const { sent, names } = texting({ isOff: true })
    await expect(sent).rejects.toMatchObject({ code: 'sms_off', ...retryAfter(300) })
    expect(names()).toEqual(['get', 'get', 'readPayingTexts', 'smsOff'])
  })

  test('goes to the phone that the payment was started for, though the payer has another now', async () => {
    const next = { countryCode: '44', national: '7400123457', providerPhoneId: '1700' }
    const { sent, given } = texting({ person: { ...payer, phone: next, previous: phone } })
    await sent
    expect(given('send')).toMatchObject([[{ phone }, {}]])
    expect(given('spendPayingText')).toMatchObject([[PAYER, NOON, { isScarce: true }]])
  })

  test.each([
    ['whom nobody knows', undefined],
    ['who has no phone', { ...payer, phone: undefined }],
    ['who has had two others since', { ...payer, phone: { ...phone, providerPhoneId: '1700' } }],
  ])('of somebody %s is refused', async (_, person) => {
    const { sent, given } = texting({ person })
    await expect(sent).rejects.toMatchObject({ code: 'phone_not_verified' })
    expect(given('spendPayingText')).toEqual([])
  })

  const refusals: [string, Partial<Payment>, object][] = [
    ['that is over', { expiresAt: NOON }, { code: 'expired' }],
    [
      'that is decided',
      over('denied'),
      { code: 'already_decided', details: { paymentStatus: 'denied' } },
    ],
    ['without attempts', smsOf({ attempts: 5 }), { code: 'no_attempts_left' }],
    ['that had its texts', smsOf({ sends: 5 }), { code: 'too_many_sms', ...retryAfter(300) }],
    ['texted just now', smsOf({ sentAt: NOON }), { code: 'too_many_sms', ...retryAfter(20) }],
    [
      'texted 19.999 s ago',
      smsOf({ sentAt: at(-19.999) }),
      { code: 'too_many_sms', ...retryAfter(1) },
    ],
  ]
  test.each(refusals)('for a payment %s is refused, and not counted', async (_, now, refusal) => {
    const person = { ...payer, codesLockedUntil: at(60) }
    const { sent, names } = texting({ stored: [{ ...open, ...now }], person })
    await expect(sent).rejects.toMatchObject(refusal)
    expect(names()).toEqual(['get', 'get', 'readPayingTexts'])
  })

  test.each([
    ['with one attempt left', smsOf({ attempts: 4 })],
    ['with one text left', smsOf({ sends: 4 })],
    ['texted 20 s ago', smsOf({ sentAt: at(-20) })],
    ['never texted', smsOf({ sends: 0, sentAt: undefined })],
  ])('for a payment %s is sent', async (_, now) => {
    const { sent, given } = texting({ stored: [{ ...open, ...now }] })
    await sent
    expect(given('send')).toHaveLength(1)
  })

  test('for no payment is refused', async () => {
    const { sent } = texting({ stored: [undefined] })
    await expect(sent).rejects.toMatchObject({ code: 'not_found' })
  })

  test('while codes are locked is refused, and not counted', async () => {
    const { sent, names } = texting({ person: { ...payer, codesLockedUntil: at(60) } })
    await expect(sent).rejects.toMatchObject({ code: 'locked', ...retryAfter(60) })
    expect(names()).not.toContain('spendPayingText')
  })

  test('the moment that a lock of codes ends is sent', async () => {
    const { sent, given } = texting({ person: { ...payer, codesLockedUntil: NOON } })
    await sent
    expect(given('send')).toHaveLength(1)
  })

  test.each(barred)(
    'for an account %s is refused, and nothing is counted',
    async (_, person, kind) => {
      // The payment is over as well, and codes are locked: that is not told.
      const spent = { person: { ...person, codesLockedUntil: at(60) } }
      const { sent, names } = texting({ ...spent, stored: [{ ...open, expiresAt: NOON }] })
      await expect(sent).rejects.toBeInstanceOf(kind)
      if (kind === Refusal) {
        await expect(sent).rejects.toMatchObject({ code: 'locked', details: {} })
      }
      expect(names()).toEqual(['get', 'get', 'readPayingTexts'])
    },
  )

  test.each(refusals)('whose condition failed on a payment %s says so', async (_, now, refusal) => {
    const { sent, names } = texting({ stored: [open, { ...open, ...now }], reserved: undefined })
    await expect(sent).rejects.toMatchObject(refusal)
    expect(names()).not.toContain('send')
    expect(names()).toContain('giveBack')
  })

  test('of a payer whose hour is full raises no counter that others share', async () => {
    const full = new Refusal('too_many_sms', { retryAfterSeconds: 1800 })
    const { sent, names } = texting({ full })
    await expect(sent).rejects.toBe(full)
    expect(names()).toEqual(['get', 'get', 'readPayingTexts'])
  })

  test('whose condition failed although it holds is a fault', async () => {
    const { sent } = texting({ reserved: undefined })
    await expect(sent).rejects.toThrow('although its condition holds')
  })

  test('with a name of its own has that stored', async () => {
    const named = { ...texted, ...smsOf({ textId: 'VE1' }, texted) }
    const { sent, asked, together } = texting({ textId: 'VE1', named })
    expect(await sent).toBe(named)
    expect(asked.at(-1)).toEqual(['saveText', ID, 'VE1'])
    // But for what is read at first, nothing is asked before the last is answered.
    expect(together).toEqual(['get', 'readPayingTexts'])
  })

  test.each([
    ['was cancelled', over('cancelled'), 0, 'already_decided'],
    ['came to its end', {}, 300, 'expired'],
  ] as const)(
    'that was under way while its payment %s is ended again',
    async (_, now, seconds, code) => {
      const { sent, asked } = texting({ textId: 'VE1', named: { ...texted, ...now }, seconds })
      await expect(sent).rejects.toMatchObject({ code })
      expect(asked.at(-1)).toEqual(['end', 'VE1'])
    },
  )
})

describe('a code', () => {
  const tried: Payment = { ...open, ...smsOf({ attempts: 1 }) }
  const approved: Payment = { ...tried, ...over('approved', 'sms') }

  type World = {
    readonly reserved?: Payment | undefined
    readonly decided?: Payment | undefined
    readonly counted?: Payment | undefined
    /** As it is read, time after time; the last for ever. */
    readonly stored?: readonly (Payment | undefined)[]
    readonly person?: Payer
    readonly attempt?: CountedAttempt | { lockedUntil: Date | undefined }
    readonly byTextId?: boolean
    /** What the check takes. */
    readonly seconds?: number
    readonly reset?: () => Promise<void>
  }
  function entering(verdict: Verdict, world: World = {}) {
    const one = answering()
    const { stored = [tried], person = payer, byTextId = false } = world
    const { attempt = { locks: 0, isLast: false } } = world
    const { reserved, decided } = { reserved: tried, decided: approved, ...world }
    let reads = 0
    const ports = {
      clock: one.clock,
      payments: one.port<PaymentStore>({
        get: async () => stored[Math.min(reads++, stored.length - 1)],
        reserveAttempt: async () => reserved,
        countWrongCode: async () => world.counted,
        decide: async () => decided,
      }),
      payers: one.port<PayerStore>({ get: async () => person }),
      lockout: one.port<Lockout>({
        reserve: async () => attempt,
        tellLock: async () => {},
        giveBack: async () => {},
        reset: world.reset ?? (async () => {}),
      }),
      codes: one.port<Codes>({
        byTextId,
        check: async () => {
          one.takes(world.seconds ?? 0)
          return verdict
        },
        evidenceOf: () => evidence,
        end: () => new Promise((resolve) => setImmediate(resolve)),
      }),
      pause: one.port<{ pause(): Promise<void> }>({ pause: async () => {} }).pause,
      rules: { waitHours: 12, textsBesideDevice: false },
      onLockoutFault: (fault: unknown) => void one.asked.push(['fault', fault]),
    }
    return { ...one, entered: approveWithCode(ports, SIGNED_IN, ID, '1234567') }
  }

  test('is checked when it is counted at the payment and then at its payer, and decides when it is right', async () => {
    const texted = { providerPhoneId: '1635', textId: undefined }
    const { entered, asked } = entering('right', { seconds: 3 })
    expect(await entered).toEqual(approved)
    expect(asked).toEqual([
      ['get', PAYER],
      ['reserveAttempt', PAYER, ID, false, NOON],
      ['reserve', PAYER, NOON, payer],
      ['check', texted, bound, '1234567'],
      ['evidenceOf', texted, bound],
      [
        'decide',
        ID,
        {
          status: 'approved',
          channel: 'sms',
          by: 'payer',
          evidence,
          only: { payerId: PAYER, providerPhoneId: '1635' },
        },
        // At the time of the write, not of the request.
        at(3),
      ],
      ['reset', PAYER],
    ])
  })

  test('that is checked by the name of its text is tried only where one has a name', async () => {
    const reserved = { ...tried, ...smsOf({ textId: 'VE1' }, tried) }
    const { entered, given } = entering('right', { byTextId: true, reserved })
    await entered
    expect(given('reserveAttempt')).toEqual([[PAYER, ID, true, NOON]])
    expect(given('evidenceOf')).toEqual([[{ providerPhoneId: '1635', textId: 'VE1' }, bound]])
  })

  test('that is right is right, though the count could not begin anew; the owner is told', async () => {
    const fault = new Error('no database')
    const { entered, asked } = entering('right', { reset: () => Promise.reject(fault) })
    expect(await entered).toEqual(approved)
    expect(asked.at(-1)).toEqual(['fault', fault])
  })

  describe('while codes are locked', () => {
    const locked = { person: { ...payer, codesLockedUntil: at(60) } }

    test('is refused, and neither counted nor checked', async () => {
      const { entered, names } = entering('right', locked)
      await expect(entered).rejects.toMatchObject({ code: 'locked', ...retryAfter(60) })
      expect(names()).toEqual(['get', 'get'])
    })

    test.each<[string, now: Partial<Payment>, code: string, byTextId?: boolean]>([
      ['that is over', { expiresAt: NOON }, 'expired'],
      ['that is decided', over('approved'), 'already_decided'],
      ['without a text', smsOf({ sends: 0 }), 'no_code_sent'],
      ['whose text got no name', smsOf({ sends: 1 }), 'no_code_sent', true],
      ['without attempts', smsOf({ attempts: 5 }), 'no_attempts_left'],
    ])('for a payment %s says that', async (_, now, code, byTextId = false) => {
      const stored = [{ ...open, ...now }]
      const { entered } = entering('right', { ...locked, stored, byTextId })
      await expect(entered).rejects.toMatchObject({ code })
    })

    test('since a moment ago is refused, and not checked', async () => {
      const { entered, names } = entering('right', { attempt: { lockedUntil: at(300) } })
      await expect(entered).rejects.toMatchObject({ code: 'locked', ...retryAfter(300) })
      expect(names()).not.toContain('check')
    })

    test('until this very moment is checked', async () => {
      const { entered } = entering('right', { person: { ...payer, codesLockedUntil: NOON } })
      expect(await entered).toEqual(approved)
    })
  })

  test.each(barred)(
    'for an account %s is refused, and neither counted nor checked',
    async (_, person, kind) => {
      // The payment is over as well, and codes are locked: that is not told.
      const spent = { person: { ...person, codesLockedUntil: at(60) } }
      const { entered, names } = entering('right', {
        ...spent,
        stored: [{ ...open, expiresAt: NOON }],
      })
      await expect(entered).rejects.toBeInstanceOf(kind)
      if (kind === Refusal) {
        await expect(entered).rejects.toMatchObject({ code: 'locked', details: {} })
      }
      expect(names()).toEqual(['get'])
    },
  )

  test('for an account that the operator locked a moment ago is refused without an end, and not checked', async () => {
    const { entered, names } = entering('right', { attempt: { lockedUntil: undefined } })
    await expect(entered).rejects.toMatchObject({ code: 'locked', details: {} })
    expect(names()).toEqual(['get', 'reserveAttempt', 'reserve'])
  })

  test.each([
    ['that is over', { expiresAt: NOON }, false, 'expired'],
    ['that is decided', over('denied'), false, 'already_decided'],
    ['without a text', smsOf({ sends: 0 }), false, 'no_code_sent'],
    ['whose text got no name', {}, true, 'no_code_sent'],
    ['with five attempts', smsOf({ attempts: 5 }), false, 'no_attempts_left'],
    ['with more of them', smsOf({ attempts: 6 }), false, 'no_attempts_left'],
    ['whose text is there now', smsOf({ attempts: 4 }), false, 'no_code_sent'],
    [
      'with five attempts at a text with a name',
      smsOf({ attempts: 5, textId: 'VE1' }),
      true,
      'no_attempts_left',
    ],
  ] as const)(
    'whose condition failed on a payment %s is refused, and not checked',
    async (_, now, byTextId, code) => {
      const stored = [{ ...open, ...now }]
      const { entered, names } = entering('right', { reserved: undefined, stored, byTextId })
      await expect(entered).rejects.toMatchObject({ name: 'Refusal', code })
      expect(names()).toEqual(['get', 'reserveAttempt', 'get'])
    },
  )

  test('for no payment is refused', async () => {
    const { entered } = entering('right', { reserved: undefined, stored: [undefined] })
    await expect(entered).rejects.toMatchObject({ code: 'not_found' })
  })

  describe('that is wrong', () => {
    test('is counted, and the attempts that are left are told', async () => {
      const { entered, asked } = entering('wrong', {
        counted: { ...tried, ...smsOf({ wrongCodes: 1 }, tried) },
        seconds: 2,
      })
      await expect(entered).rejects.toMatchObject({
        code: 'wrong_code',
        details: { attemptsLeft: 4 },
      })
      expect(asked.at(-1)).toEqual(['countWrongCode', tried, at(2)])
    })

    test('as the last of a row tells that codes are locked, before it counts at the payment', async () => {
      const last = { locks: 0, isLast: true }
      const one = entering('wrong', {
        attempt: last,
        counted: { ...tried, ...smsOf({ wrongCodes: 1 }, tried) },
        seconds: 2,
      })
      await expect(one.entered).rejects.toMatchObject({ code: 'wrong_code' })
      expect(one.asked.slice(-2)).toEqual([
        ['tellLock', PAYER, last, at(2)],
        ['countWrongCode', tried, at(2)],
      ])
    })

    test('for the fifth time ends the payment’s code', async () => {
      const failed: Payment = {
        ...tried,
        ...over('failed'),
        ...smsOf({ attempts: 5, textId: 'VE1' }, tried),
      }
      const { entered, asked, unanswered } = entering('wrong', { counted: failed })
      await expect(entered).rejects.toMatchObject({
        code: 'wrong_code',
        details: { attemptsLeft: 0 },
      })
      expect(asked.at(-1)).toEqual(['end', 'VE1'])
      expect(unanswered()).toBe(0)
    })

    test.each([
      ['that is over by now', { expiresAt: NOON }, 'expired'],
      ['that was approved meanwhile', over('approved'), 'already_decided'],
      ['without attempts, but not failed', smsOf({ attempts: 5 }), 'no_attempts_left'],
      ['where it was counted before', smsOf({ attempts: 3 }), 'wrong_code'],
    ] as const)('and not counted, at a payment %s, says so', async (_, now, code) => {
      const { entered, names } = entering('wrong', { stored: [{ ...tried, ...now }] })
      await expect(entered).rejects.toMatchObject({ name: 'Refusal', code })
      expect(names()).not.toContain('decide')
    })
  })

  describe('that was used before', () => {
    test('is answered with the payment that it approved', async () => {
      const { entered, names, together } = entering('over', { stored: [tried, approved] })
      expect(await entered).toEqual(approved)
      expect(names().slice(3)).toEqual(['check', 'giveBack', 'get', 'pause', 'get'])
      expect(together).toEqual([])
    })

    test('is looked for three times, with a pause between, and is then over', async () => {
      const { entered, names, given } = entering('over')
      await expect(entered).rejects.toMatchObject({ code: 'code_expired' })
      expect(given('get').filter(([, id]) => id === ID)).toHaveLength(3)
      expect(names().filter((name) => name === 'pause')).toHaveLength(3)
      expect(names()).not.toContain('decide')
    })

    test.each([
      ['approved by push', over('approved'), 'already_decided'],
      ['failed by codes', over('failed'), 'already_decided'],
      ['over', { expiresAt: NOON }, 'expired'],
    ] as const)('at a payment that is %s is refused as that', async (_, now, code) => {
      const { entered } = entering('over', { stored: [{ ...tried, ...now }] })
      await expect(entered).rejects.toMatchObject({ code })
    })
  })

  describe('that is right and whose condition failed', () => {
    test('to another right code is answered with the payment', async () => {
      const { entered } = entering('right', { decided: undefined, stored: [approved] })
      expect(await entered).toEqual(approved)
    })

    test.each([
      ['to a yes by push', over('approved'), 'already_decided'],
      ['to a no by push', over('denied'), 'already_decided'],
      ['to the clock', { expiresAt: NOON }, 'expired'],
    ] as const)('%s is refused', async (_, now, code) => {
      const stored = [{ ...tried, ...now }]
      const { entered } = entering('right', { decided: undefined, stored })
      await expect(entered).rejects.toMatchObject({ name: 'Refusal', code })
    })

    test('to nothing is a fault', async () => {
      const { entered } = entering('right', { decided: undefined })
      const fault = await entered.catch((error) => error)
      expect(fault).not.toBeInstanceOf(Refusal)
    })
  })
})
