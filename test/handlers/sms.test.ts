import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Call,
  type Harness,
  no,
  otherThan,
  type Person,
  startHarness,
} from '../harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterEach(() => {
  harness.provider.instead = undefined
  harness.store.instead = undefined
})
afterAll(() => harness.close())

const text = (as: Person, id: string) => harness.call('smsStart', { as, id })
const enter = (as: Person, id: string, code: unknown) =>
  harness.call('smsVerify', { as, id, body: { code } })
const textsOn = ({ number }: Person) => harness.phone.book.messages(number)
const isSms = ({ path }: Call) => path.startsWith('/protected/json/sms/')
const isVerify = ({ path }: Call) => path.startsWith('/protected/json/verify/')
const times = <T>(n: number, run: (i: number) => T) => Array.from({ length: n }, (_, i) => run(i))
const statusOf = async (id: string) => (await harness.item(id))?.status

/** Each a payment that waits, with a code on its payer's phone: entering that would approve it. */
async function texted(): Promise<{ payer: Person; id: string; code: string; wrong: string }> {
  const payer = await harness.person()
  const id = (await harness.pending(payer)).paymentId
  expect((await text(payer, id)).status).toBe(202)
  const code = harness.codeOn(payer.number)
  return { payer, id, code, wrong: otherThan(code) }
}

describe('a text', () => {
  test('says what its code approves, and the payer is told where it went (2019: W13)', async () => {
    const payer = await harness.person()
    const { paymentId: id, displayText } = await harness.pending(payer)
    expect(await text(payer, id)).toMatchObject({
      status: 202,
      body: {
        displayText,
        status: 'pending',
        sms: {
          to: `+1 ••••• ••${payer.number.slice(-3)}`,
          sentAt: harness.clock.now().toISOString(),
          sendsLeft: 4,
          attemptsLeft: 5,
        },
      },
    })
    expect(textsOn(payer)[0]?.words).toContain(displayText)
    const asked = new URL(harness.provider.calls.findLast(isSms)?.path ?? '', harness.provider.url)
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      force: 'true',
      action: id,
      action_message: displayText,
    })
  })

  test('comes to nobody else, and nobody else can ask for it (2019: W4)', async () => {
    const payer = await harness.person()
    const { paymentId: id } = await harness.pending(payer)
    const bob = await harness.person()
    const before = [await harness.item(id), textsOn(payer).length, textsOn(bob).length]
    expect(await text(bob, id)).toMatchObject(no(404, 'not_found'))
    expect([await harness.item(id), textsOn(payer).length, textsOn(bob).length]).toEqual(before)
  })

  test('is refused 19.999 s after the last one, and sent after 20 s', async () => {
    const { payer, id } = await texted()
    harness.clock.advance(19.999)
    expect(await text(payer, id)).toMatchObject({
      ...no(429, 'too_many_sms'),
      headers: { 'retry-after': '1' },
    })
    harness.clock.advance(0.001)
    expect(await text(payer, id)).toMatchObject({ status: 202, body: { sms: { sendsLeft: 3 } } })
  })

  test('is sent five times for one payment, not six', async () => {
    const { payer, id } = await texted()
    for (const sendsLeft of [3, 2, 1, 0]) {
      harness.clock.advance(20)
      expect((await text(payer, id)).body.sms.sendsLeft).toBe(sendsLeft)
    }
    harness.clock.advance(20)
    const before = textsOn(payer).length
    expect(await text(payer, id)).toMatchObject({
      ...no(429, 'too_many_sms'),
      // Until the payment expires.
      headers: { 'retry-after': '200' },
    })
    expect(textsOn(payer)).toHaveLength(before)
  })

  test('does not give attempts back', async () => {
    const { payer, id, wrong } = await texted()
    await enter(payer, id, wrong)
    harness.clock.advance(20)
    expect((await text(payer, id)).body.sms.attemptsLeft).toBe(4)
  })

  test('is not sent when no attempts are left for it', async () => {
    const { payer, id, code } = await texted()
    harness.provider.instead = (call) => (isVerify(call) ? 'hang up' : undefined)
    for (let i = 0; i < 5; i += 1) await enter(payer, id, code)
    harness.provider.instead = undefined
    harness.clock.advance(20)
    expect(await text(payer, id)).toMatchObject(no(409, 'no_attempts_left'))
  })

  test.each([
    ['503', { status: 503, body: {} }],
    ['200, but that it was ignored', { status: 200, body: { success: true, ignored: true } }],
    ['200 and nonsense', { status: 200, body: { success: 'true' } }],
    ['nothing at all', 'hang up'],
  ] as const)(
    'that the provider answers with %s is counted, never repeated, and may be asked for again',
    async (_, fault) => {
      const payer = await harness.person()
      const { paymentId: id } = await harness.pending(payer)
      const asked = harness.provider.calls.filter(isSms).length
      harness.provider.instead = (call) => (isSms(call) ? fault : undefined)
      expect(await text(payer, id)).toMatchObject({
        ...no(503, 'provider_unavailable'),
        headers: { 'retry-after': '20' },
      })
      expect(harness.provider.calls.filter(isSms)).toHaveLength(asked + 1)
      expect(await harness.item(id)).toMatchObject({ status: 'pending', sms_sends: 1 })
      harness.provider.instead = undefined
      harness.clock.advance(20)
      expect((await text(payer, id)).status).toBe(202)
    },
  )
})

