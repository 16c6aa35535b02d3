/** What the owner stops for everybody, by the switches in their secret or on a laptop. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { textProviders } from '../../functions/routes.ts'
import { addDevice, type TestDevice } from '../harness/devices.ts'
import {
  type Harness,
  no,
  type Person,
  paymentBody,
  type Reply,
  startHarness,
} from '../harness/harness.ts'

const secrets = mockClient(SecretsManagerClient)
const AGAIN = { headers: { 'retry-after': '300' } }
const smsOff = { ...no(503, 'sms_off'), ...AGAIN }
const paymentsOff = { ...no(503, 'payments_off'), ...AGAIN }

/** Each test has a stage and a secret of its own, because what was read of one is kept. */
let stages = 0

describe.each(textProviders)('with %s', (PROVIDER) => {
  let harness: Harness
  beforeEach(async () => {
    process.env.AWS_REGION = 'eu-west-1'
    secrets.reset()
    harness = await startHarness({ PROVIDER })
  })
  afterEach(() => harness.close())

  /** The same stage, asked by Lambdas that read a new secret, which has these. */
  function withSwitches(switches: object) {
    const SecretString = JSON.stringify(switches)
    secrets.on(GetSecretValueCommand).resolves({ SecretString })
    return withSecret()
  }
  function withSecret() {
    stages += 1
    return harness.with({ SWITCHES_SECRET_ID: `switches-${PROVIDER}-${stages}` }).call
  }

  const phone = ({ number }: Person, channel = 'sms') => ({ phoneNumber: number, channel })
  const READS = ['GetItem', 'BatchGetItem', 'Query']

  /** What such a request leaves behind at the provider and in the tables. */
  async function leaves(run: () => Promise<Reply>) {
    const [calls, writes] = [harness.provider.calls.length, harness.store.calls.length]
    const reply = await run()
    const asked = harness.store.calls.slice(writes).map(({ operation }) => operation)
    const left = [
      ...harness.provider.calls.slice(calls),
      ...asked.filter((one) => !READS.includes(one)),
    ]
    return { reply, left }
  }

  test.each([
    ['without a switch', {}],
    ['with both turned off', { smsOff: false, paymentsOff: false }],
  ])('%s all goes on', async (_, switches) => {
    const call = withSwitches(switches)
    const as = await harness.person()
    const started = await call('sendPayment', { as, key: 'key', body: paymentBody })
    expect(started.status).toBe(201)
    expect((await call('smsStart', { as, id: started.body.paymentId })).status).toBe(202)
    expect((await call('phoneStart', { as, body: phone(harness.stranger()) })).status).toBe(202)
  })

  test('no text goes out while texts are stopped, nothing is counted, and the rest goes on', async () => {
    const call = withSwitches({ smsOff: true })
    const as = await harness.person()
    const started = await call('sendPayment', { as, key: 'key', body: paymentBody })
    expect(started.status).toBe(201)
    const { paymentId: id } = started.body
    const asked = await leaves(() => call('smsStart', { as, id }))
    expect(asked).toMatchObject({ reply: smsOff, left: [] })
    for (const channel of ['sms', 'call']) {
      const body = phone(harness.stranger(), channel)
      const tried = await leaves(() => call('phoneStart', { as, body }))
      expect(tried).toMatchObject({ reply: smsOff, left: [] })
    }
    expect((await call('cancelPayment', { as, id })).status).toBe(200)
  })

  test('a code that was sent before is still good', async () => {
    const as = await harness.person()
    const { paymentId: id } = await harness.pending(as)
    await harness.call('smsStart', { as, id })
    const body = { code: harness.codeOn(as.number) }
    expect(await withSwitches({ smsOff: true })('smsVerify', { as, id, body })).toMatchObject({
      status: 200,
      body: { status: 'approved' },
    })
  })

  test('a phone’s code that was sent before is still good', async () => {
    const as = harness.stranger()
    await harness.call('phoneStart', { as, body: phone(as) })
    const body = { ...harness.verification(as), code: harness.codeOn(as.number) }
    expect((await withSwitches({ smsOff: true })('phoneVerify', { as, body })).status).toBe(200)
  })

  test('no payment begins while payments are stopped, and nothing of it is counted, stored or sent', async () => {
    const call = withSwitches({ paymentsOff: true })
    const as = await harness.person()
    const tried = await leaves(() => call('sendPayment', { as, key: 'key', body: paymentBody }))
    expect(tried).toMatchObject({ reply: paymentsOff, left: [] })
    // The same key begins it when they go on.
    const later = await harness.call('sendPayment', { as, key: 'key', body: paymentBody })
    expect(later.status).toBe(201)
  })

  test('a payment that waits is answered by its key, texted and approved while payments are stopped', async () => {
    const call = withSwitches({ paymentsOff: true })
    const as = await harness.person()
    const { paymentId: id } = await harness.pending(as, { key: 'key' })
    expect(await call('sendPayment', { as, key: 'key', body: paymentBody })).toMatchObject({
      status: 200,
      body: { paymentId: id, status: 'pending' },
    })
    expect((await call('smsStart', { as, id })).status).toBe(202)
    const body = { code: harness.codeOn(as.number) }
    expect((await call('smsVerify', { as, id, body })).status).toBe(200)
  })

  test('a secret that cannot be read lets nothing begin: that is a fault', async () => {
    secrets.on(GetSecretValueCommand).rejects(new Error('AccessDeniedException'))
    const call = withSecret()
    const as = await harness.person()
    const { paymentId: id } = await harness.pending(as)
    for (const run of [
      () => call('sendPayment', { as, key: 'key', body: paymentBody }),
      () => call('smsStart', { as, id }),
      () => call('phoneStart', { as, body: phone(harness.stranger()) }),
    ]) {
      expect(await leaves(run)).toMatchObject({ reply: { status: 500 }, left: [] })
    }
  })

  test('on a laptop the environment has them', async () => {
    const as = await harness.person()
    const { paymentId: id } = await harness.pending(as)
    const noTexts = harness.with({ SMS_OFF: 'true' }).call
    expect(await noTexts('smsStart', { as, id })).toMatchObject(smsOff)
    expect((await noTexts('sendPayment', { as, key: 'a', body: paymentBody })).status).toBe(201)
    const noPayments = harness.with({ PAYMENTS_OFF: 'true' }).call
    expect(await noPayments('sendPayment', { as, key: 'b', body: paymentBody })).toMatchObject(
      paymentsOff,
    )
    expect(() => harness.with({ SMS_OFF: 'yes' })).toThrow('SMS_OFF: must be true or false')
  })
})

