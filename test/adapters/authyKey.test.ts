import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { authyKeyFrom } from '../../functions/adapters/authyKey.ts'

const secrets = mockClient(SecretsManagerClient)
/** Another for each test: what was read is kept. */
let secretId = ''
let made = 0
const has = (SecretString: string) => secrets.on(GetSecretValueCommand).resolves({ SecretString })
const reads = () => secrets.commandCalls(GetSecretValueCommand).length

beforeEach(() => {
  process.env.AWS_REGION = 'eu-west-1'
  secrets.reset()
  made += 1
  secretId = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:authy-${made}`
})
afterEach(() => {
  vi.useRealTimers()
})

test('the key is read from its secret', async () => {
  has('{"apiKey":"the-key"}')
  expect(await authyKeyFrom(secretId, false)).toBe('the-key')
  expect(secrets.commandCalls(GetSecretValueCommand)[0]?.args[0].input).toMatchObject({
    SecretId: secretId,
  })
})

test('a secret that nobody has filled yet holds no key', async () => {
  const $metadata = {}
  const message = 'Secrets Manager can’t find the specified secret value'
  secrets.on(GetSecretValueCommand).rejects(new ResourceNotFoundException({ $metadata, message }))
  expect(await authyKeyFrom(secretId, false)).toBeUndefined()
})

test.each(['', '{}', '{"apiKey":""}', '{"apiKey":7}', 'the-key', '"the-key"', '[]', 'null'])(
  'a secret of %j holds no key',
  async (text) => {
    has(text)
    expect(await authyKeyFrom(secretId, false)).toBeUndefined()
  },
)

test('any other fault of the store is a fault, and not the lack of a key', async () => {
  secrets.on(GetSecretValueCommand).rejects(new Error('AccessDeniedException'))
  await expect(authyKeyFrom(secretId, false)).rejects.toThrow()
})

test('the key is kept for five minutes, and asked for anew after them', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  has('{"apiKey":"the-key"}')
  await authyKeyFrom(secretId, false)
  vi.setSystemTime(Date.now() + 299_000)
  await authyKeyFrom(secretId, false)
  expect(reads()).toBe(1)
  vi.setSystemTime(Date.now() + 2000)
  await authyKeyFrom(secretId, false)
  expect(reads()).toBe(2)
})

test('a fresh key is asked for past what is kept, and kept in its place', async () => {
  has('{"apiKey":"before"}')
  await authyKeyFrom(secretId, false)
  has('{"apiKey":"after"}')
  expect(await authyKeyFrom(secretId, false)).toBe('before')
  expect(await authyKeyFrom(secretId, true)).toBe('after')
  expect(await authyKeyFrom(secretId, false)).toBe('after')
})
