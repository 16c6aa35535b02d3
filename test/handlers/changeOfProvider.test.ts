/** A stage with data that changes its provider: how payments end that were started before, and by whom new ones are carried. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sweepPayments } from '../../functions/handlers/sweepPayments.ts'
import type { Provider, TextProvider } from '../../functions/routes.ts'
import { handlersIn } from '../../local/api/handlers.ts'
import { asLambda } from '../../local/database/access.ts'
import { addDevice, type TestDevice } from '../harness/devices.ts'
import { type Harness, no, type Person, paymentBody, startHarness } from '../harness/harness.ts'

let harness: Harness
afterEach(() => harness.close())

const statusOf = async (id: string) => (await harness.item(id))?.status

/** The stage after its next deployment, on the same tables and phones. */
function deployed(provider: Provider, formerProvider?: TextProvider) {
  const env = { PROVIDER: provider, ...(formerProvider && { FORMER_PROVIDER: formerProvider }) }
  const world = { ...harness.world, env: { ...harness.world.env, ...env } }
  const { call } = harness.with(env)
  const hasCallback = provider === 'authy' || formerProvider === 'authy'
  // Callbacks reach what is deployed now; API Gateway answers for a route that is gone.
  harness.call = async (name, request) =>
    name === 'authyCallback' && !hasCallback
      ? { status: 404, body: {}, headers: {} }
      : call(name, request)
  return { call, sweep: sweepPayments(asLambda(world, 'sweepPayments')) }
}

/** The routes of a deployment. */
const routesOf = (provider: Provider, formerProvider?: TextProvider) =>
  Object.keys(
    handlersIn(
      (name) =>
        asLambda({ ...harness.world, env: { ...harness.world.env, PROVIDER: provider } }, name),
      {
        provider,
        formerProvider,
      },
    ),
  )

/** The providers that were called since. */
function calledSince(calls: number): Set<TextProvider> {
  const since = harness.provider.calls.slice(calls)
  return new Set(since.map(({ path }) => (path.startsWith('/v2/') ? 'twilioVerify' : 'authy')))
}

const EVIDENCE = { authy: 'sms-code', twilioVerify: 'verify-code' } as const

const FROM_TEXTS = [
  ['authy', 'twilioVerify'],
  ['authy', 'none'],
  ['twilioVerify', 'authy'],
  ['twilioVerify', 'none'],
] as const

