/** Secrets are read beside the tables: a first request waits for neither before it asks for the other. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { API_KEY, type Harness, no, paymentBody, startHarness } from '../harness/harness.ts'

const secrets = mockClient(SecretsManagerClient)
const asked = () =>
  secrets
    .commandCalls(GetSecretValueCommand)
    .map(({ args }) => args[0].input.SecretId)
    .sort()

/** Each test has secrets of its own, because what was read of one is kept. */
let stages = 0
let names: { AUTHY_SECRET_ID: string; SWITCHES_SECRET_ID: string }
let harness: Harness
beforeEach(async () => {
  process.env.AWS_REGION = 'eu-west-1'
  secrets.reset()
  stages += 1
  names = { AUTHY_SECRET_ID: `early-${stages}-key`, SWITCHES_SECRET_ID: `early-${stages}-switches` }
  harness = await startHarness()
})
afterEach(() => harness.close())

test('a first request asks for the key and the switches before a table answers, and once each', async () => {
  const as = await harness.person()
  const { call } = harness.with(names)
  let give = () => {}
  const held = new Promise<void>((resolve) => {
    give = resolve
  })
  secrets.on(GetSecretValueCommand).callsFake(async ({ SecretId }) => {
    await held
    const SecretString = JSON.stringify(
      SecretId === names.AUTHY_SECRET_ID ? { apiKey: API_KEY } : {},
    )
    return { SecretString }
  })
  const before = harness.store.calls.length
  const sent = call('sendPayment', { as, key: 'key', body: paymentBody })
  // The tables are asked although no secret was read yet.
  await expect.poll(() => harness.store.calls.length).toBeGreaterThan(before)
  const both = Object.values(names).sort()
  expect(asked()).toEqual(both)
  give()
  expect(await sent).toMatchObject({ status: 201, body: { push: 'sent' } })
  expect(asked()).toEqual(both)
})

test('a secret that cannot be read fails the request that needs it, and no other', async () => {
  const as = await harness.person()
  const { call } = harness.with(names)
  secrets.on(GetSecretValueCommand).rejects(new Error('AccessDeniedException'))
  expect((await call('sendPayment', { as, key: 'key', body: paymentBody })).status).toBe(500)
  const unknown = { as, key: 'key', body: { ...paymentBody, payee: undefined } }
  expect(await call('sendPayment', unknown)).toMatchObject(no(400, 'invalid_request'))
  expect((await call('listPayments', { as })).status).toBe(200)
})
