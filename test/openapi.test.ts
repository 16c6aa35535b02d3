import { readFileSync } from 'node:fs'
import { ResourceNotFoundException, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { payers, paymentIdOf } from '../functions/composition.ts'
import { REFUSALS, refusalCodes } from '../functions/core/refusals.ts'
import { GATEWAY_ANSWERS } from '../functions/http/gatewayAnswers.ts'
import { lambdas } from '../functions/routes.ts'
import { FILE, type openapi, openapiText } from '../scripts/openapi.ts'
import { requests } from '../scripts/openapiSchemas.ts'
import { deviceAnswers } from './harness/deviceAnswers.ts'
import {
  type Harness,
  NOON,
  otherThan,
  type Person,
  paymentBody,
  type Reply,
  type Request,
  type RouteName,
  startHarness,
} from './harness/harness.ts'
import { recoveryAnswers } from './harness/recoveryAnswers.ts'

type Content = Record<string, { schema: object }>
type Response = { description: string; headers?: Record<string, object>; content: Content }
type Operation = {
  operationId: string
  tags: string[]
  summary: string
  security?: object[]
  parameters?: { name: string; in: string; required?: boolean; schema: object }[]
  requestBody?: { content: Content }
  responses: Record<string, Response>
}

const file: ReturnType<typeof openapi> = JSON.parse(readFileSync(FILE, 'utf8'))
const paths = file.paths as unknown as Record<string, Record<string, Operation>>
const schemas = file.components.schemas as unknown as Record<string, object>
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
)
const routes = Object.entries(lambdas).flatMap(([name, lambda]) =>
  'route' in lambda ? [{ name: name as RouteName, ...lambda.route }] : [],
)

const REF = '#/components/schemas/'

/** The schema with what it refers to in its place. */
function whole(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(whole)
  if (typeof schema !== 'object' || schema === null) return schema
  if ('$ref' in schema) {
    const found = schemas[String(schema.$ref).replace(REF, '')]
    if (!found) throw new Error(`${schema.$ref} leads nowhere`)
    return whole(found)
  }
  return Object.fromEntries(Object.entries(schema).map(([key, inside]) => [key, whole(inside)]))
}

const checkOf = (schema: object) => {
  const { discriminator, ...rest } = whole(schema) as { discriminator?: unknown }
  return z.fromJSONSchema(rest as Parameters<typeof z.fromJSONSchema>[0])
}

test('the file is what `npm run openapi` writes', () => {
  expect(readFileSync(FILE, 'utf8')).toBe(openapiText())
})

test('it has every route and no other, by the name of its Lambda', () => {
  const told = operations.map(({ method, path, operationId }) => `${method} ${path} ${operationId}`)
  const real = routes.map(({ method, path, name }) => `${method.toLowerCase()} ${path} ${name}`)
  expect(told.sort()).toEqual(real.sort())
})

test('each route is in one group, and each group has a route', () => {
  const groups = file.tags.map(({ name }) => name)
  const used = operations.map(({ tags }) => tags)
  expect(used.filter(({ length }) => length !== 1)).toEqual([])
  expect([...new Set(used.flat())].sort()).toEqual([...groups].sort())
})

test('the callback is public, and nothing else is', () => {
  expect(file.security).toEqual([{ accessToken: ['payfriend/pay'] }])
  const open = operations.filter(({ security }) => security?.length === 0)
  expect(open).toMatchObject([{ operationId: 'authyCallback' }])
  expect(routes.filter((route) => route.open === 'public')).toMatchObject([
    { name: 'authyCallback' },
  ])
  const headers = open[0]?.parameters?.map(({ name }) => name)
  expect(headers).toEqual(['X-Authy-Signature', 'X-Authy-Signature-Nonce'])
})

