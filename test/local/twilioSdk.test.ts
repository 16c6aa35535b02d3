import twilio from 'twilio'
import { afterEach, expect, test } from 'vitest'
import { type Phone, startPhone } from '../../local/phone/phone.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'

const { apiKey, apiSecret, paymentsServiceSid, phonesServiceSid } = LOCAL_VERIFY
// The SDK wants an account's SID beside a key, and sends it nowhere in Verify.
const accountSid = 'AC1'.padEnd(34, '0')
const to = '+15017122661'
const terms = { amount: '€20.50', payee: 'Neville Longbottom ref 4F2K7Q' }
const payment = { to, channel: 'sms', ...terms }
const CODE = '123456'
const WRONG = '654321'
const noon = new Date('2026-11-21T12:00:00Z')

const phones: Phone[] = []

afterEach(async () => {
  for (const phone of phones.splice(0)) await phone.close()
})

/** The whole SDK, with nothing of ours in it: only the address is another. */
async function setUp(secret: string = apiSecret) {
  let now = noon
  const phone = await startPhone({
    port: 0,
    apiKey: 'own-test-key',
    callbackUrl: () => 'http://localhost:1/callback',
    clock: () => now,
    random: () => CODE,
  })
  phones.push(phone)
  const { verify } = twilio(apiKey, secret, { accountSid })
  verify.baseUrl = phone.url
  const { services } = verify.v2
  return {
    book: phone.book,
    services,
    payments: services(paymentsServiceSid),
    registrations: services(phonesServiceSid),
    passSeconds: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000)
    },
  }
}

/** The exception that the SDK makes of a refusal, as far as a caller can tell. */
async function refused(asked: Promise<unknown>) {
  const error = await asked.then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  )
  if (!(error instanceof twilio.RestException)) throw error
  const { status, code, message, moreInfo } = error
  return { status, code, message, moreInfo }
}

const restException = (status: number, code: number, message: string) => ({
  status,
  code,
  message,
  moreInfo: `https://www.twilio.com/docs/errors/${code}`,
})
const gone = (path: string) =>
  restException(404, 20404, `The requested resource /Services/${path} was not found`)

/** So many times the same, one after the other. */
async function times(count: number, one: () => Promise<unknown>) {
  for (let done = 0; done < count; done += 1) await one()
}

test('the SDK makes a service, reads it, changes it and removes it', async () => {
  const { services } = await setUp()
  const made = await services.create({
    friendlyName: 'Made by the SDK',
    codeLength: 8,
    psd2Enabled: true,
    doNotShareWarningEnabled: true,
  })
  expect(made).toMatchObject({
    sid: expect.stringMatching(/^VA[0-9a-f]{32}$/),
    accountSid: expect.stringMatching(/^AC[0-9a-f]{32}$/),
    friendlyName: 'Made by the SDK',
    codeLength: 8,
    psd2Enabled: true,
    doNotShareWarningEnabled: true,
    dateCreated: noon,
    dateUpdated: noon,
  })
  const service = services(made.sid)
  expect((await service.fetch()).toJSON()).toEqual(made.toJSON())
  const changed = await service.update({ codeLength: 6 })
  expect(changed.toJSON()).toEqual({ ...made.toJSON(), codeLength: 6 })
  expect(await service.remove()).toBe(true)
  expect(await refused(service.fetch())).toEqual(gone(made.sid))
})

test('the SDK lists all services over many pages, by list and by each', async () => {
  const { services } = await setUp()
  for (const friendlyName of ['A', 'B', 'C']) await services.create({ friendlyName })
  const names = ['Payfriend payments', 'Payfriend', 'A', 'B', 'C']
  const nameOf = ({ friendlyName }: { friendlyName: string }) => friendlyName
  expect((await services.list()).map(nameOf)).toEqual(names)
  expect((await services.list({ pageSize: 2 })).map(nameOf)).toEqual(names)
  expect((await services.list({ pageSize: 2, limit: 3 })).map(nameOf)).toEqual(names.slice(0, 3))
  const each: string[] = []
  await new Promise<void>((resolve, reject) => {
    services.each({
      pageSize: 1,
      callback: (service) => void each.push(service.friendlyName),
      done: (error?: Error) => (error ? reject(error) : resolve()),
    })
  })
  expect(each).toEqual(names)
})

