import { describe, expect, test } from 'vitest'
import { pushStart } from '../../functions/core/channels/push.ts'
import { smsCodeStart } from '../../functions/core/channels/smsCode.ts'
import { NO_DEVICES } from '../../functions/core/device.ts'
import type { Payer } from '../../functions/core/payer.ts'
import { EMPTY_TRAIL } from '../../functions/core/payerTrail.ts'
import type { Payment } from '../../functions/core/payment.ts'
import type {
  Limits,
  PayerStore,
  PaymentStore,
  PhoneIds,
  Push,
  PushAnswered,
  Starts,
  Switches,
} from '../../functions/core/ports.ts'
import { Refusal, SessionEnded } from '../../functions/core/refusals.ts'
import { type StartRequest, startPayment } from '../../functions/core/starting.ts'
import { answering, at, NOON } from './answering.ts'
import { noStarts } from './channels/silentChannels.ts'
import { action, DETAILS, open, over, pushOf, WORDS } from './payments.ts'

const ID = open.paymentId
const phone = { countryCode: '44', national: '7400123456', providerPhoneId: '1635' }
const payer: Payer = {
  payerId: 'person-1',
  email: 'ada@example.com',
  phone,
  trail: EMPTY_TRAIL,
  devices: NO_DEVICES,
}
const AUTH_TIME = at(-60).getTime() / 1000
const request: StartRequest = {
  paymentId: ID,
  requestId: 'request-1',
  payerId: 'person-1',
  email: 'ada@example.com',
  authTime: AUTH_TIME,
  ip: '203.0.113.7',
  action: action,
}
const starts: Starts = { windowStartedAt: NOON.toISOString(), started: {}, unfinished: {} }
const fresh: Payment = {
  ...open,
  channels: {
    ...open.channels,
    push: { state: 'sending', askedAt: NOON, details: DETAILS },
    sms: { to: '+44 ••••• ••456', sends: 0, attempts: 0, wrongCodes: 0 },
  },
}

type World = {
  readonly request?: Partial<StartRequest>
  readonly person?: Payer | undefined
  /** As it is read, time after time; the last for ever. */
  readonly stored?: readonly (Payment | undefined)[]
  readonly inserts?: boolean
  readonly answers?: () => Promise<readonly PushAnswered[]>
  readonly claimed?: Payment | undefined
  readonly push?: Push['ask'] | undefined
  /** The provider knows none of the phones that are stored. */
  readonly isForeign?: boolean
  readonly isOff?: boolean
  readonly life?: number
  /** What storing takes. */
  readonly seconds?: number
}
function starting(world: World = {}) {
  const one = answering()
  const { stored = [undefined], inserts = true, isForeign = false, life = 300 } = world
  const { person, push } = { person: payer, push: async () => 'push-1', ...world }
  let reads = 0
  const onPushFault = (...told: unknown[]) => void one.asked.push(['fault', ...told])
  const { clock } = one
  const payments = one.port<PaymentStore>({
    get: async () => stored[Math.min(reads++, stored.length - 1)],
    answers: async () => (world.answers ?? (async () => []))(),
    insert: async () => {
      one.takes(world.seconds ?? 0)
      return inserts
    },
    claimPush: async () => world.claimed,
    savePush: async (payment, pushId) => ({
      ...payment,
      ...pushOf({ state: pushId ? 'sent' : 'unavailable' }, payment),
    }),
  })
  const ports = {
    clock,
    payments,
    payers: one.port<PayerStore>({ get: async () => person, saveProviderPhoneId: async () => {} }),
    limits: one.port<Limits>({ readStarts: async () => starts, reserveStart: async () => {} }),
    switches: one.port<Switches>({ paymentsOff: async () => world.isOff ?? false }),
    phoneIds: one.port<PhoneIds>({ gave: () => !isForeign, enroll: async () => '1700' }),
    channels: {
      ...noStarts,
      push: pushStart({
        payments,
        clock,
        push: push && one.port<Push>({ ask: push }),
        onPushFault,
      }),
      sms: smsCodeStart,
    },
    newReference: () => 'K7LMPQ',
    lifeSeconds: life,
    rules: { waitHours: 12, textsBesideDevice: false, hasTexts: true },
  }
  return { ...one, started: startPayment(ports, { ...request, ...world.request }) }
}

