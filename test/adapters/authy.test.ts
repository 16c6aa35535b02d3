import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProviderFault } from '../../functions/adapters/askProvider.ts'
import { type AuthySettings, authy } from '../../functions/adapters/authy/authy.ts'
import type { BoundAction } from '../../functions/core/ports.ts'
import { type Phone, startPhone } from '../../local/phone/phone.ts'
import { action } from '../core/payments.ts'
import { numberOf } from '../harness/harness.ts'
import { type Answer, endless, noAnswers, says, startAnswering } from './answeringProvider.ts'

const apiKey = 'canary-api-key'
const noon = new Date('2026-11-21T12:00:00.000Z')

const phone = { countryCode: '44', national: '7700900123' }
const email = 'harry@hogwarts.ac.uk'
const person = { payerId: 'person-1', email }
const displayed = 'Pay €20.50 to José & Søn (jose@example.com)'
const content = {
  message: displayed,
  details: {
    'Sending to': 'José & Søn (jose@example.com)',
    Amount: '€20.50',
    'Your account': email,
    Reference: '4F2K7Q',
  },
}
const hidden = {
  payment_id: 'AAAAAAAAAAAAAAAAAAAAAA',
  requester_user_id: person.payerId,
  origin_ip: '203.0.113.7',
}
const bound: BoundAction = {
  action: { ...action, payee: { name: 'José & Søn', id: 'jose@example.com' } },
  actionId: hidden.payment_id,
  reference: 'AAAAAA',
}
const UUID = 'dda2c400-bc43-0135-d7be-1285ca17e122'

test('what a right code proves is the action that Authy was told, and how it was worded', () => {
  const codes = authy({ apiUrl: 'http://127.0.0.1', apiKey: async () => undefined })
  expect(codes.evidenceOf({ providerPhoneId: '1635' }, bound)).toEqual({
    kind: 'sms-code',
    provider_phone_id: '1635',
    action: hidden.payment_id,
    display_text: displayed,
  })
})

describe('against the pretend phone', () => {
  let pretend: Phone
  let people = 0
  const faults: ProviderFault[] = []
  const onFault = (fault: ProviderFault) => void faults.push(fault)

  beforeAll(async () => {
    pretend = await startPhone({ port: 0, apiKey, callbackUrl: () => '', clock: () => noon })
  })
  afterAll(() => pretend.close())
  beforeEach(() => {
    faults.length = 0
  })

  const provider = (more: Partial<AuthySettings> = {}) =>
    authy({ apiUrl: pretend.url, apiKey: async () => apiKey, onFault, ...more })

  /** Somebody whose phone Authy knows. */
  async function enrolled() {
    people += 1
    const number = numberOf(people)
    const own = { countryCode: '1', national: number.slice(2) }
    return { number, phone: own, providerPhoneId: await provider().enroll(person, own) }
  }

  test('a push shows what it should, ends when it should, and is read back', async () => {
    const { providerPhoneId, number } = await enrolled()
    const logoUrl = 'https://pay.example.com/logo.png'
    const pushId = await provider({ logoUrl }).ask(providerPhoneId, content, hidden, 290)
    const push = pretend.book.latestPush(number)
    expect(push).toMatchObject({
      uuid: pushId,
      message: displayed,
      details: content.details,
      hiddenDetails: hidden,
      logos: [{ res: 'default', url: logoUrl }],
      secondsToExpire: 290,
    })
    if (!pushId) throw new Error('no push')
    const read = { providerPhoneId, pushId }
    expect(await provider().read(pushId)).toEqual({ ...read, status: 'pending' })
    pretend.book.answer(pushId, 'approved')
    expect(await provider().read(pushId)).toEqual({ ...read, status: 'approved' })
  })

  test('a phone without the app gets no push, and that is no fault', async () => {
    const { providerPhoneId, number } = await enrolled()
    pretend.book.setApp(number, false)
    expect(await provider().ask(providerPhoneId, content, hidden, 290)).toBeUndefined()
    expect(faults).toEqual([])
  })

  test('a key that is good is asked for once, and never past the cache', async () => {
    const { providerPhoneId, phone } = await enrolled()
    const asked: boolean[] = []
    const keyOf = async (fresh: boolean) => {
      asked.push(fresh)
      return apiKey
    }
    await provider({ apiKey: keyOf }).send({ phone, providerPhoneId }, bound)
    expect(asked).toEqual([false])
  })

  test('a key that was changed is asked for anew, once, and what it refused is done then', async () => {
    const { providerPhoneId, number, phone } = await enrolled()
    const asked: boolean[] = []
    const keyOf = async (fresh: boolean) => {
      asked.push(fresh)
      return fresh ? apiKey : 'the key before'
    }
    await provider({ apiKey: keyOf }).send({ phone, providerPhoneId }, bound)
    expect(asked).toEqual([false, true])
    expect(pretend.book.messages(number)).toHaveLength(1)
    expect(faults).toEqual([])
  })

  test('without a key nothing is asked, and why is told', async () => {
    const { providerPhoneId } = await enrolled()
    for (const [, call] of calls(providerPhoneId)) {
      await expect(call(provider({ apiKey: async () => undefined }))).rejects.toMatchObject(
        UNAVAILABLE,
      )
    }
    expect(faults.map(({ reason }) => reason)).toEqual(calls().map(() => 'no API key is set'))
  })
})

