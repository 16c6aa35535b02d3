import crypto, { createHash, createHmac, KeyObject } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { tablesClient } from '../../functions/adapters/dynamodb/tablesClient.ts'

type Sent = {
  readonly hostname: string
  readonly headers: Record<string, string>
  readonly body: string
}

const NOW = new Date('2026-11-30T12:00:00Z')
const SECRET = 'a secret of nobody'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
})

type Settings = Parameters<typeof tablesClient>[0]

/** Our client, or the bare SDK's, what it sends, and each request answered by `answer`. */
function client(more: Settings = {}, answer: () => object = done, make = tablesClient) {
  const sent: Sent[] = []
  const documents = make({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET },
    requestHandler: {
      handle: async (request: Sent & { readonly body: Uint8Array }) => {
        const { hostname, headers } = request
        sent.push({
          hostname,
          headers: { ...headers },
          body: new TextDecoder().decode(request.body),
        })
        return { response: answer() }
      },
    } as unknown as NonNullable<DynamoDBClientConfig['requestHandler']>,
    ...more,
  })
  const put = (text: string) =>
    documents.send(new PutCommand({ TableName: 'users', Item: { user_id: 'a', text } }))
  return { documents, sent, put }
}

const bare: typeof tablesClient = (settings) =>
  DynamoDBDocumentClient.from(new DynamoDBClient(settings))

const answered = (statusCode: number, body: object, headers = {}) => ({
  statusCode,
  headers: { 'content-type': 'application/x-amz-json-1.0', ...headers },
  body: Buffer.from(JSON.stringify(body)),
})
const done = () => answered(200, {})

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const hex = (text: string) => createHash('sha256').update(text).digest('hex')

/**
 * The signature of a request as AWS reckons it, of the headers that it names.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
function signatureOf({ headers, body }: Sent, secret = SECRET): string {
  const [, scope = '', names = ''] =
    headers.authorization?.match(/Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), /) ?? []
  const lines = names.split(';').map((name) => `${name}:${headers[name]}\n`)
  const asked = ['POST', '/', '', lines.join(''), names, hex(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hex(asked)].join('\n')
  let key: string | Buffer = `AWS4${secret}`
  for (const part of scope.split('/')) key = hmac(key, part)
  return hmac(key, toSign).toString('hex')
}

const signed = ({ headers }: Sent) => headers.authorization?.match(/Signature=(.+)$/)?.[1]

describe('a request is signed as AWS checks it', () => {
  const texts = ['', 'a', 'ü€😀', '"\\\n', 'x'.repeat(10_000)]
  test.each(texts)('with %j', async (text) => {
    const { put, sent } = client()
    for (let n = 0; n < 3; n += 1) await put(text)
    expect(sent).toHaveLength(3)
    for (const one of sent) {
      expect(one.headers.authorization).toContain('/20261130/eu-central-1/dynamodb/aws4_request, ')
      expect(one.headers.authorization).toMatch(/SignedHeaders=[^,]*host;[^,]*x-amz-target/)
      expect(signed(one)).toBe(signatureOf(one))
    }
  })

  test('on the next day, with another key', async () => {
    const { put, sent } = client()
    await put('today')
    vi.setSystemTime('2026-12-01T00:00:00Z')
    await put('tomorrow')
    expect(sent.map(({ headers }) => headers['x-amz-date'])).toEqual([
      '20261130T120000Z',
      '20261201T000000Z',
    ])
    expect(sent.map(signed)).toEqual(sent.map((one) => signatureOf(one)))
  })

  test('with new credentials once the old ones are over', async () => {
    const secrets = ['first', 'second']
    const credentials = async () => {
      const secretAccessKey = secrets.shift() ?? 'none'
      const expiration = new Date(Date.now() + 3_600_000)
      return {
        accessKeyId: secretAccessKey,
        secretAccessKey,
        sessionToken: 'of-a-role',
        expiration,
      }
    }
    const { put, sent } = client({ credentials })
    await put('before')
    vi.setSystemTime(Date.now() + 4_000_000)
    await put('after')
    expect(sent.map(({ headers }) => headers['x-amz-security-token'])).toEqual([
      'of-a-role',
      'of-a-role',
    ])
    expect(sent.map(signed)).toEqual([
      signatureOf(sent[0] as Sent, 'first'),
      signatureOf(sent[1] as Sent, 'second'),
    ])
  })

  test('by the clock of AWS, if this one is wrong', async () => {
    const late = new Date(NOW.getTime() + 3_600_000)
    const skewed = () =>
      answered(400, { __type: 'RequestTimeTooSkewed' }, { date: late.toUTCString() })
    const answers = [skewed, done, done]
    const { put, sent } = client({}, () => (answers.shift() ?? done)())
    await put('a')
    await put('b')
    expect(sent.map(({ headers }) => headers['x-amz-date'])).toEqual([
      '20261130T120000Z',
      '20261130T130000Z',
      '20261130T130000Z',
    ])
    expect(sent.map(signed)).toEqual(sent.map((one) => signatureOf(one)))
  })
})

describe('where the bare SDK repeats a request, and what it then says, so does ours', () => {
  const failed = (status: number, type: string) => () => answered(status, { __type: type })
  const thrown = (error: object) => () => {
    throw Object.assign(new Error('no answer'), error)
  }
  const causes: Record<string, () => object> = {
    'no fault': done,
    'a fault of AWS': failed(500, 'InternalServerError'),
    'no service': failed(503, 'ServiceUnavailable'),
    throttling: failed(400, 'ThrottlingException'),
    'a busy table': failed(400, 'ProvisionedThroughputExceededException'),
    'a condition that failed': failed(400, 'ConditionalCheckFailedException'),
    'an expired token': failed(400, 'ExpiredTokenException'),
    'no right': failed(400, 'AccessDeniedException'),
    'a connection that broke': thrown({ code: 'ECONNRESET' }),
    'a time that was over': thrown({ name: 'TimeoutError' }),
    'a handler that failed': thrown({ name: 'OddError' }),
  }
  const settings: Record<string, Settings> = {
    'by itself': {},
    'with an endpoint': { endpoint: 'https://tables.example', maxAttempts: 3 },
    'with one attempt': { maxAttempts: 1 },
    'with a session': {
      credentials: { accessKeyId: 'b', secretAccessKey: SECRET, sessionToken: 'of-a-role' },
    },
  }
  const cases = Object.keys(causes).flatMap((cause) =>
    Object.keys(settings).map((how) => [cause, how] as const),
  )

  test.each(cases)('after %s, %s', async (cause, how) => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    onTestFinished(() => void vi.restoreAllMocks())
    const tried = async (make: typeof tablesClient, answers: (() => object)[]) => {
      vi.useFakeTimers({ now: NOW })
      const { put, sent } = client(settings[how], () => (answers.shift() ?? done)(), make)
      const outcome = put('a').then(
        () => 'done',
        ({ name, message }) => [name, message],
      )
      await vi.runAllTimersAsync()
      return { outcome: await outcome, sent: sent.map(comparable) }
    }
    const [answer = done] = [causes[cause]]
    for (const times of [1, 2, 9]) {
      const answers = () => Array.from({ length: times }, () => answer)
      const ours = await tried(tablesClient, answers())
      expect(ours).toEqual(await tried(bare, answers()))
      expect(ours.sent.length).toBeGreaterThan(0)
    }
  })

  /** Without what is chance, and what only the bare SDK sends. */
  function comparable({ hostname, headers, body }: Sent) {
    const { authorization, ...others } = headers
    const left = Object.entries(others).filter(([name]) => !/user-agent|invocation-id/.test(name))
    return {
      hostname,
      headers: Object.fromEntries(left),
      body,
      credential: credentialIn(authorization),
    }
  }
  const credentialIn = (authorization = '') => authorization.match(/Credential=[^,]+/)?.[0]
})