describe('a payment', () => {
  test('is counted, stored, and only then pushed; its whole is stored before anything is sent', async () => {
    const { started, asked } = starting()
    expect(await started).toEqual({
      payment: { ...fresh, ...pushOf({ state: 'sent' }, fresh) },
      created: true,
    })
    expect(asked).toEqual([
      ['get', 'person-1', ID],
      ['get', 'person-1'],
      ['readStarts', 'person-1'],
      ['answers', 'person-1', at(-75 * 60)],
      ['paymentsOff'],
      ['gave', '1635'],
      [
        'reserveStart',
        { payerId: 'person-1', paymentId: ID, expiresAt: at(300), sessionsFrom: undefined },
        expect.any(Function),
        NOON,
        starts,
      ],
      ['insert', fresh, []],
      [
        'ask',
        '1635',
        { message: WORDS, details: DETAILS },
        { payment_id: ID, requester_user_id: 'person-1', origin_ip: '203.0.113.7' },
        290,
      ],
      ['savePush', fresh, 'push-1', NOON],
    ])
  })

  test('of somebody without a phone is refused', async () => {
    for (const person of [undefined, { ...payer, phone: undefined }]) {
      const { started, names } = starting({ person })
      await expect(started).rejects.toMatchObject({ code: 'phone_not_verified' })
      expect(names()).toEqual(['get', 'get', 'readStarts', 'answers'])
    }
  })

  describe.each([
    [
      'whose sessions were ended after this one began',
      { ...payer, sessionsFrom: AUTH_TIME + 1 },
      SessionEnded,
    ],
    ['that the operator locked', { ...payer, state: 'locked' }, Refusal],
    ['that the operator closed', { ...payer, state: 'closed' }, Refusal],
  ] as const)('of an account %s', (_, barred, kind) => {
    test.each([
      ['is refused, before anything is counted, stored or sent', undefined, phone],
      ['is refused first of all, also without a phone', undefined, undefined],
      ['is refused, though the key’s payment is there', open, phone],
    ])('%s', async (_, known, phone) => {
      const { started, names } = starting({ person: { ...barred, phone }, stored: [known] })
      await expect(started).rejects.toBeInstanceOf(kind)
      if (kind === Refusal) {
        await expect(started).rejects.toMatchObject({ code: 'locked', details: {} })
      }
      expect(names()).toEqual(['get', 'get', 'readStarts', 'answers'])
    })
  })

  test('in the very second from which sessions count is started', async () => {
    const { started, given } = starting({ person: { ...payer, sessionsFrom: AUTH_TIME } })
    expect(await started).toMatchObject({ created: true })
    // What older sessions started this hour is not counted any more.
    expect(given('reserveStart')).toMatchObject([[{ sessionsFrom: AUTH_TIME }, {}, {}, {}]])
  })

  test('that is new while payments are stopped is refused, before anything is counted, stored or sent', async () => {
    const { started, names } = starting({ isOff: true })
    await expect(started).rejects.toMatchObject({
      code: 'payments_off',
      details: { retryAfterSeconds: 300 },
    })
    expect(names()).toEqual(['get', 'get', 'readStarts', 'answers', 'paymentsOff'])
  })

  test('lives as long as it is set to', async () => {
    const { started, given } = starting({ life: 600 })
    await started
    expect(given('insert')).toMatchObject([[{ expiresAt: at(600) }, []]])
    expect(given('ask')[0]?.at(-1)).toBe(590)
  })

  test('without push at the provider is open to a text at once', async () => {
    const { started, asked, names } = starting({ push: undefined })
    const { payment, created } = await started
    expect({ payment, created }).toMatchObject({
      payment: { channels: { push: { state: 'unavailable' } } },
      created: true,
    })
    expect(payment.channels.push).toEqual({ state: 'unavailable' })
    expect(asked.at(-1)).toEqual(['insert', payment, []])
    expect(names()).not.toContain('answers')
  })

  test('of somebody whose e-mail is too long to be shown names their account by its id', async () => {
    const shownFor = async (email: string) => {
      const { started } = starting({ request: { email } })
      return (await started).payment.channels.push.details?.['Your account']
    }
    const longest = `${'a'.repeat(188)}@example.com`
    expect(await shownFor(longest)).toBe(longest)
    expect(await shownFor(`a${longest}`)).toBe('person-1')
  })
})

