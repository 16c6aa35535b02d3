import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import {
  BODY_BYTES_MAX,
  type Gateway,
  HANDLER_MS_MAX,
  type Handler,
  type Handlers,
  startGateway,
} from '../../local/api/gateway.ts'
import type { Event, Result } from '../../local/api/gatewayEvent.ts'

const now = new Date('2026-11-21T12:00:00.000Z')
const clientId = 'payfriend-page'
const scope = 'payfriend/pay'

const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
const samePrivateKey = await importJWK(await exportJWK(privateKey), 'PS256')
const stranger = await generateKeyPair('RS256')

let issuerServer: Server
let issuer: string
let gateway: Gateway
/** What the handler of the last request was told. */
let seen: { name: string; event: Event } | undefined
/** What the handlers do; a test may replace it. */
let behave: Handler

const handler =
  (name: string): Handler =>
  (event, context) => {
    seen = { name, event }
    return behave(event, context)
  }

const handlers = {
  sendPayment: handler('sendPayment'),
  listPayments: handler('listPayments'),
  paymentStatus: handler('paymentStatus'),
  cancelPayment: handler('cancelPayment'),
  smsStart: handler('smsStart'),
  smsVerify: handler('smsVerify'),
  authyCallback: handler('authyCallback'),
  profile: handler('profile'),
  phoneStart: handler('phoneStart'),
  phoneVerify: handler('phoneVerify'),
} satisfies Handlers

const index = Buffer.from('<!doctype html><title>Payfriend</title>')
const approve = Buffer.from('<!doctype html><title>Approve</title>')
const site = {
  files: new Map([
    ['/index.html', { body: index, type: 'text/html;charset=UTF-8', immutable: false }],
    ['/approve.html', { body: approve, type: 'text/html;charset=UTF-8', immutable: false }],
    ['/page.a1b2.js', { body: Buffer.from('1'), type: 'text/javascript', immutable: true }],
  ]),
  config: { clientId },
}

beforeAll(async () => {
  issuerServer = issuerThat(async () => {})
  issuer = await listening(issuerServer)
  gateway = await startGateway({ port: 0, clock: () => now })
})

afterAll(async () => {
  await gateway.close()
  issuerServer.close()
  issuerServer.closeAllConnections()
})

beforeEach(() => {
  seen = undefined
  behave = async () => ({ statusCode: 200, body: '' })
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** An issuer that waits for this before each answer. */
const issuerThat = (waits: () => Promise<void>) =>
  createServer(async ({ url, headers }, response) => {
    await waits()
    response.setHeader('content-type', 'application/json')
    if (url === '/keys') {
      const key = { ...(await exportJWK(publicKey)), kid: 'k1' }
      response.end(JSON.stringify({ keys: [key] }))
    } else {
      const named = `http://${headers.host}`
      response.end(JSON.stringify({ issuer: named, jwks_uri: `${named}/keys` }))
    }
  })

const listening = async (server: Server) => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

type Sent = {
  method?: string
  path?: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
}

/** Over node:http and not fetch, which would tidy up the path before it is sent. */
async function send({ method = 'GET', path = '/', headers = {}, body }: Sent) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { port } = new URL(gateway.url)
    // By the name as a browser says it, to the address that the server listens on.
    const sent = { host: `localhost:${port}`, ...headers }
    const outgoing = request({ host: '127.0.0.1', port, method, path, headers: sent }, resolve)
    outgoing.once('error', reject)
    outgoing.end(body)
  })
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  return { status: response.statusCode, headers: response.headers, text }
}

type Key = Parameters<SignJWT['sign']>[0]

/** A good access token. Each test breaks one thing about it. */
const token = (claims: Record<string, unknown> = {}, key: Key = privateKey, header = {}) => {
  const seconds = Math.floor(Date.now() / 1000)
  return new SignJWT({
    iss: issuer,
    sub: 'ada',
    client_id: clientId,
    token_use: 'access',
    scope,
    iat: seconds,
    exp: seconds + 300,
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header })
    .sign(key)
}

