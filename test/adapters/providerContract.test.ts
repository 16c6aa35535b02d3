import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { PaymentAction } from '../../functions/core/action.ts'
import type { BoundAction } from '../../functions/core/ports.ts'
import { Refusal } from '../../functions/core/refusals.ts'
import { noFaults } from '../../local/phone/faults.ts'
import { type Phone, startPhone } from '../../local/phone/phone.ts'
import { action as anyAction } from '../core/payments.ts'
import { movableClock, numberOf, otherThan } from '../harness/harness.ts'
import {
  AUTHY_KEY,
  authyClient,
  type Client,
  type Connection,
  twilioPackageClient,
  twilioVerifyClient,
} from './providers.ts'

/** What a payment's code is bound to, as `smsCode.ts` binds it. */
const boundTo = (paymentId: string, action: PaymentAction): BoundAction => ({
  action,
  actionId: paymentId,
  reference: paymentId.slice(0, 6),
})
const action: PaymentAction = {
  ...anyAction,
  payee: { name: 'José & Søn', id: 'jose@example.com' },
}
const ID = 'AAAAAAAAAAAAAAAAAAAAAA'
const bound = boundTo(ID, action)
/** The payer pays the same payee the same amount once more. */
const equal = boundTo('BBBBBBBBBBBBBBBBBBBBBB', action)
/** As `registering.ts` binds what lets a new phone in. */
const changeOfPhone: BoundAction = {
  action: { kind: 'phone-change', number: '+447400900123', reference: 'AAAAAA' },
  actionId: `change-phone:${ID}`,
  reference: 'AAAAAA',
}
/** What is bound, with one part of it another's. */
const withOther = {
  actionId: { ...bound, actionId: equal.actionId },
  amount: { ...bound, action: { ...action, amount: { ...action.amount, amountMinor: 2051 } } },
  payee: { ...bound, action: { ...action, payee: { ...action.payee, id: 'm@example.com' } } },
  reference: { ...bound, reference: equal.reference },
} satisfies Record<string, BoundAction>

/** Where the two differ by nature, and none is better. */
const AUTHY = {
  /** A code is checked for a person, or by the name of its own text. */
  byTextId: false,
  /** Two payments that are equal in these would share a code. */
  bindsTo: ['actionId'],
  same: { actionId: bound.actionId },
  /** Whether a code can be ended before its time. */
  endsCodes: false,
  /** What a code is after ten minutes, and for whom none was texted. */
  afterItsTime: 'wrong',
  /** How often one code may be checked and texted; our own limits are on top of these. */
  checksMax: null,
  sendsMax: null,
  /** Whether a text to a landline is refused. */
  knowsLandlines: false,
} as const
const TWILIO_VERIFY = {
  byTextId: true,
  bindsTo: ['amount', 'payee', 'reference'],
  same: { reference: bound.reference },
  endsCodes: true,
  afterItsTime: 'over',
  checksMax: 5,
  sendsMax: 5,
  knowsLandlines: true,
} as const

