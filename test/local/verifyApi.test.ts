import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { type PhoneOptions, startPhone } from '../../local/phone/phone.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'

const { apiKey, apiSecret, paymentsServiceSid, phonesServiceSid } = LOCAL_VERIFY
const number = '+447700900123'
const otherNumber = '+447700900124'
const PAYMENTS = `/v2/Services/${paymentsServiceSid}`
const PHONES = `/v2/Services/${phonesServiceSid}`
/** What the codes of a test are, unless it wants its own. */
const CODE = '123456'
const WRONG = '654321'

let closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.reverse()) await close()
  closers = []
})

/** A valid start of each kind. Each test breaks one thing about it. */
const terms = { Amount: '€20.50', Payee: 'Neville Longbottom (neville@hogwarts.ac.uk) ref 4F2K7Q' }
const otherTerms = { ...terms, Payee: 'Neville Longbottom (neville@hogwarts.ac.uk) ref 9QW3ZC' }
const payment = { To: number, Channel: 'sms', ...terms }
const registration = { To: number, Channel: 'sms' }

async function setUp(options: Partial<PhoneOptions> = {}) {
  let now = new Date('2026-11-21T12:00:00Z')
  const phone = await startPhone({
    port: 0,
    apiKey: 'own-test-key',
    callbackUrl: () => 'http://localhost:1/callback',
    clock: () => now,
    random: (digits) => CODE.padEnd(digits, '7').slice(0, digits),
    ...options,
  })
  closers.push(() => phone.close())
  const call = client(phone.url)
  const start = (form: Form = payment, service = PAYMENTS) =>
    call('POST', `${service}/Verifications`, { form })
  const check = (form: Form, service = PAYMENTS) =>
    call('POST', `${service}/VerificationCheck`, { form })
  return {
    phone,
    book: phone.book,
    call,
    start,
    check,
    get: (path: string) => call('GET', path),
    update: (sid: string, status = 'canceled', service = PAYMENTS) =>
      call('POST', `${service}/Verifications/${sid}`, { form: { Status: status } }),
    /** So many starts or checks, one after the other; the HTTP status of each. */
    times: async (count: number, one: () => Promise<Reply>) => {
      const statuses: number[] = []
      while (statuses.length < count) statuses.push((await one()).status)
      return statuses
    },
    passSeconds: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000)
    },
  }
}

/** One for which each code is another. */
const setUpWithCodes = () => {
  let last = 100_000
  return setUp({
    random: () => {
      last += 1
      return String(last)
    },
  })
}

type Form = Record<string, string>
type Sent = {
  form?: Form
  text?: string | Buffer
  type?: string
  authorization?: string | undefined
}
type Reply = {
  status: number
  headers: IncomingHttpHeaders
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into freely
  body: any
}

const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** By `node:http`, since `fetch` would tidy a path before it leaves. */
const client =
  (url: string) =>
  (method: string, path: string, sent: Sent = {}) =>
    new Promise<Reply>((resolve, reject) => {
      const { authorization } = { authorization: basic(apiKey, apiSecret), ...sent }
      const text = sent.form ? new URLSearchParams(sent.form).toString() : sent.text
      const asked = httpRequest(
        url,
        {
          method,
          path,
          headers: {
            ...(text !== undefined && { 'content-type': sent.type ?? FORM }),
            ...(authorization && { authorization }),
          },
        },
        async (response) => {
          let text = ''
          for await (const chunk of response.setEncoding('utf8')) text += chunk
          const isJson = response.headers['content-type']?.startsWith('application/json')
          const { statusCode: status = 0, headers } = response
          resolve({ status, headers, text, body: isJson ? JSON.parse(text) : undefined })
        },
      )
      asked.on('error', reject)
      asked.end(text)
    })

const FORM = 'application/x-www-form-urlencoded'

const refusal = (status: number, code: number, message: string) => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
})
const invalid = (name: string) => refusal(400, 60200, `Invalid parameter: ${name}`)
const gone = (path: string) =>
  refusal(404, 20404, `The requested resource ${path.replace(/^\/v2/, '')} was not found`)
const tooManySends = refusal(429, 60203, 'Max send attempts reached')
const termsMissing = refusal(400, 60206, "'Amount' & 'Payee' params are required")