const bearer = async (made: string | Promise<string> = token()) => ({
  authorization: `Bearer ${await made}`,
})

test('before it is opened everything is answered 503', async () => {
  for (const path of ['/', '/api/payments', '/config.json']) {
    expect(await send({ path })).toMatchObject({
      status: 503,
      text: '{"message":"Service Unavailable"}',
      headers: { 'content-type': 'application/json', date: 'Sat, 21 Nov 2026 12:00:00 GMT' },
    })
  }
  gateway.open({ handlers, issuer, clientId, scope, site })
})

test.each([
  ['POST', '/api/payments', 'sendPayment', undefined],
  ['GET', '/api/payments', 'listPayments', undefined],
  ['GET', '/api/payments/abc', 'paymentStatus', { paymentId: 'abc' }],
  ['GET', '/api/payments/callback', 'paymentStatus', { paymentId: 'callback' }],
  ['GET', '/api/payments/a%20b%00', 'paymentStatus', { paymentId: 'a b\0' }],
  ['GET', '/api/payments/%7BpaymentId%7D', 'paymentStatus', { paymentId: '{paymentId}' }],
  ['GET', '/api/payments/{paymentId}', 'paymentStatus', { paymentId: '{paymentId}' }],
  ['POST', '/api/payments/abc/cancellation', 'cancelPayment', { paymentId: 'abc' }],
  ['POST', '/api/payments/abc/sms', 'smsStart', { paymentId: 'abc' }],
  ['POST', '/api/payments/abc/sms/verification', 'smsVerify', { paymentId: 'abc' }],
  ['POST', '/api/payments/callback', 'authyCallback', undefined],
  ['GET', '/api/profile', 'profile', undefined],
  ['POST', '/api/phone', 'phoneStart', undefined],
  ['POST', '/api/phone/verification', 'phoneVerify', undefined],
])('%s %s reaches %s', async (method, path, name, pathParameters) => {
  expect((await send({ method, path, headers: await bearer() })).status).toBe(200)
  expect(seen?.name).toBe(name)
  expect(seen?.event.pathParameters).toEqual(pathParameters)
})

test.each([
  ['HEAD', '/api/payments'],
  ['OPTIONS', '/api/payments'],
  ['DELETE', '/api/payments/abc'],
  ['GET', '/api/nothing'],
  ['GET', '/api/payments/'],
  ['GET', '/api//payments'],
  ['POST', '/api/payments//sms'],
  ['GET', '/api/payments/abc/'],
  ['GET', '/api/payments/..'],
  ['GET', '/api/payments/%2e%2e'],
  ['GET', '/api/payments/a%2fb'],
  ['GET', '/api/payments/..%5cprofile'],
  ['GET', '/api/payments/%'],
  ['GET', '/api/payments/%c3%28'],
  ['GET', '/api/payments/abc/../../profile'],
  ['GET', '/api/Payments'],
  ['GET', '/api/constructor'],
])('%s %s is no route: 404', async (method, path) => {
  const answer = await send({ method, path, headers: await bearer() })
  expect(answer.status).toBe(404)
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.text).toBe(method === 'HEAD' ? '' : '{"message":"Not Found"}')
  expect(seen).toBeUndefined()
})

const seconds = () => Math.floor(Date.now() / 1000)
const hs256 = async () =>
  new SignJWT({ iss: issuer, client_id: clientId, scope })
    .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(await exportSPKI(publicKey)))
const unsigned = async () =>
  new UnsecuredJWT({ iss: issuer, client_id: clientId, scope })
    .setIssuedAt()
    .setExpirationTime('5m')
    .encode()

