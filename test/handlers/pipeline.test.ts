import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { REFUSALS, Refusal, refusalCodes } from '../../functions/core/refusals.ts'
import { endpoint, nothing } from '../../functions/http/endpoint.ts'
import { lambdas } from '../../functions/routes.ts'
import {
  type Harness,
  invoke,
  no,
  numberOf,
  type Person,
  paymentBody,
  type Request,
  type RouteName,
  startHarness,
} from '../harness/harness.ts'

let harness: Harness
let payer: Person
/** The payer's payment, with a code on its way, so that each route below could do its work. */
let id: string
beforeAll(async () => {
  harness = await startHarness()
  payer = await harness.person()
  id = (await harness.pending(payer)).paymentId
  await harness.call('smsStart', { as: payer, id })
  harness.clock.advance(20)
  await harness.call('phoneStart', { as: payer, body: bodies.phoneStart })
})
afterEach(() => {
  harness.store.instead = undefined
})
afterAll(() => harness.close())

const everything = async () =>
  JSON.stringify([
    await harness.all('payments'),
    await harness.all('users'),
    harness.provider.calls.length,
    harness.phone.book.messages(payer.number).length,
  ])

/** What each route takes; only these four take anything. */
const bodies = {
  sendPayment: paymentBody,
  smsVerify: { code: '1234567' },
  phoneStart: { phoneNumber: numberOf(950), channel: 'sms' },
  phoneVerify: { verificationId: 'A'.repeat(22), code: '123456', currentCode: '1234567' },
}
const BODIES = Object.entries(bodies).map(([name, body]) => [name, JSON.stringify(body)] as const)
const BODILESS = ['cancelPayment', 'smsStart'] as const
const WITH_ID = ['paymentStatus', 'cancelPayment', 'smsStart', 'smsVerify'] as const
const SIGNED_IN = Object.entries(lambdas).flatMap(([name, lambda]) =>
  'route' in lambda && lambda.route.open === 'payers' ? [name as RouteName] : [],
)

const call = (name: string, more: Partial<Request>) =>
  harness.call(name as RouteName, {
    as: payer,
    id,
    key: 'pipeline',
    requestId: 'request-1',
    ...more,
  })

/** A request that is answered 400 in the one shape of all refusals, and does nothing. */
async function isRefused(name: string, more: Partial<Request>, path?: string) {
  const before = await everything()
  const reply = await call(name, more)
  expect(reply).toMatchObject({
    status: 400,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  })
  expect(reply.body).toEqual({
    title: expect.any(String),
    status: 400,
    code: 'invalid_request',
    requestId: 'request-1',
    fields: expect.any(Array),
  })
  expect(reply.body.fields.length).toBeGreaterThan(0)
  for (const field of reply.body.fields) {
    expect(field).toEqual({ path: expect.any(String), reason: expect.any(String) })
  }
  if (path !== undefined) {
    expect(reply.body.fields.map((field: { path: string }) => field.path)).toContain(path)
  }
  expect(await everything()).toBe(before)
}

