import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { authyKeyFrom, twilioKeyFrom } from '../../functions/adapters/providerSecret.ts'

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
  secretId = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:provider-${made}`
})
afterEach(() => {
  vi.useRealTimers()
})

describe.each([
  {
    provider: 'Authy',
    keyFrom: authyKeyFrom,
    key: 'a key of today',
    filled: { apiKey: 'a key of today' },
    later: { apiKey: 'a key of tomorrow' },
    laterKey: 'a key of tomorrow',
    none: [{}, { apiKey: '' }, { apiKey: 7 }, { apiKey: null }, { apikey: 'a key of today' }],
  },
  {
    provider: 'Twilio',
    keyFrom: twilioKeyFrom,
    key: { apiKey: 'SK1', apiKeySecret: 'a secret of today' },
    filled: { apiKey: 'SK1', apiKeySecret: 'a secret of today' },
    later: { apiKey: 'SK2', apiKeySecret: 'a secret of tomorrow' },
    laterKey: { apiKey: 'SK2', apiKeySecret: 'a secret of tomorrow' },
    none: [
      {},
      { apiKey: 'SK1' },
      { apiKeySecret: 'a secret of today' },
      { apiKey: 'SK1', apiKeySecret: '' },
      { apiKey: '', apiKeySecret: 'a secret of today' },
      { apiKey: 'SK1', apiKeySecret: 7 },
      { apiKey: 'SK1', apiKeySecret: null },
      { apiKey: 'SK1', apiSecret: 'a secret of today' },
    ],
  },
])("$provider's key", ({ keyFrom, key, filled, later, laterKey, none }) => {
  test('is read from its secret, and nothing else with it', async () => {
    has(JSON.stringify({ ...filled, note: 'made in November' }))
    expect(await keyFrom(secretId, false)).toEqual(key)
    expect(secrets.commandCalls(GetSecretValueCommand)[0]?.args[0].input).toMatchObject({
      SecretId: secretId,
    })
  })

  test('is none while nobody has filled the secret', async () => {
    const $metadata = {}
    const message = 'Secrets Manager can’t find the specified secret value'
    secrets.on(GetSecretValueCommand).rejects(new ResourceNotFoundException({ $metadata, message }))
    expect(await keyFrom(secretId, false)).toBeUndefined()
  })

  test.each(['', 'the-key', '"the-key"', '[]', 'null', ...none.map((it) => JSON.stringify(it))])(
    'is none where the secret is %j',
    async (text) => {
      has(text)
      expect(await keyFrom(secretId, false)).toBeUndefined()
    },
  )

  test('is none where the secret is bytes', async () => {
    const SecretBinary = Buffer.from(JSON.stringify(filled))
    secrets.on(GetSecretValueCommand).resolves({ SecretBinary })
    expect(await keyFrom(secretId, false)).toBeUndefined()
  })

  test('is not none where the store is at fault: that is thrown', async () => {
    secrets.on(GetSecretValueCommand).rejects(new Error('AccessDeniedException'))
    await expect(keyFrom(secretId, false)).rejects.toThrow()
  })

  test('is kept for five minutes, and asked for anew after them', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    has(JSON.stringify(filled))
    await keyFrom(secretId, false)
    vi.setSystemTime(Date.now() + 299_000)
    await keyFrom(secretId, false)
    expect(reads()).toBe(1)
    vi.setSystemTime(Date.now() + 2000)
    await keyFrom(secretId, false)
    expect(reads()).toBe(2)
  })

  test('when asked for fresh is read past what is kept, and kept in its place', async () => {
    has(JSON.stringify(filled))
    await keyFrom(secretId, false)
    has(JSON.stringify(later))
    expect(await keyFrom(secretId, false)).toEqual(key)
    expect(await keyFrom(secretId, true)).toEqual(laterKey)
    expect(await keyFrom(secretId, false)).toEqual(laterKey)
  })
})
