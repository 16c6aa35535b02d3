import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Phone, type PhoneOptions, startPhone } from '../../local/phone/phone.ts'
import { callbackSignature } from '../../local/phone/phoneCallback.ts'
import vectors from '../fixtures/authySignatureVectors.json' with { type: 'json' }

const apiKey = 'own-test-key-0123456789'
const number = '+447700900123'
const noon = new Date('2026-11-21T12:00:00Z')

let closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.reverse()) await close()
  closers = []
})

/** A phone with its clock and its timers in hand, and a server that takes its callbacks. */
async function setUp(options: Partial<PhoneOptions> = {}) {
  let now = noon
  const timers: { ms: number; fn: () => void }[] = []
  const receiver = await startReceiver()
  const phone = await startPhone({
    port: 0,
    apiKey,
    callbackUrl: () => receiver.url,
    clock: () => now,
    setTimer: (ms, fn) => timers.push({ ms, fn }),
    ...options,
  })
  closers.push(() => phone.close())
  const api = client(phone.url)
  return {
    phone,
    book: phone.book,
    api,
    receiver,
    timers,
    passSeconds: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000)
    },
    newUser: async () => {
      const { body } = await api('POST', '/protected/json/users/new', { json: newUser })
      return userId.parse(body)
    },
    ask: async (id: number, more: object = {}) => {
      const json = { ...approvalRequest, ...more }
      const { body } = await api('POST', `/onetouch/json/users/${id}/approval_requests`, { json })
      return uuid.parse(body)
    },
  }
}

const newUser = {
  user: { email: 'harry@hogwarts.ac.uk', cellphone: '7700-900.123', country_code: 44 },
  send_install_link_via_sms: false,
}

const approvalRequest = {
  message: 'Pay €20.50 to Neville Longbottom (neville@hogwarts.ac.uk)',
  details: { 'Sending to': "José & Søn's café (50% off)*~!", 'Transaction amount': '€20.50' },
  hidden_details: { payment_id: 'p-1' },
  seconds_to_expire: 290,
}

const dig = (...path: string[]) => ({
  parse: (body: unknown) => path.reduce((at, key) => Object(at)[key], body) as never,
})
const userId = dig('user', 'id') as { parse: (body: unknown) => number }
const uuid = dig('approval_request', 'uuid') as { parse: (body: unknown) => string }

type Sent = {
  json?: unknown
  text?: string | Buffer
  type?: string
  headers?: Record<string, string>
}

/** By `node:http`, since `fetch` would tidy a path before it leaves. */
const client =
  (url: string) =>
  (method: string, path: string, { json, text, type, headers = {} }: Sent = {}) =>
    new Promise<{ status: number; body: unknown; text: string; headers: IncomingHttpHeaders }>(
      (resolve, reject) => {
        const sent = json === undefined ? text : JSON.stringify(json)
        const asked = httpRequest(
          url,
          {
            method,
            path,
            headers: {
              ...(sent === undefined ? {} : { 'content-type': type ?? 'application/json' }),
              'x-authy-api-key': apiKey,
              ...headers,
            },
          },
          async (response) => {
            let text = ''
            for await (const chunk of response.setEncoding('utf8')) text += chunk
            const isJson = response.headers['content-type']?.startsWith('application/json')
            const body: unknown = isJson ? JSON.parse(text) : text
            resolve({ status: response.statusCode ?? 0, body, text, headers: response.headers })
          },
        )
        asked.on('error', reject)
        asked.end(sent)
      },
    )

async function startReceiver() {
  const taken: { headers: IncomingHttpHeaders; text: string; url: string }[] = []
  const answers: { status: number; location?: string } = { status: 200 }
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    taken.push({ headers: request.headers, text, url: request.url ?? '' })
    response.writeHead(answers.status, answers.location ? { location: answers.location } : {}).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => new Promise((resolve) => server.close(resolve))
  closers.push(close)
  return { close, url: `http://localhost:${port}/api/payments/callback`, taken, answers }
}

/** What the phone has to sign; its signature is the known one for the vectors. */
const signatureOf = (text: string, nonce: string, url: string) =>
  callbackSignature(apiKey, { nonce, method: 'POST', url, params: JSON.parse(text) })

const refusal = (code: string, message: string, beside: object = {}) => ({
  ...beside,
  message,
  success: false,
  errors: { message },
  error_code: code,
})