describe('the door of Verify', () => {
  test.each([
    ['no credentials', undefined],
    ['another secret', basic(apiKey, 'wrong')],
    ['another key', basic('SK2'.padEnd(34, '0'), apiSecret)],
    ['the secret alone', basic('', apiSecret)],
    ['another scheme', basic(apiKey, apiSecret).replace('Basic', 'Bearer')],
    ['what is no base64', 'Basic ***'],
  ])('refuses %s, whatever is asked for', async (_, authorization) => {
    const { call } = await setUp()
    for (const path of ['/v2/Services', '/v2/nothing']) {
      const answer = await call('GET', path, { authorization })
      expect(answer).toMatchObject(refusal(401, 20003, 'Authenticate'))
      expect(answer.headers['www-authenticate']).toMatch(/^Basic /)
    }
  })

  test.each([
    ['GET', '/v2/'],
    ['GET', '/v2/Forms'],
    ['GET', '/v2/Services/'],
    ['GET', `${PAYMENTS}/Entities`],
    ['GET', `${PAYMENTS}/VerificationCheck/more`],
    ['POST', `${PAYMENTS}/Verifications/a/b`],
  ])('answers 404 to %s %s, which is not there', async (method, path) => {
    const { call } = await setUp()
    expect(await call(method, path)).toMatchObject(gone(path))
  })

  test.each([
    ['DELETE', '/v2/Services'],
    ['PUT', PAYMENTS],
    ['GET', `${PAYMENTS}/Verifications`],
    ['GET', `${PAYMENTS}/Verifications/VE1`],
    ['GET', `${PAYMENTS}/VerificationCheck`],
  ])('answers 405 to %s %s, which cannot be done', async (method, path) => {
    const { call } = await setUp()
    expect(await call(method, path)).toMatchObject(refusal(405, 20004, 'Method not allowed'))
  })

  test.each([
    ['escapes that are none', 'To=%zz&Channel=sms', FORM],
    ['escapes that are not UTF-8', 'To=%ff&Channel=sms', FORM],
    [
      'bytes that are not UTF-8',
      Buffer.from(`${new URLSearchParams(payment)}\xff`, 'latin1'),
      FORM,
    ],
    ['a name used in two ways', 'To=1&To[a]=2', FORM],
    ['deep nesting', 'To[a][b][c][d]=1', FORM],
    ['an object where a text should be', 'To[a]=1&Channel=sms', FORM],
    ['too much', `To=${'1'.repeat(70_000)}`, FORM],
    ['JSON', JSON.stringify(payment), 'application/json'],
    ['nothing', '', FORM],
  ])('refuses a form of %s and sends nothing', async (_, text, type) => {
    const { call, book } = await setUp()
    const answer = await call('POST', `${PAYMENTS}/Verifications`, { text, type })
    expect(answer).toMatchObject({ status: 400, body: { code: 60200, status: 400 } })
    expect(book.messages(number)).toEqual([])
  })
})

describe('a service', () => {
  test('for payments, in PSD2 mode, and one for phones, without, are there from the start', async () => {
    const { get } = await setUp()
    expect((await get(PAYMENTS)).body).toMatchObject({
      friendly_name: 'Payfriend payments',
      psd2_enabled: true,
      code_length: 6,
    })
    expect((await get(PHONES)).body).toMatchObject({
      friendly_name: 'Payfriend',
      psd2_enabled: false,
      code_length: 6,
    })
  })

  const good = { FriendlyName: 'Good' }
  test.each<[Form, string | null]>([
    [{ ...good, FriendlyName: 'x'.repeat(32) }, null],
    [{ ...good, FriendlyName: 'x'.repeat(33) }, 'FriendlyName'],
    [{ ...good, FriendlyName: '' }, 'FriendlyName'],
    [{ CodeLength: '6' }, 'FriendlyName'],
    [{ ...good, FriendlyName: 'Year 2026' }, null],
    [{ ...good, FriendlyName: 'Year 2026-1' }, 'FriendlyName'],
    [{ ...good, CodeLength: '4' }, null],
    [{ ...good, CodeLength: '10' }, null],
    [{ ...good, CodeLength: '3' }, 'CodeLength'],
    [{ ...good, CodeLength: '11' }, 'CodeLength'],
    [{ ...good, CodeLength: 'six' }, 'CodeLength'],
    [{ ...good, Psd2Enabled: 'yes' }, 'Psd2Enabled'],
  ])('with %j is refused for %s', async (form, name) => {
    const { call } = await setUp()
    const answer = await call('POST', '/v2/Services', { form })
    expect(answer).toMatchObject(name ? invalid(name) : { status: 201 })
  })

  test('has codes of its length', async () => {
    const { call, start, book } = await setUp()
    await call('POST', PHONES, { form: { CodeLength: '10' } })
    await start(registration, PHONES)
    expect(book.messages(number)[0]?.code).toBe('1234567777')
  })
})