test.each<[string, () => Promise<Record<string, string>>]>([
  ['no token', async () => ({})],
  ['an empty one', async () => ({ authorization: 'Bearer ' })],
  ['no word Bearer', async () => ({ authorization: await token() })],
  ['another scheme', async () => ({ authorization: `Digest ${await token()}` })],
  ['nonsense', async () => bearer('a.b.c')],
  ["another issuer's key", () => bearer(token({}, stranger.privateKey))],
  ['an unknown key id', () => bearer(token({}, stranger.privateKey, { kid: 'k2' }))],
  ['alg none', () => bearer(unsigned())],
  ['HS256 with the public key', () => bearer(hs256())],
  ['another algorithm of the same key', () => bearer(token({}, samePrivateKey, { alg: 'PS256' }))],
  ['another issuer', () => bearer(token({ iss: 'https://evil.example' }))],
  ['an expired one', () => bearer(token({ exp: seconds() }))],
  ['no expiry', () => bearer(token({ exp: undefined }))],
  ['one not yet valid', () => bearer(token({ nbf: seconds() + 60 }))],
  ['one issued in the future', () => bearer(token({ iat: seconds() + 60 }))],
  ['another client', () => bearer(token({ client_id: 'somebody' }))],
  ['no client', () => bearer(token({ client_id: undefined }))],
  ['another audience, whatever the client', () => bearer(token({ aud: 'somebody' }))],
  [
    'a good one whose payload was changed',
    async () => {
      const [head, , signature] = (await token()).split('.')
      const payload = Buffer.from(JSON.stringify({ sub: 'eve' })).toString('base64url')
      return bearer(`${head}.${payload}.${signature}`)
    },
  ],
])('401 for %s', async (_, headers) => {
  vi.spyOn(globalThis, 'fetch')
  const answer = await send({ path: '/api/payments', headers: await headers() })
  expect(answer).toMatchObject({ status: 401, text: '{"message":"Unauthorized"}' })
  expect(answer.headers['www-authenticate']).toBe('Bearer')
  expect(seen).toBeUndefined()
})

test.each<[string, Record<string, unknown>]>([
  ['no scope', { scope: undefined }],
  ['another scope', { scope: 'openid payfriend/paying' }],
  ['an ID token, which has no scope', { scope: undefined, token_use: 'id', aud: clientId }],
])('403 for %s', async (_, claims) => {
  const answer = await send({ path: '/api/payments', headers: await bearer(token(claims)) })
  expect(answer).toMatchObject({ status: 403, text: '{"message":"Forbidden"}' })
  expect(seen).toBeUndefined()
})

test.each<[string, Record<string, unknown>]>([
  ['the audience instead of the client', { aud: clientId, client_id: undefined }],
  ['several audiences', { aud: ['other', clientId] }],
  ['several scopes', { scope: `openid email ${scope}` }],
])('a token with %s is good', async (_, claims) => {
  const answer = await send({ path: '/api/payments', headers: await bearer(token(claims)) })
  expect(answer.status).toBe(200)
})

test('a token that was good is refused from the second it expires', async () => {
  const headers = await bearer(token({ exp: seconds() + 60 }))
  expect((await send({ path: '/api/payments', headers })).status).toBe(200)
  const clock = vi.spyOn(Date, 'now').mockReturnValue((seconds() + 60) * 1000)
  expect((await send({ path: '/api/payments', headers })).status).toBe(401)
  clock.mockRestore()
})

