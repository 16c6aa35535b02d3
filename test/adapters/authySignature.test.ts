import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  checkSignature,
  flattened,
  type SignedRequest,
} from '../../functions/adapters/authy/authySignature.ts'
import vectors from '../fixtures/authySignatureVectors.json' with { type: 'json' }

type Vector = (typeof vectors)[number]

/** A vector as the request that it is, and the second that its nonce names. */
const requestOf = ({ method, url, params, signature, nonce }: Vector): SignedRequest => ({
  method,
  url,
  body: JSON.stringify(params),
  signature,
  nonce,
})
const sentAt = ({ nonce }: { nonce: string }) => new Date(Number(nonce) * 1000)

const API_KEY = 'own-test-key-0123456789'
const URL = 'https://pay.example.com/payments/callback'
const NONCE = '1700000101'

/** A request whose signed parameters are given, so that nothing of ours takes part in signing it. */
function signed(body: string, parameters: string, nonce = NONCE): SignedRequest {
  const signature = createHmac('sha256', API_KEY)
    .update(`${nonce}|POST|${URL}|${parameters}`)
    .digest('base64')
  return { method: 'POST', url: URL, body, signature, nonce }
}

const check = (request: SignedRequest, now = sentAt({ nonce: NONCE })) =>
  checkSignature(request, API_KEY, now)