describe('a verification', () => {
  test.each([
    ['447700900123'],
    ['+44 7700 900123'],
    ['+0447700900123'],
    ['+4477'],
    ['+999123456789'],
    ['harry@hogwarts.ac.uk'],
  ])('of %s is refused, and nothing is sent', async (To) => {
    const { start, book } = await setUp()
    const refused = refusal(400, 60200, `Invalid parameter \`To\`: ${To}`)
    expect(await start({ ...payment, To })).toMatchObject(refused)
    expect(book.numbers()).toEqual([])
  })

  test.each<[string, Form]>([
    ['no amount', { To: number, Channel: 'sms', Payee: terms.Payee }],
    ['no payee', { To: number, Channel: 'sms', Amount: terms.Amount }],
    ['an empty amount', { ...payment, Amount: '' }],
    ['an empty payee', { ...payment, Payee: '' }],
  ])('in PSD2 mode with %s is refused, and nothing is sent', async (_, form) => {
    const { start, book } = await setUp()
    expect(await start(form)).toMatchObject(termsMissing)
    expect(book.numbers()).toEqual([])
  })

  test('sends the same code under the same SID for ten minutes, then another', async () => {
    const { start, book, passSeconds } = await setUpWithCodes()
    const first = await start()
    passSeconds(599)
    const again = await start({ ...payment, Channel: 'call' })
    expect(again.body).toMatchObject({
      sid: first.body.sid,
      channel: 'call',
      date_created: '2026-11-21T12:00:00Z',
      date_updated: '2026-11-21T12:09:59Z',
      send_code_attempts: [
        first.body.send_code_attempts[0],
        { channel: 'CALL', time: '2026-11-21T12:09:59Z' },
      ],
    })
    passSeconds(1)
    expect((await start()).body.sid).not.toBe(first.body.sid)
    const [third, second, one] = book.messages(number).map(({ code }) => code)
    expect(second).toBe(one)
    expect(third).not.toBe(one)
  })

  test.each<[string, Form, string]>([
    ['another amount', { ...payment, Amount: '€20.51' }, PAYMENTS],
    ['another payee', { ...payment, ...otherTerms }, PAYMENTS],
    ['another number', { ...payment, To: otherNumber }, PAYMENTS],
    ['another service and no payment', registration, PHONES],
  ])('for %s is another, with another code', async (_, form, service) => {
    const { start, book } = await setUpWithCodes()
    const first = await start()
    const other = await start(form, service)
    expect(other.body.sid).not.toBe(first.body.sid)
    const [one] = book.verifications(form.To ?? '')
    expect(one).toMatchObject({ sid: other.body.sid, status: 'pending' })
    expect(one?.code).not.toBe('100001')
  })
})

describe('a check', () => {
  const byNumber = { To: number, ...terms }

  async function started() {
    const all = await setUp()
    const { body } = await all.start()
    const bySid = { VerificationSid: String(body.sid), ...terms }
    return { ...all, sid: String(body.sid), bySid }
  }

  test.each([
    ['123', 400],
    ['1234', 200],
    ['1234567890', 200],
    ['12345678901', 400],
  ])('of the code %s is answered %i', async (Code, status) => {
    const { check, book } = await started()
    const answer = await check({ ...byNumber, Code })
    expect(answer).toMatchObject(status === 400 ? invalid('Code') : { status })
    expect(book.verifications(number)[0]?.checks).toBe(status === 400 ? 0 : 1)
  })

  test('without a code, and without number and SID, is refused', async () => {
    const { check } = await started()
    expect(await check(byNumber)).toMatchObject(invalid('Code'))
    expect(await check({ Code: CODE, ...terms })).toMatchObject(invalid('To'))
  })

  test.each(['Amount', 'Payee'] as const)('in PSD2 mode without %s is refused', async (name) => {
    const { check, bySid, book } = await started()
    for (const asked of [byNumber, bySid]) {
      expect(await check({ ...asked, Code: CODE, [name]: '' })).toMatchObject(termsMissing)
    }
    expect(book.verifications(number)[0]?.checks).toBe(0)
  })

  test.each<[string, Form]>([
    ['another amount', { Amount: '€20.51' }],
    ['another payee', { Payee: otherTerms.Payee }],
  ])('with %s finds nothing by number and is wrong by SID', async (_, other) => {
    const { check, bySid, book } = await started()
    expect(await check({ ...byNumber, Code: CODE, ...other })).toMatchObject({ status: 404 })
    expect(book.verifications(number)[0]?.checks).toBe(0)
    expect(await check({ ...bySid, Code: CODE, ...other })).toMatchObject({
      status: 200,
      body: { status: 'pending', valid: false, amount: terms.Amount, payee: terms.Payee },
    })
    expect(book.verifications(number)[0]?.checks).toBe(1)
    expect((await check({ ...bySid, Code: CODE })).body.status).toBe('approved')
  })

  test('does not find the verification of another service by its SID', async () => {
    const { check, sid } = await started()
    const asked = { VerificationSid: sid, Code: CODE }
    expect(await check(asked, PHONES)).toMatchObject(gone(`${PHONES}/VerificationCheck`))
  })
})