test('a device proves each request by its key, and no other route takes that proof', () => {
  const proven = operations.filter(({ security = [] }) => security.length > 0)
  expect(proven.map(({ security }) => security)).toEqual(proven.map(() => [{ deviceProof: [] }]))
  const ofDevices = routes.filter((route) => route.open === 'device').map(({ name }) => name)
  expect(proven.map(({ operationId }) => operationId).sort()).toEqual(ofDevices.sort())
  for (const { responses } of proven) {
    expect(codesIn(responses[403]?.content ?? {})).toContain('device_not_trusted')
  }
})

test('it is OpenAPI 3.1 in its basics', () => {
  expect(file.openapi).toMatch(/^3\.1\.\d+$/)
  expect(file.info).toMatchObject({ title: expect.any(String), version: expect.any(String) })
  expect(Object.keys(file.components.securitySchemes)).toEqual(['accessToken', 'deviceProof'])
  const names = operations.map(({ operationId }) => operationId)
  expect(new Set(names).size).toBe(names.length)
  for (const { path, method, parameters = [], responses, requestBody, summary } of operations) {
    expect(path).toMatch(/^\//)
    expect(['get', 'post']).toContain(method)
    expect(summary).not.toBe('')
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const told = parameters.filter((parameter) => parameter.in === 'path')
    expect(told.map(({ name }) => name)).toEqual(inPath)
    expect(told.every(({ required }) => required)).toBe(true)
    expect(requestBody !== undefined && method === 'get').toBe(false)
    expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true)
    for (const [status, { description, content }] of Object.entries(responses)) {
      expect(status).toMatch(/^[2-5]\d\d$/)
      expect(description).not.toBe('')
      for (const { schema } of Object.values(content)) checkOf(schema)
    }
  }
})

test('every schema can be read, and its examples are examples of it', () => {
  let examples = 0
  const visit = (schema: unknown) => {
    if (typeof schema !== 'object' || schema === null) return
    if ('examples' in schema && Array.isArray(schema.examples)) {
      const check = checkOf(schema)
      for (const example of schema.examples) {
        expect(check.safeParse(example).error).toBeUndefined()
        examples += 1
      }
    }
    for (const inside of Object.values(schema)) visit(inside)
  }
  for (const schema of Object.values(schemas)) visit(schema)
  expect(examples).toBeGreaterThan(20)
})

test('a request made of the examples is one', () => {
  const example = (schema: unknown): unknown => {
    const {
      properties,
      examples,
      enum: values,
    } = schema as {
      properties?: Record<string, unknown>
      examples?: unknown[]
      enum?: unknown[]
    }
    if (examples || !properties) return examples?.[0] ?? values?.[0]
    return Object.fromEntries(
      Object.entries(properties).map(([name, inside]) => [name, example(inside)]),
    )
  }
  for (const [name, schema] of Object.entries(requests)) {
    expect(schema.safeParse(example(schemas[name])).error, name).toBeUndefined()
  }
})

test('every refusal is told with its status and meaning, and all of them in one list', () => {
  expect(schemas.RefusalCode).toMatchObject({ enum: refusalCodes })
  const told = Object.values(schemas).flatMap((schema) => {
    const { description, properties } = schema as Described
    const { code, status } = properties ?? {}
    return code?.const ? [[code.const, status?.const, description]] : []
  })
  const real = refusalCodes.map((code) => [code, REFUSALS[code].status, REFUSALS[code].meaning])
  expect(told.sort()).toEqual(real.sort())
  // Every one is refused by some route, with its own status.
  const listed = everyRefusal().map((one) => one.replace(/^\w+ /, ''))
  const known = refusalCodes.map((code) => `${REFUSALS[code].status} ${code}`)
  expect([...new Set(listed)].sort()).toEqual(known.sort())
})
type Described = { description?: string; properties?: Record<string, { const?: unknown }> }

test('every answer of API Gateway’s own is told, and its meaning with it', () => {
  for (const [status, { meaning }] of Object.entries(GATEWAY_ANSWERS)) {
    const told = operations.filter(({ responses }) =>
      responses[status]?.description.includes(meaning),
    )
    const open = operations.filter(({ security }) => security !== undefined)
    // Who needs no token has none that could be wrong.
    const without = status === '401' || status === '403' ? open.length : 0
    expect([status, told.length]).toEqual([status, operations.length - without])
  }
})