describe('the door', () => {
  test.each([
    ['no key', '/protected/json/users/1/status', { 'x-authy-api-key': '' }],
    ['another key', '/onetouch/json/approval_requests/x', { 'x-authy-api-key': 'wrong' }],
    ['another key, on a path that is not there', '/protected/json/x', { 'x-authy-api-key': 'x' }],
  ])('refuses %s', async (_, path, headers) => {
    const { api } = await setUp()
    expect(await api('GET', path, { headers })).toMatchObject({
      status: 401,
      body: refusal('60001', 'Invalid API key'),
    })
  })

  test.each([
    ['plain dots', '/protected/json/verify/../sms/ID'],
    ['encoded dots', '/protected/json/verify/%2e%2e/ID'],
    ['an encoded slash', '/protected/json/verify/..%2Fsms/ID'],
    ['a slash in an id', '/protected/json/users/ID%2F/status'],
    ['broken escapes', '/protected/json/verify/%zz/ID'],
    ['escapes that are not UTF-8', '/protected/json/verify/%ff/ID'],
  ])('is not led astray by %s in a path', async (_, path) => {
    const { api, book, newUser } = await setUp()
    const id = await newUser()
    const { status, body } = await api('GET', path.replace('ID', `${id}`))
    expect(status).toBe(400)
    expect(body).toMatchObject({ success: false })
    expect(book.messages(number)).toEqual([])
  })

  test.each([
    ['broken JSON', '{"user":', 'application/json', '60002'],
    ['a list', '[]', 'application/json', '60002'],
    ['another type', '<user/>', 'text/xml', '60002'],
    ['too much', `{"a":"${'x'.repeat(70_000)}"}`, 'application/json', '60002'],
    ['a name used in two ways', 'user=1&user[email]=2', form(), '60002'],
    ['deep nesting', 'a[b][c][d][e]=1', form(), '60002'],
    ['a form that is not UTF-8', 'user[email]=%ff', form(), '60005'],
    ['JSON that is not UTF-8', Buffer.from('{"a":"\xff"}', 'latin1'), 'application/json', '60005'],
  ])('refuses a body of %s', async (_, text, type, code) => {
    const { api } = await setUp()
    const answer = await api('POST', '/protected/json/users/new', { text, type })
    expect(answer).toMatchObject({ status: 400, body: { success: false, error_code: code } })
  })

  test('a field named __proto__ changes nothing else', async () => {
    const { api } = await setUp()
    const text = 'user[__proto__][email]=a@b.test&__proto__[cellphone]=1&user[cellphone]=7700900123'
    await api('POST', '/protected/json/users/new', { text, type: form() })
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(Object({}).email).toBeUndefined()
  })
})

function form() {
  return 'application/x-www-form-urlencoded'
}

