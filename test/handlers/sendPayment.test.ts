import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type Call,
  type Harness,
  no,
  type Person,
  paymentBody,
  type Request,
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

const send = (as: Person, key: string, more: Partial<Request> = {}) =>
  harness.call('sendPayment', { as, key, body: paymentBody, ...more })
const cancel = (as: Person, id: string) => harness.call('cancelPayment', { as, id })
const isPush = ({ method, path }: Call) => method === 'POST' && path.includes('approval_requests')
const pushesOn = ({ number }: Person) => harness.phone.book.pushes(number)
const times = <T>(n: number, run: (i: number) => T) => Array.from({ length: n }, (_, i) => run(i))

/** The push is asked for, and then we crash: what came of it is never stored. */
async function startedAndLost(as: Person, key: string): Promise<string> {
  harness.store.instead = ({ text }) =>
    text.includes('push_sent')
      ? { status: 400, body: { __type: 'com.amazon.coral.validate#ValidationException' } }
      : undefined
  expect((await send(as, key)).status).toBe(500)
  harness.store.instead = undefined
  const { body } = await harness.call('listPayments', { as })
  return body.payments[0].paymentId
}

describe('a payment', () => {
  test('is started: 201, its place, and a push on the payer’s phone with its words', async () => {
    const payer = await harness.person()
    const started = await send(payer, 'first')
    expect(started).toMatchObject({
      status: 201,
      headers: {
        location: `/api/payments/${started.body.paymentId}`,
        'content-type': 'application/json',
        'cache-control': 'no-store',
      },
      body: {
        ...paymentBody,
        displayText: 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)',
        status: 'pending',
        push: 'sent',
        sms: { to: null, sentAt: null, sendsLeft: 5, attemptsLeft: 5 },
        createdAt: harness.clock.now().toISOString(),
        expiresAt: new Date(harness.clock.now().getTime() + 300_000).toISOString(),
        decidedAt: null,
        decidedBy: null,
      },
    })
    expect(pushesOn(payer)).toMatchObject([
      {
        message: started.body.displayText,
        details: {
          'Sending to': 'Neville Longbottom (neville@hogwarts.ac.uk)',
          Amount: '€20.50',
          'Your account': payer.email,
          Reference: started.body.reference,
        },
      },
    ])
  })

  test('tells the push, out of sight, what it is for, who asked and from where (2019: W33)', async () => {
    const payer = await harness.person()
    const headers = { 'x-forwarded-for': '198.51.100.66', 'x-real-ip': '198.51.100.66' }
    const { body } = await send(payer, 'hidden', { headers })
    expect(pushesOn(payer)[0]?.hiddenDetails).toEqual({
      payment_id: body.paymentId,
      requester_user_id: payer.payerId,
      origin_ip: '203.0.113.7',
    })
  })

  test.each([
    ['the payer behind CloudFront', '198.51.100.9, 203.0.113.7', '198.51.100.9, 203.0.113.7'],
    [
      'what was said before is left out',
      '1.1.1.1, 198.51.100.9, 203.0.113.7',
      '198.51.100.9, 203.0.113.7',
    ],
    ['nobody before the peer', '203.0.113.7', '203.0.113.7'],
    ['no address before the peer', 'x"y, 203.0.113.7', '203.0.113.7'],
    ['an address of version 6', '2001:db8::1, 203.0.113.7', '2001:db8::1, 203.0.113.7'],
  ])('records %s as the last hops (2019: W33)', async (_, forwarded, recorded) => {
    const payer = await harness.person()
    await send(payer, 'hops', { headers: { 'x-forwarded-for': forwarded } })
    expect(pushesOn(payer)[0]?.hiddenDetails).toMatchObject({ origin_ip: recorded })
  })

  test('shows nobody else’s picture on the phone (2019: W34)', async () => {
    const payer = await harness.person()
    await send(payer, 'logo')
    expect(pushesOn(payer)[0]?.logos).toBeNull()
  })

  test('is stored before its push is asked for (2019: W36)', async () => {
    const payer = await harness.person()
    const seen: unknown[] = []
    harness.provider.instead = async (call) => {
      if (!isPush(call)) return undefined
      const { hidden_details, message } = JSON.parse(call.text)
      const item = await harness.item(hidden_details.payment_id)
      seen.push([item?.status, item?.push, item?.display_text === message])
      return undefined
    }
    expect((await send(payer, 'stored')).status).toBe(201)
    expect(seen).toEqual([['pending', 'sending', true]])
  })

  test('is recorded with who, when, and every step so far (2019: W17)', async () => {
    const payer = await harness.person()
    const { body } = await send(payer, 'recorded')
    const at = harness.clock.now().toISOString()
    expect(await harness.item(body.paymentId)).toMatchObject({
      user_id: payer.payerId,
      amount_minor: 2050,
      currency: 'EUR',
      created_at: at,
      history: [
        { at, event: 'started', channel: null, by: 'payer' },
        { at, event: 'push_sent', channel: 'push', by: 'provider' },
      ],
    })
  })

  test('holds no more of a phone number than the payer is shown', async () => {
    const payer = await harness.person()
    const { body } = await send(payer, 'number')
    const item = JSON.stringify(await harness.item(body.paymentId))
    expect(item).not.toContain(payer.number.slice(2))
    expect(item).toContain(payer.number.slice(-3))
  })

  test('of somebody without a verified phone is refused, and nothing is stored or asked', async () => {
    const stranger = harness.stranger()
    const before = [
      await harness.all('payments'),
      await harness.all('users'),
      harness.provider.calls.length,
    ]
    expect(await send(stranger, 'no-phone')).toMatchObject(no(403, 'phone_not_verified'))
    const after = [
      await harness.all('payments'),
      await harness.all('users'),
      harness.provider.calls.length,
    ]
    expect(after).toEqual(before)
  })

  test.each([
    ['20.505', 'EUR', 'amount.value'],
    ['10000.01', 'EUR', 'amount.value'],
    ['0', 'EUR', 'amount.value'],
    ['-1', 'EUR', 'amount.value'],
    ['1e3', 'EUR', 'amount.value'],
    ['٢٠', 'EUR', 'amount.value'],
    [20.5, 'EUR', 'amount.value'],
    ['20.50', 'XXX', 'amount.currency'],
    ['20.50', 'JPY', 'amount.value'],
  ])('of %j %s is refused beside its field (2019: W7)', async (value, currency, path) => {
    const payer = harness.stranger()
    const body = { ...paymentBody, amount: { value, currency } }
    expect(await send(payer, 'amount', { body })).toMatchObject(
      no(400, 'invalid_request', { fields: [{ path, reason: expect.any(String) }] }),
    )
  })
})