/** Each a way to spoil a good body. */
const SPOILED: Record<string, (good: string) => string> = {
  'cut short': (good) => good.slice(0, -1),
  'with something after it': (good) => `${good}x`,
  twice: (good) => good + good,
  'with a comment': (good) => `/* */${good}`,
  'with a trailing comma': (good) => good.replace(/}$/, ',}'),
  'in single quotes': (good) => good.replaceAll('"', "'"),
  'after a byte order mark': (good) => `\ufeff${good}`,
  'with NaN': (good) => good.replace('{', '{"a":NaN,'),
  'with a raw line break in a text': (good) => good.replace('{"', '{"\n'),
  'with the same key twice': (good) => good.replace(/^\{("\w+":)/, '{$1null,$1'),
  'with the same key twice, once escaped': (good) =>
    good.replace(/^\{"(\w)(\w+":)/, (_, first: string, rest: string) => {
      const escaped = `\\u00${first.charCodeAt(0).toString(16)}`
      return `{"${escaped}${rest}null,"${first}${rest}`
    }),
  'with __proto__': (good) => good.replace('{', '{"__proto__":{"admin":true},'),
  'with __proto__, escaped': (good) => good.replace('{', '{"\\u005f_proto__":{},'),
  'with constructor': (good) => good.replace('{', '{"constructor":{},'),
  'with a field that is not known (2019: W30)': (good) =>
    good.replace('{', '{"flash_message":"Your bank says hello",'),
  'with another payer': (good) => good.replace('{', '{"payerId":"person-2",'),
  'in a list': (good) => `[${good}]`,
  'in a text': (good) => JSON.stringify(good),
  null: () => 'null',
  'a list': () => '[]',
  'a number': () => '1',
  true: () => 'true',
  'of spaces': () => '  ',
  'with lists for its values': (good) => good.replace(/:("[^"]*")/g, ':[$1]'),
  'with numbers for its values': (good) => good.replace(/:("[^"]*")/g, ':1'),
  'with null for its values': (good) => good.replace(/:("[^"]*")/g, ':null'),
  'of 8193 bytes': (good) => good.padEnd(8193),
  'of 8193 bytes, in fewer characters': (good) => good.replace('{', `{"é":"${'é'.repeat(4090)}",`),
  'of a million bytes': (good) => good.padEnd(1_000_000),
  'nested very deep': () => '['.repeat(4096) + ']'.repeat(4096),
  'nested very deep, with objects': () => `${'{"a":'.repeat(1365)}1${'}'.repeat(1365)}`,
  'nested very deep, without an end': () => '['.repeat(8192),
}

describe.each(BODIES)('%s refuses a body', (name, good) => {
  test.each(Object.entries(SPOILED))('%s', (_, spoil) => isRefused(name, { text: spoil(good) }))

  test('that is not there', () => isRefused(name, { text: '' }))

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'of the type %j',
    (type) => isRefused(name, { text: good, headers: { 'content-type': type } }),
  )

  test('spoiled in base64 as in plain', async () => {
    await isRefused(name, { text: good.padEnd(8193), base64: true })
    await isRefused(name, { text: good.slice(0, -1), base64: true })
  })

  test('with an unknown query', () => isRefused(name, { text: good, query: { a: '1' } }, 'a'))

  test.each(Object.keys(JSON.parse(good)).filter((key) => key !== 'currentCode'))(
    'without its %s',
    (key) => {
      const { [key]: _, ...rest } = JSON.parse(good)
      return isRefused(name, { body: rest })
    },
  )
})

describe.each(BODILESS)('%s takes no body:', (name) => {
  test.each(['{"a":1}', '{', 'null', '[]', '{"__proto__":{}}', '"x"'])('%s is refused', (text) =>
    isRefused(name, { text }),
  )
})

test.each(['paymentStatus', 'profile', 'cancelPayment', 'smsStart'])(
  '%s refuses a query by its name',
  (name) => isRefused(name, { query: { user_id: 'person-2' } }, 'user_id'),
)

test.each([
  ['payee.name', { ...paymentBody, payee: { ...paymentBody.payee, name: 'Nev\nille' } }],
  ['payee.name', { ...paymentBody, payee: { ...paymentBody.payee, name: 'Neville \u{1f600}' } }],
  ['payee.name', { ...paymentBody, payee: { ...paymentBody.payee, name: 'Nev\u202eelliv' } }],
  ['payee.name', { ...paymentBody, payee: { ...paymentBody.payee, name: '\u0000' } }],
  ['payee.name', { ...paymentBody, payee: { ...paymentBody.payee, name: ' ' } }],
  ['payee.name', { ...paymentBody, payee: { ...paymentBody.payee, name: 'n'.repeat(71) } }],
  [
    'payee.name',
    { ...paymentBody, payee: { ...paymentBody.payee, name: 'Neville (n@x.y) ref 4F2K7Q' } },
  ],
  ['payee.name', { ...paymentBody, payee: { ...paymentBody.payee, name: '\ud800' } }],
  ['payee.id', { ...paymentBody, payee: { ...paymentBody.payee, id: 'a\u200bb@c' } }],
  ['payee.id', { ...paymentBody, payee: { ...paymentBody.payee, id: 'ab' } }],
  ['payee.id', { ...paymentBody, payee: { ...paymentBody.payee, id: 'nevіlle@hogwarts.ac.uk' } }],
  ['payee.id', { ...paymentBody, payee: { ...paymentBody.payee, id: 'i'.repeat(65) } }],
  ['payee.vip', { ...paymentBody, payee: { ...paymentBody.payee, vip: true } }],
  ['payee', { ...paymentBody, payee: [paymentBody.payee] }],
  ['payee', { ...paymentBody, payee: 'neville' }],
  ['amount', { ...paymentBody, amount: '20.50' }],
  ['amount.value', { ...paymentBody, amount: { value: 20.5, currency: 'EUR' } }],
  ['amount.value', { ...paymentBody, amount: { currency: 'EUR' } }],
  ['amount.currency', { ...paymentBody, amount: { value: '20.50' } }],
  ['amount.currency', { ...paymentBody, amount: { value: '20.50', currency: 'EURO' } }],
  ['amount.tip', { ...paymentBody, amount: { ...paymentBody.amount, tip: '1' } }],
])('a wrong payment is refused beside its field: %s', (path, body) =>
  isRefused('sendPayment', { body }, path),
)

test('every wrong field is told, not only the first', async () => {
  const body = {
    payee: { name: '', id: '' },
    amount: { value: 'x', currency: 'EUR' },
    more: 1,
  }
  const { fields } = (await call('sendPayment', { body })).body
  expect(fields.map(({ path }: { path: string }) => path).sort()).toEqual([
    'amount.value',
    'more',
    'payee.id',
    'payee.name',
  ])
})

describe('a body is taken', () => {
  // This one changes nothing: a repeat of what cannot be started.
  const start = (more: Partial<Request>) =>
    harness.call('sendPayment', { as: harness.stranger(), key: 'k', ...more })
  const good = JSON.stringify(paymentBody)

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/json ;charset=utf-8',
  ])('of the type %s', async (type) => {
    const headers = { 'content-type': type }
    expect(await start({ text: good, headers })).toMatchObject(no(403, 'phone_not_verified'))
  })

  test('of 8192 bytes', async () => {
    const text = good.padEnd(8192)
    expect(await start({ text })).toMatchObject(no(403, 'phone_not_verified'))
    expect(await start({ text, base64: true })).toMatchObject(no(403, 'phone_not_verified'))
  })

  test('in base64', async () => {
    expect(await start({ text: good, base64: true })).toMatchObject(no(403, 'phone_not_verified'))
  })

  test('with headers named in any case', async () => {
    const reply = await harness.call('sendPayment', {
      as: harness.stranger(),
      text: good,
      headers: { 'content-type': 'application/json', 'IDEMPOTENCY-KEY': 'k' },
    })
    expect(reply).toMatchObject(no(403, 'phone_not_verified'))
  })
})