describe('users', () => {
  test('have one id a number, whatever the e-mail, on every day and every machine', async () => {
    const { api, newUser: make } = await setUp()
    const id = await make()
    expect(id).toBe(682_410_922)
    const other = { user: { ...newUser.user, email: 'other@hogwarts.ac.uk' } }
    const again = await api('POST', '/protected/json/users/new', { json: other })
    expect(userId.parse(again.body)).toBe(id)
    const another = { user: { ...newUser.user, cellphone: '7700900124' } }
    const third = await api('POST', '/protected/json/users/new', { json: another })
    expect(userId.parse(third.body)).not.toBe(id)
  })

  test.each([
    [{ cellphone: 'abc' }],
    [{ cellphone: '12' }],
    [{ country_code: '999' }],
    [{ country_code: '4', cellphone: '47700900123' }],
    [{ email: 'nobody' }],
  ])('are refused with %j', async (more) => {
    const { api } = await setUp()
    const json = { user: { ...newUser.user, ...more } }
    const beside = 'email' in more ? { email: 'is invalid' } : { cellphone: 'is invalid' }
    const message = 'User was not valid'
    const { status, body } = await api('POST', '/protected/json/users/new', { json })
    expect(status).toBe(400)
    expect(body).toEqual({
      ...beside,
      message,
      success: false,
      errors: { ...beside, message },
      error_code: '60027',
    })
  })

  test('say whether they have the app', async () => {
    const { api, book, newUser } = await setUp()
    const id = await newUser()
    const read = async () => (await api('GET', `/protected/json/users/${id}/status`)).body
    expect(await read()).toMatchObject({
      status: {
        authy_id: id,
        confirmed: false,
        registered: true,
        country_code: 44,
        phone_number: 'XXX-XXX-0123',
        devices: ['android'],
      },
      message: 'User status.',
      success: true,
    })
    book.setApp(number, false)
    expect(await read()).toMatchObject({ status: { registered: false, devices: [] } })
  })

  test.each([
    ['GET', '/protected/json/users/7/status'],
    ['GET', '/protected/json/sms/7?force=true'],
    ['GET', '/protected/json/verify/1234567/7?force=true'],
    ['POST', '/onetouch/json/users/7/approval_requests'],
    ['GET', '/protected/json/users/seven/status'],
  ])('that nobody made are not found: %s %s', async (method, path) => {
    const { api } = await setUp()
    expect(await api(method, path)).toMatchObject({
      status: 404,
      body: refusal('60026', 'User not found.'),
    })
  })

  test('and the switches of their phones are found again by a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'phone-'))
    closers.push(() => rmSync(folder, { recursive: true }))
    const dataFile = join(folder, 'data', 'phones.json')
    const first = await setUp({ dataFile })
    const id = await first.newUser()
    first.book.setApp(number, false)
    first.book.setLandline(number, true)
    await first.phone.close()

    const second = await setUp({ dataFile })
    const { body } = await second.api('GET', `/protected/json/users/${id}/status`)
    expect(body).toMatchObject({ status: { authy_id: id, registered: false, country_code: 44 } })
    expect(second.book.isLandline(number)).toBe(true)
    expect(await second.newUser()).toBe(id)
  })

  test('in a file that is spoiled stop the start, and the file is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'phone-'))
    closers.push(() => rmSync(folder, { recursive: true }))
    const dataFile = join(folder, 'phones.json')
    writeFileSync(dataFile, '[{"number":')
    await expect(setUp({ dataFile })).rejects.toThrow('phones.json does not hold phones')
    expect(readFileSync(dataFile, 'utf8')).toBe('[{"number":')
  })
})

describe('a code by text', () => {
  const action = 'payment-1'
  const sms = (id: number, more = `force=true&action=${action}&action_message=Pay+Neville`) =>
    `/protected/json/sms/${id}?${more}`
  const verify = (id: number, code: string, more = `force=true&action=${action}`) =>
    `/protected/json/verify/${code}/${id}?${more}`
  const wrong = {
    status: 401,
    body: refusal('60020', 'Token is invalid', { token: 'is invalid' }),
  }

  async function texted(options: Partial<PhoneOptions> = {}) {
    const all = await setUp(options)
    const id = await all.newUser()
    const answer = await all.api('GET', sms(id))
    return { ...all, id, answer, code: all.book.messages(number)[0]?.code ?? '' }
  }

  test.each([
    ['another action', (id: number, code: string) => verify(id, code, 'force=true&action=other')],
    ['no action', (id: number, code: string) => verify(id, code, 'force=true')],
    ['letters', (id: number) => verify(id, 'abcdefg')],
    ['other digits', (id: number) => verify(id, '0000000')],
  ])('is wrong with %s, and stays good', async (_, path) => {
    const { api, id, code } = await texted({ random: () => '7654321' })
    const { status, body } = await api('GET', path(id, code))
    expect({ status, body }).toEqual(wrong)
    expect(await api('GET', verify(id, code))).toMatchObject({ status: 200 })
  })

  test.each(['', 'force=false', 'force=True'])(
    'is not sent to a phone with the app when asked with "%s"',
    async (query) => {
      const { api, book, newUser } = await setUp()
      const id = await newUser()
      const { status, body } = await api('GET', sms(id, query))
      expect(status).toBe(200)
      expect(body).toMatchObject({
        ignored: true,
        success: true,
        device: 'android',
        cellphone: '+44-XXX-XXX-XX23',
        message: expect.stringMatching(/^Ignored: SMS is not needed for smartphones\. Pass force/),
      })
      expect(book.messages(number)).toEqual([])
      book.setApp(number, false)
      expect((await api('GET', sms(id, query))).body).not.toHaveProperty('ignored')
      expect(book.messages(number)).toHaveLength(1)
    },
  )

  test('that is wrong counts as right without force, until the user has been confirmed', async () => {
    const { api, id, code } = await texted()
    expect(await api('GET', verify(id, '0000000', `action=${action}`))).toMatchObject({
      status: 200,
      body: { token: 'is valid' },
    })
    await api('GET', verify(id, code))
    expect(await api('GET', verify(id, '0000000', `action=${action}`))).toMatchObject(wrong)
  })
})

