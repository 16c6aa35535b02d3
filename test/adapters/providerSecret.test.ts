import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  authyKeyFrom,
  switchesFrom,
  twilioKeyFrom,
} from '../../functions/adapters/aws/providerSecret.ts'

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

  test('is not none where the store is at fault: that is thrown, and asked for anew', async () => {
    secrets.on(GetSecretValueCommand).rejects(new Error('AccessDeniedException'))
    await expect(keyFrom(secretId, false)).rejects.toThrow()
    has(JSON.stringify(filled))
    expect(await keyFrom(secretId, false)).toEqual(key)
  })

  test('of a newer read stays when an older one fails', async () => {
    const late = Promise.withResolvers<never>()
    secrets.on(GetSecretValueCommand).callsFakeOnce(() => late.promise)
    const old = keyFrom(secretId, false)
    has(JSON.stringify(later))
    await keyFrom(secretId, true)
    late.reject(new Error('ThrottlingException'))
    await expect(old).rejects.toThrow()
    expect(await keyFrom(secretId, false)).toEqual(laterKey)
    expect(reads()).toBe(2)
  })

  test('is kept for five minutes, and asked for anew after that', async () => {
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

  test('is kept from when it was asked for, however late the answer came', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    secrets.on(GetSecretValueCommand).callsFake(() => {
      vi.setSystemTime(Date.now() + 200_000)
      return { SecretString: JSON.stringify(filled) }
    })
    await keyFrom(secretId, false)
    vi.setSystemTime(Date.now() + 101_000)
    await keyFrom(secretId, false)
    expect(reads()).toBe(2)
  })

  test('that was asked for earlier does not take the place of a newer one', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const late = Promise.withResolvers<{ SecretString: string }>()
    secrets.on(GetSecretValueCommand).callsFakeOnce(() => late.promise)
    const old = keyFrom(secretId, false)
    vi.setSystemTime(Date.now() + 1)
    has(JSON.stringify(later))
    expect(await keyFrom(secretId, true)).toEqual(laterKey)
    late.resolve({ SecretString: JSON.stringify(filled) })
    await old
    expect(await keyFrom(secretId, false)).toEqual(laterKey)
  })

  test('is not taken from a read of five minutes ago, even if that has no answer yet', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const late = Promise.withResolvers<{ SecretString: string }>()
    secrets.on(GetSecretValueCommand).callsFakeOnce(() => late.promise)
    const old = keyFrom(secretId, false)
    vi.setSystemTime(Date.now() + 301_000)
    has(JSON.stringify(later))
    const now = keyFrom(secretId, false)
    late.resolve({ SecretString: JSON.stringify(filled) })
    expect(await now).toEqual(laterKey)
    await old
    expect(await keyFrom(secretId, false)).toEqual(laterKey)
  })

  test('stays kept where a fresh read fails, and nothing is kept of that', async () => {
    has(JSON.stringify(filled))
    await keyFrom(secretId, false)
    secrets.on(GetSecretValueCommand).rejectsOnce(new Error('ThrottlingException'))
    await expect(keyFrom(secretId, true)).rejects.toThrow()
    expect(await keyFrom(secretId, false)).toEqual(key)
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

test('two reads at the same time are one, and a fresh one beside them is its own', async () => {
  has('{"apiKey":"k"}')
  const at = [authyKeyFrom(secretId, false), switchesFrom(secretId), authyKeyFrom(secretId, true)]
  await Promise.all(at)
  expect(reads()).toBe(2)
})

test('a key is one however short it is', async () => {
  has('{"apiKey":"k","apiKeySecret":"s"}')
  expect(await authyKeyFrom(secretId, false)).toBe('k')
  expect(await twilioKeyFrom(secretId, false)).toEqual({ apiKey: 'k', apiKeySecret: 's' })
})

describe('the switches', () => {
  const key = { apiKey: 'a key of today', apiKeySecret: 'a secret of today' }
  const off = { smsOff: false, paymentsOff: false }
  const on = { smsOff: true, paymentsOff: true }

  test.each([
    [{}, off],
    [{ smsOff: false, paymentsOff: false }, off],
    [{ smsOff: true }, { ...off, smsOff: true }],
    [{ paymentsOff: true }, { ...off, paymentsOff: true }],
    [{ smsOff: true, paymentsOff: true }, on],
  ])('beside a key with %j are read as they stand', async (beside, read) => {
    has(JSON.stringify({ ...key, ...beside }))
    expect(await switchesFrom(secretId)).toEqual(read)
  })

  test('are there without a key too', async () => {
    has('{"smsOff":true}')
    expect(await switchesFrom(secretId)).toEqual({ ...off, smsOff: true })
  })

  test.each(['true', 'false', '', null, 0, 1, {}, []])(
    'are on where they are %j, which is no clear no',
    async (value) => {
      has(JSON.stringify({ ...key, smsOff: value, paymentsOff: value }))
      expect(await switchesFrom(secretId)).toEqual(on)
    },
  )

  test('leave each other alone: one that is no clear no is on by itself', async () => {
    has(JSON.stringify({ ...key, smsOff: 'true' }))
    expect(await switchesFrom(secretId)).toEqual({ smsOff: true, paymentsOff: false })
  })

  test.each(['the-key', '"the-key"', '[]', 'null', '7', '{"apiKey":"x", smsOff: true}'])(
    'are on in a secret that is %s, which is no object',
    async (text) => {
      has(text)
      expect(await switchesFrom(secretId)).toEqual(on)
    },
  )

  test('are on in a secret that is bytes', async () => {
    const SecretBinary = Buffer.from(JSON.stringify(key))
    secrets.on(GetSecretValueCommand).resolves({ SecretBinary })
    expect(await switchesFrom(secretId)).toEqual(on)
  })

  test('are off while nobody has filled the secret', async () => {
    const message = 'Secrets Manager can’t find the specified secret value'
    secrets
      .on(GetSecretValueCommand)
      .rejects(new ResourceNotFoundException({ $metadata: {}, message }))
    expect(await switchesFrom(secretId)).toEqual(off)
  })

  test('are not off where the store is at fault: that is thrown', async () => {
    secrets.on(GetSecretValueCommand).rejects(new Error('AccessDeniedException'))
    await expect(switchesFrom(secretId)).rejects.toThrow()
  })

  test('and the key are one read, and a turned one is noticed after five minutes at most', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    has(JSON.stringify(key))
    expect(await switchesFrom(secretId)).toEqual(off)
    await twilioKeyFrom(secretId, false)
    expect(reads()).toBe(1)
    has(JSON.stringify({ ...key, ...on }))
    vi.setSystemTime(Date.now() + 299_000)
    expect(await switchesFrom(secretId)).toEqual(off)
    vi.setSystemTime(Date.now() + 2000)
    expect(await switchesFrom(secretId)).toEqual(on)
  })

  test('are known at once where a fresh key was asked for', async () => {
    has(JSON.stringify(key))
    expect(await switchesFrom(secretId)).toEqual(off)
    has(JSON.stringify({ ...key, ...on }))
    await twilioKeyFrom(secretId, true)
    expect(await switchesFrom(secretId)).toEqual(on)
  })
})
