import { expect, test } from 'vitest'
import { operationAt, operationOf } from './apiFile.ts'
import type { Sent } from './request.ts'
import { judged } from './verdict.ts'
import type { WireAnswer } from './wire.ts'

const { schema } = operationOf('sendPayment').responses[201]?.content['application/json'] ?? {}
const [example = {}] = (schema?.examples ?? []) as object[]
const NO_STORE = ['cache-control', 'no-store'] as const
const JSON_TYPE = ['content-type', 'application/json'] as const
const PROBLEM_TYPE = ['content-type', 'application/problem+json'] as const

const paymentBody = JSON.stringify({
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
})

/** Good requests and good answers to them. Each test spoils one thing about one of them. */
const sent = (method: string, target: string, more: Partial<Sent> = {}): Sent => ({
  method,
  target,
  headers: [],
  body: Buffer.alloc(0),
  framing: 'length',
  credential: 'good',
  operation: operationAt(method, target),
  isHttp: true,
  isSigned: false,
  hasCallback: true,
  isProven: true,
  browser: 0,
  wire: { head: '', body: Buffer.alloc(0), isAlone: false, isOpenEnded: false },
  ...more,
})
const said = (status: number, headers: WireAnswer['headers'], body: object): WireAnswer => ({
  status,
  headers,
  text: JSON.stringify(body),
})

const getProfile = sent('GET', '/api/profile')
const profile = said(200, [JSON_TYPE, NO_STORE], {
  email: 'ada@example.com',
  phone: null,
  devices: {
    list: [],
    waiting: [],
    removed: [],
    pending: null,
    everHadOne: false,
    textsClosed: false,
    waitHours: 12,
    canAdd: true,
    leaves: ['invitation'],
  },
  notices: [],
  codesLockedUntil: null,
  startsLockedUntil: null,
})
const start = sent('POST', '/api/payments', {
  body: Buffer.from(paymentBody),
  headers: [['Idempotency-Key', 'a']],
})
const location = ['location', `/api/payments/${'A'.repeat(22)}`] as const
const started = said(201, [JSON_TYPE, NO_STORE, location], example)
const text = sent('POST', '/api/payments/x/sms')
const refusal = (status: number, code: string) => ({ title: 'No.', status, code, requestId: 'r' })
const locked = said(423, [PROBLEM_TYPE, NO_STORE, ['retry-after', '300']], refusal(423, 'locked'))
const unavailable = said(
  503,
  [PROBLEM_TYPE, NO_STORE, ['retry-after', '20']],
  refusal(503, 'provider_unavailable'),
)
const unauthorized = said(401, [JSON_TYPE, ['www-authenticate', 'Bearer']], { message: 'No' })
const noRoute = said(404, [JSON_TYPE], { message: 'Not Found' })
const callback = sent('POST', '/api/payments/callback', { isSigned: true, body: Buffer.from('{}') })
const received = said(200, [JSON_TYPE, NO_STORE], {})
const forged = said(403, [PROBLEM_TYPE, NO_STORE], refusal(403, 'forged_callback'))

test.each([
  [getProfile, profile, 'profile 200 ok'],
  [start, started, 'sendPayment 201 ok'],
  [text, locked, 'smsStart 423 locked'],
  [{ ...getProfile, credential: 'none' } as const, unauthorized, 'profile 401 message'],
  [sent('GET', '/api/profiles'), noRoute, undefined],
  [callback, received, 'authyCallback 200 ok'],
  [{ ...callback, isSigned: false }, forged, 'authyCallback 403 forged_callback'],
])('%# a good answer is one', (request, answer, kind) => {
  expect(judged(request, answer, false)).toBe(kind)
})

test('a provider that does not answer is 503, and only then', () => {
  expect(judged(text, unavailable, true)).toBe('smsStart 503 provider_unavailable')
  expect(() => judged(text, unavailable, false)).toThrow('503 is a fault of ours')
})

const with_ = (answer: WireAnswer, ...more: (readonly [string, string])[]): WireAnswer => ({
  ...answer,
  headers: [...answer.headers, ...more],
})
const without = (answer: WireAnswer, name: string): WireAnswer => ({
  ...answer,
  headers: answer.headers.filter(([one]) => one !== name),
})
const typed = (answer: WireAnswer, type: string) =>
  with_(without(answer, 'content-type'), ['content-type', type])