describe('the verification of a phone', () => {
  const start = '/protected/json/phones/verification/start'
  const asked = { phone_number: '7700900123', country_code: 44, via: 'sms', code_length: 6 }

  test.each([
    [{ code_length: 3 }, '60004', 'Invalid parameter: code_length - Parameter is invalid'],
    [{ code_length: 11 }, '60004', 'Invalid parameter: code_length - Parameter is invalid'],
    [{ via: 'owl' }, '60004', 'Invalid parameter: via - Parameter is invalid'],
    [{ country_code: null }, '60004', 'Invalid parameter: country_code - Parameter is required'],
    [{ phone_number: '12' }, '60033', 'Phone number is invalid'],
  ])('refuses %j', async (more, code, message) => {
    const { api } = await setUp()
    const { status, body } = await api('POST', start, { json: { ...asked, ...more } })
    expect(status).toBe(400)
    expect(body).toEqual(refusal(code, message))
  })
})

describe('a push', () => {
  test('arrives with its words, and is read back while it is pending', async () => {
    const { api, book, newUser, ask } = await setUp()
    const id = await newUser()
    const push = await ask(id)
    expect(book.latestPush(number)).toMatchObject({
      uuid: push,
      message: approvalRequest.message,
      details: approvalRequest.details,
      hiddenDetails: approvalRequest.hidden_details,
      logos: null,
      status: 'pending',
    })
    expect((await api('GET', `/onetouch/json/approval_requests/${push}`)).body).toEqual({
      approval_request: {
        _app_name: 'Payfriend',
        _app_serial_id: expect.any(Number),
        _authy_id: id,
        _id: expect.stringMatching(/^[0-9a-f]{24}$/),
        _user_email: 'harry@hogwarts.ac.uk',
        app_id: expect.stringMatching(/^[0-9a-f]{24}$/),
        created_at: '2026-11-21T12:00:00Z',
        notified: false,
        processed_at: null,
        seconds_to_expire: 290,
        status: 'pending',
        updated_at: '2026-11-21T12:00:00Z',
        user_id: expect.stringMatching(/^[0-9a-f]{24}$/),
        uuid: push,
      },
      success: true,
    })
  })

  test.each([
    ['message', { message: undefined }, 'required'],
    ['message', { message: 'x'.repeat(201) }, 'invalid'],
    ['details', { details: { 'a key of 21 letters..': 'x' } }, 'invalid'],
    ['details', { details: { key: 'x'.repeat(201) } }, 'invalid'],
    ['hidden_details', { hidden_details: 'text' }, 'invalid'],
    ['logos', { logos: [{ res: 'huge', url: 'https://a.test' }] }, 'invalid'],
    ['seconds_to_expire', { seconds_to_expire: -1 }, 'invalid'],
    ['seconds_to_expire', { seconds_to_expire: '' }, 'invalid'],
    ['seconds_to_expire', { seconds_to_expire: 1.5 }, 'invalid'],
  ])('with a bad %s is refused (%#)', async (name, more, why) => {
    const { api, book, newUser } = await setUp()
    const id = await newUser()
    const json = { ...approvalRequest, ...more }
    const answer = await api('POST', `/onetouch/json/users/${id}/approval_requests`, { json })
    expect(answer).toMatchObject({
      status: 400,
      body: refusal('60004', `Invalid parameter: ${name} - Parameter is ${why}`),
    })
    expect(book.pushes(number)).toEqual([])
  })

  test('can be answered until it expires, and not at that moment', async () => {
    const { api, book, newUser, ask, passSeconds, receiver, phone } = await setUp()
    const id = await newUser()
    const [answered, late] = [await ask(id), await ask(id)]
    passSeconds(289)
    book.answer(answered, 'denied')
    passSeconds(1)
    expect(() => book.answer(late, 'approved')).toThrow('expired')
    await phone.settled()
    expect(receiver.taken).toHaveLength(1)
    const read = async (push: string) =>
      (await api('GET', `/onetouch/json/approval_requests/${push}`)).body
    expect(await read(late)).toMatchObject({
      approval_request: { status: 'expired', processed_at: '2026-11-21T12:04:50Z' },
    })
    expect(await read(answered)).toMatchObject({
      approval_request: { status: 'denied', processed_at: '2026-11-21T12:04:49Z' },
    })
  })

  test('is answered once', async () => {
    const { book, newUser, ask, receiver, phone } = await setUp()
    const push = await ask(await newUser())
    book.answer(push, 'approved')
    expect(() => book.answer(push, 'denied')).toThrow('approved')
    expect(() => book.answer('unknown', 'denied')).toThrow('no push')
    await phone.settled()
    expect(receiver.taken).toHaveLength(1)
  })
})