describe('without an access token', () => {
  test.each(
    SIGNED_IN.flatMap((name) => [
      [name, 'an ID token', { token_use: 'id' }],
      [name, 'no kind of token', { token_use: '' }],
      [name, 'no subject', { sub: '' }],
      [name, 'no e-mail', { email: '' }],
    ]) as [RouteName, string, Record<string, string>][],
  )('%s, with %s, answers 401 as API Gateway does', async (name, _, claims) => {
    const body = name in bodies ? bodies[name as keyof typeof bodies] : undefined
    const before = await everything()
    const reply = await call(name, { body, claims })
    expect(reply).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
    })
    expect(reply.body).toEqual({ message: 'Unauthorized' })
    expect(await everything()).toBe(before)
  })
})

describe('a payment that is not the payer’s does not exist (2019: W3)', () => {
  test.each(WITH_ID)('for %s: another’s, unknown and malformed ids answer alike', async (name) => {
    const bob = await harness.person()
    const body = name === 'smsVerify' ? bodies.smsVerify : undefined
    const before = await harness.item(id)
    const malformed = ['', 'x', 'A'.repeat(21), 'A'.repeat(23), '../callback', '..%2Fcallback']
    const more = ['callback', `${'A'.repeat(21)}/`, `${'A'.repeat(22)}\n`, 'Ａ'.repeat(22), '💰']
    const replies = await Promise.all(
      [id, 'A'.repeat(22), ...malformed, ...more].map((asked) =>
        harness.call(name, { as: bob, id: asked, requestId: 'request-1', ...(body && { body }) }),
      ),
    )
    expect(replies[0]).toMatchObject({
      ...no(404, 'not_found'),
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
    })
    const texts = new Set(replies.map((reply) => JSON.stringify(reply)))
    expect(texts.size).toBe(1)
    expect(await harness.item(id)).toEqual(before)
  })
})

