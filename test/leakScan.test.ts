import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'

/** Logging and metrics as in Lambda: they are read when the handlers are imported, so before that. */
const written = vi.hoisted(() => {
  process.env.LOG_LEVEL = 'DEBUG'
  process.env.METRICS_DISABLED = 'false'
  return [] as string[]
})

import { logger } from '../functions/observe.ts'
import { LOCAL_VERIFY } from '../local/phone/verifyApi.ts'
import {
  API_KEY,
  type Call,
  type Harness,
  otherThan,
  type Person,
  paymentBody,
  type Reply,
  type Request,
  type RouteName,
  startHarness,
} from './harness/harness.ts'
import { type Leak, leakFinder, overhear } from './harness/leaks.ts'

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.planted-token.c2ln'
const PASSWORD = 'planted-password'
/** As Twilio is shown it. */
const BASIC = btoa(`${LOCAL_VERIFY.apiKey}:${LOCAL_VERIFY.apiSecret}`)
const SIGNATURE = 'Y2FuYXJ5LXNpZ25hdHVyZQ=='

let harness: Harness
let letGo: () => void
let caller: Pick<Harness, 'call'>
const replies: Reply[] = []
/** Codes that were typed, besides those that were sent. */
const typed = new Set<string>()
const numbers = new Set<string>()

beforeAll(async () => {
  harness = await startHarness()
  caller = harness
  letGo = overhear(written)
})
afterAll(async () => {
  letGo()
  await harness.close()
})
beforeEach(() => {
  harness.provider.instead = undefined
  harness.store.instead = undefined
})

/** A request with a token, as a browser sends it; the answer is kept. */
async function call(name: RouteName, request: Request = {}): Promise<Reply> {
  const headers = { authorization: `Bearer ${TOKEN}`, ...request.headers }
  const reply = await caller.call(name, { ...request, headers })
  // Who starts a change of phone is told its display text, with the number that this very request has brought.
  const asked = (request.body as { phoneNumber?: string } | undefined)?.phoneNumber ?? 'none'
  const displayText = reply.body?.displayText?.replace(asked, '')
  replies.push(
    displayText === undefined ? reply : { ...reply, body: { ...reply.body, displayText } },
  )
  return reply
}

function stranger(): Person {
  const person = harness.stranger()
  numbers.add(person.number)
  return person
}

const wrong = (code: string) => {
  const other = otherThan(code)
  typed.add(other)
  return other
}

const start = (as: Person, phoneNumber = as.number, channel = 'sms') =>
  call('phoneStart', { as, body: { phoneNumber, channel } })
const verify = (as: Person, body: object) =>
  call('phoneVerify', { as, body: { ...harness.verification(as), ...body } })

/** Registers, with a wrong code first. */
async function registered() {
  const person = stranger()
  expect(await start(person)).toMatchObject({ status: 202 })
  const code = harness.codeOn(person.number)
  expect(await verify(person, { code: wrong(code) })).toMatchObject({ status: 422 })
  expect(await verify(person, { code })).toMatchObject({ status: 200 })
  return person
}

async function pending(as: Person, key: string): Promise<string> {
  const { status, body } = await call('sendPayment', { as, key, body: paymentBody })
  expect(status).toBe(201)
  return body.paymentId
}

test('a person registers, pays by push and by text, and changes their phone', async () => {
  const as = await registered()
  const byPush = await pending(as, 'push')
  await harness.answers(as, 'approved')
  expect(await call('paymentStatus', { as, id: byPush })).toMatchObject({
    body: { status: 'approved' },
  })

  const byText = await pending(as, 'text')
  await call('smsStart', { as, id: byText })
  const code = harness.codeOn(as.number)
  for (const body of [{ code: wrong(code) }, { code: `${code}x` }, { code, password: PASSWORD }]) {
    await call('smsVerify', { as, id: byText, body })
  }
  expect(await call('smsVerify', { as, id: byText, body: { code } })).toMatchObject({ status: 200 })

  const failing = await pending(as, 'fails')
  harness.clock.advance(20)
  await call('smsStart', { as, id: failing })
  const other = wrong(harness.codeOn(as.number))
  for (let n = 0; n < 6; n += 1) await call('smsVerify', { as, id: failing, body: { code: other } })

  const { number: next } = stranger()
  // Five wrong codes in a row lock the next, also the old phone's.
  harness.clock.advance(300)
  expect(await start(as, next, 'call')).toMatchObject({ status: 202 })
  const both = { code: harness.codeOn(next), currentCode: harness.codeOn(as.number) }
  expect(await verify(as, { code: both.code })).toMatchObject({ status: 403 })
  expect(await verify(as, { ...both, currentCode: wrong(both.currentCode) })).toMatchObject({
    status: 422,
  })
  expect(await verify(as, both)).toMatchObject({ status: 200 })
  await call('profile', { as })
  await call('listPayments', { as })
})