describe('a callback', () => {
  async function answered(decision: 'approved' | 'denied' = 'approved', more: object = {}) {
    const all = await setUp()
    const id = await all.newUser()
    const push = await all.ask(id, more)
    all.passSeconds(20)
    return {
      ...all,
      id,
      push,
      press: async () => {
        all.book.answer(push, decision)
        await all.phone.settled()
      },
      callbacks: () => all.book.latestPush(number)?.callbacks,
    }
  }

  test.each(['approved', 'denied'] as const)(
    'says %s in the shape of real ones',
    async (decision) => {
      const { press, receiver, id, push, callbacks } = await answered(decision)
      await press()
      expect(callbacks()).toEqual([
        { outcome: 'answered', status: 200, problem: null, signedWrongly: false },
      ])
      const body = JSON.parse(receiver.taken[0]?.text ?? '')
      const asked = noon.getTime() / 1000
      expect(body).toEqual({
        authy_id: id,
        device_uuid: expect.any(Number),
        callback_action: 'approval_request_status',
        uuid: push,
        status: decision,
        approval_request: {
          transaction: {
            details: approvalRequest.details,
            device_details: {},
            device_geolocation: '',
            device_signing_time: asked + 20,
            encrypted: false,
            flagged: false,
            hidden_details: { payment_id: 'p-1' },
            message: approvalRequest.message,
            reason: '',
            requester_details: null,
            status: decision,
            uuid: push,
            created_at_time: asked,
            customer_uuid: expect.any(Number),
          },
          expiration_timestamp: asked + 290,
          logos: null,
          app_id: expect.stringMatching(/^[0-9a-f]{24}$/),
        },
        signature: expect.any(String),
        device: expect.objectContaining({
          id: body.device_uuid,
          os_type: 'android',
          enabled_unlock_methods: ['pin', 'fingerprint'],
          multidevice_enabled: true,
          registration_method: 'sms',
          last_account_recovery_at: null,
        }),
      })
      expect(Buffer.from(body.signature, 'base64')).toHaveLength(256)
    },
  )

  test.each([
    ['no logos and no details', { details: undefined, hidden_details: undefined }],
    [
      'two logos',
      {
        logos: [
          { res: 'high', url: 'https://a.test/2' },
          { res: 'default', url: 'https://a.test/1' },
        ],
      },
    ],
    ['nothing but letters from afar', { message: '*~ Ñandú — 支付 %2B+=&' }],
  ])('is signed, with %s', async (_, more) => {
    const { press, receiver } = await answered('approved', more)
    await press()
    const { headers, text } = receiver.taken[0] ?? { headers: {}, text: '' }
    const nonce = String(noon.getTime() / 1000 + 20)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-authy-signature-nonce': nonce,
      'x-authy-signature': signatureOf(text, nonce, receiver.url),
    })
  })

  test.each([403, 500])('answered %i is written down, and not tried again', async (status) => {
    const { press, receiver, callbacks } = await answered()
    receiver.answers.status = status
    await press()
    expect(callbacks()).toMatchObject([{ outcome: 'answered', status }])
    expect(receiver.taken).toHaveLength(1)
  })

  test('that nobody takes is written down, and the phone goes on', async () => {
    const { newUser, ask, book, phone, api, receiver } = await setUp()
    await receiver.close()
    const id = await newUser()
    book.answer(await ask(id), 'approved')
    await phone.settled()
    expect(book.latestPush(number)?.callbacks).toMatchObject([
      { outcome: 'failed', problem: expect.stringContaining('ECONNREFUSED') },
    ])
    expect(await api('GET', `/protected/json/users/${id}/status`)).toMatchObject({ status: 200 })
  })

  test('can be lost, and the next one is not', async () => {
    const { press, receiver, book, id, ask, phone, callbacks } = await answered()
    book.faults.loseNextCallback = true
    await press()
    expect(receiver.taken).toEqual([])
    expect(callbacks()).toMatchObject([{ outcome: 'lost' }])
    book.answer(await ask(id), 'approved')
    await phone.settled()
    expect(receiver.taken).toHaveLength(1)
  })

  test('can come twice, and the next one does not', async () => {
    const { press, receiver, book, id, ask, phone, callbacks } = await answered()
    book.faults.sendNextCallbackTwice = true
    await press()
    expect(callbacks()).toMatchObject([{ status: 200 }, { status: 200 }])
    const [first, second] = receiver.taken
    expect(second?.text).toBe(first?.text)
    expect(second?.headers['x-authy-signature']).toBe(first?.headers['x-authy-signature'])
    book.answer(await ask(id), 'approved')
    await phone.settled()
    expect(receiver.taken).toHaveLength(3)
  })

  test('can be ten seconds late, and then it is fresh', async () => {
    const { press, receiver, book, phone, callbacks, timers, passSeconds } = await answered()
    book.faults.delayNextCallback = true
    await press()
    expect(book.faults.delayNextCallback).toBe(false)
    expect(callbacks()).toMatchObject([{ outcome: 'held back' }])
    expect(timers.map(({ ms }) => ms)).toEqual([10_000])
    passSeconds(10)
    timers[0]?.fn()
    await phone.settled()
    expect(callbacks()).toMatchObject([{ outcome: 'answered', status: 200 }])
    const nonce = receiver.taken[0]?.headers['x-authy-signature-nonce']
    expect(nonce).toBe(String(noon.getTime() / 1000 + 30))
  })

  test('can be signed wrongly, and the next one is not', async () => {
    const { press, receiver, book, id, ask, phone, callbacks } = await answered()
    book.faults.signNextCallbackWrongly = true
    await press()
    expect(callbacks()).toMatchObject([{ signedWrongly: true }])
    book.answer(await ask(id), 'approved')
    await phone.settled()
    const right = receiver.taken.map(({ headers, text }) => {
      const nonce = String(headers['x-authy-signature-nonce'])
      return headers['x-authy-signature'] === signatureOf(text, nonce, receiver.url)
    })
    expect(right).toEqual([false, true])
  })
})

