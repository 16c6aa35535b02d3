import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { Refusal } from '../../functions/core/refusals.ts'
import { endpoint, nothing, type PayerHandler } from '../../functions/http/endpoint.ts'
import { bodyText, jsonBody } from '../../functions/http/requestBody.ts'
import { eventOf } from '../harness/event.ts'

const headers = { 'content-type': 'application/json' }
const read = (body: string) => jsonBody({ body, headers, isBase64Encoded: false })

/** Why it is refused; `undefined` if it is read. */
function refusalOf(reading: () => unknown): string | undefined {
  try {
    reading()
    return undefined
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.details.fields?.[0]?.reason
  }
}

const TOO_MANY = 'The body has too many parts.'
const listOf = (values: number) => `{"a":[${Array.from({ length: values }, () => 1)}]}`

test('64 parts are read, and not one more', () => {
  // The object, its key and its list are parts too.
  expect(refusalOf(() => read(listOf(61)))).toBeUndefined()
  expect(refusalOf(() => read(listOf(62)))).toBe(TOO_MANY)
})

test.each([
  ['a thousand keys', `{${Array.from({ length: 1000 }, (_, n) => `"${n}":1`)}}`],
  ['the same key a thousand times', `{${Array.from({ length: 1000 }, () => '"a":1')}}`],
  ['a list of lists', `[${Array.from({ length: 2700 }, () => '[]')}]`],
  ['a list of objects', `[${Array.from({ length: 2700 }, () => '{}')}]`],
  ['4,096 levels', '['.repeat(4096) + ']'.repeat(4096)],
  ['8,192 levels without an end', '['.repeat(8192)],
  ['objects without an end', '{"a":'.repeat(1600)],
  ['a list without an end', `[${'1,'.repeat(4000)}`],
])('%s: no more than 65 parts are looked at, and nothing is made of them', (_, body) => {
  const kept = vi.spyOn(Set.prototype, 'add')
  const parsing = vi.spyOn(JSON, 'parse')
  try {
    expect(refusalOf(() => read(body))).toBe(TOO_MANY)
    expect(parsing).not.toHaveBeenCalled()
    expect(kept.mock.calls.length).toBeLessThan(65)
  } finally {
    kept.mockRestore()
    parsing.mockRestore()
  }
})

test('any small JSON is read as it is', () => {
  const small = fc
    .jsonValue({ maxDepth: 2 })
    .filter((value) => !/[[,{](.*[[,{]){9}/.test(JSON.stringify(value)))
  fc.assert(
    fc.property(small, (value) => {
      const body = JSON.stringify(value)
      fc.pre(!body.includes('__proto__'))
      expect(read(body)).toEqual(JSON.parse(body))
    }),
  )
})

test.each([false, true])(
  'what is too long is refused before it is decoded (base64: %s)',
  (is64) => {
    const body = Buffer.from('x'.repeat(8193)).toString(is64 ? 'base64' : 'utf8')
    const decoding = vi.spyOn(Buffer, 'from')
    try {
      const reading = () => bodyText({ body, headers, isBase64Encoded: is64 })
      expect(refusalOf(reading)).toBe('The body is longer than 8 KB.')
      expect(decoding).not.toHaveBeenCalled()
    } finally {
      decoding.mockRestore()
    }
  },
)

test.each(['x'.repeat(8192), 'é'.repeat(4096), '€'.repeat(2730), ''])(
  'what is just not too long is read, plain and in base64',
  (text) => {
    const base64 = Buffer.from(text).toString('base64')
    expect(bodyText({ body: text, headers, isBase64Encoded: false })).toBe(text)
    expect(bodyText({ body: base64, headers, isBase64Encoded: true })).toBe(text)
  },
)

test('bytes count, not characters', () => {
  const body = 'é'.repeat(4097)
  expect(refusalOf(() => bodyText({ body, headers, isBase64Encoded: false }))).toBe(
    'The body is longer than 8 KB.',
  )
})

test.each([{ token_use: 'id' }, { sub: '' }, { email: '' }])(
  'nothing of a body is read whose sender is not known: %j',
  async (claims) => {
    const handle = vi.fn(async () => ({ status: 200, body: {} }))
    const handler = endpoint({ env: {} }, { body: nothing, query: nothing }, handle)
    const as = { payerId: 'payer', email: 'payer@example.com' }
    const event = eventOf('profile', { as, claims }) as object
    const readBody = vi.fn(() => '{}')
    Object.defineProperty(event, 'body', { get: readBody })
    const [sent, context] = [event, {}] as Parameters<PayerHandler>
    expect(await handler(sent, context)).toMatchObject({ statusCode: 401 })
    expect(readBody).not.toHaveBeenCalled()
    expect(handle).not.toHaveBeenCalled()
  },
)