describe('the same key', () => {
  test('is the same payment: 200, as it is now, and no second push (2019: W16)', async () => {
    const payer = await harness.person()
    const { body } = await send(payer, 'again')
    expect(await send(payer, 'again')).toMatchObject({ status: 200, body })
    await harness.answers(payer, 'approved')
    const again = await send(payer, 'again')
    expect(again).toMatchObject({
      status: 200,
      body: { paymentId: body.paymentId, status: 'approved' },
    })
    expect(again.headers).not.toHaveProperty('location')
    expect(pushesOn(payer)).toHaveLength(1)
  })

  test.each([
    ['20.5 for 20.50', { ...paymentBody, amount: { value: '20.5', currency: 'EUR' } }],
    [
      'a payee with spaces around',
      { ...paymentBody, payee: { name: ' Neville Longbottom ', id: paymentBody.payee.id } },
    ],
    [
      'a payee that looks the same',
      {
        ...paymentBody,
        payee: { name: 'Ｎeville\u3000 Longbottom', id: `\u00a0${paymentBody.payee.id}` },
      },
    ],
  ])('with %s is the same payment', async (_, body) => {
    const payer = await harness.person()
    const started = await send(payer, 'same')
    expect(await send(payer, 'same', { body })).toMatchObject({ status: 200, body: started.body })
  })

  test.each([
    ['amount', { ...paymentBody, amount: { value: '20.51', currency: 'EUR' } }],
    ['currency', { ...paymentBody, amount: { value: '20.50', currency: 'GBP' } }],
    ['payee’s name', { ...paymentBody, payee: { ...paymentBody.payee, name: 'Neville' } }],
    ['payee’s id', { ...paymentBody, payee: { ...paymentBody.payee, id: 'neville@example.com' } }],
  ])('with another %s is refused, and the payment stays as it was', async (_, body) => {
    const payer = await harness.person()
    const { paymentId } = (await send(payer, 'other')).body
    const before = await harness.item(paymentId)
    expect(await send(payer, 'other', { body })).toMatchObject(no(422, 'idempotency_key_reused'))
    expect(await harness.item(paymentId)).toEqual(before)
    expect(pushesOn(payer)).toHaveLength(1)
  })

  test('of another person is another payment', async () => {
    const [ada, bob] = [await harness.person(), await harness.person()]
    const [one, two] = [await send(ada, 'shared'), await send(bob, 'shared')]
    expect([one.status, two.status]).toEqual([201, 201])
    expect(one.body.paymentId).not.toBe(two.body.paymentId)
  })

  test.each([
    ['bare', 'as-is_1', 'in quotes', '"as-is_1"'],
    ['in quotes', '"as-is_2"', 'bare', 'as-is_2'],
  ])('sent first %s and then %s is one key', async (_, first, _then, second) => {
    const payer = await harness.person()
    const one = await send(payer, first)
    const two = await send(payer, second)
    expect([one.status, two.status]).toEqual([201, 200])
    expect(two.body.paymentId).toBe(one.body.paymentId)
    expect(pushesOn(payer)).toHaveLength(1)
  })

  test.each([
    ['is missing', {}, 'idempotency_key_missing'],
    ['is empty', { key: '' }, 'idempotency_key_missing'],
    ['has 65 characters', { key: 'k'.repeat(65) }, 'invalid_request'],
    ['has a space', { key: 'a b' }, 'invalid_request'],
    ['has a slash', { key: '../a' }, 'invalid_request'],
    ['has another alphabet', { key: 'ключ' }, 'invalid_request'],
    ['has 65 characters in quotes', { key: `"${'k'.repeat(65)}"` }, 'invalid_request'],
    ['is only quotes', { key: '""' }, 'invalid_request'],
    ['is one quote', { key: '"' }, 'invalid_request'],
    ['opens quotes and closes none', { key: '"abc' }, 'invalid_request'],
    ['closes quotes and opens none', { key: 'abc"' }, 'invalid_request'],
    ['has a quote within', { key: 'a"b' }, 'invalid_request'],
    ['has two pairs of quotes', { key: '""abc""' }, 'invalid_request'],
    ['has single quotes', { key: "'abc'" }, 'invalid_request'],
    ['has an escaped quote', { key: '"a\\"b"' }, 'invalid_request'],
    ['has a space in its quotes', { key: '" abc"' }, 'invalid_request'],
    ['has a parameter', { key: '"abc";v=1' }, 'invalid_request'],
    ['came twice, in quotes', { key: '"abc","abc"' }, 'invalid_request'],
    ['came twice, as one and the other', { key: '"abc",abc' }, 'invalid_request'],
  ])('that %s is refused', async (_, key, code) => {
    const payer = harness.stranger()
    const reply = await harness.call('sendPayment', { as: payer, body: paymentBody, ...key })
    expect(reply).toMatchObject(no(400, code))
    const reason = 'Use 1 to 64 of A-Z a-z 0-9 _ -, bare or in one pair of double quotes.'
    if (code !== 'invalid_request') return
    expect(reply.body.fields).toEqual([{ path: 'Idempotency-Key', reason }])
  })

  test('of 64 characters, and of all that are allowed, is a key', async () => {
    const payer = await harness.person()
    expect((await send(payer, 'k'.repeat(64))).status).toBe(201)
    expect((await send(payer, 'azAZ09_-')).status).toBe(201)
    expect((await send(payer, `"${'q'.repeat(64)}"`)).status).toBe(201)
  })
})