test('several clients at once sign with their own', async () => {
  const keys = ['one', 'two', 'three']
  const clients = keys.map((name) =>
    client({ region: `of-${name}`, credentials: { accessKeyId: name, secretAccessKey: name } }),
  )
  await Promise.all([...clients, ...clients].map(({ put }) => put('a')))
  for (const [n, { sent }] of clients.entries()) {
    const name = keys[n] ?? ''
    expect(sent).toHaveLength(2)
    for (const one of sent) {
      expect(one.headers.authorization).toContain(`Credential=${name}/20261130/of-${name}/`)
      expect(signed(one)).toBe(signatureOf(one, name))
    }
  }
})

test('an HMAC’s key is never bytes, and a day’s key is made ready once', async () => {
  const { createHmac: real } = crypto
  const used: unknown[] = []
  crypto.createHmac = (algorithm, key, ...more) => {
    used.push(key)
    return real(algorithm, key, ...more)
  }
  syncBuiltinESMExports()
  onTestFinished(() => {
    crypto.createHmac = real
    syncBuiltinESMExports()
  })
  const { put } = client({ region: 'of-this-test' })
  await put('a')
  expect(used.filter((key) => ArrayBuffer.isView(key))).toEqual([])
  const first = new Set(used.filter((key) => key instanceof KeyObject))
  used.length = 0
  await put('b')
  const second = used.filter((key) => key instanceof KeyObject)
  expect(second).toHaveLength(1)
  expect(first).toContain(second[0])
})

test('credentials that were not to be had are asked for again', async () => {
  let asked = 0
  const credentials = async () => {
    asked += 1
    if (asked === 1) throw new Error('not now')
    return { accessKeyId: 'id', secretAccessKey: SECRET }
  }
  const { put, sent } = client({ credentials })
  await expect(put('a')).rejects.toThrow('not now')
  await put('b')
  expect(sent.map(signed)).toEqual(sent.map((one) => signatureOf(one)))
  expect(sent).toHaveLength(1)
})

test('what is taken away of the SDK’s work is done by the bare SDK; else there is nothing to take away', () => {
  const names = ['loggerMiddleware', 'getUserAgentMiddleware']
  const inStack = (stack: { identify(): string[] }) =>
    names.filter((name) => stack.identify().some((one) => one.startsWith(name)))
  expect(inStack(new DynamoDBClient().middlewareStack)).toEqual(names)
  expect(inStack(client().documents.middlewareStack)).toEqual([])
})

test('one signer is kept, of which the SDK makes one for each request', async () => {
  const signersOf = async ({ signer }: DynamoDBClient['config']) =>
    new Set([await signer(), await signer()]).size
  expect(await signersOf(new DynamoDBClient({ region: 'x' }).config)).toBe(2)
  const { documents, put } = client()
  await put('a')
  expect(await signersOf(documents.config)).toBe(1)
})

test('the settings, which the SDK copies at each request, are no dictionary', async () => {
  setFlagsFromString('--allow-natives-syntax')
  const isFast = new Function('one', 'return %HasFastProperties(one)')
  setFlagsFromString('--no-allow-natives-syntax')
  expect(isFast(new DynamoDBClient({ region: 'x' }).config)).toBe(false)
  const { documents, put } = client()
  await put('a')
  expect(isFast(documents.config)).toBe(true)
})