test('what is badly formed is refused, and not given back', async () => {
  const as = stranger()
  for (const phoneNumber of [
    `${as.number} or so`,
    as.number.slice(1),
    `${as.number}${as.number}`,
  ]) {
    expect(await start(as, phoneNumber)).toMatchObject({ status: 400 })
  }
  typed.add('31415926535')
  for (const text of [
    `{"code":"31415926535"}`,
    `{"code":31415926535}`,
    `{"code":"31415926535`,
    `{"password":"${PASSWORD}","code":"1234"}`,
  ]) {
    expect(await call('phoneVerify', { as, text })).toMatchObject({ status: 400 })
  }
})

test('callbacks are forged, mismatched, and not understood', async () => {
  const as = await registered()
  await pending(as, 'callback')
  const headers = { 'x-authy-signature': SIGNATURE, 'x-authy-signature-nonce': '1' }
  const body = { api_key: API_KEY, number: as.number, status: 'approved' }
  for (const forged of [{ body, headers }, { body }, { text: as.number, headers }]) {
    expect(await call('authyCallback', forged)).toMatchObject({ status: 403 })
  }
  harness.phone.book.faults.signNextCallbackWrongly = true
  await harness.answers(as, 'approved')
})

test('three pushes in a row are denied, and what was answered before cannot be looked up', async () => {
  const as = await registered()
  const waits: string[] = []
  for (const key of ['one', 'two', 'three', 'four']) waits.push(await pending(as, `denied-${key}`))
  const pushes = harness.phone.book.pushes(as.number)
  const denyNext = async () => {
    harness.phone.book.answer(pushes.pop()?.uuid ?? '', 'denied')
    await harness.phone.settled()
  }
  for (const _ of [1, 2, 3]) await denyNext()
  await pending(as, 'paused')
  await call('profile', { as })

  harness.store.instead = ({ operation, text }) =>
    operation === 'Query'
      ? {
          status: 400,
          body: {
            __type: 'com.amazon.coral.validate#ValidationException',
            message: `${text}\n${as.number} ${API_KEY} ${TOKEN}`,
          },
        }
      : undefined
  // The denial stands and the payment starts, each without what it looked for.
  await denyNext()
  await call('cancelPayment', { as, id: await pending(as, 'not-looked-up') })
  harness.store.instead = undefined
  for (const id of waits) {
    expect(await call('paymentStatus', { as, id })).toMatchObject({ body: { status: 'denied' } })
  }
})

test('the provider is down, or gives back what it was sent', async () => {
  const as = await registered()
  const id = await pending(as, 'provider')
  await call('smsStart', { as, id })
  const code = harness.codeOn(as.number)
  const echo = ({ method, path, text }: Call) => `${method} ${path} ${text} ${API_KEY} ${as.number}`
  for (const instead of [
    (said: Call) => ({ status: 503, body: echo(said) }),
    (said: Call) => ({ status: 500, body: { message: echo(said), error_code: echo(said) } }),
    () => ({ status: 400, body: { success: false, error_code: code, message: as.number } }),
    () => 'hang up' as const,
  ]) {
    harness.provider.instead = instead
    harness.clock.advance(20)
    const replies = [
      await call('smsVerify', { as, id, body: { code } }),
      await call('smsStart', { as, id }),
      await start(as, stranger().number),
    ]
    expect(replies.map(({ status }) => status)).toContain(503)
    await harness.sweep()
    // A push that can't be sent is no fault of the start.
    await call('sendPayment', {
      as,
      key: `down-${replies.length}-${harness.clock.now()}`,
      body: paymentBody,
    })
  }
})

test('the same with Twilio Verify, which is out of PSD2 mode, gives back what it was sent, and fails', async () => {
  caller = harness.with({ PROVIDER: 'twilioVerify' })
  const as = await registered()
  const id = await pending(as, 'verify')
  harness.phone.book.faults.psd2Off = true
  expect(await call('smsStart', { as, id })).toMatchObject({ status: 503 })
  harness.phone.book.faults.psd2Off = false
  harness.clock.advance(20)
  expect(await call('smsStart', { as, id })).toMatchObject({ status: 202 })
  const code = harness.codeOn(as.number)
  const echo = ({ path, text }: Call) => `${path} ${text} ${LOCAL_VERIFY.apiSecret} ${BASIC}`
  for (const instead of [
    (said: Call) => ({ status: 500, body: { code: 20500, message: echo(said) } }),
    (said: Call) => ({ status: 200, body: { sid: echo(said), code, to: as.number } }),
    (said: Call) => ({ status: 429, body: { code: Number(code), message: echo(said) } }),
    () => 'hang up' as const,
  ]) {
    harness.provider.instead = instead
    harness.clock.advance(20)
    await call('smsStart', { as, id })
    expect(await call('smsVerify', { as, id, body: { code } })).toMatchObject({ status: 503 })
    await start(as, stranger().number)
  }
  harness.provider.instead = undefined
  expect(await call('smsVerify', { as, id, body: { code } })).toMatchObject({ status: 200 })
  const { number: next } = stranger()
  harness.clock.toNextHour()
  expect(await start(as, next)).toMatchObject({ status: 202 })
  const both = { code: harness.codeOn(next), currentCode: harness.codeOn(as.number) }
  expect(await verify(as, both)).toMatchObject({ status: 200 })
  caller = harness
})