test('the rules that zod has in code stand in the file too', () => {
  const start = checkOf({ $ref: `${REF}StartPayment` })
  const phone = checkOf({ $ref: `${REF}StartVerification` })
  const startWith = (payee: object, amount: object) => ({
    payee: { ...paymentBody.payee, ...payee },
    amount: { ...paymentBody.amount, ...amount },
  })
  for (const wrong of [
    startWith({}, { value: '1e3' }),
    startWith({}, { value: '-1' }),
    startWith({}, { value: '٢٠' }),
    startWith({}, { value: 'NaN' }),
    startWith({}, { value: '20.5050' }),
    startWith({}, { value: 20.5 }),
    startWith({}, { currency: 'XXX' }),
    startWith({}, { currency: 'eur' }),
    startWith({}, { unit: 'x' }),
    startWith({ name: '' }, {}),
    startWith({ name: 'x'.repeat(71) }, {}),
    startWith({ id: 'x'.repeat(65) }, {}),
    startWith({ iban: 'x' }, {}),
    { ...paymentBody, status: 'approved' },
    { payee: paymentBody.payee },
  ]) {
    expect(requests.StartPayment.safeParse(wrong).success).toBe(false)
    expect(start.safeParse(wrong).success).toBe(false)
  }
  for (const right of [
    paymentBody,
    startWith({ name: 'José' }, { value: '0.01', currency: 'GBP' }),
  ]) {
    expect(requests.StartPayment.safeParse(right).success).toBe(true)
    expect(start.safeParse(right).success).toBe(true)
  }
  for (const [phoneNumber, isRight] of [
    ['+44 7400 123456', true],
    ['07400 123456', false],
    ['+44 7400 123456 ext. 4', false],
  ] as const) {
    expect(phone.safeParse({ phoneNumber, channel: 'sms' }).success).toBe(isRight)
  }
  expect(phone.safeParse({ phoneNumber: '+44 7400 123456', channel: 'post' }).success).toBe(false)
})

/** `route status code` of everything that the file says of refusals. */
function everyRefusal(): string[] {
  return operations.flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, { content }]) =>
      codesIn(content).map((code) => `${operationId} ${status} ${code}`),
    ),
  )
}

/** The refusals that an answer can be. */
function codesIn(content: Content): unknown[] {
  const schema = content['application/problem+json']?.schema
  if (!schema) return []
  const { oneOf = [whole(schema)] } = whole(schema) as { oneOf?: unknown[] }
  return oneOf.map((one) => (one as Described).properties?.code?.const)
}

const everySuccess = () =>
  operations.flatMap(({ operationId, responses }) =>
    Object.keys(responses)
      .filter((status) => status.startsWith('2'))
      .map((status) => `${operationId} ${status}`),
  )