describe('the limit of open payments', () => {
  test('is five; the sixth is refused and nothing of it is stored or sent', async () => {
    const payer = await harness.person()
    for (const i of times(5, String)) await harness.pending(payer, { key: i })
    expect(await send(payer, 'sixth')).toMatchObject({
      ...no(429, 'too_many_open_payments'),
      headers: { 'retry-after': '300' },
    })
    const { body } = await harness.call('listPayments', { as: payer })
    expect(body.payments).toHaveLength(5)
    expect(pushesOn(payer)).toHaveLength(5)
    expect((await send(payer, '0')).status).toBe(200)
  })

  test.each([
    ['cancelled', async (payer: Person, id: string) => void (await cancel(payer, id))],
    ['denied', (payer: Person) => harness.answers(payer, 'denied')],
    ['approved', (payer: Person) => harness.answers(payer, 'approved')],
  ])('is freed by one that is %s', async (_, decide) => {
    const payer = await harness.person()
    for (const i of times(4, String)) await harness.pending(payer, { key: i })
    const { paymentId } = await harness.pending(payer, { key: 'last' })
    expect((await send(payer, 'sixth')).status).toBe(429)
    await decide(payer, paymentId)
    expect((await send(payer, 'sixth')).status).toBe(201)
    expect((await send(payer, 'seventh')).status).toBe(429)
  })
})

describe('the limit an hour', () => {
  const startAndCancel = async (payer: Person, key: string) => {
    const { status, body } = await send(payer, key)
    if (status === 201) await cancel(payer, body.paymentId)
    return status
  }

  test('is twenty; the next window opens an hour after the first and has twenty again', async () => {
    const payer = await harness.person()
    for (const i of times(20, String)) expect(await startAndCancel(payer, i)).toBe(201)
    expect(await send(payer, 'one-more')).toMatchObject({
      ...no(429, 'too_many_payments'),
      headers: { 'retry-after': '3600' },
    })
    harness.clock.advance(3599.999)
    expect(await startAndCancel(payer, 'one-more')).toBe(429)
    harness.clock.advance(0.001)
    for (const i of times(20, (i) => `next-${i}`)) {
      expect(await startAndCancel(payer, i)).toBe(201)
    }
    expect(await startAndCancel(payer, 'one-more')).toBe(429)
  })
})