describe('the signature', () => {
  test.each(vectors)('of $name is the known one', (vector) => {
    expect(callbackSignature(vector.apiKey, vector)).toBe(vector.signature)
  })
})

test('a fault of the phone’s own is a 500, and is logged', async () => {
  const fault = new Error('no digits')
  const { api, newUser } = await setUp({
    random: () => {
      throw fault
    },
  })
  const id = await newUser()
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  expect((await api('GET', `/protected/json/sms/${id}?force=true`)).status).toBe(500)
  expect(log.mock.calls).toEqual([[fault]])
  log.mockRestore()
})

describe("the provider's faults", () => {
  test('503 is the answer to every API call while it is on, and not to the page', async () => {
    const { api, book, newUser } = await setUp()
    const id = await newUser()
    const path = `/protected/json/users/${id}/status`
    book.faults.answer503 = true
    const { status, headers } = await api('GET', path)
    expect(status).toBe(503)
    expect(headers['content-type']).toBe('text/html')
    expect(await api('GET', '/state')).toMatchObject({ status: 200 })
    book.faults.answer503 = false
    expect(await api('GET', path)).toMatchObject({ status: 200 })
  })

  test('a slow provider answers when its time has come', async () => {
    let wait: (fn: () => void) => void = () => {}
    const waiting = new Promise<() => void>((resolve) => {
      wait = resolve
    })
    const waits: number[] = []
    const { api, book, newUser } = await setUp({
      setTimer: (ms, fn) => {
        waits.push(ms)
        wait(fn)
      },
    })
    const id = await newUser()
    book.faults.providerDelayMs = 200
    const answer = api('GET', `/protected/json/sms/${id}?force=true`)
    const go = await waiting
    expect(waits).toEqual([200])
    expect(book.messages(number)).toEqual([])
    go()
    expect(await answer).toMatchObject({ status: 200 })
    expect(book.messages(number)).toHaveLength(1)
  })
})