describe('the provider’s id of the phone', () => {
  const enrolled = [
    ['enroll', payer, phone],
    ['saveProviderPhoneId', 'person-1', phone, '1700'],
  ]

  test('is made and stored if a crash left it out', async () => {
    const without = { countryCode: '44', national: '7400123456' }
    const { started, given, names } = starting({ person: { ...payer, phone: without } })
    expect((await started).payment.providerPhoneId).toBe('1700')
    expect(given('saveProviderPhoneId')).toEqual([['person-1', without, '1700']])
    expect(names().indexOf('saveProviderPhoneId')).toBeLessThan(names().indexOf('insert'))
  })

  test('is made anew if another provider gave it', async () => {
    const { started, asked } = starting({ isForeign: true })
    expect((await started).payment.providerPhoneId).toBe('1700')
    expect(asked.slice(6, 8)).toEqual(enrolled)
  })
})

describe('a payment that counts as open', () => {
  async function isOver(stored: Payment | undefined) {
    const { started, given } = starting({ stored: [undefined, stored] })
    await started
    const ask = given('reserveStart')[0]?.[1] as (id: string) => Promise<boolean>
    return ask('another')
  }

  test.each([
    ['pending', open, false],
    ['not stored yet', undefined, false],
    ['decided', { ...open, ...over('approved') }, true],
    ['past its end', { ...open, expiresAt: NOON }, true],
  ] as const)('is one that is %s', async (_, stored, over) => {
    expect(await isOver(stored)).toBe(over)
  })
})

describe('the push', () => {
  test.each([
    ['gets all but the last ten seconds', 0, 290],
    ['is not promised a second that is begun', 0.001, 289],
    ['gets ten seconds at least', 280, 10],
  ])('%s', async (_, seconds, left) => {
    const { started, given } = starting({ seconds })
    await started
    expect(given('ask')[0]?.at(-1)).toBe(left)
  })

  test('is not asked for when it would live less than ten seconds', async () => {
    const { started, names } = starting({ seconds: 280.001 })
    expect((await started).payment.channels.push.state).toBe('unavailable')
    expect(names()).not.toContain('ask')
  })

  test('that reaches no app leaves the text', async () => {
    const { started, asked } = starting({ push: async () => undefined })
    expect((await started).payment.channels.push.state).toBe('unavailable')
    expect(asked.at(-1)).toEqual(['savePush', fresh, undefined, NOON])
  })

  test('that the provider refuses or fails leaves the text, and the owner is told', async () => {
    const fault = new Refusal('provider_unavailable')
    const { started, asked } = starting({ push: () => Promise.reject(fault) })
    expect(await started).toMatchObject({
      payment: { channels: { push: { state: 'unavailable' } } },
      created: true,
    })
    expect(asked.slice(-2)).toEqual([
      ['fault', ID, fault],
      ['savePush', fresh, undefined, NOON],
    ])
  })
})

describe('after two denials in a row', () => {
  const denied = (minutes: number, n = 0): PushAnswered => ({
    paymentId: `denied-${minutes}-${n}`,
    status: 'denied',
    decidedAt: at(-60 * minutes),
  })
  const told = (event: 'push_paused' | 'push_unavailable') => ({
    at: NOON.toISOString(),
    event,
    channel: 'push',
    by: 'clock',
  })
  const twice = async () => [denied(1), denied(2)]

  test('no push is asked for, the text is offered at once, and the payment says until when', async () => {
    const { started, asked, names } = starting({ answers: twice })
    const { payment, created } = await started
    expect({ payment, created }).toMatchObject({
      payment: { channels: { push: { state: 'unavailable', pausedUntil: at(14 * 60) } } },
      created: true,
    })
    expect(payment.channels.push).not.toHaveProperty('askedAt')
    expect(payment.channels.push).not.toHaveProperty('details')
    expect(asked.at(-1)).toEqual(['insert', payment, [told('push_paused')]])
    expect(names()).not.toContain('ask')
  })

  test('a push that was lost is not asked for again, and the payment stays as it is', async () => {
    const lost: Payment = { ...fresh, ...pushOf({ askedAt: at(-15) }, fresh) }
    const { started, names } = starting({ stored: [lost], claimed: lost, answers: twice })
    expect(await started).toEqual({ payment: lost, created: false })
    expect(names()).not.toContain('claimPush')
  })

  test('looking it up costs no time of its own', async () => {
    const { started, together } = starting({ answers: twice })
    await started
    expect(together.slice(0, 3)).toEqual(['get', 'readStarts', 'answers'])
  })

  test('is taken for so where it cannot be looked up: the payment starts without a push, and the owner is told', async () => {
    const fault = new Error('no answer')
    const { started, asked, names } = starting({ answers: () => Promise.reject(fault) })
    const { payment, created } = await started
    expect({ payment, created }).toMatchObject({
      payment: { channels: { push: { state: 'unavailable' } } },
      created: true,
    })
    expect(payment.channels.push).not.toHaveProperty('pausedUntil')
    expect(asked.slice(-2)).toEqual([
      ['fault', ID, fault],
      ['insert', payment, [told('push_unavailable')]],
    ])
    expect(names()).not.toContain('ask')
  })
})