describe('a code', () => {
  test('that is right approves its payment, with what it was bound to as evidence', async () => {
    const { payer, id, code } = await texted()
    const { displayText } = (await harness.call('paymentStatus', { as: payer, id })).body
    expect(await enter(payer, id, code)).toMatchObject({
      status: 200,
      body: {
        status: 'approved',
        decidedBy: 'sms',
        decidedAt: harness.clock.now().toISOString(),
        sms: { attemptsLeft: 4 },
      },
    })
    const item = await harness.item(id)
    expect(item?.evidence).toEqual({
      kind: 'sms-code',
      provider_phone_id: item?.provider_phone_id,
      action: id,
      display_text: displayText,
    })
    expect(item).not.toHaveProperty('open_shard')
    expect(JSON.stringify(item)).not.toContain(code)
  })

  test('is good once: after it the payment is decided', async () => {
    const { payer, id, code } = await texted()
    await enter(payer, id, code)
    expect(await enter(payer, id, code)).toMatchObject(
      no(409, 'already_decided', { paymentStatus: 'approved' }),
    )
  })

  test('that is wrong is counted: five attempts, the fifth fails the payment (2019: W12)', async () => {
    const { payer, id, code, wrong } = await texted()
    for (const attemptsLeft of [4, 3, 2, 1]) {
      expect(await enter(payer, id, wrong)).toMatchObject(no(422, 'wrong_code', { attemptsLeft }))
      expect(await statusOf(id)).toBe('pending')
    }
    expect(await enter(payer, id, wrong)).toMatchObject(no(422, 'wrong_code', { attemptsLeft: 0 }))
    expect(await harness.item(id)).toMatchObject({
      status: 'failed',
      decided_by: 'sms',
      wrong_codes: 5,
      code_attempts: 5,
    })
    expect(await enter(payer, id, code)).toMatchObject(
      no(409, 'already_decided', { paymentStatus: 'failed' }),
    )
    expect(await statusOf(id)).toBe('failed')
  })

  test('that is right is taken at the fifth attempt', async () => {
    const { payer, id, code, wrong } = await texted()
    for (let i = 0; i < 4; i += 1) await enter(payer, id, wrong)
    expect((await enter(payer, id, code)).status).toBe(200)
  })

  test.each([
    ['503', { status: 503, body: {} }],
    ['200 and nonsense', { status: 200, body: { success: 'true' } }],
    ['a success that is not one', { status: 200, body: { success: true, token: 'is invalid' } }],
    ['a bad key', { status: 401, body: { error_code: '60001' } }],
    ['nothing at all', 'hang up'],
  ] as const)(
    'with no verdict (%s) is spent; the payment waits on and nothing is approved',
    async (_, fault) => {
      const { payer, id, code } = await texted()
      const before = harness.provider.calls.filter(isVerify).length
      harness.provider.instead = (call) => (isVerify(call) ? fault : undefined)
      expect(await enter(payer, id, code)).toMatchObject(no(503, 'provider_unavailable'))
      expect(harness.provider.calls.filter(isVerify)).toHaveLength(before + 1)
      expect(await harness.item(id)).toMatchObject({
        status: 'pending',
        code_attempts: 1,
        wrong_codes: 0,
      })
      harness.provider.instead = undefined
      expect((await enter(payer, id, code)).status).toBe(200)
    },
  )

  test('after wrong and unknown ones has no attempt left; the push still decides', async () => {
    const { payer, id, code, wrong } = await texted()
    for (let i = 0; i < 3; i += 1) await enter(payer, id, wrong)
    harness.provider.instead = (call) => (isVerify(call) ? 'hang up' : undefined)
    await enter(payer, id, code)
    harness.provider.instead = undefined
    // The fifth attempt, but the fourth wrong code: spent, not failed.
    expect(await enter(payer, id, wrong)).toMatchObject(no(409, 'no_attempts_left'))
    expect(await harness.item(id)).toMatchObject({
      status: 'pending',
      code_attempts: 5,
      wrong_codes: 4,
    })
    expect(await enter(payer, id, code)).toMatchObject(no(409, 'no_attempts_left'))
    await harness.answers(payer, 'approved')
    expect(await harness.item(id)).toMatchObject({ status: 'approved', decided_by: 'push' })
  })

  test('for one payment is wrong for its twin of the same payee and amount (2019: W2)', async () => {
    const { payer, id, code } = await texted()
    const twin = (await harness.pending(payer)).paymentId
    await text(payer, twin)
    expect(await enter(payer, twin, code)).toMatchObject(no(422, 'wrong_code'))
    expect(await statusOf(twin)).toBe('pending')
    expect((await enter(payer, id, code)).body.status).toBe('approved')
    expect(await statusOf(twin)).toBe('pending')
  })

  test('of one person approves nothing of another’s (2019: W1)', async () => {
    const alice = await texted()
    const bob = await texted()
    expect(await enter(bob.payer, alice.id, bob.code)).toMatchObject(no(404, 'not_found'))
    expect(await enter(bob.payer, alice.id, alice.code)).toMatchObject(no(404, 'not_found'))
    expect(await harness.item(alice.id)).toMatchObject({ status: 'pending', code_attempts: 0 })
  })

  test('is not checked before a text was asked for', async () => {
    const payer = await harness.person()
    const { paymentId: id } = await harness.pending(payer)
    const before = harness.provider.calls.filter(isVerify).length
    expect(await enter(payer, id, '1234567')).toMatchObject(no(409, 'no_code_sent'))
    expect(harness.provider.calls.filter(isVerify)).toHaveLength(before)
    expect((await harness.item(id))?.code_attempts).toBe(0)
  })

  test.each([
    '../sms',
    '1234567/../../sms/1',
    '1234567?force=false',
    '12345',
    '12345678901',
    '１２３４５６',
    '١٢٣٤٥٦',
    '123 456',
    ' 123456',
    '123456\n',
    '-123456',
    '',
    123456,
    null,
    ['123456'],
    { code: '123456' },
  ])('like %j never reaches the provider and spends nothing', async (malformed) => {
    const { payer, id } = await texted()
    const before = harness.provider.calls.length
    expect(await enter(payer, id, malformed)).toMatchObject(
      no(400, 'invalid_request', { fields: [{ path: 'code' }] }),
    )
    expect(harness.provider.calls).toHaveLength(before)
    expect((await harness.item(id))?.code_attempts).toBe(0)
  })

  test('has six to ten digits', async () => {
    const { payer, id } = await texted()
    expect((await enter(payer, id, '000000')).status).toBe(422)
    expect((await enter(payer, id, '0000000000')).status).toBe(422)
  })
})