describe('real answers', () => {
  let harness: Harness
  const seen = new Set<string>()

  beforeAll(async () => {
    process.env.AWS_REGION ??= 'eu-west-1'
    harness = await startHarness({
      PAYMENTS_PER_HOUR: '30',
      TEXTS_PER_HOUR: '100',
      PROVING_TEXTS_PER_HOUR: '100',
      PROVING_TEXTS_PER_DAY: '100',
    })
  })
  afterAll(() => harness.close())

  /** Asks for real, and holds the answer against the file. */
  async function call(name: RouteName, request: Request = {}, by = harness.call): Promise<Reply> {
    const reply = await by(name, request)
    const { status, body, headers } = reply
    const { responses } = operations.find(({ operationId }) => operationId === name) ?? {}
    const told = responses?.[status]
    const type = String(headers['content-type'])
    const schema = told?.content[type]?.schema
    if (!schema) throw new Error(`${name} ${status} ${type} is not in the file`)
    expect(checkOf(schema).safeParse(body).error).toBeUndefined()
    for (const [header, { schema: check }] of Object.entries(told.headers ?? {}) as [
      string,
      { schema: object },
    ][]) {
      const value = headers[header.toLowerCase()]
      if (header === 'Retry-After') {
        if (value !== undefined) expect(checkOf(check).parse(Number(value))).toBeGreaterThan(0)
      } else expect(checkOf(check).safeParse(value).error).toBeUndefined()
    }
    // The code of an invitation is no refusal's.
    seen.add([name, status, ...(status >= 400 && body.code ? [body.code] : [])].join(' '))
    return reply
  }

  const UNKNOWN = 'A'.repeat(22)
  const later = (seconds: number) => harness.clock.advance(seconds)
  const down = { status: 503, body: 'down' }
  const providerDown = async (run: () => Promise<unknown>) => {
    harness.provider.instead = () => down
    await run()
    harness.provider.instead = undefined
  }
  const text = async (as: Person, id: string) => {
    later(20)
    await call('smsStart', { as, id })
    return harness.codeOn(as.number)
  }

  test('of starting, reading, listing and cancelling', async () => {
    const as = await harness.person()
    const started = await call('sendPayment', { as, key: 'one', body: paymentBody })
    const id = started.body.paymentId
    expect(started.headers.location).toBe(`/api/payments/${id}`)
    await call('sendPayment', { as, key: 'one', body: paymentBody })
    const other = { ...paymentBody, amount: { value: '20.51', currency: 'EUR' } }
    await call('sendPayment', { as, key: 'one', body: other })
    await call('sendPayment', { as, body: paymentBody })
    await call('sendPayment', { as, key: 'a key', body: paymentBody })
    await call('sendPayment', {
      as,
      key: 'two',
      body: { ...paymentBody, payee: { name: 1, x: 2 } },
    })
    await call('sendPayment', { as, key: 'two', text: '{' })
    await call('sendPayment', { as: harness.stranger(), key: 'one', body: paymentBody })
    for (const key of ['two', 'three']) await call('sendPayment', { as, key, body: paymentBody })

    await call('paymentStatus', { as, id })
    await call('paymentStatus', { as, id: UNKNOWN })
    await call('paymentStatus', { as, id: '../x' })
    await call('paymentStatus', { as, id, query: { x: 'y' } })
    const { body } = await call('listPayments', { as, query: { limit: '2' } })
    await call('listPayments', { as, query: { cursor: body.next } })
    await call('listPayments', { as, query: { limit: '0' } })
    await call('listPayments', { as, query: { cursor: 'x' } })

    await call('cancelPayment', { as, id })
    await call('cancelPayment', { as, id })
    await call('cancelPayment', { as, id: UNKNOWN })
    await call('cancelPayment', { as, id, body: { why: 'x' } })
    const expiring = await harness.pending(as)
    const denied = await harness.pending(as)
    await harness.answers(as, 'denied')
    await call('cancelPayment', { as, id: denied.paymentId })
    await call('paymentStatus', { as, id: denied.paymentId })
    await call('smsStart', { as, id: denied.paymentId })
    await call('smsVerify', { as, id: denied.paymentId, body: { code: '123456' } })
    later(300)
    await call('cancelPayment', { as, id: expiring.paymentId })
    await call('smsStart', { as, id: expiring.paymentId })
    await call('smsVerify', { as, id: expiring.paymentId, body: { code: '123456' } })
    await call('paymentStatus', { as, id: expiring.paymentId })
  })

  test('of codes by text', async () => {
    const as = await harness.person({ app: false })
    const { paymentId: id } = (await call('sendPayment', { as, key: 'a', body: paymentBody })).body
    const verify = (code: string, ofId = id) => call('smsVerify', { as, id: ofId, body: { code } })
    await verify('123456')
    await verify('123')
    await verify('123456', UNKNOWN)
    await call('smsStart', { as, id: UNKNOWN })
    await call('smsStart', { as, id, body: { x: 1 } })
    const code = await text(as, id)
    await call('smsStart', { as, id })
    await verify(otherThan(code))
    await providerDown(async () => {
      await verify(code)
      later(20)
      await call('smsStart', { as, id })
    })
    await verify(code)

    const used = await harness.pending(as)
    await text(as, used.paymentId)
    const body = { error_code: '60019', message: 'used', success: false }
    harness.provider.instead = () => ({ status: 401, body })
    await verify(code, used.paymentId)
    harness.provider.instead = undefined

    const failed = await harness.pending(as)
    const wrong = otherThan(await text(as, failed.paymentId))
    for (let n = 0; n < 5; n += 1) await verify(wrong, failed.paymentId)
    await verify(wrong, failed.paymentId)
    await call('paymentStatus', { as, id: failed.paymentId })
    // Five in a row, whatever payment they were for.
    await verify(wrong, used.paymentId)
    await call('smsStart', { as, id: used.paymentId })
    later(300)

    const spent = await harness.pending(as)
    const right = await text(as, spent.paymentId)
    await providerDown(async () => {
      for (let n = 0; n < 5; n += 1) await verify(right, spent.paymentId)
    })
    await verify(right, spent.paymentId)
    later(20)
    await call('smsStart', { as, id: spent.paymentId })
  })

  test('of phones', async () => {
    const as = harness.stranger()
    const start = (phoneNumber = as.number, channel = 'sms') =>
      call('phoneStart', { as, body: { phoneNumber, channel } })
    const verify = (code: string, currentCode?: string) =>
      call('phoneVerify', {
        as,
        body: { ...harness.verification(as), code, ...(currentCode && { currentCode }) },
      })
    await call('profile', { as })
    await call('profile', { as, query: { x: 'y' } })
    await verify('123456')
    await start('12')
    await providerDown(start)
    later(20)
    await start()
    await start()
    await call('profile', { as })
    const code = harness.codeOn(as.number)
    await verify('x')
    await verify(otherThan(code))
    await providerDown(() => verify(code))
    for (let n = 0; n < 4; n += 1) await verify(otherThan(code))
    later(20)
    await start()
    later(600)
    await verify(code)
    await start()
    // The phone is trusted although the provider cannot be told of it yet.
    harness.provider.instead = ({ path }) => (path.includes('users/new') ? down : undefined)
    await verify(harness.codeOn(as.number))
    await call('sendPayment', { as, key: 'x', body: paymentBody })
    harness.provider.instead = undefined
    await call('sendPayment', { as, key: 'x', body: paymentBody })

    const next = harness.stranger().number
    await start(next, 'call')
    const another = { verificationId: 'A'.repeat(22), code: harness.codeOn(next) }
    await call('phoneVerify', { as, body: another })
    await verify(harness.codeOn(next))
    await call('profile', { as })
    const { paymentId: id } = await harness.pending(as)
    await verify(harness.codeOn(next), harness.codeOn(as.number))
    await call('profile', { as })
    const last = harness.stranger().number
    await start(last)
    await verify(harness.codeOn(last), harness.codeOn(next))
    await call('smsStart', { as, id })

    const third = harness.stranger().number
    await start(third)
    const [right, wrong] = [harness.codeOn(third), otherThan(harness.codeOn(last))]
    for (let n = 0; n < 3; n += 1) await verify(right, wrong)
    const { paymentId: other } = await harness.pending(as)
    await text(as, other)
    const body = { code: otherThan(harness.codeOn(last)) }
    for (let n = 0; n < 2; n += 1) await call('smsVerify', { as, id: other, body })
    await verify(right, wrong)
    later(20)
    await start(third)
  })

  test('of an account that its operator locked while a payment was under way', async () => {
    const as = await harness.person()
    const id = paymentIdOf(as.payerId, 'under-way')
    await harness.documents.send(
      new PutCommand({
        TableName: 'payments',
        Item: { payment_id: id, barred_payer: as.payerId },
      }),
    )
    await call('sendPayment', { as, key: 'under-way', body: paymentBody })
    await payers(harness.world).setState(as, 'locked', harness.clock.now())
    await call('sendPayment', { as, key: 'late', body: paymentBody })
  })

  test.each([
    'where a device is rung',
    'leaves by a text',
    'a first device by a sign-in',
    'payments, and a device that is removed',
    'a second device and a fourth',
    'tries at the digits',
    'a locked account',
  ] as const)('of devices: %s', async (calls) => {
    await deviceAnswers(harness, call, providerDown)[calls]()
  })

  test.each([
    'a recovery that is stopped',
    'a removal that is undone',
    'a key that is gone',
    'another number, and what the payer did not start',
    'a code where no phone is verified',
  ] as const)('of devices: %s', async (calls) => {
    await recoveryAnswers(harness, call)[calls]()
  })

  test('of sessions', async () => {
    const as = harness.stranger()
    await call('endSessions', { as })
    await call('endSessions', { as, body: { x: 1 } })
    await payers(harness.world).setState(as, 'locked', harness.clock.now())
    await call('endSessions', { as })
  })

  test('past a firewall', async () => {
    const walled = harness.with({ ORIGIN_SECRETS: 'a'.repeat(32) })
    for (const { name, open } of routes) {
      if (open !== 'public') await call(name, { id: UNKNOWN }, walled.call)
    }
  })

  test('of callbacks', async () => {
    const as = await harness.person()
    const { paymentId: id } = await harness.pending(as)
    const callbacks: Request[] = []
    const { call: through } = harness
    harness.call = (name, request) => {
      if (name === 'authyCallback' && request) callbacks.push(request)
      return through(name, request)
    }
    await harness.answers(as, 'approved')
    harness.call = through
    const [callback] = callbacks
    if (!callback) throw new Error('no callback came')
    await call('authyCallback', callback)
    await call('authyCallback', { ...callback, headers: {} })
    await call('authyCallback', { ...callback, text: 'x'.repeat(8193) })
    await call('paymentStatus', { as, id })
    // Where the owner has not filled in the key yet.
    const secrets = mockClient(SecretsManagerClient)
    const message = 'no value'
    secrets.onAnyCommand().rejects(new ResourceNotFoundException({ $metadata: {}, message }))
    const filled = harness
    harness = await startHarness({ AUTHY_SECRET_ID: 'empty' })
    await call('authyCallback', callback)
    await harness.close()
    harness = filled
    secrets.restore()
  })

  test('of what the owner has stopped', async () => {
    const stopped = harness.with({ SMS_OFF: 'true', PAYMENTS_OFF: 'true' }).call
    const as = await harness.person()
    const { paymentId: id } = await harness.pending(as)
    await call('sendPayment', { as, key: 'new', body: paymentBody }, stopped)
    await call('smsStart', { as, id }, stopped)
    const body = { phoneNumber: harness.stranger().number, channel: 'sms' }
    await call('phoneStart', { as, body }, stopped)
  })

  test('without a token that is good, and of a fault', async () => {
    const as = await harness.person()
    const replies = [
      await call('profile', { as, claims: { token_use: 'id' } }),
      await call('profile', { as: { payerId: '', email: '' } }),
    ]
    harness.store.instead = () => ({
      status: 400,
      body: { __type: 'com.amazon.coral.validate#ValidationException', message: 'no' },
    })
    replies.push(await call('profile', { as }), await call('listPayments', { as }))
    harness.store.instead = undefined
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 500, 500])
  })

  test('too many payments, open at once and started in an hour', async () => {
    const as = await harness.person()
    for (let n = 0; n < 6; n += 1) {
      await call('sendPayment', { as, key: `${n}`, body: paymentBody })
    }
    const other = await harness.person()
    for (let n = 0; n < 31; n += 1) {
      const { body } = await call('sendPayment', { as: other, key: `${n}`, body: paymentBody })
      if (body.paymentId) await call('cancelPayment', { as: other, id: body.paymentId })
    }
    harness.clock.set(NOON)
  })

  test('were, by now, of every kind that the file tells', () => {
    const told = [...everySuccess(), ...everyRefusal()]
    expect(told.filter((kind) => !seen.has(kind))).toEqual([])
  })
})