describe('the page', () => {
  const act = (phone: Phone, json: unknown, headers: Record<string, string> = {}) =>
    client(phone.url)('POST', '/actions', { json, headers })

  test.each(['/', '/phone.css', '/phone.js', '/icon.svg', '/nothing'])(
    '%s comes with a policy that lets nothing in',
    async (path) => {
      const { api } = await setUp()
      const { status, headers } = await api('GET', path)
      expect(status).toBe(path === '/nothing' ? 404 : 200)
      const policy = headers['content-security-policy'] ?? ''
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/)
      expect(policy).not.toContain('unsafe')
      expect(headers['x-content-type-options']).toBe('nosniff')
    },
  )

  test('holds no script and no style of its own, and names no other place', async () => {
    const { api } = await setUp()
    const { text } = await api('GET', '/')
    expect(text).toContain('<title>Pretend phone</title>')
    expect(text).not.toMatch(/<style|style=|<script>| on[a-z]+=|https?:/)
    for (const file of ['phone', 'devices', 'elements']) {
      const script = await api('GET', `/${file}.js`)
      expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
      expect(script.text).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write|eval/)
    }
  })

  test('has a field for each fault and a switch for each thing of a phone', async () => {
    const { api, book } = await setUp()
    const { text } = await api('GET', '/')
    for (const name of [...Object.keys(book.faults), 'hasApp', 'isLandline']) {
      expect(text).toContain(`name="${name}"`)
    }
  })

  test('answers, throws the switches and sets faults', async () => {
    const { phone, book, newUser, ask, receiver } = await setUp()
    const push = await ask(await newUser())
    const press = { action: 'answer', uuid: push, decision: 'approved' }
    expect(await act(phone, press, { origin: phone.url })).toMatchObject({ status: 204 })
    await phone.settled()
    expect(receiver.taken).toHaveLength(1)
    expect(await act(phone, press)).toMatchObject({ status: 409 })
    expect(await act(phone, { action: 'setApp', number, hasApp: false })).toMatchObject({
      status: 204,
    })
    expect(book.hasApp(number)).toBe(false)
    expect(await act(phone, { action: 'setLandline', number, isLandline: true })).toMatchObject({
      status: 204,
    })
    expect(book.isLandline(number)).toBe(true)
    await act(phone, { action: 'setFaults', faults: { answer503: true, providerDelayMs: 5 } })
    await act(phone, { action: 'setFaults', faults: { psd2Off: true, answer429: true } })
    expect(book.faults).toMatchObject({
      answer503: true,
      answer429: true,
      providerDelayMs: 5,
      psd2Off: true,
      loseNextCallback: false,
    })
  })

  test('takes a press as JSON alone, which no form of another page can send', async () => {
    const { phone, book, newUser, ask } = await setUp()
    const push = await ask(await newUser())
    const press = { action: 'answer', uuid: push, decision: 'approved' }
    const form = { 'content-type': 'text/plain' }
    expect(await act(phone, press, form)).toMatchObject({ status: 415 })
    expect(book.latestPush(number)?.status).toBe('pending')
  })

  test.each([
    [{ action: 'answer', uuid: 'unknown', decision: 'approved' }, 404],
    [{ action: 'answer', uuid: 'unknown', decision: 'expired' }, 400],
    [{ action: 'setApp', number: '+15017122661', hasApp: true }, 404],
    [{ action: 'setLandline', number: '+15017122661', isLandline: true }, 404],
    [{ action: 'setLandline', number: '+15017122661' }, 400],
    [{ action: 'setFaults', faults: { psd2Off: 'yes' } }, 400],
    [{ action: 'setFaults', faults: { providerDelayMs: -1 } }, 400],
    [{ action: 'setFaults', faults: { burnDown: true } }, 400],
    [{ action: 'other' }, 400],
    ['text', 400],
  ])('answers to %j with %i', async (json, status) => {
    const { phone } = await setUp()
    expect(await act(phone, json)).toMatchObject({ status })
  })

  test('looks at no more than a kilobyte', async () => {
    const { phone } = await setUp()
    const other = (bytes: number) => ({ action: 'x'.repeat(bytes - '{"action":""}'.length) })
    expect(await act(phone, other(1024))).toMatchObject({ status: 400 })
    expect(await act(phone, other(1025))).toMatchObject({ status: 413 })
  })
})