describe('when the push cannot be sent', () => {
  const faults = {
    'the payer has no app': undefined,
    'the provider answers 503': { status: 503, body: {} },
    'the provider answers 200 and nonsense': { status: 200, body: { success: 'perhaps' } },
    'the provider hangs up': 'hang up',
  } as const

  test.each(Object.entries(faults))(
    'because %s, the payment waits all the same and a text is open to it (2019: W6)',
    async (name, fault) => {
      const payer = await harness.person({ app: name !== 'the payer has no app' })
      harness.provider.instead = (call) => (isPush(call) ? fault : undefined)
      const started = await send(payer, 'no-push')
      expect(started).toMatchObject({
        status: 201,
        body: { status: 'pending', push: 'unavailable' },
      })
      harness.provider.instead = undefined
      const id = started.body.paymentId
      expect((await harness.call('smsStart', { as: payer, id })).status).toBe(202)
      const body = { code: harness.codeOn(payer.number) }
      expect(await harness.call('smsVerify', { as: payer, id, body })).toMatchObject({
        status: 200,
        body: { status: 'approved', decidedBy: 'sms' },
      })
    },
  )
})

describe('a push lost in a crash', () => {
  test('is asked for again after 15 s and not before, and once only', async () => {
    const payer = await harness.person()
    await startedAndLost(payer, 'lost')
    harness.clock.advance(14.999)
    expect(await send(payer, 'lost')).toMatchObject({ status: 200, body: { push: 'sending' } })
    expect(pushesOn(payer)).toHaveLength(1)
    harness.clock.advance(0.001)
    const replies = await Promise.all(times(10, () => send(payer, 'lost')))
    expect(replies.every(({ status }) => status === 200)).toBe(true)
    expect((await send(payer, 'lost')).body.push).toBe('sent')
    expect(pushesOn(payer)).toHaveLength(2)
  })
})

describe('a person whom the provider does not know yet', () => {
  const forget = ({ payerId }: Person) =>
    harness.documents.send(
      new UpdateCommand({
        TableName: 'users',
        Key: { user_id: payerId },
        UpdateExpression: 'REMOVE provider_phone_id',
      }),
    )
  const isEnrol = ({ path }: Call) => path.endsWith('/users/new')
  const person = async ({ payerId }: Person) =>
    (await harness.all('users')).find(({ user_id }) => user_id === payerId)

  test('after a crash is made known with the next payment (2019: W29)', async () => {
    const payer = await harness.person()
    const { provider_phone_id } = (await person(payer)) ?? {}
    await forget(payer)
    expect((await send(payer, 'heals')).body.push).toBe('sent')
    expect(provider_phone_id).toMatch(/^[1-9]\d*$/)
    expect((await person(payer))?.provider_phone_id).toBe(provider_phone_id)
    expect(harness.provider.calls.filter(isEnrol).at(-1)?.text).toContain(
      '"send_install_link_via_sms":false',
    )
  })

  test('and cannot be made known has no payment stored, and may try again', async () => {
    const payer = await harness.person()
    await forget(payer)
    harness.provider.instead = (call) => (isEnrol(call) ? { status: 503, body: {} } : undefined)
    const before = await harness.all('payments')
    expect(await send(payer, 'unknown')).toMatchObject(no(503, 'provider_unavailable'))
    expect(await harness.all('payments')).toEqual(before)
    harness.provider.instead = undefined
    expect((await send(payer, 'unknown')).status).toBe(201)
  })
})

test('life, greatest amount and limits are settings', async () => {
  const own = await startHarness({
    PAYMENT_TTL_SECONDS: '60',
    MAX_AMOUNT: 'EUR:20.50',
    OPEN_PAYMENTS: '1',
    PAYMENTS_PER_HOUR: '2',
  })
  const payer = await own.person()
  const start = (key: string, value = '20.50') =>
    own.call('sendPayment', {
      as: payer,
      key,
      body: { ...paymentBody, amount: { value, currency: 'EUR' } },
    })
  const { body } = await start('1')
  expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBe(60_000)
  expect((await start('2', '20.51')).status).toBe(400)
  expect((await start('2')).headers).toMatchObject({ 'retry-after': '60' })
  own.clock.advance(60)
  expect((await start('2')).status).toBe(201)
  own.clock.advance(60)
  expect((await start('3')).headers).toMatchObject({ 'retry-after': String(3600 - 120) })
  await own.close()
})
