/** A stage whose owner has not filled in Authy's key yet, and does so later. */
import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { API_KEY, no, paymentBody, type Rig, startRig } from '../rig.ts'

const secrets = mockClient(SecretsManagerClient)
const empty = new ResourceNotFoundException({ $metadata: {}, message: 'no value' })

/** Each test has a stage and a secret of its own, because what was read of one is kept. */
let rig: Rig
let stages = 0
beforeEach(async () => {
  process.env.AWS_REGION = 'eu-west-1'
  stages += 1
  rig = await startRig({ AUTHY_SECRET_ID: `authy-${stages}` })
  secrets.reset()
  secrets.on(GetSecretValueCommand).rejects(empty)
})
afterEach(() => rig.close())

const phoneOf = ({ number }: { number: string }) => ({ phoneNumber: number, channel: 'sms' })

test('what needs the key is not available, and what does not is', async () => {
  const as = rig.stranger()
  expect(await rig.call('phoneStart', { as, body: phoneOf(as) })).toMatchObject(
    no(503, 'provider_unavailable'),
  )
  expect(await rig.call('authyCallback', { text: '{}' })).toMatchObject(
    no(503, 'provider_unavailable'),
  )
  expect((await rig.call('profile', { as })).status).toBe(200)
  expect((await rig.call('listPayments', { as })).status).toBe(200)
})

test('once it is filled everything goes on, and an unsigned callback is refused as ever', async () => {
  const waiting = rig.stranger()
  await rig.call('phoneStart', { as: waiting, body: phoneOf(waiting) })
  secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ apiKey: API_KEY }) })
  const as = await rig.person()
  const started = await rig.call('sendPayment', { as, key: 'key', body: paymentBody })
  expect(started).toMatchObject({ status: 201, body: { push: 'sent' } })
  await rig.answers(as, 'approved')
  const seen = await rig.call('paymentStatus', { as, id: started.body.paymentId })
  expect(seen.body.status).toBe('approved')
  expect(await rig.call('authyCallback', { text: '{}' })).toMatchObject(no(403, 'forged_callback'))
})

test('a key that was changed is taken without a new deployment', async () => {
  secrets.on(GetSecretValueCommand).resolves({ SecretString: '{"apiKey":"the key before"}' })
  const as = rig.stranger()
  expect((await rig.call('phoneStart', { as, body: phoneOf(as) })).status).toBe(503)
  secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify({ apiKey: API_KEY }) })
  rig.clock.advance(21)
  expect((await rig.call('phoneStart', { as, body: phoneOf(as) })).status).toBe(202)
})