describe('every refusal has its one status (2019: W39)', () => {
  /** All that any refusal tells. */
  const everything = {
    fields: [{ path: 'code', reason: 'It is too short.' }],
    paymentStatus: 'denied',
    attemptsLeft: 4,
    retryAfterSeconds: 20,
  }

  test.each(refusalCodes)('%s, with its title and what else it tells', async (code) => {
    const { status, title, tells } = REFUSALS[code]
    const details = Object.fromEntries(tells.map((member) => [member, everything[member]]))
    const refusal = new Refusal(...([code, details] as ConstructorParameters<typeof Refusal>))
    const refuse = endpoint({ env: {} }, { body: nothing, query: nothing }, () =>
      Promise.reject(refusal),
    )
    const reply = await invoke(refuse, 'profile', { as: payer, requestId: 'request-1' })
    const { retryAfterSeconds, ...members } = details
    expect(reply.status).toBe(status)
    expect(reply.body).toEqual({ title, status, code, requestId: 'request-1', ...members })
    expect(reply.headers).toEqual({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(retryAfterSeconds !== undefined && { 'retry-after': '20' }),
    })
  })

  test('a no is 4xx, and 503 where others keep us from it', () => {
    const unavailable = refusalCodes.filter((code) => REFUSALS[code].status >= 500)
    expect(unavailable).toEqual(['provider_unavailable', 'sms_off', 'payments_off'])
    for (const code of refusalCodes) {
      const { status } = REFUSALS[code]
      expect([code, status === 503 || (status >= 400 && status < 500)]).toEqual([code, true])
    }
  })
})

test('a fault of ours says nothing of itself, and sets no cookie', async () => {
  harness.store.instead = () => ({
    status: 400,
    body: { __type: 'com.amazonaws#ValidationException', message: `secret of ${payer.number}` },
  })
  const reply = await call('paymentStatus', {})
  expect(reply).toMatchObject({ status: 500, headers: { 'cache-control': 'no-store' } })
  expect(reply.body).toEqual({ message: 'Internal Server Error' })
  expect(Object.keys(reply.headers).sort()).toEqual(['cache-control', 'content-type'])
})

test('of all the routes none shows other people, and only the callback is public (2019: W23)', () => {
  const routes = Object.values(lambdas).flatMap((lambda) =>
    'route' in lambda ? [lambda.route] : [],
  )
  expect(routes.filter(({ path }) => /users|people|payers/.test(path))).toEqual([])
  const without = (open: string) => routes.filter((route) => route.open === open)
  expect(without('public').map(({ path }) => path)).toEqual(['/payments/callback'])
  // Each of these is refused to all but a key that the payer let in, or a code of the payer's.
  expect(without('device').map(({ path }) => path)).toEqual([
    '/devices',
    '/approvals',
    '/approvals/{approvalId}',
    '/device/push',
  ])
})