test('a handler gets the event of payload format 2.0', async () => {
  const signed = await token({ groups: ['a', 'b'], email: 'ada@example.com', verified: true })
  const { iat, exp } = JSON.parse(atob(signed.split('.')[1] ?? ''))
  await send({
    method: 'GET',
    path: '/api/payments/a%21?limit=5&x=1&x=2&y=a+b%21',
    headers: {
      ...(await bearer(signed)),
      'X-Twice': ['one', 'two'],
      'X-Forwarded-For': '6.6.6.6',
      cookie: 'a=1; b=2',
      host: 'pay.example:3000',
      'user-agent': 'a browser',
      constructor: 'c',
    },
  })
  expect(seen?.event).toEqual({
    version: '2.0',
    routeKey: 'GET /payments/{paymentId}',
    rawPath: '/api/payments/a%21',
    rawQueryString: 'limit=5&x=1&x=2&y=a+b%21',
    cookies: ['a=1', 'b=2'],
    headers: {
      authorization: `Bearer ${signed}`,
      'x-twice': 'one,two',
      'x-forwarded-for': '6.6.6.6, 127.0.0.1',
      host: 'pay.example:3000',
      'user-agent': 'a browser',
      constructor: 'c',
      connection: 'keep-alive',
    },
    queryStringParameters: { limit: '5', x: '1,2', y: 'a b!' },
    pathParameters: { paymentId: 'a!' },
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      authorizer: {
        jwt: {
          claims: {
            iss: issuer,
            sub: 'ada',
            client_id: clientId,
            token_use: 'access',
            scope,
            iat: String(iat),
            exp: String(exp),
            groups: '[a b]',
            email: 'ada@example.com',
            verified: 'true',
          },
          scopes: [scope],
        },
      },
      domainName: 'pay.example',
      domainPrefix: 'local',
      http: {
        method: 'GET',
        path: '/api/payments/a%21',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'a browser',
      },
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      routeKey: 'GET /payments/{paymentId}',
      stage: 'api',
      time: '21/Nov/2026:12:00:00 +0000',
      timeEpoch: now.getTime(),
    },
    isBase64Encoded: false,
  })
})

test('the callback is open, and carries no payer even if a token comes with it', async () => {
  const path = '/api/payments/callback'
  expect((await send({ method: 'POST', path, headers: await bearer() })).status).toBe(200)
  expect(seen?.event.requestContext).not.toHaveProperty('authorizer')
})

test('a handler is told its own name and the time left', async () => {
  behave = async (_event, context) => ({
    statusCode: 200,
    body: `${context.functionName} ${context.getRemainingTimeInMillis() > 29_000}`,
  })
  const { text } = await send({ path: '/api/profile', headers: await bearer() })
  expect(text).toBe('profile true')
})

const body = '{"name":"Zoë"}'
const base64 = Buffer.from(body).toString('base64')

test.each([
  ['application/json', body, false],
  ['APPLICATION/JSON; charset=utf-8', body, false],
  ['application/xml', body, false],
  ['application/javascript', body, false],
  ['text/plain', body, false],
  ['text/anything', body, false],
  ['application/x-www-form-urlencoded', base64, true],
  ['application/problem+json', base64, true],
  ['application/octet-stream', base64, true],
  ['multipart/form-data; boundary=x', base64, true],
  ['application/json-seq', base64, true],
  [undefined, base64, true],
])('a body of type %s arrives as %s', async (type, expected, isBase64Encoded) => {
  const headers = type ? { 'content-type': type } : {}
  await send({ method: 'POST', path: '/api/payments/callback', headers, body })
  expect(seen?.event).toMatchObject({ body: expected, isBase64Encoded })
})

test('no body is no body, whatever the type', async () => {
  const headers = { 'content-type': 'application/json' }
  await send({ method: 'POST', path: '/api/payments/callback', headers })
  expect(seen?.event).not.toHaveProperty('body')
  expect(seen?.event.isBase64Encoded).toBe(false)
})

test.each([
  ['with its length', {}],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
])('a body of 10 MB sent %s is taken, one byte more is a 413', async (_, headers) => {
  const path = '/api/payments/callback'
  const most = Buffer.alloc(BODY_BYTES_MAX, 'x')
  expect((await send({ method: 'POST', path, headers, body: most })).status).toBe(200)
  expect(seen?.event.body).toHaveLength(Math.ceil(BODY_BYTES_MAX / 3) * 4)

  seen = undefined
  const more = Buffer.alloc(BODY_BYTES_MAX + 1, 'x')
  expect(await send({ method: 'POST', path, headers, body: more })).toMatchObject({
    status: 413,
    text: '{"message":"Request Entity Too Large"}',
  })
  expect(seen).toBeUndefined()
})