test('the database fails, and says in its error what it was asked', async () => {
  const as = await registered()
  const id = await pending(as, 'database')
  await call('smsStart', { as, id })
  const code = harness.codeOn(as.number)
  harness.store.instead = ({ text }) => ({
    status: 400,
    body: {
      __type: 'com.amazon.coral.validate#ValidationException',
      message: `${text}\n${as.number} ${code} ${API_KEY} ${TOKEN}`,
    },
  })
  const failed = [
    await call('smsVerify', { as, id, body: { code } }),
    await call('sendPayment', { as, key: 'fails', body: paymentBody }),
    await start(as, stranger().number),
    await verify(as, { code }),
    await call('profile', { as }),
  ]
  for (const { status, body } of failed) {
    expect({ status, body }).toEqual({ status: 500, body: { message: 'Internal Server Error' } })
  }
  await expect(harness.sweep()).rejects.toThrow()
})

test('what was written has the lines that it should have', () => {
  const lines = written.join('\n')
  for (const expected of [
    '"message":"request"',
    '"route":"POST /payments/{paymentId}/sms/verification"',
    '"message":"CallbackForged"',
    '"message":"ProviderFault"',
    '"call":"verify"',
    '"call":"VerificationCheck"',
    'is the service in PSD2 mode?',
    '"message":"Fault"',
    '"fault":"ValidationException"',
    '"CloudWatchMetrics"',
    '"PaymentStarted":1',
    '"PaymentApprovedBySms":1',
    '"PaymentFailed":1',
    '"CodeWrong":1',
    '"CallbackForged":1',
    '"message":"PushesDenied"',
    '"PushesDenied":1',
  ]) {
    expect(lines).toContain(expected)
  }
})

test('no log line and no metric has a code, a token, a key, a password or a number', () => {
  expect(written.length).toBeGreaterThan(100)
  expect(leaksIn(written)).toEqual([])
})

test('no answer has them', () => {
  expect(replies.length).toBeGreaterThan(60)
  expect(leaksIn(replies.map((reply) => JSON.stringify(reply)))).toEqual([])
})

test('no payment has them', async () => {
  const items = await harness.all('payments')
  expect(items.length).toBeGreaterThan(5)
  expect(leaksIn(items.map((item) => JSON.stringify(item)))).toEqual([])
})

test('the table of people has no code, token, key or password', async () => {
  const items = await harness.all('users')
  expect(items.length).toBeGreaterThan(5)
  const kinds = leaksIn(items.map((item) => JSON.stringify(item))).map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind !== 'number')).toEqual([])
})

test('each of them would be found', () => {
  const number = [...numbers][0] ?? ''
  const code = sentCodes()[0] ?? ''
  for (const [kind, secret] of [
    ['code', code],
    ['code', [...typed][0]],
    ['number', number],
    ['number', number.slice(1)],
    ['number', number.slice(2)],
    ['number', `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`],
    ['key', API_KEY],
    ['key', LOCAL_VERIFY.apiSecret],
    ['key', BASIC],
    ['token', TOKEN],
    ['password', PASSWORD],
    ['signature', SIGNATURE],
  ]) {
    const before = written.length
    logger.info('planted', { of: `what /verify/${secret}/1 says` })
    const planted = written.splice(before)
    expect(planted).toHaveLength(1)
    expect(leaksIn(planted).map((leak) => leak.kind)).toContain(kind)
  }
  expect(sentCodes().length).toBeGreaterThan(8)
})

const sentCodes = () =>
  harness.phone.book
    .numbers()
    .flatMap((number) =>
      harness.phone.book.messages(number).flatMap(({ code }) => (code ? [code] : [])),
    )

/** Which secrets stand in each of these texts. */
function leaksIn(texts: readonly string[]): Leak[] {
  const keys = [API_KEY, LOCAL_VERIFY.apiSecret, BASIC]
  const others = {
    key: keys,
    token: ['planted-token'],
    password: [PASSWORD],
    signature: [SIGNATURE],
  }
  return texts.flatMap(leakFinder({ codes: [...sentCodes(), ...typed], numbers, others }))
}
