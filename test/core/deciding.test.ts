import { describe, expect, test } from 'vitest'
import { decideByPush, type PushAnswer, refuseAnswer } from '../../functions/core/channels/push.ts'
import { smsCodeEnd } from '../../functions/core/channels/smsCode.ts'
import { cancelPayment, requirePayment, whyConditionFailed } from '../../functions/core/deciding.ts'
import type { Payment } from '../../functions/core/payment.ts'
import type { Codes, PaymentStore } from '../../functions/core/ports.ts'
import { Refusal } from '../../functions/core/refusals.ts'
import { answering, at, NOON } from './answering.ts'
import { noDenials } from './channels/denials.ts'
import { noEnds } from './channels/silentChannels.ts'
import { DETAILS, open, over, pushOf, smsOf, WORDS } from './payments.ts'

const ID = open.paymentId

test('a payment is read for its payer', async () => {
  const { port, clock, asked } = answering()
  const payments = port<PaymentStore>({ get: async () => open })
  expect(await requirePayment({ payments, clock }, 'person-1', ID)).toBe(open)
  expect(asked).toEqual([['get', 'person-1', ID]])
})

test('what the store does not give for a payer does not exist', async () => {
  const { port, clock } = answering()
  const payments = port<PaymentStore>({ get: async () => undefined })
  await expect(requirePayment({ payments, clock }, 'person-2', ID)).rejects.toMatchObject({
    code: 'not_found',
  })
})

test('a conditional write that failed although its condition holds is a fault of ours', () => {
  const expired = new Refusal('expired')
  expect(whyConditionFailed(expired, ID)).toBe(expired)
  const fault = whyConditionFailed(undefined, ID)
  expect(fault).toBeInstanceOf(Error)
  expect(fault).not.toBeInstanceOf(Refusal)
})