const fault = said(500, [JSON_TYPE], { message: 'Internal Server Error' })

test.each<[string, Sent, WireAnswer | 'closed' | 'silent', string]>([
  ['500', getProfile, fault, '500 is a fault'],
  ['no answer', getProfile, 'silent', 'no answer'],
  ['an answer that breaks off', getProfile, 'closed', 'closed'],
  ['a status that is not told', getProfile, { ...profile, status: 202 }, 'no 202'],
  ['another type', getProfile, typed(profile, 'text/plain'), 'of type text/plain'],
  ['no type', getProfile, without(profile, 'content-type'), 'of type'],
  ['what is not JSON', getProfile, { ...profile, text: '{' }, 'not JSON'],
  [
    'a field too many',
    getProfile,
    said(200, profile.headers, { email: '', phone: null, sub: '1' }),
    'does not fit',
  ],
  ['a field too few', getProfile, said(200, profile.headers, { email: '' }), 'does not fit'],
  [
    'a value that is none',
    start,
    said(201, started.headers, { ...example, status: 'paid' }),
    'does not fit',
  ],
  ['no Cache-Control', getProfile, without(profile, 'cache-control'), 'Cache-Control is there 0'],
  ['Cache-Control twice', getProfile, with_(profile, NO_STORE), 'twice there'],
  [
    'another Cache-Control',
    getProfile,
    with_(without(profile, 'cache-control'), ['cache-control', 'max-age=9']),
    'Cache-Control is max-age=9',
  ],
  ['no Location', start, without(started, 'location'), 'Location is there 0'],
  [
    'another Location',
    start,
    with_(without(started, 'location'), ['location', '/x']),
    'Location is /x',
  ],
  ['no Retry-After', text, without(locked, 'retry-after'), 'Retry-After is there 0'],
  [
    'Retry-After 0',
    text,
    with_(without(locked, 'retry-after'), ['retry-after', '0']),
    'Retry-After is 0',
  ],
  ['a refusal of another route', getProfile, locked, 'no 423'],
  ['a refusal of another status', text, { ...locked, status: 409 }, 'does not fit'],
  [
    'a header that nothing tells of',
    getProfile,
    with_(profile, ['x-powered-by', 'x']),
    'x-powered-by',
  ],
  ['a cookie', getProfile, with_(profile, ['set-cookie', 'a=b']), 'set-cookie'],
  ['a stack', text, said(404, [PROBLEM_TYPE], { title: 'at f (/x.ts:1:2)' }), 'what is inside'],
  ['a package’s error', text, said(400, [PROBLEM_TYPE], { title: 'ZodError' }), 'what is inside'],
  [
    'anything but 401 without a token',
    { ...getProfile, credential: 'none' },
    profile,
    'should be 401',
  ],
  [
    'anything but 403 without the scope',
    { ...getProfile, credential: 'noScope' },
    unauthorized,
    'should be 403',
  ],
  ['401 with a good token', getProfile, unauthorized, 'a good token is refused'],
  ['an answer where there is no route', sent('GET', '/api/profiles'), profile, 'no route'],
  ['the API outside of /api', sent('GET', '/profile'), profile, "none of the page's"],
  [
    'a body that the file would not have',
    { ...start, body: Buffer.from('{"x":1}') },
    started,
    'would not have it',
  ],
  [
    'a body where there is none',
    { ...getProfile, body: Buffer.from('[1]') },
    profile,
    'would not have it',
  ],
  ['a body too long', { ...getProfile, body: Buffer.alloc(8193) }, profile, 'is taken'],
  ['no key', { ...start, headers: [] }, started, 'Idempotency-Key'],
  [
    'two keys',
    { ...start, headers: [...start.headers, ...start.headers] },
    started,
    'Idempotency-Key',
  ],
  ['a query', sent('GET', '/api/profile?__proto__=1'), profile, '__proto__'],
  ['a forged callback', { ...callback, isSigned: false }, received, 'to be 403'],
  ['a good callback refused', callback, forged, 'to be 200'],
  [
    'a door opened by what is no HTTP',
    { ...getProfile, isHttp: false, credential: 'none' },
    profile,
    'is done for none',
  ],
])('%s is found out', (_, request, answer, why) => {
  expect(() => judged(request, answer, false)).toThrow(why)
})