describe('a payment that is over', () => {
  const over = {
    cancelled: ({ payer, id }) => harness.call('cancelPayment', { as: payer, id }),
    approved: ({ payer }) => harness.answers(payer, 'approved'),
    denied: ({ payer }) => harness.answers(payer, 'denied'),
  } satisfies Record<string, (of: { payer: Person; id: string }) => Promise<unknown>>

  test.each(Object.entries(over))('because %s takes no text and no code', async (status, end) => {
    const { payer, id, code } = await texted()
    await end({ payer, id })
    const before = [await harness.item(id), harness.provider.calls.length]
    harness.clock.advance(20)
    const refused = no(409, 'already_decided', { paymentStatus: status })
    expect(await text(payer, id)).toMatchObject(refused)
    expect(await enter(payer, id, code)).toMatchObject(refused)
    expect([await harness.item(id), harness.provider.calls.length]).toEqual(before)
  })

  test('because its time is takes no text and no code, from the very moment on (2019: W9)', async () => {
    const { payer, id, code } = await texted()
    harness.clock.advance(300)
    const before = [await harness.item(id), harness.provider.calls.length]
    expect(await text(payer, id)).toMatchObject(no(410, 'expired'))
    expect(await enter(payer, id, code)).toMatchObject(no(410, 'expired'))
    expect([await harness.item(id), harness.provider.calls.length]).toEqual(before)
  })

  test('by the time the provider has answered is not approved by it', async () => {
    const { payer, id, code } = await texted()
    harness.clock.advance(299)
    harness.provider.instead = (call) => {
      if (isVerify(call)) harness.clock.advance(1)
      return undefined
    }
    expect(await enter(payer, id, code)).toMatchObject(no(410, 'expired'))
    expect(await statusOf(id)).toBe('pending')
  })

  test('by a push while the code was checked says so', async () => {
    const { payer, id, code } = await texted()
    harness.provider.instead = async (call) => {
      if (isVerify(call)) await harness.answers(payer, 'denied')
      return undefined
    }
    expect(await enter(payer, id, code)).toMatchObject(
      no(409, 'already_decided', { paymentStatus: 'denied' }),
    )
    expect(await harness.item(id)).toMatchObject({ status: 'denied', decided_by: 'push' })
  })
})