describe('a cancel', () => {
  /** @param decided what the write gave; `stored` what is there after it */
  function cancelling(decided: Payment | undefined, stored: Payment | undefined = undefined) {
    const one = answering()
    const payments = one.port<PaymentStore>({
      decide: async () => decided,
      get: async () => stored,
    })
    const codes = one.port<Pick<Codes, 'end'>>({ end: async () => {} })
    const { clock } = one
    const ends = { ...noEnds, sms: smsCodeEnd(codes) }
    return { ...one, cancel: () => cancelPayment({ payments, ends, clock }, 'person-1', ID) }
  }
  const cancelled: Payment = { ...open, ...over('cancelled') }

  test('is written for its payer only, by nobody’s channel', async () => {
    const { cancel, asked } = cancelling(cancelled)
    expect(await cancel()).toEqual(cancelled)
    const only = { payerId: 'person-1' }
    expect(asked).toEqual([
      ['decide', ID, { status: 'cancelled', channel: null, by: 'payer', only }, NOON],
    ])
  })

  test('ends the code that was texted for it', async () => {
    const { cancel, asked } = cancelling({ ...cancelled, ...smsOf({ textId: 'VE1' }) })
    await cancel()
    expect(asked.slice(1)).toEqual([['end', 'VE1']])
  })

  test('of what is cancelled already gives it as it is', async () => {
    const { cancel } = cancelling(undefined, cancelled)
    expect(await cancel()).toEqual(cancelled)
  })

  test.each([
    ['approved', over('approved'), 'already_decided'],
    ['denied', over('denied'), 'already_decided'],
    ['failed', over('failed'), 'already_decided'],
    ['expired, though nobody has written it', { expiresAt: NOON }, 'expired'],
    ['open all the same, because it was stored just now', {}, 'not_found'],
  ] as const)('of what is %s is refused', async (_, now, code) => {
    const { cancel } = cancelling(undefined, { ...open, ...now })
    await expect(cancel()).rejects.toMatchObject({ name: 'Refusal', code })
  })

  test('of what does not exist is refused', async () => {
    await expect(cancelling(undefined).cancel()).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('an answer to a push', () => {
  const SHOWN = { message: WORDS, details: DETAILS }
  const shownBy = (providerPhoneId: string) => ({
    providerPhoneId,
    displayText: WORDS,
    pushDetails: DETAILS,
  })
  const answer: PushAnswer = {
    pushId: 'push-1',
    providerPhoneId: '1635',
    status: 'approved',
    content: SHOWN,
    paymentId: ID,
    payerId: 'person-1',
    proof: { device_signature: 'signed', device_id: '7', signed_at: '1700000100', nonce: '17' },
  }

  /** @param stored what is there after the condition failed, or was found by its push */
  function deciding(
    more: Partial<PushAnswer>,
    {
      decided,
      stored,
      byPush = stored,
      noted,
    }: { decided?: Payment; stored?: Payment | undefined; byPush?: Payment; noted?: Payment },
  ) {
    const one = answering()
    const payments = one.port<PaymentStore>({
      findByPush: async () => byPush,
      decide: async () => decided,
      find: async () => stored,
      noteLateDenial: async () => noted,
      answers: async () => [],
      refuseAnswer: async (id) => [stored, byPush].some((one) => one?.paymentId === id),
    })
    const ports = { payments, clock: one.clock, ...noDenials }
    return { ...one, outcome: decideByPush(ports, { ...answer, ...more }) }
  }

  test.each(['approved', 'denied'] as const)(
    'that is %s decides only what is stored with its phone, its words and its payer',
    async (status) => {
      const decided = { ...open, ...over(status) }
      const { given, outcome } = deciding({ status }, { decided })
      expect(await outcome).toBe('decided')
      expect(given('decide')).toEqual([
        [
          ID,
          {
            status,
            channel: 'push',
            by: 'payer',
            pushId: 'push-1',
            evidence: {
              kind: 'push-callback',
              push_id: 'push-1',
              provider_phone_id: '1635',
              push_content: expect.stringContaining('Neville'),
              device_signature: 'signed',
              device_id: '7',
              signed_at: '1700000100',
              nonce: '17',
            },
            only: { ...shownBy('1635'), payerId: 'person-1' },
          },
          NOON,
        ],
      ])
    },
  )

  test('without hidden details decides only the payment that its push is stored with', async () => {
    const { asked, given, outcome } = deciding(
      { paymentId: undefined, payerId: undefined },
      { decided: open, stored: open },
    )
    expect(await outcome).toBe('decided')
    expect(asked[0]).toEqual(['findByPush', 'push-1'])
    const [id, decision] = given('decide')[0] ?? []
    expect(id).toBe(ID)
    const only = { ...shownBy('1635'), pushId: 'push-1' }
    expect(decision).toHaveProperty('only', only)
  })

  test('whose push is stored with no payment is unknown, and decides nothing', async () => {
    const { names, outcome } = deciding({ paymentId: undefined }, {})
    expect(await outcome).toBe('unknown')
    expect(names()).toEqual(['findByPush'])
  })

  test('for a payment that is not there is unknown', async () => {
    const { names, outcome } = deciding({}, {})
    expect(await outcome).toBe('unknown')
    expect(names()).toEqual(['decide', 'find', 'findByPush', 'refuseAnswer'])
  })

  test('for a payment that is not there, to the push of one that is, is noted on that one', async () => {
    const { given, outcome } = deciding({ paymentId: 'A'.repeat(22) }, { byPush: open })
    expect(await outcome).toBe('mismatch')
    expect(given('refuseAnswer')).toContainEqual([ID, 'answer_mismatched', NOON])
  })

  const approved: Payment = { ...open, ...over('approved') }
  test.each<[string, Partial<PushAnswer>, Payment, string]>([
    ['another phone', { providerPhoneId: '1636' }, approved, 'mismatch'],
    ['another payer', { payerId: 'person-2' }, approved, 'mismatch'],
    [
      'other words',
      { content: { ...SHOWN, message: 'Pay €2.50 to Neville' } },
      approved,
      'mismatch',
    ],
    ['no payer, the same twice', { payerId: undefined }, approved, 'repeated'],
    ['nothing else, twice', {}, approved, 'repeated'],
    ['nothing else, after a code', {}, { ...approved, ...over('approved', 'sms') }, 'too_late'],
    ['nothing else, after a cancel', {}, { ...open, ...over('cancelled') }, 'too_late'],
    ['the other answer', { status: 'denied' }, approved, 'too_late'],
    ['nothing else, when its time is over', {}, { ...open, expiresAt: NOON }, 'too_late'],
  ])('that changes nothing, with %s, is told apart', async (_, more, stored, outcome) => {
    const late = deciding(more, { stored })
    expect(await late.outcome).toBe(outcome)
    expect(late.given('find')).toEqual([[ID]])
  })

  test.each<[string, Partial<PushAnswer>]>([
    ['another phone', { providerPhoneId: '1636' }],
    ['another payer', { payerId: 'person-2' }],
    ['other words', { content: { ...SHOWN, message: 'Pay €2.50 to Neville' } }],
    ['other words, and no', { status: 'denied', content: { ...SHOWN, message: 'Pay €2' } }],
    ['other details', { content: { ...SHOWN, details: {} } }],
  ])('with %s is noted on its payment', async (_, more) => {
    const { given, outcome } = deciding(more, { stored: open })
    expect(await outcome).toBe('mismatch')
    expect(given('refuseAnswer')).toEqual([[ID, 'answer_mismatched', NOON]])
  })

  test('to a payment for which no push was asked has other content, whatever it shows', async () => {
    for (const details of [DETAILS, {}]) {
      const stored = { ...open, ...pushOf({ state: 'unavailable', details: undefined }) }
      const { outcome } = deciding({ content: { message: WORDS, details } }, { stored })
      expect(await outcome).toBe('mismatch')
    }
  })

  test.each<[string, Partial<PushAnswer>, Payment]>([
    ['the same twice', {}, approved],
    ['the other one', { status: 'denied' }, approved],
    ['late', {}, { ...open, expiresAt: NOON }],
  ])('that is right and %s is not noted', async (_, more, stored) => {
    const { names, outcome } = deciding(more, { stored })
    await outcome
    expect(names()).toEqual(['decide', 'find'])
  })

  const ENDED: readonly [string, Payment][] = [
    ['was cancelled', { ...open, ...over('cancelled') }],
    ['expired', { ...open, ...over('expired') }],
    ['failed by wrong codes', { ...open, ...over('failed', 'sms') }],
    ['is over, though nobody has written it', { ...open, expiresAt: NOON }],
  ]

  test.each(ENDED)(
    'that denies a payment which %s is noted on it and counted',
    async (_, stored) => {
      const noted = { ...stored, ...pushOf({ deniedLateAt: NOON }) }
      const { outcome, names, given } = deciding({ status: 'denied' }, { stored, noted })
      expect(await outcome).toBe('too_late')
      expect(given('noteLateDenial')).toEqual([[ID, NOON]])
      expect(names()).toEqual(['decide', 'find', 'noteLateDenial', 'answers'])
    },
  )

  test.each(ENDED)('that denies again a payment which %s is counted again', async (_, ended) => {
    const stored = { ...ended, ...pushOf({ deniedLateAt: NOON }) }
    const { outcome, names } = deciding({ status: 'denied' }, { stored })
    expect(await outcome).toBe('too_late')
    expect(names()).toEqual(['decide', 'find', 'noteLateDenial', 'find', 'answers'])
  })

  test.each<[string, Partial<PushAnswer>, Payment]>([
    ['a yes to one that was cancelled', {}, { ...open, ...over('cancelled') }],
    ['a no after a yes by code', { status: 'denied' }, { ...approved, ...over('approved', 'sms') }],
    [
      'a no from another phone',
      { status: 'denied', providerPhoneId: '1636' },
      { ...open, ...over('cancelled') },
    ],
    [
      'a no to other words',
      { status: 'denied', content: { ...SHOWN, message: 'Pay €2' } },
      { ...open, ...over('cancelled') },
    ],
    [
      'another payer’s no',
      { status: 'denied', payerId: 'person-2' },
      { ...open, ...over('cancelled') },
    ],
  ])('that is %s is no late denial', async (_, more, stored) => {
    const { outcome, given } = deciding(more, { stored })
    await outcome
    expect(given('noteLateDenial')).toEqual([])
    expect(given('answers')).toEqual([])
  })

  test('to the push of another payment than it names is noted on both', async () => {
    const more = { content: { ...SHOWN, message: 'Pay €2' } }
    const { given, outcome } = deciding(more, {
      stored: open,
      byPush: { ...open, paymentId: 'B'.repeat(22) },
    })
    expect(await outcome).toBe('mismatch')
    expect(given('refuseAnswer').map(([id]) => id)).toEqual([ID, 'B'.repeat(22)])
  })

  test('with its details in another order has the same words', async () => {
    const { message, details } = SHOWN
    const reversed = Object.fromEntries(Object.entries(details).reverse())
    const { outcome } = deciding({ content: { message, details: reversed } }, { stored: approved })
    expect(await outcome).toBe('repeated')
  })

  test('is decided at the time of the write', async () => {
    const one = answering()
    const payments = one.port<PaymentStore>({
      findByPush: async () => {
        one.takes(7)
        return open
      },
      decide: async () => open,
    })
    const ports = { payments, clock: one.clock, ...noDenials }
    await decideByPush(ports, { ...answer, paymentId: undefined })
    expect(one.given('decide')[0]?.at(-1)).toEqual(at(7))
  })
})

describe('an answer that is not understood', () => {
  function refusing(named: Parameters<typeof refuseAnswer>[1], isNotedNow = true) {
    const one = answering()
    const payments = one.port<PaymentStore>({
      findByPush: async (pushId) => (pushId === 'push-1' ? open : undefined),
      refuseAnswer: async () => isNotedNow,
    })
    const { clock } = one
    return { ...one, noted: refuseAnswer({ payments, clock }, named, 'answer_not_understood') }
  }
  const noted = [ID, 'answer_not_understood', NOON]

  test.each([
    ['our own id', { paymentId: ID, pushIds: [] }],
    ['its push', { paymentId: undefined, pushIds: ['push-1'] }],
    ['one of two pushes', { paymentId: undefined, pushIds: ['push-2', 'push-1'] }],
    ['both, and its push twice', { paymentId: ID, pushIds: ['push-1', 'push-1'] }],
  ])('is noted once on the payment that it names by %s', async (_, named) => {
    const { noted: ids, given } = refusing(named)
    expect(await ids).toEqual([ID])
    expect(given('refuseAnswer')).toEqual([noted])
  })

  test('and names nothing that is there is noted nowhere', async () => {
    const { noted, names } = refusing({ paymentId: undefined, pushIds: ['push-2'] })
    expect(await noted).toEqual([])
    expect(names()).toEqual(['findByPush'])
  })

  test('tells what is noted now, and not what was before or cannot be', async () => {
    expect(await refusing({ paymentId: ID, pushIds: [] }, false).noted).toEqual([])
  })
})