test('the SDK starts a payment’s verification, reads it and approves it with the code', async () => {
  const { payments, book, passSeconds } = await setUp()
  const started = await payments.verifications.create(payment)
  expect(started).toMatchObject({
    sid: expect.stringMatching(/^VE[0-9a-f]{32}$/),
    serviceSid: paymentsServiceSid,
    to,
    channel: 'sms',
    status: 'pending',
    valid: false,
    lookup: {},
    ...terms,
    sendCodeAttempts: [
      {
        time: '2026-11-21T12:00:00Z',
        channel: 'SMS',
        attempt_sid: expect.stringMatching(/^VL/),
      },
    ],
    sna: null,
    dateCreated: noon,
    dateUpdated: noon,
  })
  expect(book.messages(to)[0]?.words).toContain(`pay €20.50 to ${terms.payee} is ${CODE}`)

  passSeconds(9)
  const asked = { verificationSid: started.sid, ...terms }
  const wrong = await payments.verificationChecks.create({ ...asked, code: WRONG })
  expect(wrong).toMatchObject({ status: 'pending', valid: false })
  const right = await payments.verificationChecks.create({ ...asked, code: CODE })
  expect(right.toJSON()).toEqual({
    sid: started.sid,
    serviceSid: paymentsServiceSid,
    accountSid: started.accountSid,
    to,
    channel: 'sms',
    status: 'approved',
    valid: true,
    ...terms,
    dateCreated: noon,
    dateUpdated: new Date('2026-11-21T12:00:09Z'),
    snaAttemptsErrorCodes: [],
  })
})

test.each(['sms', 'call'])('the SDK verifies a phone by %s', async (channel) => {
  const { registrations, book } = await setUp()
  const started = await registrations.verifications.create({ to, channel })
  expect(started).toMatchObject({ channel, amount: null, payee: null })
  expect(book.messages(to)).toMatchObject([{ kind: channel === 'call' ? 'call' : 'text' }])
  const code = book.messages(to)[0]?.code ?? ''
  expect(await registrations.verificationChecks.create({ to, code })).toMatchObject({
    status: 'approved',
    valid: true,
    amount: null,
    payee: null,
  })
})

test('the SDK cancels a verification, and its code is no longer good', async () => {
  const { payments } = await setUp()
  const { sid } = await payments.verifications.create(payment)
  const canceled = await payments.verifications(sid).update({ status: 'canceled' })
  expect(canceled).toMatchObject({ sid, status: 'canceled', valid: false })
  const asked = { verificationSid: sid, code: CODE, ...terms }
  expect(await refused(payments.verificationChecks.create(asked))).toEqual(
    gone(`${paymentsServiceSid}/VerificationCheck`),
  )
})

test('20003: the SDK is refused with another secret', async () => {
  const { payments } = await setUp('wrong')
  expect(await refused(payments.fetch())).toEqual(restException(401, 20003, 'Authenticate'))
})

test('20404: the SDK finds nothing where nothing is, or is any more', async () => {
  const { payments, passSeconds } = await setUp()
  const sid = 'VE1'.padEnd(34, '0')
  const nothing = gone(`${paymentsServiceSid}/Verifications/${sid}`)
  const noCheck = gone(`${paymentsServiceSid}/VerificationCheck`)
  const check = () => payments.verificationChecks.create({ to, code: CODE, ...terms })
  expect(await refused(payments.verifications(sid).update({ status: 'canceled' }))).toEqual(nothing)
  expect(await refused(check())).toEqual(noCheck)
  await payments.verifications.create(payment)
  passSeconds(600)
  expect(await refused(check())).toEqual(noCheck)
  await payments.verifications.create(payment)
  await check()
  expect(await refused(check())).toEqual(noCheck)
})

test('60200: the SDK is told which parameter is wrong', async () => {
  const { payments, services } = await setUp()
  expect(await refused(payments.verifications.create({ ...payment, to: '12' }))).toEqual(
    restException(400, 60200, 'Invalid parameter `To`: 12'),
  )
  for (const [asked, name] of [
    [() => payments.verifications.create({ ...payment, channel: 'owl' }), 'Channel'],
    [() => payments.verificationChecks.create({ to, code: '123', ...terms }), 'Code'],
    [() => services.create({ friendlyName: 'x'.repeat(33) }), 'FriendlyName'],
    [() => payments.update({ codeLength: 11 }), 'CodeLength'],
  ] as const) {
    const wrong = restException(400, 60200, `Invalid parameter: ${name}`)
    expect(await refused(asked())).toEqual(wrong)
  }
})

test('60202: the SDK is refused the right code after five wrong ones', async () => {
  const { payments } = await setUp()
  const { sid } = await payments.verifications.create(payment)
  const check = (code: string) =>
    payments.verificationChecks.create({ verificationSid: sid, code, ...terms })
  await times(5, async () => expect(await check(WRONG)).toMatchObject({ status: 'pending' }))
  expect(await refused(check(CODE))).toEqual(
    restException(429, 60202, 'Max check attempts reached'),
  )
})

test('503: the SDK is given HTML, and makes an error without a code of it', async () => {
  const { payments, book } = await setUp()
  book.faults.answer503 = true
  expect(await refused(payments.verifications.create(payment))).toEqual({
    status: 503,
    code: undefined,
    message: '[HTTP 503] Failed to execute request',
    moreInfo: undefined,
  })
})