describe('refusals come in their order', () => {
  test('a bad code before a payment that is not there', async () => {
    const payer = await harness.person()
    expect((await enter(payer, 'A'.repeat(22), '1')).body.code).toBe('invalid_request')
    expect((await enter(payer, 'A'.repeat(22), '123456')).body.code).toBe('not_found')
  })

  test('its end before what is missing', async () => {
    const payer = await harness.person()
    const { paymentId: id } = await harness.pending(payer)
    await harness.call('cancelPayment', { as: payer, id })
    expect((await enter(payer, id, '123456')).body.code).toBe('already_decided')
  })
})

describe('the limit of texts', () => {
  beforeEach(() => harness.clock.toNextDay())

  /** So many more texts to a person, in payments of five. */
  async function take(payer: Person, wanted: number): Promise<number[]> {
    const statuses: number[] = []
    let id = ''
    for (let i = 0; i < wanted; i += 1) {
      if (i % 5 === 0) id = (await harness.pending(payer)).paymentId
      statuses.push((await text(payer, id)).status)
      harness.clock.advance(20)
    }
    return statuses
  }

  test('is ten an hour and twenty a day for a person, apart from those that prove a number', async () => {
    const payer = await harness.person()
    expect(await take(payer, 10)).toEqual(times(10, () => 202))
    const { paymentId: id } = await harness.pending(payer)
    const before = textsOn(payer).length
    expect(await text(payer, id)).toMatchObject({
      ...no(429, 'too_many_sms'),
      headers: { 'retry-after': String(3600 - 10 * 20) },
    })
    expect(textsOn(payer)).toHaveLength(before)
    harness.clock.advance(3600 - 10 * 20 - 0.001)
    expect(await take(payer, 1)).toEqual([429])
    expect(await take(payer, 11)).toEqual([...times(10, () => 202), 429])
    harness.clock.toNextHour()
    const next = await harness.pending(payer)
    expect(await text(payer, next.paymentId)).toMatchObject({
      ...no(429, 'too_many_sms'),
      headers: { 'retry-after': String(22 * 3600) },
    })
    harness.clock.toNextDay()
    expect(await take(payer, 1)).toEqual([202])
  })

  test('counts what is sent: of thirty requests at once for one payment, one', async () => {
    const payer = await harness.person()
    const { paymentId: id } = await harness.pending(payer)
    const before = textsOn(payer).length
    const answers = await Promise.all(times(30, () => text(payer, id)))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1)
    expect(textsOn(payer)).toHaveLength(before + 1)
    expect(await take(payer, 10)).toEqual([...times(9, () => 202), 429])
  })

  test('that is used up raises no counter that all payers share', async () => {
    const payer = await harness.person()
    await take(payer, 10)
    const { paymentId: id } = await harness.pending(payer)
    harness.store.calls.length = 0
    expect((await text(payer, id)).status).toBe(429)
    const { calls } = harness.store
    expect(calls.filter(({ operation }) => /^(Put|Update)Item$/.test(operation))).toEqual([])
  })

  test('is each person’s own, also where two have one number', async () => {
    const one = await harness.person()
    const two = await harness.person({ number: one.number })
    expect(await take(one, 11)).toEqual([...times(10, () => 202), 429])
    expect(await take(two, 3)).toEqual([202, 202, 202])
  })

  test('that stops a text leaves the payment’s own texts as they were', async () => {
    const payer = await harness.person()
    await take(payer, 10)
    const { paymentId: id } = await harness.pending(payer)
    await text(payer, id)
    expect((await harness.item(id))?.sms_sends).toBe(0)
    // A code is not checked before a text was sent for this payment.
    expect(await enter(payer, id, '1234567')).toMatchObject(no(409, 'no_code_sent'))
  })

  test('of the whole stage is a setting, a day long, and half of it is kept for payments', async () => {
    const own = await startHarness({ TEXTS_PER_DAY_FOR_STAGE: '4' })
    const [ada, bob] = [await own.person(), await own.person()]
    const refused = {
      ...no(429, 'too_many_sms'),
      headers: { 'retry-after': String(12 * 3600) },
    }
    const body = { phoneNumber: '+12025550199', channel: 'sms' }
    expect(await own.call('phoneStart', { as: own.stranger(), body })).toMatchObject(refused)
    const textTo = async (as: Person) =>
      own.call('smsStart', { as, id: (await own.pending(as)).paymentId })
    for (const who of [ada, bob]) expect((await textTo(who)).status).toBe(202)
    expect(await textTo(ada)).toMatchObject(refused)
    own.clock.set(new Date('2026-11-22T00:00:00.000Z'))
    for (const who of [ada, bob, ada, bob]) expect((await textTo(who)).status).toBe(202)
    expect((await textTo(ada)).status).toBe(429)
    await own.close()
  })
})

describe('two people with one phone number (2019: W15)', () => {
  test('have their own payments, codes, attempts and texts', async () => {
    const one = await harness.person()
    const two = await harness.person({ number: one.number })
    const [a, b] = [await harness.pending(one), await harness.pending(two)]
    expect((await harness.item(a.paymentId))?.provider_phone_id).toBe(
      (await harness.item(b.paymentId))?.provider_phone_id,
    )

    await text(one, a.paymentId)
    const code = harness.codeOn(one.number)
    await text(two, b.paymentId)
    expect(await enter(two, a.paymentId, code)).toMatchObject(no(404, 'not_found'))
    expect(await enter(two, b.paymentId, code)).toMatchObject(no(422, 'wrong_code'))
    expect((await enter(one, a.paymentId, code)).body.status).toBe('approved')
    expect(await harness.item(a.paymentId)).toMatchObject({ code_attempts: 1, wrong_codes: 0 })
    expect(await harness.item(b.paymentId)).toMatchObject({
      status: 'pending',
      code_attempts: 1,
      wrong_codes: 1,
      sms_sends: 1,
    })
  })
})