describe.each(vectors)('vector $name', (vector) => {
  const request = requestOf(vector)
  const now = sentAt(vector)
  const verdict = (broken: Partial<SignedRequest>, apiKey = vector.apiKey) =>
    checkSignature({ ...request, ...broken }, apiKey, now)

  test('is accepted', () => {
    expect(verdict({})).toBe('fresh')
  })

  test('is flattened as it was signed', () => {
    expect(flattened(request.body)).toBe(vector.canonical)
  })

  test('is accepted however its JSON is spaced and ordered', () => {
    const reversed = Object.fromEntries(Object.entries(vector.params).reverse())
    expect(verdict({ body: `\n${JSON.stringify(reversed, null, 4)} ` })).toBe('fresh')
  })

  test.each([
    ['the method', { method: spoiled(vector.method) }],
    ['the address', { url: spoiled(vector.url) }],
    ['the scheme', { url: vector.url.replace('https:', 'http:') }],
    ['a slash at the end of the address', { url: `${vector.url}/` }],
    ['the nonce', { nonce: spoiled(vector.nonce) }],
    ['the nonce, gone', { nonce: undefined }],
    ['the nonce, empty', { nonce: '' }],
    ['the signature', { signature: spoiled(vector.signature, 5) }],
    ['the signature, one bit', { signature: flipped(vector.signature) }],
    ['the signature, one shorter', { signature: vector.signature.slice(0, -1) }],
    ['the signature, one longer', { signature: `${vector.signature}=` }],
    ['the signature, in the other alphabet', { signature: `-${vector.signature.slice(1)}` }],
    ['the signature, gone', { signature: undefined }],
    ['the signature, empty', { signature: '' }],
    ['a key added', { body: request.body.replace(/\}$/, ',"x":"y"}') }],
    ['the body, gone', { body: '' }],
    ['the body, cut', { body: request.body.slice(0, -1) }],
  ])('is refused with %s spoiled', (_, broken) => {
    expect({ ...request, ...broken }).not.toEqual(request)
    expect(verdict(broken)).toBe('forged')
  })

  test('is refused with the API key spoiled', () => {
    expect(verdict({}, spoiled(vector.apiKey))).toBe('forged')
  })

  test("is refused with another vector's signature", () => {
    for (const { signature } of vectors.filter(({ name }) => name !== vector.name)) {
      expect(verdict({ signature })).toBe('forged')
    }
  })

  test('is refused with any one value spoiled', () => {
    const texts = [...request.body.matchAll(/:("(?:[^"\\])+"|\d+)/g)]
    expect(texts.length).toBeGreaterThan(1)
    for (const { 0: found, index } of texts) {
      expect(verdict({ body: spoiled(request.body, index + found.length - 2) })).toBe('forged')
    }
  })

  test('is refused with any one key spoiled', () => {
    // What is empty is not signed, and neither is its key.
    const keys = [...request.body.matchAll(/"[^"]+":(?!\{\})/g)]
    expect(keys.length).toBeGreaterThan(1)
    for (const { index } of keys) {
      expect(verdict({ body: spoiled(request.body, index + 1) })).toBe('forged')
    }
  })
})

const full = vectors.filter(({ params }) => params.approval_request)

test.each(full)('$name is refused with a number rewritten', (vector) => {
  expect(rewritten(vector, '1700000100', '1700000100.0')).toBe('forged')
})

test.each(full)('$name is refused with a list swapped', (vector) => {
  expect(rewritten(vector, '["pin","fingerprint"]', '["fingerprint","pin"]')).toBe('forged')
})

/** What is said to a vector in whose body this stands instead of that. */
function rewritten(vector: Vector, that: string, instead: string) {
  const request = requestOf(vector)
  const body = request.body.replace(that, instead)
  expect(body).not.toBe(request.body)
  return checkSignature({ ...request, body }, vector.apiKey, sentAt(vector))
}

test('a list of objects in another order is refused', () => {
  const vector = full.find(({ name }) => name === 'own_approved_two_logos')
  if (!vector) throw new Error('no such vector')
  const logos = vector.params.approval_request?.logos ?? []
  const swapped = JSON.stringify([...logos].reverse())
  expect(rewritten(vector, JSON.stringify(logos), swapped)).toBe('forged')
})

test.each([
  ['a trailing zero', '1.0', '1'],
  ['an exponent', '1e3', '1000'],
  ['a sign of zero', '-0', '0'],
  ['digits beyond 2^53', '9007199254740993', '9007199254740992'],
  ['decimals beyond a float', '0.1000000000000000055', '0.1'],
])('a number is signed as it was written: %s', (_, written, rewritten) => {
  const good = signed(`{"n":${written}}`, `n=${written}`)
  expect(check(good)).toBe('fresh')
  expect(check({ ...good, body: `{"n":${rewritten}}` })).toBe('forged')
})

const later = (nonce: string, seconds: number) => new Date((Number(nonce) + seconds) * 1000)

test.each([
  ['sent now', NONCE, 0, 'fresh'],
  ['300 s old', NONCE, 300, 'fresh'],
  ['300 s early', NONCE, -300, 'fresh'],
  ['300.001 s old', NONCE, 300.001, 'forged'],
  ['300.001 s early', NONCE, -300.001, 'forged'],
  ['a day old', NONCE, 86_400, 'forged'],
  ['with decimals', '1427849783.886085', 0, 'fresh'],
  ['with decimals, 300 s old', '1700000101.5', 300, 'fresh'],
  ['with decimals, 300.001 s old', '1700000101.5', 300.001, 'forged'],
  ['with decimals, 300.001 s early', '1700000101.5', -300.001, 'forged'],
  ['zero, the beginning of time', '0', 1_700_000_000, 'forged'],
  ['milliseconds, which no second is', '1700000101000', 0, 'timeless'],
  ['a UUID', '0d2c8b2e-7f4e-4d6b-9a51-3a3f5f1c9e10', 0, 'timeless'],
  ['an exponent', '17e8', 0, 'timeless'],
  ['no whole seconds', '.5', 0, 'timeless'],
  ['a point and nothing after it', `${NONCE}.`, 0, 'timeless'],
  ['nanoseconds', `${NONCE}.123456789`, 0, 'fresh'],
  ['parts of nanoseconds', `${NONCE}.1234567891`, 0, 'timeless'],
  ['hexadecimal', '0x6553f165', 0, 'timeless'],
  ['signed', '+1700000101', 0, 'timeless'],
  ['negative', '-1700000101', 0, 'timeless'],
  ['in Arabic digits', '١٧٠٠٠٠٠١٠١', 0, 'timeless'],
  ['with a line break', `${NONCE}\n`, 0, 'timeless'],
  ['a bar', '1|2', 0, 'timeless'],
])('a nonce %s', (_, nonce, seconds, verdict) => {
  const now = Number.isFinite(Number(nonce)) ? later(nonce, seconds) : sentAt({ nonce: NONCE })
  expect(check(signed('{"a":"b"}', 'a=b', nonce), now)).toBe(verdict)
})

test('a nonce that is no time lets nothing pass that is not signed', () => {
  const request = signed('{"a":"b"}', 'a=b', 'no time')
  expect(check({ ...request, body: '{"a":"c"}' })).toBe('forged')
})

test('a request without a nonce is refused, even if that is what was signed', () => {
  expect(check(signed('{"a":"b"}', 'a=b', ''))).toBe('forged')
  expect(check({ ...signed('{"a":"b"}', 'a=b', 'undefined'), nonce: undefined })).toBe('forged')
})

const brackets = (open: string, close: string, inner: string, depth: number) =>
  open.repeat(depth) + inner + close.repeat(depth)

test.each([
  ['nothing', ''],
  ['no JSON', 'status=approved'],
  ['JSON cut short', '{"a":'],
  ['a list', '[{"a":"b"}]'],
  ['an empty list', '[]'],
  ['null', 'null'],
  ['a text', '"a=b"'],
  ['a number', '7'],
  ['half of a character', '{"a":"\\ud800"}'],
  ['half of a character as a key', '{"\\udfff":"a"}'],
  ['17 levels of objects', brackets('{"a":', '}', '1', 17)],
  ['17 levels of lists', `{"a":${brackets('[', ']', '1', 16)}}`],
  ['8 KB of lists', `{"a":${brackets('[', ']', '', 4092)}}`],
  ['8 KB of brackets', '['.repeat(8192)],
  ['8 KB of objects', brackets('{"a":', '}', '1', 1365)],
  ['a megabyte of lists', `{"a":${brackets('[', ']', '', 500_000)}}`],
])('a body is refused, whatever its signature: %s', (_, body) => {
  expect(flattened(body)).toBeUndefined()
  for (const parameters of ['', 'undefined', body]) {
    expect(check(signed(body, parameters))).toBe('forged')
  }
})

test('16 levels are still read', () => {
  expect(flattened(`{"a":${brackets('[', ']', '1', 15)}}`)).toBe(`a${'%5B%5D'.repeat(15)}=1`)
  expect(flattened(brackets('{"a":', '}', '1', 16))).toBe(`a${'%5Ba%5D'.repeat(15)}=1`)
})

/** Reading its body would fail the test. */
const unread = (request: Partial<SignedRequest>): SignedRequest => ({
  ...signed('{}', ''),
  ...request,
  get body(): string {
    throw new Error('the body was looked at')
  },
})

test.each([
  ['no signature', { signature: undefined }],
  ['an empty one', { signature: '' }],
  ['one of a character less', { signature: 'A'.repeat(43) }],
  ['one of a character more', { signature: `${'A'.repeat(44)}=` }],
  ['one without its end', { signature: 'A'.repeat(44) }],
  ['one in the other alphabet', { signature: `${'-'.repeat(43)}=` }],
  ['one in hexadecimal', { signature: 'a'.repeat(64) }],
  ['one and a line break', { signature: `${'A'.repeat(43)}=\n` }],
  ['one in other letters', { signature: `${'é'.repeat(43)}=` }],
  ['8 KB of one', { signature: 'A'.repeat(8192) }],
  ['no nonce', { nonce: undefined }],
  ['an empty nonce', { nonce: '' }],
  ['a nonce of 65 characters', { nonce: '1'.repeat(65) }],
])('a request with %s is refused before its body is looked at', (_, request) => {
  expect(check(unread(request))).toBe('forged')
})

test('a nonce of 64 characters is long enough for any', () => {
  expect(check(signed('{"a":"b"}', 'a=b', 'n'.repeat(64)))).toBe('timeless')
  expect(check(signed('{"a":"b"}', 'a=b', 'n'.repeat(65)))).toBe('forged')
})

/** What an unsigned body may make of itself, to the last character. */
const list = (values: number) => `{"l":[${Array.from({ length: values }, () => 1)}]}`
const parametersOf = (values: number) => Array.from({ length: values }, () => 'l%5B%5D=1').join('&')

test('300 values are read, whatever they are, and not one more', () => {
  expect(check(signed(list(299), parametersOf(299)))).toBe('fresh')
  for (const body of [
    list(300),
    `{"l":[${Array.from({ length: 300 }, () => '[]')}]}`,
    `{"l":[${Array.from({ length: 300 }, () => '{}')}]}`,
    `{${Array.from({ length: 301 }, (_, n) => `"${n}":""`)}}`,
    `{${Array.from({ length: 301 }, () => '"a":""')}}`,
  ]) {
    expect(flattened(body)).toBeUndefined()
  }
  expect(check(signed(list(300), parametersOf(300)))).toBe('forged')
})

test.each([
  ['a text', (room: number) => ({ body: `{"a":"${'b'.repeat(room)}"}`, value: 'b'.repeat(room) })],
  [
    'signs that triple',
    (room: number) => ({
      body: `{"a":"${"'".repeat(room / 3)}${'b'.repeat(room % 3)}"}`,
      value: '%27'.repeat(room / 3) + 'b'.repeat(room % 3),
    }),
  ],
])('32 KB of parameters are made and not one character more: %s', (_, made) => {
  const [most, more] = [made(32 * 1024 - 2), made(32 * 1024 - 1)]
  expect(check(signed(most.body, `a=${most.value}`))).toBe('fresh')
  expect(check(signed(more.body, `a=${more.value}`))).toBe('forged')
})

test('a name counts as often as it is written', () => {
  const body = (values: number) =>
    `{"${"'".repeat(800)}":[${Array.from({ length: values }, () => 1)}]}`
  const name = `${'%27'.repeat(800)}%5B%5D=1`
  expect(flattened(body(13))).toBe(Array.from({ length: 13 }, () => name).join('&'))
  expect(flattened(body(14))).toBeUndefined()
})

/** How many characters are handed to what can encode them. */
function encodedOf(body: string): number {
  const encoders = [vi.spyOn(globalThis, 'encodeURIComponent'), vi.spyOn(Buffer, 'from')]
  try {
    flattened(body)
    const given = encoders.flatMap(({ mock }) => mock.calls as unknown[][])
    return given.reduce((sum, [text]) => sum + String(text).length, 0)
  } finally {
    for (const encoder of encoders) encoder.mockRestore()
  }
}

test('a long name over many values is encoded once', () => {
  const body = `{"${"'".repeat(100)}":{"${'é'.repeat(100)}":[${Array.from({ length: 200 }, () => 1)}]}}`
  expect(encodedOf(body)).toBe(200)
})

test('an empty object is an empty text, and signed as such', () => {
  expect(check(signed('{}', ''))).toBe('fresh')
})

test.each([
  ['null, truth and emptiness', '{"n":null,"t":true,"f":false,"o":{},"l":[]}', 'f=false&n=&t=true'],
  ['a key that names a prototype', '{"__proto__":{"a":"b"}}', '__proto__%5Ba%5D=b'],
  ['a key that is there twice: the last counts', '{"a":"1","a":"2"}', 'a=2'],
  ['sorted by bytes, not by language', '{"a":1,"Z":1,"_":1,"é":1}', '%C3%A9=1&Z=1&_=1&a=1'],
  [
    'a list is not sorted, nor what is in it',
    '{"l":[{"b":1,"a":2},0]}',
    'l%5B%5D%5Bb%5D=1&l%5B%5D%5Ba%5D=2&l%5B%5D=0',
  ],
])('is flattened: %s', (_, body, parameters) => {
  expect(flattened(body)).toBe(parameters)
})

/** Not only letters: what JSON, names and forms are made of, where it is none of that. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', ':', '1', '-', "'", ' ', '€'),
  }),
)
const json = fc.object({
  key: text,
  values: [
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  ],
  maxDepth: 5,
})

test('signs any nested JSON as a plain second implementation does', () => {
  fc.assert(
    fc.property(json, fc.nat(4), (value, indent) => {
      const body = JSON.stringify(value, null, indent)
      const parameters = plain(JSON.parse(body))
      expect(flattened(body)).toBe(parameters)
      expect(check(signed(body, parameters))).toBe('fresh')
    }),
    { numRuns: 500 },
  )
})

test('nothing is encoded twice, whatever the body', () => {
  fc.assert(
    fc.property(json, (value) => {
      const body = JSON.stringify(value)
      expect(encodedOf(body)).toBeLessThanOrEqual(body.length)
    }),
  )
})

test('signs any number as it is written', () => {
  const number = fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,25})?([eE][+-]?\d{1,3})?$/)
  fc.assert(
    fc.property(fc.array(number, { maxLength: 20 }), (numbers) => {
      const parameters = numbers.map((one) => `n%5B%5D=${formField(one)}`).join('&')
      expect(flattened(`{"n":[${numbers.join(' , ')}],"t":"${numbers}"}`)).toBe(
        [parameters, `t=${formField(numbers.join())}`].filter((part) => part !== '').join('&'),
      )
    }),
  )
})

/** The scheme once more, as its description reads: by the whole name of each value, byte by byte. */
function plain(value: unknown, name = ''): string {
  if (Array.isArray(value)) return value.map((one) => plain(one, `${name}[]`)).join('&')
  if (value !== null && typeof value === 'object') {
    const parts = Object.entries(value)
      .map(([key, inside]) => plain(inside, name === '' ? key : `${name}[${key}]`))
      .filter((part) => part !== '')
    return (name.includes('[]') ? parts : parts.sort()).join('&')
  }
  const text = value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  return `${formField(name)}=${formField(text)}`
}

const formField = (text: string) =>
  [...Buffer.from(text)]
    .map((byte) => {
      const sign = String.fromCharCode(byte)
      if (/[A-Za-z0-9_.~-]/.test(sign)) return sign
      return sign === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')

/** The text with one character changed, the last if not said; a digit stays a digit. */
function spoiled(text: string, index = text.length - 1): string {
  const sign = text.charAt(index)
  const other = /\d/.test(sign) ? (Number(sign) + 1) % 10 : sign === 'x' ? 'y' : 'x'
  return text.slice(0, index) + other + text.slice(index + 1)
}

function flipped(base64: string): string {
  const bytes = Buffer.from(base64, 'base64')
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0)
  return bytes.toString('base64')
}