const UNAVAILABLE = {
  name: 'Refusal',
  code: 'provider_unavailable',
  details: { retryAfterSeconds: 20 },
}

type Provider = ReturnType<typeof authy>
const CODE = '7654321'

/** Every call there is, and the good answer to it. Each test breaks one thing about the answer. */
const calls = (providerPhoneId = '1635') =>
  [
    ['users/new', (to: Provider) => to.enroll(person, phone), GOOD.enroll],
    [
      'approval_requests',
      (to: Provider) => to.ask(providerPhoneId, content, hidden, 290),
      GOOD.ask,
    ],
    ['approval_requests/read', (to: Provider) => to.read(UUID), GOOD.read],
    ['sms', (to: Provider) => to.send({ phone, providerPhoneId }, bound), GOOD.send],
    ['verify', (to: Provider) => to.check({ providerPhoneId }, bound, CODE), GOOD.check],
    ['phones/verification/start', (to: Provider) => to.startVerification(phone, 'sms'), GOOD.start],
    [
      'phones/verification/check',
      (to: Provider) => to.checkVerification({ phone }, CODE),
      GOOD.verify,
    ],
  ] as const

const GOOD = {
  enroll: { message: 'User created successfully.', user: { id: 1635 }, success: true },
  ask: { approval_request: { uuid: UUID }, success: true },
  read: { approval_request: { _authy_id: 1635, status: 'approved', uuid: UUID }, success: true },
  send: { success: true, message: 'SMS token was sent', cellphone: '+44-XXX-XXX-XX23' },
  check: {
    message: 'Token is valid.',
    token: 'is valid',
    success: 'true',
    device: { id: null, os_type: 'sms' },
  },
  start: { message: 'Text message sent.', seconds_to_expire: 599, uuid: UUID, success: true },
  verify: { message: 'Verification code is correct.', success: true },
}