describe.each([
  { name: 'authy.ts', connect: authyClient, nature: AUTHY },
  { name: 'twilioVerify.ts', connect: twilioVerifyClient, nature: TWILIO_VERIFY },
  { name: 'npm’s twilio', connect: twilioPackageClient, nature: TWILIO_VERIFY },
])('$name', ({ connect, nature }) => {
  const clock = movableClock()
  let pretend: Phone
  let client: Client
  let people = 0
  let codes = 0
  /** What the provider puts off while it is slow; nothing waits by itself. */
  const putOff: (() => void)[] = []

  beforeAll(async () => {
    pretend = await startPhone({
      port: 0,
      apiKey: AUTHY_KEY,
      callbackUrl: () => '',
      clock: clock.now,
      // No two codes are equal by chance, nor is any equal to `otherThan` another.
      random: (digits) => String(++codes).padStart(digits, '0'),
      setTimer: (_ms, fn) => void putOff.push(fn),
    })
    client = connected()
  })
  afterAll(() => pretend.close())
  afterEach(() => {
    Object.assign(pretend.book.faults, noFaults())
    for (const fn of putOff.splice(0)) fn()
  })

  const connected = (more: Partial<Connection> = {}) => connect({ url: pretend.url, ...more })

  /** Somebody with a phone that no other test uses. */
  async function somebody() {
    people += 1
    const number = numberOf(people)
    const phone = { countryCode: '1', national: number.slice(2) }
    const payerId = `person-${people}`
    const providerPhoneId = await client.ids.enroll(
      { payerId, email: `${payerId}@example.com` },
      phone,
    )
    return { number, phone, providerPhoneId }
  }
  type Somebody = Awaited<ReturnType<typeof somebody>>

  const messagesOf = ({ number }: Somebody) => pretend.book.messages(number)
  /** The newest code on somebody's phone. */
  function codeOn(who: Somebody): string {
    const code = messagesOf(who)[0]?.code
    if (!code) throw new Error(`no code on ${who.number}`)
    return code
  }
  /** A code texted to somebody, and its check. */
  async function text(who: Somebody, to: BoundAction = bound) {
    const textId = await client.codes.send(who, to)
    const { providerPhoneId } = who
    const check = (code: string, against: BoundAction = to, by: Client = client) =>
      by.codes.check({ providerPhoneId, textId }, against, code)
    return { textId, code: codeOn(who), check }
  }
  /** A phone's verification, and its check. */
  async function verify(who: Somebody, channel: 'sms' | 'call' = 'sms') {
    const { phone } = who
    const textId = await client.phones.startVerification(phone, channel)
    const check = (code: string, by: Client = client) =>
      by.phones.checkVerification({ phone, textId }, code)
    return { textId, code: codeOn(who), check }
  }

  test('says how its codes are checked', async () => {
    expect(client.codes.byTextId).toBe(nature.byTextId)
    const who = await somebody()
    expect((await text(who)).textId !== undefined).toBe(nature.byTextId)
    expect((await verify(who)).textId !== undefined).toBe(nature.byTextId)
  })

  describe('a SMS code', () => {
    test('comes as one text that shows what it is for', async () => {
      const who = await somebody()
      await text(who)
      const shown = messagesOf(who).map(({ kind, words }) => ({ kind, words }))
      expect(shown).toMatchObject([{ kind: 'text', words: expect.stringContaining('€20.50') }])
      expect(shown[0]?.words).toContain('José & Søn (jose@example.com)')
    })

    test.each([
      ['another payee', { payee: { ...action.payee, id: 'm@example.com' } }],
      ['another amount', { amount: { ...action.amount, amountMinor: 2051 } }],
      ['another currency', { amount: { ...action.amount, currency: 'GBP' as const } }],
      ['an equal payment', {}],
    ])('approves no other payment: %s', async (_, other) => {
      const { code, check } = await text(await somebody())
      const another = boundTo(equal.actionId, { ...action, ...other })
      expect(await outcome(check(code, another))).not.toBe('right')
      expect(await check(code)).toBe('right')
    })

    test.each(nature.bindsTo)('approves nothing whose %s alone is another', async (part) => {
      const { code, check } = await text(await somebody())
      expect(await outcome(check(code, withOther[part]))).not.toBe('right')
      expect(await check(code)).toBe('right')
    })

    test('is never shared by two payments with equal payee and amount', async () => {
      const who = await somebody()
      const first = await text(who)
      const second = await text(who, equal)
      expect(second.code).not.toBe(first.code)
      expect(await outcome(first.check(second.code))).not.toBe('right')
      expect(await outcome(second.check(first.code))).not.toBe('right')
      expect(await outcome(second.check(second.code, bound))).not.toBe('right')
      expect(await second.check(second.code)).toBe('right')
      expect(await first.check(first.code)).toBe('right')
    })

    test('would be shared by two that are equal in all that the provider binds to', async () => {
      const who = await somebody()
      const first = await text(who)
      const second = await text(who, { ...equal, ...nature.same })
      expect(second.code).toBe(first.code)
    })

    test('is the same one when it is sent again', async () => {
      const who = await somebody()
      const first = await text(who)
      clock.advance(20)
      const second = await text(who)
      expect(messagesOf(who)).toHaveLength(2)
      expect([second.code, second.textId]).toEqual([first.code, first.textId])
      expect(await second.check(first.code)).toBe('right')
    })

    test('is right after a wrong one, and over once it was used', async () => {
      const { code, check } = await text(await somebody())
      expect(await check(otherThan(code))).toBe('wrong')
      expect(await check(code)).toBe('right')
      expect(await check(code)).toBe('over')
    })

    test('is a new one after it was used', async () => {
      const who = await somebody()
      const first = await text(who)
      await first.check(first.code)
      const second = await text(who)
      expect(second.code).not.toBe(first.code)
      expect(await outcome(second.check(first.code))).not.toBe('right')
      expect(await second.check(second.code)).toBe('right')
    })

    test('is good for ten minutes', async () => {
      const { code, check } = await text(await somebody())
      clock.advance(599)
      expect(await check(code)).toBe('right')
    })

    test(`is ${nature.afterItsTime} after them`, async () => {
      const { code, check } = await text(await somebody())
      clock.advance(600)
      expect(await check(code)).toBe(nature.afterItsTime)
    })

    test('is good on its own phone only', async () => {
      const [one, another] = [await text(await somebody()), await text(await somebody())]
      expect(await one.check(another.code)).toBe('wrong')
      expect(await another.check(one.code)).toBe('wrong')
      expect(await one.check(one.code)).toBe('right')
    })

    test('is not right where none was texted', async () => {
      const { providerPhoneId } = await somebody()
      const { code } = await text(await somebody())
      const verdict = client.codes.check({ providerPhoneId }, bound, code)
      expect(await verdict).toBe(nature.afterItsTime)
    })

    test('for a change of phone is no payment’s, nor the other way round', async () => {
      const who = await somebody()
      const change = await text(who, changeOfPhone)
      const payment = await text(who)
      expect(await outcome(payment.check(change.code))).not.toBe('right')
      expect(await outcome(change.check(payment.code))).not.toBe('right')
      expect(await outcome(change.check(change.code, bound))).not.toBe('right')
      expect(await change.check(change.code)).toBe('right')
      expect(await payment.check(payment.code)).toBe('right')
    })

    test(nature.endsCodes ? 'is over once it was ended' : 'can’t be ended', async () => {
      const { code, check, textId = 'none' } = await text(await somebody())
      await client.codes.end(textId)
      expect(await check(code)).toBe(nature.endsCodes ? 'over' : 'right')
    })

    if (nature.checksMax) {
      test('is not right after the provider’s last check', async () => {
        const { code, check } = await text(await somebody())
        for (let tries = 0; tries < nature.checksMax; tries += 1) {
          expect(await check(otherThan(code))).toBe('wrong')
        }
        expect(await outcome(check(code))).toBe('no_attempts_left')
      })
    }

    if (nature.sendsMax) {
      test('is not texted after the provider’s last text, and stays good', async () => {
        const who = await somebody()
        const { code, check } = await text(who)
        for (let sends = 1; sends < nature.sendsMax; sends += 1) await text(who)
        expect(await outcome(client.codes.send(who, bound))).toBe('too_many_sms')
        expect(messagesOf(who)).toHaveLength(nature.sendsMax)
        expect(await check(code)).toBe('right')
      })
    }
  })

  describe('a phone’s verification', () => {
    test.each([
      ['sms', 'text'],
      ['call', 'call'],
    ] as const)('by %s is wrong, right and then over', async (channel, kind) => {
      const who = await somebody()
      const { code, check } = await verify(who, channel)
      expect(messagesOf(who).map((message) => message.kind)).toEqual([kind])
      expect(code).toMatch(/^\d{6}$/)
      expect(await check(otherThan(code))).toBe('wrong')
      expect(await check(code)).toBe('right')
      expect(await check(code)).toBe('over')
    })

    test.each(['sms', 'call'] as const)('says the same code again, by %s', async (again) => {
      const who = await somebody()
      const first = await verify(who)
      clock.advance(20)
      const second = await verify(who, again)
      expect(messagesOf(who)).toHaveLength(2)
      expect([second.code, second.textId]).toEqual([first.code, first.textId])
      expect(await second.check(second.code)).toBe('right')
    })

    test('is good for ten minutes, and over after them', async () => {
      const [early, late] = [await verify(await somebody()), await verify(await somebody())]
      clock.advance(599)
      expect(await early.check(early.code)).toBe('right')
      clock.advance(1)
      expect(await late.check(late.code)).toBe('over')
    })

    test('is good for its own number only', async () => {
      const [one, another] = [await verify(await somebody()), await verify(await somebody())]
      expect(await one.check(another.code)).toBe('wrong')
      expect(await one.check(one.code)).toBe('right')
    })

    test('that was never begun is over', async () => {
      const { phone } = await somebody()
      expect(await client.phones.checkVerification({ phone }, '123456')).toBe('over')
    })

    test('approves no payment, and a payment’s code proves no phone', async () => {
      const who = await somebody()
      const [verification, payment] = [await verify(who), await text(who)]
      const { providerPhoneId, phone } = who
      const { textId } = verification
      expect(await outcome(payment.check(verification.code))).not.toBe('right')
      expect(
        await outcome(client.codes.check({ providerPhoneId, textId }, bound, verification.code)),
      ).not.toBe('right')
      expect(await outcome(verification.check(payment.code))).not.toBe('right')
      expect(
        await outcome(
          client.phones.checkVerification({ phone, textId: payment.textId }, payment.code),
        ),
      ).not.toBe('right')
      expect(await verification.check(verification.code)).toBe('right')
      expect(await payment.check(payment.code)).toBe('right')
    })

    test.each([
      ['too short', { countryCode: '44', national: '12' }],
      ['too long', { countryCode: '44', national: '770090012345678' }],
      ['of no country', { countryCode: '999', national: '7700900123' }],
      ['letters', { countryCode: '44', national: 'seven' }],
    ])('is refused to a number that is none: %s', async (_, none) => {
      for (const channel of ['sms', 'call'] as const) {
        await expect(client.phones.startVerification(none, channel)).rejects.toMatchObject({
          code: 'invalid_request',
          details: { fields: [{ path: 'phoneNumber' }] },
        })
      }
    })

    if (nature.knowsLandlines) {
      test('and a code are refused to a landline by text, not by call', async () => {
        const who = await somebody()
        pretend.book.setLandline(who.number, true)
        const asked = client.phones.startVerification(who.phone, 'sms')
        expect(await outcome(asked)).toBe('invalid_request')
        expect(await outcome(client.codes.send(who, bound))).toBe('invalid_request')
        const { code, check } = await verify(who, 'call')
        expect(await check(code)).toBe('right')
      })
    }

    test(nature.endsCodes ? 'is over once it was ended' : 'can’t be ended', async () => {
      const { code, check, textId = 'none' } = await verify(await somebody())
      await client.phones.endVerification(textId)
      expect(await check(code)).toBe(nature.endsCodes ? 'over' : 'right')
    })
  })

  describe('nothing is right and nothing is sent', () => {
    test.each<[string, () => Client]>([
      [
        'while the provider answers 503, in HTML',
        () => {
          pretend.book.faults.answer503 = true
          return client
        },
      ],
      ['while the provider refuses the key', () => connected({ isStranger: true })],
      // Port 9 (discard) of loopback: nobody listens there.
      ['while the provider is not there', () => connected({ url: 'http://localhost:9' })],
    ])('%s; and all is as before after it', async (_, begin) => {
      const who = await somebody()
      const [payment, verification] = [await text(who), await verify(who)]
      const failing = begin()
      for (const asked of everything(failing, who, payment, verification)) {
        expect(await outcome(asked())).toBe('provider_unavailable')
      }
      Object.assign(pretend.book.faults, noFaults())
      expect(messagesOf(who)).toHaveLength(2)
      expect(await payment.check(payment.code)).toBe('right')
      expect(await verification.check(verification.code)).toBe('right')
    })

    test('while the provider hangs, which is not waited for', async () => {
      const who = await somebody()
      const [payment, verification] = [await text(who), await verify(who)]
      const impatient = connected({ timeoutMs: 50 })
      pretend.book.faults.providerDelayMs = 60_000
      for (const asked of everything(impatient, who, payment, verification)) {
        expect(await outcome(asked())).toBe('provider_unavailable')
      }
      expect(putOff.length).toBeLessThanOrEqual(4)
      expect(messagesOf(who)).toHaveLength(2)
      // Less than one wait would be without the client's own limit.
    }, 2500)
  })

  /** Every question, each of which would be answered well on a good day. */
  const everything = (
    by: Client,
    who: Somebody,
    payment: Awaited<ReturnType<typeof text>>,
    verification: Awaited<ReturnType<typeof verify>>,
  ): (() => Promise<unknown>)[] => [
    () => by.codes.send(who, bound),
    () => payment.check(payment.code, bound, by),
    () => by.phones.startVerification(who.phone, 'sms'),
    () => verification.check(verification.code, by),
  ]
})

describe('ids of phones', () => {
  const phone = { countryCode: '44', national: '7700900123' }
  const harry = { payerId: 'person-1', email: 'harry@hogwarts.ac.uk' }
  let pretend: Phone

  beforeAll(async () => {
    pretend = await startPhone({
      port: 0,
      apiKey: AUTHY_KEY,
      callbackUrl: () => '',
      clock: movableClock().now,
    })
  })
  afterAll(() => pretend.close())

  const PROVIDERS = { authy: authyClient, twilioVerify: twilioVerifyClient }
  const both = ['authy', 'twilioVerify'] as const
  const idsOf = (provider: (typeof both)[number]) => PROVIDERS[provider](pretend).ids

  test.each([
    ['authy', 'twilioVerify'],
    ['twilioVerify', 'authy'],
  ] as const)('%s knows its own, and none of %s', async (own, other) => {
    const [mine, theirs] = await Promise.all([
      idsOf(own).enroll(harry, phone),
      idsOf(other).enroll(harry, phone),
    ])
    expect(idsOf(own).gave(mine)).toBe(true)
    expect(idsOf(own).gave(theirs)).toBe(false)
  })
})

/** The verdict, or the code of the refusal in its place. */
async function outcome(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}