describe('a verification that was started', () => {
  async function started() {
    const all = await setUp()
    const { body } = await all.start()
    const path = `${PAYMENTS}/Verifications/${body.sid}`
    const approve = () => all.check({ To: number, Code: CODE, ...terms })
    return { ...all, sid: String(body.sid), path, body, approve }
  }

  const at = (sid: string) => `${PAYMENTS}/Verifications/${sid}`

  test('that was canceled makes way for a new one with all its sends', async () => {
    const { update, start, times, sid } = await started()
    await times(4, start)
    expect(await start()).toMatchObject(tooManySends)
    await update(sid)
    const { status, body } = await start()
    expect(status).toBe(201)
    expect(body.sid).not.toBe(sid)
    expect(body.send_code_attempts).toHaveLength(1)
  })

  test('can be canceled when it is out of checks', async () => {
    const { check, times, book, update, sid } = await started()
    await times(5, () => check({ To: number, Code: WRONG, ...terms }))
    expect(book.verifications(number)[0]?.status).toBe('max_attempts_reached')
    expect((await update(sid)).body.status).toBe('canceled')
  })

  test.each(['approved', 'canceled', 'expired'])('cannot be canceled once %s', async (over) => {
    const { update, sid, path, approve, passSeconds } = await started()
    if (over === 'approved') await approve()
    if (over === 'canceled') await update(sid)
    if (over === 'expired') passSeconds(600)
    expect(await update(sid)).toMatchObject(gone(path))
  })

  test('is changed by its SID alone, and to nothing else', async () => {
    const { update, sid, book } = await started()
    expect(await update(sid, 'approved')).toMatchObject(invalid('Status'))
    expect(await update(number)).toMatchObject(gone(at(number)))
    expect(book.verifications(number)[0]?.status).toBe('pending')
  })
})

describe('an account without PSD2 mode', () => {
  test('has no service in PSD2 mode, however it was made, until it is switched on', async () => {
    const { get, call, book } = await setUp()
    book.faults.psd2Off = true
    const form = { FriendlyName: 'New', Psd2Enabled: 'true' }
    const made = await call('POST', '/v2/Services', { form })
    const mode = async () =>
      (await get('/v2/Services')).body.services.map(
        ({ psd2_enabled }: { psd2_enabled: boolean }) => psd2_enabled,
      )
    expect(made).toMatchObject({ status: 201, body: { psd2_enabled: false } })
    expect((await get(PAYMENTS)).body.psd2_enabled).toBe(false)
    expect(await mode()).toEqual([false, false, false])
    book.faults.psd2Off = false
    expect(await mode()).toEqual([true, false, true])
  })

  test('takes no notice of amount and payee: equal number, same code', async () => {
    const { start, check, book } = await setUpWithCodes()
    book.faults.psd2Off = true
    const first = await start()
    expect(first).toMatchObject({ status: 201, body: { amount: null, payee: null } })
    const other = await start({ ...payment, ...otherTerms })
    expect(other.body.sid).toBe(first.body.sid)
    expect((await start(registration)).body.sid).toBe(first.body.sid)
    const { code = '', words } = book.messages(number)[0] ?? {}
    expect(words).toBe(`Your Payfriend payments verification code is: ${code}`)
    const answer = await check({ To: number, Code: code ?? '', Amount: '€1', Payee: 'Mallory' })
    expect(answer.body).toMatchObject({
      status: 'approved',
      valid: true,
      amount: null,
      payee: null,
    })
  })

  test('approves with other terms what was started before it lost the mode', async () => {
    const { start, check, book } = await setUp()
    const { sid } = (await start()).body
    book.faults.psd2Off = true
    const answer = await check({ VerificationSid: sid, Code: CODE, ...otherTerms })
    expect(answer.body).toMatchObject({ status: 'approved', amount: null, payee: null })
  })
})

test('a phone is one phone to both providers, and its codes are not mixed', async () => {
  const { start, check, call, book } = await setUpWithCodes()
  const authy = '/protected/json/phones/verification'
  const text = 'phone_number=7700900123&country_code=44&via=sms&code_length=6'
  expect(await call('POST', `${authy}/start?api_key=own-test-key`, { text })).toMatchObject({
    status: 200,
  })
  await start(registration, PHONES)
  expect(book.numbers()).toEqual([number])
  const [twilios, authys] = book.messages(number).map(({ code }) => code ?? '')
  expect(twilios).not.toBe(authys)
  expect((await check({ To: number, Code: authys ?? '' }, PHONES)).body.valid).toBe(false)
  expect((await check({ To: number, Code: twilios ?? '' }, PHONES)).body.valid).toBe(true)
})