describe('without a provider', () => {
  let harness: Harness
  let as: Person
  let device: TestDevice
  beforeEach(async () => {
    process.env.AWS_REGION = 'eu-west-1'
    secrets.reset()
    harness = await startHarness({ PROVIDER: 'none' })
    as = harness.stranger()
    device = await addDevice(harness, as)
  })
  afterEach(() => harness.close())
  function withSecret() {
    stages += 1
    return harness.with({ SWITCHES_SECRET_ID: `switches-none-${stages}` }).call
  }

  test('no payment begins while payments are stopped, and one that waits is approved', async () => {
    const { paymentId } = await harness.pending(as)
    secrets.on(GetSecretValueCommand).resolves({ SecretString: '{"paymentsOff":true}' })
    const call = withSecret()
    expect(await call('sendPayment', { as, key: 'key', body: paymentBody })).toMatchObject(
      paymentsOff,
    )
    expect((await device.approve(`payment.${paymentId}`)).body.status).toBe('approved')
  })

  test.each(['', 'off', '[]'])('a secret that holds %j stops payments', async (SecretString) => {
    secrets.on(GetSecretValueCommand).resolves({ SecretString })
    expect(await withSecret()('sendPayment', { as, key: 'key', body: paymentBody })).toMatchObject(
      paymentsOff,
    )
  })
})

test('a push is answered while everything else is stopped', async () => {
  const harness = await startHarness()
  const as = await harness.person()
  const { paymentId: id } = await harness.pending(as)
  const { call } = harness
  const stopped = harness.with({ SMS_OFF: 'true', PAYMENTS_OFF: 'true' }).call
  harness.call = (name, request) => (name === 'authyCallback' ? stopped : call)(name, request)
  await harness.answers(as, 'approved')
  expect((await stopped('paymentStatus', { as, id })).body.status).toBe('approved')
  await harness.close()
})