test.each<[string, unknown, { status: number; text: string; headers?: object }]>([
  [
    'a whole answer',
    { statusCode: 201, headers: { Location: '/x', 'Content-Type': 'a/b' }, body: 'made' },
    { status: 201, text: 'made', headers: { location: '/x', 'content-type': 'a/b' } },
  ],
  [
    'a body alone',
    { statusCode: 200, body: 'plain' },
    { status: 200, text: 'plain', headers: { 'content-type': 'text/plain;charset=UTF-8' } },
  ],
  [
    'base64',
    { statusCode: 200, body: Buffer.from('Zoë').toString('base64'), isBase64Encoded: true },
    { status: 200, text: 'Zoë' },
  ],
  [
    'cookies',
    { statusCode: 204, cookies: ['a=1', 'b=2'] },
    { status: 204, text: '', headers: { 'set-cookie': ['a=1', 'b=2'] } },
  ],
  [
    'no status',
    { hello: 'you' },
    { status: 200, text: '{"hello":"you"}', headers: { 'content-type': 'application/json' } },
  ],
  ['a string', 'hello', { status: 200, text: 'hello' }],
  ['nothing', undefined, { status: 200, text: 'null' }],
  [
    'a status that is none',
    { statusCode: 'many' },
    { status: 500, text: '{"message":"Internal Server Error"}' },
  ],
  [
    'a body that is no text',
    { statusCode: 200, body: { a: 1 } },
    { status: 500, text: '{"message":"Internal Server Error"}' },
  ],
])('an answer with %s goes out as API Gateway would send it', async (_, result, expected) => {
  behave = async () => result as Result
  const answer = await send({ path: '/api/profile', headers: await bearer() })
  expect(answer).toMatchObject(expected)
  expect(answer.headers.date).toBe('Sat, 21 Nov 2026 12:00:00 GMT')
  expect(answer.headers['apigw-requestid']).toBe(seen?.event.requestContext.requestId)
})

test.each<[string, Handler]>([
  ['rejects', async () => Promise.reject(new Error('secret 42'))],
  [
    'throws',
    () => {
      throw new Error('secret 42')
    },
  ],
  ['names a header that cannot be sent', async () => ({ statusCode: 200, headers: { a: 'b\nc' } })],
])('a handler that %s is a 500 that tells nothing, and is logged', async (_, crash) => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  behave = crash
  expect(await send({ path: '/api/profile', headers: await bearer() })).toMatchObject({
    status: 500,
    text: '{"message":"Internal Server Error"}',
  })
  expect(log).toHaveBeenCalledOnce()
})

test.each([
  ['after its request', '{}'],
  ['in the middle of its body', '{'],
])('a client that goes away %s is no fault: nothing is logged', async (_, sent) => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  const checking = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const slowIssuer = issuerThat(() => {
    checking.resolve()
    return gone.promise
  })
  const iss = await listening(slowIssuer)
  const own = await startGateway({ port: 0, clock: () => now })
  own.open({ handlers, issuer: iss, clientId, scope, site })

  const { port } = new URL(own.url)
  const { authorization } = await bearer(token({ iss }))
  const head = [
    'POST /api/payments HTTP/1.1',
    `host: localhost:${port}`,
    `authorization: ${authorization}`,
    'content-length: 2',
  ]
  const client = connect(Number(port), '127.0.0.1')
  client.write([...head, '', sent].join('\r\n'))
  await checking.promise
  client.resetAndDestroy()
  gone.resolve()
  // After all requests under way.
  await own.close()
  slowIssuer.close()
  slowIssuer.closeAllConnections()
  expect(seen).toBeUndefined()
  expect(log).not.toHaveBeenCalled()
})

