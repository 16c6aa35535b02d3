/** A stage whose owner has not filled in Authy's key yet, and does so later. */
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { API_KEY, type Harness, no, paymentBody, startHarness } from '../harness/harness.ts'

const secrets = mockClient(SecretsManagerClient)
const empty = new ResourceNotFoundException({ $metadata: {}, message: 'no value' })

/** Each test has a stage and a secret of its own, because what was read of one is kept. */
let harness: Harness
let stages = 0
beforeEach(async () => {
  process.env.AWS_REGION = 'eu-west-1'
  stages += 1
  harness = await startHarness({ AUTHY_SECRET_ID: `authy-${stages}` })
  secrets.reset()
  secrets.on(GetSecretValueCommand).rejects(empty)
})
afterEach(() => harness.close())

const phoneOf = ({ number }: { number: string }) => ({ phoneNumber: number, channel: 'sms' })

test('what needs the key is not available, and what does not is', async () => {
  const as = harness.stranger()
  expect(await harness.call('phoneStart', { as, body: phoneOf(as) })).toMatchObject(
    no(503, 'provider_unavailable'),
  )
  expect(await harness.call('authyCallback', { text: '{}' })).toMatchObject(
    no(503, 'provider_unavailable'),
  )
  expect((await harness.call('profile', { as })).status).toBe(200)
  expect((await harness.call('listPayments', { as })).status).toBe(200)
})

test('once it is filled everything goes on, and an unsigned callback is refused as ever', async () => {
  const waiting = harness.stranger()
  await harness.call('phoneStart', { as: waiting, body: phoneOf(waiting) })
  secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ apiKey: API_KEY }) })
  const as = await harness.person()
  const started = await harness.call('sendPayment', { as, key: 'key', body: paymentBody })
  expect(started).toMatchObject({ status: 201, body: { push: 'sent' } })
  await harness.answers(as, 'approved')
  const seen = await harness.call('paymentStatus', { as, id: started.body.paymentId })
  expect(seen.body.status).toBe('approved')
  expect(await harness.call('authyCallback', { text: '{}' })).toMatchObject(
    no(403, 'forged_callback'),
  )
})

test('a key that was changed is taken without a new deployment', async () => {
  secrets.on(GetSecretValueCommand).resolves({ SecretString: '{"apiKey":"the key before"}' })
  const as = harness.stranger()
  expect((await harness.call('phoneStart', { as, body: phoneOf(as) })).status).toBe(503)
  secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ apiKey: API_KEY }) })
  harness.clock.advance(21)
  expect((await harness.call('phoneStart', { as, body: phoneOf(as) })).status).toBe(202)
})
