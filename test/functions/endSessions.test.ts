/** Signing out everywhere, and what a session may not do any more after it. */
import type { Context } from 'aws-lambda'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { SignedIn } from '../../functions/core/payer.ts'
import { SessionEnded } from '../../functions/core/refusals.ts'
import { endpoint, nothing } from '../../functions/http.ts'
import { eventOf } from '../event.ts'
import { type Person, paymentBody, type Rig, startRig } from '../rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterEach(() => {
  rig.userPool.instead = undefined
})
afterAll(() => rig.close())

/** When the clock of these tests begins, as a token tells it. */
const now = () => Math.floor(rig.clock.now().getTime() / 1000)
const signedInAt = (seconds: number) => ({ auth_time: String(seconds) })
/** As API Gateway answers for a token that is not good. */
const UNAUTHORIZED = {
  status: 401,
  body: { message: 'Unauthorized' },
  headers: { 'www-authenticate': 'Bearer', 'cache-control': 'no-store' },
}

const startPhone = (as: Person, claims: Record<string, string>) =>
  rig.call('phoneStart', { as, claims, body: { phoneNumber: as.number, channel: 'sms' } })
const end = (as: Person, claims: Record<string, string>) => rig.call('endSessions', { as, claims })
const asked = () => rig.userPool.calls.map(({ operation, text }) => [operation, JSON.parse(text)])

/** Somebody whom the table knows, signed in a minute ago. */
async function known() {
  const as = rig.stranger()
  const claims = signedInAt(now() - 60)
  expect((await startPhone(as, claims)).status).toBe(202)
  rig.clock.advance(20)
  rig.userPool.calls.length = 0
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
  const as = rig.stranger()
  const claims = signedInAt(now() - 60)
  expect((await end(as, claims)).status).toBe(200)
  expect(await startPhone(as, claims)).toMatchObject(UNAUTHORIZED)
  expect((await startPhone(as, signedInAt(now() + 1))).status).toBe(202)
})

test('a session that was ended does not even see the account', async () => {
  const { as, claims } = await known()
  expect((await rig.call('profile', { as, claims })).status).toBe(200)
  await end(as, claims)
  expect(await rig.call('profile', { as, claims })).toMatchObject(UNAUTHORIZED)
})

test('a session that was ended neither lists nor cancels; what waits still waits', async () => {
  const as = await rig.person()
  const claims = signedInAt(now() - 60)
  const { paymentId: id } = await rig.pending(as)
  expect((await rig.call('listPayments', { as, claims })).status).toBe(200)
  await end(as, claims)
  expect(await rig.call('listPayments', { as, claims })).toMatchObject(UNAUTHORIZED)
  expect(await rig.call('cancelPayment', { as, claims, id })).toMatchObject(UNAUTHORIZED)
  const back = signedInAt(now() + 1)
  const status = await rig.call('paymentStatus', { as, claims: back, id })
  expect(status.body).toMatchObject({ status: 'pending' })
  expect((await rig.call('cancelPayment', { as, claims: back, id })).status).toBe(200)
})

test('who is back finds no verification that somebody else began', async () => {
  const as = await rig.person()
  const claims = signedInAt(now() - 60)
  const phoneNumber = rig.stranger().number
  await rig.call('phoneStart', { as, claims, body: { phoneNumber, channel: 'sms' } })
  const begun = await rig.call('profile', { as, claims })
  expect(begun.body).toMatchObject({ phone: { verified: true, pending: { channel: 'sms' } } })
  await end(as, claims)
  const { body } = await rig.call('profile', { as, claims: signedInAt(now() + 1) })
  expect(body).toMatchObject({ phone: { verified: true, pending: null } })
})

test('a session that was ended ends no other: it would sign out whoever just came back', async () => {
  const { as, claims } = await known()
  await end(as, claims)
  rig.clock.advance(20)
  const back = signedInAt(now())
  rig.userPool.calls.length = 0
  expect(await end(as, claims)).toMatchObject(UNAUTHORIZED)
  expect(asked()).toEqual([])
  expect((await startPhone(as, back)).status).toBe(202)
})

test('a change of phone ends every session, and the first phone none', async () => {
  const as = await rig.person()
  const next = rig.stranger().number
  const claims = signedInAt(now() - 60)
  rig.userPool.calls.length = 0
  await rig.call('phoneStart', { as, claims, body: { phoneNumber: next, channel: 'sms' } })
  const [code, currentCode] = [rig.codeOn(next), rig.codeOn(as.number)]
  const body = { ...rig.verification(as), code, currentCode }
  expect(asked()).toEqual([])
  rig.userPool.instead = () => ({ status: 400, body: { __type: 'NotAuthorizedException' } })
  // The phone is changed, whatever the sign-in provider says.
  expect((await rig.call('phoneVerify', { as, claims, body })).status).toBe(200)
  expect(asked()).toEqual([['AdminUserGlobalSignOut', expect.anything()]])
  const pay = (more: Record<string, string>) =>
    rig.call('sendPayment', { as, key: 'one', claims: more, body: paymentBody })
  expect(await pay(claims)).toMatchObject(UNAUTHORIZED)
  expect((await pay(signedInAt(now() + 1))).status).toBe(201)
})

test('somebody whom the table does not know yet is signed out as well', async () => {
  const as = rig.stranger()
  rig.userPool.calls.length = 0
  expect(await end(as, signedInAt(now()))).toMatchObject({ status: 200, body: {} })
  expect(asked()).toHaveLength(1)
})

test('where the provider does not answer it is a fault, and yet no older session does anything', async () => {
  const { as, claims } = await known()
  rig.userPool.instead = () => ({ status: 400, body: { __type: 'NotAuthorizedException' } })
  expect((await end(as, claims)).status).toBe(500)
  expect(await startPhone(as, claims)).toMatchObject(UNAUTHORIZED)
})

test.each([
  ['a body', { text: '{"a":1}' }],
  ['another payer', { text: '{"payerId":"person-2"}' }],
  ['a query', { query: { a: '1' } }],
])('%s is refused, and ends nothing', async (_, more) => {
  const { as, claims } = await known()
  const refused = await rig.call('endSessions', { as, claims, ...more })
  expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
  expect(asked()).toEqual([])
})

describe('the pipeline', () => {
  const asking = async (claims: Record<string, string>, error?: Error) => {
    const payers: SignedIn[] = []
    const handler = endpoint({ body: nothing, query: nothing }, async ({ payer }) => {
      payers.push(payer)
      if (error) throw error
      return { status: 200, body: {} }
    })
    const event = eventOf('profile', { as: rig.stranger(), claims })
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