describe('against a provider that answers otherwise', () => {
  const faults: ProviderFault[] = []
  let answer: Answer
  let server: Awaited<ReturnType<typeof startAnswering>>

  beforeAll(async () => {
    server = await startAnswering((response, request) => answer(response, request))
  })
  afterAll(() => server.close())
  beforeEach(() => {
    server.seen.length = 0
    faults.length = 0
  })
  afterEach(() => {
    server.cut()
    // Whatever went wrong, no secret and nobody's number is told of it.
    const told = JSON.stringify(faults)
    for (const secret of [apiKey, CODE, phone.national, email, hidden.payment_id]) {
      expect(told).not.toContain(secret)
    }
  })

  const provider = (more: Partial<AuthySettings> = {}) =>
    authy({
      apiUrl: server.url,
      apiKey: async () => apiKey,
      timeoutMs: 2000,
      onFault: (fault) => void faults.push(fault),
      ...more,
    })

  const error = (code: string | number) => ({
    message: `No, +44${phone.national}: ${CODE}`,
    success: false,
    errors: { message: 'No' },
    error_code: code,
  })
  const unexpected = (status: number, errorCode: string | null = null) => ({
    status,
    errorCode,
    reason: 'unexpected answer',
  })
  const unread = (reason: string) => ({ status: null, errorCode: null, reason })
  describe.each(calls())('%s', (name, call, good) => {
    test('a good answer is one, whatever its content type', async () => {
      answer = says(200, good, { 'content-type': 'text/html' })
      await expect(call(provider())).resolves.not.toBe(false)
      expect(faults).toEqual([])
      expect(server.seen).toHaveLength(1)
    })

    test.each<[string, Answer, Omit<ProviderFault, 'call'>]>([
      ['a 500', says(500, good), unexpected(500)],
      ['too many requests', says(429, error('60003')), unexpected(429, '60003')],
      ['another 2xx', says(202, good), unexpected(202)],
      ['an unknown user', says(404, error('60026')), unexpected(404, '60026')],
      ['a bad API key', says(401, error('60001')), unexpected(401, '60001')],
      ['an error code that is a number', says(400, error(60001)), unexpected(400, '60001')],
      ['an error code that gives back what was sent', says(400, error(CODE)), unexpected(400)],
      ['an error code that gives back a short one', says(400, error('7654')), unexpected(400)],
      ['an empty object', says(200, {}), unexpected(200)],
      ...noAnswers(good).map(
        ([what, wrong, , reason]): [string, Answer, Omit<ProviderFault, 'call'>] => [
          what,
          wrong,
          unread(reason),
        ],
      ),
    ])('%s is no answer, and is not asked for again', async (_, wrong, fault) => {
      answer = wrong
      await expect(call(provider())).rejects.toMatchObject(UNAVAILABLE)
      expect(server.seen).toHaveLength(1)
      expect(faults).toEqual([{ call: name, ...fault }])
    })

    test.each(endless(good))(
      '%s is waited for no longer than the limit (2019: W35)',
      async (_, wrong) => {
        answer = server.hanging(wrong)
        await expect(call(provider({ timeoutMs: 50 }))).rejects.toMatchObject(UNAVAILABLE)
        expect(faults).toMatchObject([{ call: name, status: null, reason: 'TimeoutError' }])
      },
      2500,
    )

    test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
      answer = (response, request) => {
        const isFirst = !request.url?.startsWith('/elsewhere')
        const location = `${server.url}/elsewhere`
        if (isFirst) says(status, good, { location })(response, request)
        else says(200, good)(response, request)
      }
      await expect(call(provider())).rejects.toMatchObject(UNAVAILABLE)
      expect(server.seen).toHaveLength(1)
    })

    test('nobody there is no answer', async () => {
      // Port 9 (discard) of loopback: nothing listens there.
      await expect(call(provider({ apiUrl: 'http://127.0.0.1:9' }))).rejects.toMatchObject(
        UNAVAILABLE,
      )
      expect(faults).toMatchObject([{ call: name, reason: 'ECONNREFUSED' }])
    })
  })

  const isToldApart = calls().filter(([name]) => name !== 'verify')

  test.each(
    isToldApart.flatMap(([name, call, good]) =>
      [undefined, false, 'true', 1, null].map((success) => [name, success, call, good] as const),
    ),
  )('%s: `success` %s is none', async (_, success, call, good) => {
    answer = says(200, { ...good, success })
    await expect(call(provider())).rejects.toMatchObject(UNAVAILABLE)
  })

  const check = () => provider().check({ providerPhoneId: '1635' }, bound, CODE)

  test.each([
    undefined,
    null,
    true,
    'is valid ',
    ' is valid',
    'Is valid',
    'is invalid',
    'valid',
    '',
  ])('a `token` that says %j approves nothing', async (token) => {
    answer = says(200, { ...GOOD.check, token })
    await expect(check()).rejects.toMatchObject(UNAVAILABLE)
  })

  test('a token that is valid in an answer that is not 200 approves nothing', async () => {
    answer = says(401, GOOD.check)
    await expect(check()).rejects.toMatchObject(UNAVAILABLE)
  })

  test('what a text to that address answers approves nothing (sakurity, 2015)', async () => {
    answer = says(200, GOOD.send)
    await expect(check()).rejects.toMatchObject(UNAVAILABLE)
  })

  test.each([
    ['android', { os_type: 'android' }, 'wrong'],
    ['iphone', { os_type: 'iphone' }, 'wrong'],
    ['unknown', { os_type: 'unknown' }, 'wrong'],
    ['SMS in capitals', { os_type: 'SMS' }, 'wrong'],
    ['nothing in words', { os_type: '' }, 'wrong'],
    ['a text', { os_type: 'sms' }, 'right'],
    ['a text, with a blank', { os_type: 'sms ' }, 'wrong'],
    ['a call', { os_type: 'call' }, 'wrong'],
    ['a chrome', { os_type: 'authy_chrome' }, 'wrong'],
  ])('a right code whose device is %s', async (_, device, verdict) => {
    answer = says(200, { ...GOOD.check, device })
    expect(await check()).toBe(verdict)
  })

  test.each([
    undefined,
    null,
    {},
    { os_type: null },
    { type: 'sms' },
    'sms',
    ['sms'],
    [{ os_type: 'sms' }],
    { os_type: ['sms'] },
    { os_type: 1 },
    { os_type: true },
  ])('a right code with the device %j is unclear: it could be an app’s', async (device) => {
    answer = says(200, { ...GOOD.check, device })
    await expect(check()).rejects.toMatchObject(UNAVAILABLE)
    expect(faults).toMatchObject([{ call: 'verify', status: 200 }])
  })

  test.each([
    ['60020', 'wrong'],
    ['60019', 'over'],
  ])('%s is a clear no: %s', async (code, verdict) => {
    answer = says(401, error(code))
    expect(await check()).toBe(verdict)
    expect(faults).toEqual([])
  })

  test.each(['60000', '60021', '60022', '60026', '60001', '60003', '600190', undefined])(
    '%s is no verdict on a code',
    async (code) => {
      answer = says(401, error(code ?? ''))
      await expect(check()).rejects.toMatchObject(UNAVAILABLE)
    },
  )

  test.each([true, 'true', 'false', null, 1])(
    'a text that was ignored (%j) is not sent',
    async (ignored) => {
      answer = says(200, { ...GOOD.send, ignored })
      await expect(
        provider().send({ phone, providerPhoneId: '1635' }, bound),
      ).rejects.toMatchObject(UNAVAILABLE)
    },
  )

  test('a text that was not ignored is sent', async () => {
    answer = says(200, { ...GOOD.send, ignored: false })
    await expect(
      provider().send({ phone, providerPhoneId: '1635' }, bound),
    ).resolves.toBeUndefined()
  })

  test.each(['60050', '60051'])('%s means that there is no app', async (code) => {
    answer = says(404, error(code))
    expect(await provider().ask('1635', content, hidden, 290)).toBeUndefined()
  })

  test.each([undefined, null, '', 7, '..', 'a/b', 'a?b', 'x'.repeat(101)])(
    'a push without an id that is one is unclear: %j',
    async (uuid) => {
      answer = says(200, { success: true, approval_request: { uuid } })
      await expect(provider().ask('1635', content, hidden, 290)).rejects.toMatchObject(UNAVAILABLE)
    },
  )

  test.each([1635, '1635'])('a user id may be a number or a text: %j', async (id) => {
    answer = says(200, { ...GOOD.enroll, user: { id } })
    expect(await provider().enroll(person, phone)).toBe('1635')
  })

  test.each([undefined, null, 0, -1, 1.5, '', '0', '01', '1/2', '../1', 'abc', [1635]])(
    'a user id that is none is unclear: %j',
    async (id) => {
      answer = says(200, { ...GOOD.enroll, user: { id } })
      await expect(provider().enroll(person, phone)).rejects.toMatchObject(UNAVAILABLE)
    },
  )

  test.each([1635, '1635'])('a read push may name its user either way: %j', async (_authy_id) => {
    const approval_request = { ...GOOD.read.approval_request, _authy_id }
    answer = says(200, { success: true, approval_request })
    expect(await provider().read(UUID)).toEqual({
      status: 'approved',
      providerPhoneId: '1635',
      pushId: UUID,
    })
  })

  test('a push read for another one is told as that other one', async () => {
    const approval_request = { ...GOOD.read.approval_request, uuid: 'another' }
    answer = says(200, { success: true, approval_request })
    expect(await provider().read(UUID)).toMatchObject({ pushId: 'another' })
  })

  test.each([{ uuid: undefined }, { status: undefined }, { _authy_id: undefined }])(
    'a read push with a part missing is unclear: %j',
    async (missing) => {
      const approval_request = { ...GOOD.read.approval_request, ...missing }
      answer = says(200, { success: true, approval_request })
      await expect(provider().read(UUID)).rejects.toMatchObject(UNAVAILABLE)
    },
  )

  test('a push that is not known is unclear', async () => {
    answer = says(404, { ...error('60049'), errors: {} })
    await expect(provider().read(UUID)).rejects.toMatchObject(UNAVAILABLE)
  })

  test.each(['60033', '60078', '60082', '60083', '60115'])(
    '%s means that the number is to be corrected',
    async (code) => {
      answer = says(400, error(code))
      const refused = provider().startVerification(phone, 'sms')
      await expect(refused).rejects.toMatchObject({
        code: 'invalid_request',
        details: { fields: [{ path: 'phoneNumber', reason: expect.stringMatching(/\w/) }] },
      })
      await expect(refused).rejects.not.toThrow(phone.national)
    },
  )

  test.each([
    ['60022', 401, 'wrong'],
    ['60023', 404, 'over'],
  ] as const)('%s means that a verification is %s', async (code, status, verdict) => {
    answer = says(status, error(code))
    expect(await provider().checkVerification({ phone }, CODE)).toBe(verdict)
  })

  test.each(['60020', '60033', '60060'])('%s is no verdict on a verification', async (code) => {
    answer = says(401, error(code))
    await expect(provider().checkVerification({ phone }, CODE)).rejects.toMatchObject(UNAVAILABLE)
  })

  test.each(['AZ', 'az', '09', '_', '-', 'x'.repeat(100)])(
    'a push may be named %s',
    async (uuid) => {
      answer = says(200, { ...GOOD.ask, approval_request: { uuid } })
      expect(await provider().ask('1635', content, hidden, 290)).toBe(uuid)
      answer = says(200, GOOD.read)
      await provider().read(uuid)
      expect(server.seen[1]?.url).toBe(`/onetouch/json/approval_requests/${uuid}`)
    },
  )

  describe('asks exactly', () => {
    const logoUrl = 'https://pay.example.com/logo.png'

    test.each<[string, (to: Provider) => Promise<unknown>, unknown, string, unknown?]>([
      [
        'for a user, without a text to install the app',
        (to) => to.enroll(person, phone),
        GOOD.enroll,
        'POST /protected/json/users/new',
        {
          user: { email, cellphone: '7700900123', country_code: '44' },
          send_install_link_via_sms: false,
        },
      ],
      [
        'for a push',
        (to) => to.ask('1635', content, hidden, 290),
        GOOD.ask,
        'POST /onetouch/json/users/1635/approval_requests',
        {
          message: displayed,
          details: content.details,
          hidden_details: hidden,
          logos: [{ res: 'default', url: logoUrl }],
          seconds_to_expire: 290,
        },
      ],
      [
        "for a push's state",
        (to) => to.read(UUID),
        GOOD.read,
        `GET /onetouch/json/approval_requests/${UUID}`,
      ],
      [
        'for a text, bound to the payment and in its words',
        (to) => to.send({ phone, providerPhoneId: '1635' }, bound),
        GOOD.send,
        'GET /protected/json/sms/1635?force=true&action=AAAAAAAAAAAAAAAAAAAAAA' +
          '&action_message=Pay+%E2%82%AC20.50+to+Jos%C3%A9+%26+S%C3%B8n+%28jose%40example.com%29',
      ],
      [
        'about a code, for the same payment',
        (to) => to.check({ providerPhoneId: '1635' }, bound, CODE),
        GOOD.check,
        'GET /protected/json/verify/7654321/1635?force=true&action=AAAAAAAAAAAAAAAAAAAAAA',
      ],
      [
        'for a verification by text',
        (to) => to.startVerification(phone, 'sms'),
        GOOD.start,
        'POST /protected/json/phones/verification/start',
        { phone_number: '7700900123', country_code: '44', via: 'sms', code_length: 6 },
      ],
      [
        'for a verification by call',
        (to) => to.startVerification(phone, 'call'),
        GOOD.start,
        'POST /protected/json/phones/verification/start',
        { phone_number: '7700900123', country_code: '44', via: 'call', code_length: 6 },
      ],
      [
        'about a verification',
        (to) => to.checkVerification({ phone }, '1234'),
        GOOD.verify,
        'GET /protected/json/phones/verification/check?phone_number=7700900123&country_code=44' +
          '&verification_code=1234',
      ],
    ])('%s', async (_, call, good, request, body) => {
      answer = says(200, good)
      await call(provider({ logoUrl }))
      expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([request])
      expect(server.seen[0]?.headers['x-authy-api-key']).toBe(apiKey)
      expect(server.seen[0]?.headers['content-type']).toBe(body ? 'application/json' : undefined)
      expect(JSON.parse(server.seen[0]?.body || 'null') ?? undefined).toEqual(body)
    })

    test('for a push without a logo where there is none', async () => {
      answer = says(200, GOOD.ask)
      await provider().ask('1635', content, hidden, 290)
      expect(JSON.parse(server.seen[0]?.body ?? '')).not.toHaveProperty('logos')
    })
  })

  describe('never lets out', () => {
    test.each([
      '',
      '12345',
      '12345678901',
      '../sms',
      '..%2Fsms',
      '123456/1635#',
      '123456#',
      '123456?x',
      ' 123456',
      '123456\n',
      '12345a',
      '1234567e1',
      '-123456',
      '１２３４５６',
      '٠١٢٣٤٥',
      '123456\0',
    ])('the code %j', async (code) => {
      answer = says(200, GOOD.check)
      expect(await provider().check({ providerPhoneId: '1635' }, bound, code)).toBe('wrong')
      expect(server.seen).toEqual([])
    })

    test.each(['', '123', '12345678901', '../status', '1234\n', '1234&x=1', '１２３４'])(
      'the verification code %j',
      async (code) => {
        answer = says(200, GOOD.verify)
        expect(await provider().checkVerification({ phone }, code)).toBe('wrong')
        expect(server.seen).toEqual([])
      },
    )

    const ANOTHERS = 'phone:AAAAAAAAAAAAAAAAAAAAAA'
    const NO_IDS = ['', '0', '01', '-1', '1e3', '1.5', '../1', '1/2', '1?x', '1#', '1\n', '１']

    test.each([...NO_IDS, ANOTHERS])("an id that is none of Authy's: %j", async (id) => {
      answer = says(200, { ...GOOD.check, ...GOOD.ask, success: true })
      for (const call of [
        provider().ask(id, content, hidden, 290),
        provider().send({ phone, providerPhoneId: id }, bound),
        provider().check({ providerPhoneId: id }, bound, CODE),
      ]) {
        await expect(call).rejects.toMatchObject(UNAVAILABLE)
      }
      expect(provider().gave(id)).toBe(false)
      expect(faults.map(({ call, reason }) => [call, reason])).toEqual([
        ['approval_requests', 'not an id of Authy'],
        ['sms', 'not an id of Authy'],
        ['verify', 'not an id of Authy'],
      ])
      expect(server.seen).toEqual([])
    })

    test.each(['', '.', '..', '../users/1635/status', 'a/b', 'a?b', 'a#b', 'a b', 'x'.repeat(101)])(
      'the id of a push %j',
      async (pushId) => {
        answer = says(200, GOOD.read)
        await expect(provider().read(pushId)).rejects.toThrow('not an id of a push')
        expect(server.seen).toEqual([])
      },
    )
  })
})
