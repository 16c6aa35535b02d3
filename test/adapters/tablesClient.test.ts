import { createHash, createHmac } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { tablesClient } from '../../functions/adapters/dynamodb/tablesClient.ts'

type Sent = { readonly headers: Record<string, string>; readonly body: string }

const NOW = new Date('2026-11-30T12:00:00Z')
const SECRET = 'a secret of nobody'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW })
})
afterEach(() => {
  vi.useRealTimers()
})

/** What a client sends of these texts, one request after the other, with what answers it. */
function client(more: DynamoDBClientConfig = {}, answer: () => object = done) {
  const sent: Sent[] = []
  const documents = tablesClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET },
    requestHandler: {
      handle: async ({ headers, body }: { headers: Sent['headers']; body: Uint8Array }) => {
        sent.push({ headers: { ...headers }, body: new TextDecoder().decode(body) })
        return { response: answer() }
      },
    } as unknown as NonNullable<DynamoDBClientConfig['requestHandler']>,
    ...more,
  })
  const put = (text: string) =>
    documents.send(new PutCommand({ TableName: 'users', Item: { user_id: 'a', text } }))
  return { documents, sent, put }
}

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

test('what is taken away of the SDK’s work is there without us', () => {
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