test('a handler that takes 30 seconds is a 503, and its late answer goes nowhere', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const called = Promise.withResolvers<void>()
    const result = Promise.withResolvers<Result>()
    behave = () => {
      called.resolve()
      return result.promise
    }
    const answer = send({ path: '/api/profile', headers: await bearer() })
    await called.promise
    let isOver = false
    answer.then(() => {
      isOver = true
    })
    await vi.advanceTimersByTimeAsync(HANDLER_MS_MAX - 1)
    expect(isOver).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await answer).toMatchObject({ status: 503, text: '{"message":"Service Unavailable"}' })
    result.resolve({ statusCode: 200, body: 'late' })
  } finally {
    vi.useRealTimers()
  }
  expect((await send({ path: '/' })).status).toBe(200)
})

const APPROVE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
  "require-trusted-types-for 'script'; trusted-types payfriend-sw"
const CSP = () =>
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  `font-src 'self'; connect-src 'self' ${issuer}; base-uri 'none'; form-action 'none'; ` +
  "frame-ancestors 'none'; require-trusted-types-for 'script'"

test.each([
  ['/', 200, 'text/html;charset=UTF-8', 'no-cache', index.toString()],
  ['/?code=x&state=y', 200, 'text/html;charset=UTF-8', 'no-cache', index.toString()],
  ['/index.html', 200, 'text/html;charset=UTF-8', 'no-cache', index.toString()],
  ['/config.json', 200, 'application/json', 'no-cache', `{"clientId":"${clientId}"}`],
  ['/approve.html', 200, 'text/html;charset=UTF-8', 'no-cache', approve.toString()],
  ['/page.a1b2.js', 200, 'text/javascript', 'public, max-age=31536000, immutable', '1'],
  ['/nothing', 404, 'text/plain;charset=UTF-8', 'no-cache', 'Not Found'],
  ['/api', 404, 'text/plain;charset=UTF-8', 'no-cache', 'Not Found'],
  ['/../package.json', 404, 'text/plain;charset=UTF-8', 'no-cache', 'Not Found'],
  ['/%2e%2e/package.json', 404, 'text/plain;charset=UTF-8', 'no-cache', 'Not Found'],
  ['//index.html', 404, 'text/plain;charset=UTF-8', 'no-cache', 'Not Found'],
  ['/%', 404, 'text/plain;charset=UTF-8', 'no-cache', 'Not Found'],
  ['http://evil.example/', 404, 'text/plain;charset=UTF-8', 'no-cache', 'Not Found'],
])(
  'the site answers %s with %i and every security header',
  async (path, status, type, cache, text) => {
    const answer = await send({ path })
    expect(answer).toMatchObject({ status, text })
    expect(answer.headers).toMatchObject({
      'content-type': type,
      'cache-control': cache,
      'content-length': String(Buffer.byteLength(text)),
      'content-security-policy': path === '/approve.html' ? APPROVE_CSP : CSP(),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy':
        `camera=(), geolocation=(), microphone=(), ${path === '/approve.html' ? 'payment=(self)' : 'payment=()'}, ` +
        'publickey-credentials-create=(self), publickey-credentials-get=(self)',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      date: 'Sat, 21 Nov 2026 12:00:00 GMT',
    })
    expect(answer.headers).not.toHaveProperty('strict-transport-security')
  },
)

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('the site refuses %s', async (method) => {
  const answer = await send({ method })
  expect(answer.status).toBe(405)
  expect(answer.headers.allow).toBe('GET, HEAD')
})
test('a page asked for by its address leads to its name, because a passkey belongs to a name', async () => {
  const { port } = new URL(gateway.url)
  const headers = { host: `127.0.0.1:${port}` }
  const answer = await send({ path: '/approve.html?x=1', headers })
  expect(answer.status).toBe(308)
  expect(answer.headers.location).toBe(`${gateway.url}/approve.html?x=1`)
})