describe('the same key again', () => {
  const sending: Payment = { ...fresh, ...pushOf({ askedAt: at(-15) }, fresh) }

  test('gives the payment as it is now, and counts and sends nothing', async () => {
    const { started, names } = starting({ stored: [open] })
    expect(await started).toEqual({ payment: open, created: false })
    expect(names()).toEqual(['get', 'get', 'readStarts', 'answers'])
  })

  test.each([
    ['another name', { ...action, payee: { ...action.payee, name: 'Neville' } }],
    ['another account', { ...action, payee: { ...action.payee, id: 'neville@example.com' } }],
    ['another amount', { ...action, amount: { ...action.amount, amountMinor: 2051 } }],
    ['another currency', { ...action, amount: { ...action.amount, currency: 'GBP' as const } }],
  ])('with %s is refused', async (_, other) => {
    const { started } = starting({ stored: [open], request: { action: other } })
    await expect(started).rejects.toMatchObject({ code: 'idempotency_key_reused' })
  })

  test('while payments are stopped gives the payment that it began, and asks no switch', async () => {
    const { started, names } = starting({ stored: [open], isOff: true })
    expect(await started).toEqual({ payment: open, created: false })
    expect(names()).not.toContain('paymentsOff')
  })

  test('asks for the push again when the first asking was lost 15 s ago', async () => {
    const { started, asked } = starting({ stored: [sending], claimed: sending })
    expect(await started).toEqual({
      payment: { ...sending, ...pushOf({ state: 'sent' }, sending) },
      created: false,
    })
    expect(asked.slice(4).map(([name]) => name)).toEqual(['claimPush', 'ask', 'savePush'])
    expect(asked[4]).toEqual(['claimPush', sending, at(-15), NOON])
  })

  test.each([
    ['was 14.999 s ago', { ...sending, ...pushOf({ askedAt: at(-14.999) }, sending) }],
    ['has its answer', { ...sending, ...pushOf({ state: 'sent' }, sending) }],
    ['was for what is decided', { ...sending, ...over('denied') }],
    ['was for what is over', { ...sending, expiresAt: NOON }],
    ['never was', { ...sending, ...pushOf({ askedAt: undefined }, sending) }],
  ])('asks for no push when the first asking %s', async (_, stored) => {
    const { started, names } = starting({ stored: [stored], claimed: stored })
    expect(await started).toEqual({ payment: stored, created: false })
    expect(names()).not.toContain('claimPush')
  })

  test('that is not the first to ask again gives the payment as the first has left it', async () => {
    const { started, names } = starting({ stored: [sending, open] })
    expect(await started).toEqual({ payment: open, created: false })
    expect(names()).not.toContain('ask')
    expect(await starting({ stored: [sending, undefined] }).started).toMatchObject({
      payment: sending,
    })
  })

  test('at the same moment gives the payment of whoever was faster', async () => {
    const winner = { ...open, requestId: 'request-2' }
    const { started, names } = starting({ inserts: false, stored: [undefined, winner] })
    expect(await started).toEqual({ payment: winner, created: false })
    expect(names()).not.toContain('ask')
  })

  test('at the same moment with another payee or amount is refused', async () => {
    const winner = { ...open, requestId: 'request-2' }
    const other = { ...action, amount: { ...action.amount, amountMinor: 1 } }
    const { started } = starting({
      inserts: false,
      stored: [undefined, winner],
      request: { action: other },
    })
    await expect(started).rejects.toMatchObject({ code: 'idempotency_key_reused' })
  })

  test('sent again by the SDK, whose first answer was lost, is the start itself', async () => {
    const { started, given } = starting({ inserts: false, stored: [undefined, fresh] })
    expect(await started).toEqual({
      payment: { ...fresh, ...pushOf({ state: 'sent' }, fresh) },
      created: true,
    })
    expect(given('ask')).toHaveLength(1)
  })

  test('whose place the operator took before it was stored is cancelled, and asks for no push', async () => {
    const { started, names } = starting({ inserts: false })
    await expect(started).rejects.toMatchObject({
      code: 'already_decided',
      details: { paymentStatus: 'cancelled' },
    })
    expect(names()).not.toContain('ask')
    expect(names().slice(-2)).toEqual(['insert', 'get'])
  })
})