describe.each(FROM_TEXTS)('from %s to %s', (from, to) => {
  let payer: Person
  let id: string
  beforeEach(async () => {
    harness = await startHarness({ PROVIDER: from })
    payer = await harness.person()
    id = (await harness.pending(payer)).paymentId
  })
  const texted = async () => {
    expect((await harness.call('smsStart', { as: payer, id })).status).toBe(202)
    return { as: payer, id, body: { code: harness.codeOn(payer.number) } }
  }

  describe('that names the former provider for one deployment', () => {
    test('a code that was sent before the change approves after it, at the provider that sent it', async () => {
      const entered = await texted()
      const { call } = deployed(to, from)
      const calls = harness.provider.calls.length
      expect(await call('smsVerify', entered)).toMatchObject({
        status: 200,
        body: { status: 'approved', decidedBy: 'sms' },
      })
      expect(calledSince(calls)).toEqual(new Set([from]))
      expect((await harness.item(id))?.evidence).toMatchObject({ kind: EVIDENCE[from] })
    })

    test('a payment that waits is texted after the change by the provider that it was started with', async () => {
      const { call } = deployed(to, from)
      const calls = harness.provider.calls.length
      expect((await call('smsStart', { as: payer, id })).status).toBe(202)
      const body = { code: harness.codeOn(payer.number) }
      expect(await call('smsVerify', { as: payer, id, body })).toMatchObject({
        status: 200,
        body: { status: 'approved' },
      })
      expect(calledSince(calls)).toEqual(new Set([from]))
    })

    test('a wrong code of before is counted, and approves nothing', async () => {
      const { body } = await texted()
      const { call } = deployed(to, from)
      const code = body.code === '111111' ? '222222' : '111111'
      expect(await call('smsVerify', { as: payer, id, body: { code } })).toMatchObject(
        no(422, 'wrong_code', { attemptsLeft: 4 }),
      )
      expect(await statusOf(id)).toBe('pending')
    })

    if (from === 'authy') {
      test.each(['approved', 'denied'] as const)('a push is %s after it', async (answer) => {
        deployed(to, from)
        await harness.answers(payer, answer)
        expect(await harness.item(id)).toMatchObject({ status: answer, decided_by: 'push' })
      })

      test('the sweep finds the answer to a push whose callback was lost', async () => {
        const { sweep } = deployed(to, from)
        harness.phone.book.faults.loseNextCallback = true
        await harness.answers(payer, 'approved')
        harness.clock.advance(30)
        expect(await sweep()).toMatchObject({ decided: 1, asked: 1 })
        expect(await statusOf(id)).toBe('approved')
      })
    } else {
      const ended = () => harness.phone.book.verifications(payer.number)[0]?.status

      test('the code of a payment that is cancelled is ended at Twilio', async () => {
        await texted()
        const { call } = deployed(to, from)
        expect((await call('cancelPayment', { as: payer, id })).status).toBe(200)
        expect(ended()).toBe('canceled')
      })

      test('so is that of one that expires', async () => {
        await texted()
        const { sweep } = deployed(to, from)
        harness.clock.advance(301)
        expect((await sweep()).expired).toBe(1)
        expect(ended()).toBe('canceled')
      })
    }

    if (to !== 'none') {
      test('new payments, texts for them and changes of phone go to the new provider only', async () => {
        const { call } = deployed(to, from)
        const calls = harness.provider.calls.length
        const started = await call('sendPayment', { as: payer, key: 'after', body: paymentBody })
        expect(started).toMatchObject({
          status: 201,
          body: { push: to === 'authy' ? 'sent' : 'unavailable' },
        })
        const { paymentId } = started.body
        expect((await call('smsStart', { as: payer, id: paymentId })).status).toBe(202)
        const body = { code: harness.codeOn(payer.number) }
        expect(await call('smsVerify', { as: payer, id: paymentId, body })).toMatchObject({
          status: 200,
          body: { status: 'approved' },
        })
        const change = { phoneNumber: harness.stranger().number, channel: 'sms' }
        expect((await call('phoneStart', { as: payer, body: change })).status).toBe(202)
        expect(calledSince(calls)).toEqual(new Set([to]))
      })
    } else {
      test('no phone is verified, and no device is let in by a text', () => {
        const routes = routesOf(to, from)
        expect(routes).toEqual(expect.arrayContaining(['smsStart', 'smsVerify', 'deviceConfirm']))
        for (const name of ['phoneStart', 'phoneVerify', 'deviceLeave']) {
          expect(routes).not.toContain(name)
        }
      })
    }
  })

  describe('that does not name it', () => {
    test('a code that was sent before approves nothing', async () => {
      const entered = await texted()
      const { call } = deployed(to)
      const calls = harness.provider.calls.length
      if (to === 'none') {
        await expect(call('smsVerify', entered)).rejects.toThrow('there is no smsVerify')
      } else {
        const refused = {
          authy: no(503, 'provider_unavailable'),
          twilioVerify: no(409, 'no_code_sent'),
        }
        expect(await call('smsVerify', entered)).toMatchObject(refused[to])
      }
      expect(await statusOf(id)).toBe('pending')
      expect(calledSince(calls)).not.toContain(from)
    })

    if (from === 'authy') {
      test('nor does a push, whose callback has no route any more', async () => {
        const { sweep } = deployed(to)
        await harness.answers(payer, 'approved')
        expect(harness.phone.book.latestPush(payer.number)?.callbacks).toMatchObject([
          { status: 404 },
        ])
        harness.clock.advance(30)
        expect(await sweep()).toMatchObject({ decided: 0, asked: 0 })
        expect(await statusOf(id)).toBe('pending')
      })
    }

    test('a payment of before can be cancelled', async () => {
      await texted()
      const { call } = deployed(to)
      expect((await call('cancelPayment', { as: payer, id })).body.status).toBe('cancelled')
    })

    test('and expires in its time', async () => {
      await texted()
      const { sweep } = deployed(to)
      harness.clock.advance(301)
      expect(await sweep()).toMatchObject({ expired: 1 })
      expect(await statusOf(id)).toBe('expired')
    })
  })
})

const WITH_DEVICE = [
  ['none', 'authy', undefined],
  ['none', 'twilioVerify', undefined],
  ['authy', 'none', 'authy'],
  ['twilioVerify', 'none', undefined],
  ['authy', 'twilioVerify', undefined],
  ['twilioVerify', 'authy', 'twilioVerify'],
] as const

describe.each(WITH_DEVICE)('a device, from %s to %s', (from, to, former) => {
  let payer: Person
  let device: TestDevice
  beforeEach(async () => {
    harness = await startHarness({ PROVIDER: from })
    payer = from === 'none' ? harness.stranger() : await harness.person()
    device = await addDevice(harness, payer)
  })

  test('approves a payment of before the change and one of after it, and nobody else is asked', async () => {
    const { paymentId: before } = await harness.pending(payer)
    const { call } = deployed(to, former)
    const calls = harness.provider.calls.length
    const started = await call('sendPayment', { as: payer, key: 'after', body: paymentBody })
    expect(started).toMatchObject({ status: 201, body: { push: 'unavailable', device: 'waiting' } })
    for (const id of [before, started.body.paymentId]) {
      expect(await device.approve(`payment.${id}`)).toMatchObject({
        status: 200,
        body: { status: 'approved' },
      })
    }
    expect(harness.provider.calls.length).toBe(calls)
  })
})
