/** Signing out everywhere, and what a session may not do any more after it. */
import type { Context } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { SignedIn } from '../../functions/core/payer.ts'
import { SessionEnded } from '../../functions/core/refusals.ts'
import { endpoint, nothing } from '../../functions/http/endpoint.ts'
import { eventOf } from '../harness/event.ts'
import { type Harness, type Person, paymentBody, startHarness } from '../harness/harness.ts'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterEach(() => {
  harness.userPool.instead = undefined
})
afterAll(() => harness.close())

/** When the clock of these tests begins, as a token tells it. */
const now = () => Math.floor(harness.clock.now().getTime() / 1000)
const signedInAt = (seconds: number) => ({ auth_time: String(seconds) })
/** As API Gateway answers for a token that is not good. */
const UNAUTHORIZED = {
  status: 401,
  body: { message: 'Unauthorized' },
  headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
}

const startPhone = (as: Person, claims: Record<string, string>) =>
  harness.call('phoneStart', { as, claims, body: { phoneNumber: as.number, channel: 'sms' } })
const end = (as: Person, claims: Record<string, string>) =>
  harness.call('endSessions', { as, claims })
const asked = () =>
  harness.userPool.calls.map(({ operation, text }) => [operation, JSON.parse(text)])

/** Somebody whom the table knows, signed in a minute ago. */
async function known() {
  const as = harness.stranger()
  const claims = signedInAt(now() - 60)
  expect((await startPhone(as, claims)).status).toBe(202)
  harness.clock.advance(20)
  harness.userPool.calls.length = 0
  return { as, claims }
}

test('every session ends, this one too, and the sign-in provider is told', async () => {
  const { as, claims } = await known()
  expect(await end(as, claims)).toMatchObject({ status: 200, body: {} })
  expect(asked()).toEqual([
    ['AdminUserGlobalSignOut', { UserPoolId: 'local_payfriend', Username: as.payerId }],
  ])
  expect(await startPhone(as, claims)).toMatchObject(UNAUTHORIZED)
  expect(await startPhone(as, { auth_time: 'unknown' })).toMatchObject(UNAUTHORIZED)
  expect((await startPhone(as, signedInAt(now() + 1))).status).toBe(202)
})

test('of somebody whom no table knows yet ends too: an old token enrols no first phone', async () => {
  const as = harness.stranger()
  const claims = signedInAt(now() - 60)
  expect((await end(as, claims)).status).toBe(200)
  expect(await startPhone(as, claims)).toMatchObject(UNAUTHORIZED)
  expect((await startPhone(as, signedInAt(now() + 1))).status).toBe(202)
})

test('a session that was ended does not even see the account', async () => {
  const { as, claims } = await known()
  expect((await harness.call('profile', { as, claims })).status).toBe(200)
  await end(as, claims)
  expect(await harness.call('profile', { as, claims })).toMatchObject(UNAUTHORIZED)
})

test('a session that was ended neither lists nor cancels; what waits still waits', async () => {
  const as = await harness.person()
  const claims = signedInAt(now() - 60)
  const { paymentId: id } = await harness.pending(as)
  expect((await harness.call('listPayments', { as, claims })).status).toBe(200)
  await end(as, claims)
  expect(await harness.call('listPayments', { as, claims })).toMatchObject(UNAUTHORIZED)
  expect(await harness.call('cancelPayment', { as, claims, id })).toMatchObject(UNAUTHORIZED)
  const back = signedInAt(now() + 1)
  const status = await harness.call('paymentStatus', { as, claims: back, id })
  expect(status.body).toMatchObject({ status: 'pending' })
  expect((await harness.call('cancelPayment', { as, claims: back, id })).status).toBe(200)
})

test('who is back finds no verification that somebody else began', async () => {
  const as = await harness.person()
  const claims = signedInAt(now() - 60)
  const phoneNumber = harness.stranger().number
  await harness.call('phoneStart', { as, claims, body: { phoneNumber, channel: 'sms' } })
  const begun = await harness.call('profile', { as, claims })
  expect(begun.body).toMatchObject({ phone: { verified: true, pending: { channel: 'sms' } } })
  await end(as, claims)
  const { body } = await harness.call('profile', { as, claims: signedInAt(now() + 1) })
  expect(body).toMatchObject({ phone: { verified: true, pending: null } })
})

test('a session that was ended ends no other: it would sign out whoever just came back', async () => {
  const { as, claims } = await known()
  await end(as, claims)
  harness.clock.advance(20)
  const back = signedInAt(now())
  harness.userPool.calls.length = 0
  expect(await end(as, claims)).toMatchObject(UNAUTHORIZED)
  expect(asked()).toEqual([])
  expect((await startPhone(as, back)).status).toBe(202)
})

test('a change of phone ends every session, and the first phone none', async () => {
  const as = await harness.person()
  const next = harness.stranger().number
  const claims = signedInAt(now() - 60)
  harness.userPool.calls.length = 0
  await harness.call('phoneStart', { as, claims, body: { phoneNumber: next, channel: 'sms' } })
  const [code, currentCode] = [harness.codeOn(next), harness.codeOn(as.number)]
  const body = { ...harness.verification(as), code, currentCode }
  expect(asked()).toEqual([])
  harness.userPool.instead = () => ({ status: 400, body: { __type: 'NotAuthorizedException' } })
  // The phone is changed, whatever the sign-in provider says.
  expect((await harness.call('phoneVerify', { as, claims, body })).status).toBe(200)
  expect(asked()).toEqual([['AdminUserGlobalSignOut', expect.anything()]])
  const pay = (more: Record<string, string>) =>
    harness.call('sendPayment', { as, key: 'one', claims: more, body: paymentBody })
  expect(await pay(claims)).toMatchObject(UNAUTHORIZED)
  expect((await pay(signedInAt(now() + 1))).status).toBe(201)
})

test('where the provider does not answer it is a fault, and yet no older session does anything', async () => {
  const { as, claims } = await known()
  harness.userPool.instead = () => ({ status: 400, body: { __type: 'NotAuthorizedException' } })
  expect((await end(as, claims)).status).toBe(500)
  expect(await startPhone(as, claims)).toMatchObject(UNAUTHORIZED)
})

test.each([
  ['a body', { text: '{"a":1}' }],
  ['another payer', { text: '{"payerId":"person-2"}' }],
  ['a query', { query: { a: '1' } }],
])('%s is refused, and ends nothing', async (_, more) => {
  const { as, claims } = await known()
  const refused = await harness.call('endSessions', { as, claims, ...more })
  expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  expect(asked()).toEqual([])
})

describe('the pipeline', () => {
  const asking = async (claims: Record<string, string>, error?: Error) => {
    const payers: SignedIn[] = []
    const handler = endpoint({ env: {} }, { body: nothing, query: nothing }, async ({ payer }) => {
      payers.push(payer)
      if (error) throw error
      return { status: 200, body: {} }
    })
    const event = eventOf('profile', { as: harness.stranger(), claims })
    const answer = await handler(event as never, { awsRequestId: 'r' } as Context)
    return { payer: payers[0], answer }
  }

  test('tells when the payer signed in, of the text that API Gateway makes of it', async () => {
    expect((await asking({ auth_time: '1795867200' })).payer).toMatchObject({
      authTime: 1_795_867_200,
    })
  })

  test.each([{ auth_time: 'soon' }, { auth_time: '1.5' }, { auth_time: 'NaN' }])(
    'or that it is not known: %j',
    async (claims: Record<string, string>) => {
      const { payer, answer } = await asking(claims)
      expect(answer.statusCode).toBe(200)
      expect(payer?.authTime).toBeUndefined()
    },
  )

  test('answers a session that was ended as API Gateway answers no session', async () => {
    const { answer } = await asking({}, new SessionEnded())
    expect({ ...answer, body: JSON.parse(answer.body ?? '') }).toMatchObject({
      statusCode: 401,
      body: { message: 'Unauthorized' },
      headers: { 'www-authenticate': 'Bearer', 'content-type': 'application/json' },
    })
  })
})
