import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ProviderFault } from '../../functions/adapters/askProvider.ts'
import { verifyCodes, verifyPhones } from '../../functions/adapters/twilioVerify/twilioVerify.ts'
import { linkOf } from '../../functions/adapters/twilioVerify/verifyLink.ts'
import type {
  TwilioKey,
  VerifySettings,
} from '../../functions/adapters/twilioVerify/verifyService.ts'
import type { BoundAction } from '../../functions/core/ports.ts'
import { action } from '../core/payments.ts'
import { byDepth } from '../harness/depth.ts'
import { type Answer, endless, noAnswers, says, startAnswering } from './answeringProvider.ts'

const key: TwilioKey = { apiKey: 'SK-canary-key', apiKeySecret: 'canary-secret' }
const otherKey: TwilioKey = { apiKey: 'SK-another-key', apiKeySecret: 'another-secret' }
const serviceSid = `VA${'5'.repeat(32)}`
const anotherService = `VA${'6'.repeat(32)}`
const sid = `VE${'7'.repeat(32)}`
const anotherSid = `VE${'8'.repeat(32)}`

const phone = { countryCode: '44', national: '7700900123' }
const to = '+447700900123'
const reached = { phone, providerPhoneId: 'phone:AAAAAAAAAAAAAAAAAAAAAA' }
const bound: BoundAction = {
  action: { ...action, payee: { name: 'José & Søn', id: 'jose@example.com' } },
  actionId: 'AAAAAAAAAAAAAAAAAAAAAA',
  reference: 'AAAAAA',
}
const link = { amount: '€20.50', payee: 'José & Søn (jose@example.com) ref AAAAAA' }
const CODE = '765432'

/** A verification as Twilio shows it. Each test breaks one thing about it. */
const pending = {
  sid,
  service_sid: serviceSid,
  account_sid: `AC${'9'.repeat(32)}`,
  to,
  channel: 'sms',
  status: 'pending',
  valid: false,
  date_created: '2026-11-21T12:00:00Z',
  date_updated: '2026-11-21T12:00:00Z',
  lookup: {},
  amount: null as string | null,
  payee: null as string | null,
  send_code_attempts: [
    { time: '2026-11-21T12:00:00Z', channel: 'SMS', attempt_sid: `VL${'1'.repeat(32)}` },
  ],
  sna: null,
  url: `https://verify.twilio.com/v2/Services/${serviceSid}/Verifications/${sid}`,
}
const approved = { ...pending, status: 'approved', valid: true }

type Provider = ReturnType<typeof verifyCodes> & ReturnType<typeof verifyPhones>
type Case = {
  readonly name: string
  /** Twilio's own name of what is asked. */
  readonly resource: string
  readonly ask: (provider: Provider) => Promise<unknown>
  readonly good: typeof pending
  readonly status: number
  readonly answer: unknown
}

const CODES = {
  send: {
    name: 'a code',
    resource: 'Verifications',
    ask: (provider) => provider.send(reached, bound),
    good: { ...pending, ...link },
    status: 201,
    answer: sid,
  },
  check: {
    name: 'the check of a code',
    resource: 'VerificationCheck',
    ask: (provider) =>
      provider.check({ providerPhoneId: reached.providerPhoneId, textId: sid }, bound, CODE),
    good: { ...approved, ...link },
    status: 200,
    answer: 'right',
  },
} satisfies Record<string, Case>
const PHONES = {
  start: {
    name: 'a verification',
    resource: 'Verifications',
    ask: (provider) => provider.startVerification(phone, 'sms'),
    good: pending,
    status: 201,
    answer: sid,
  },
  check: {
    name: 'the check of a verification',
    resource: 'VerificationCheck',
    ask: (provider) => provider.checkVerification({ phone, textId: sid }, CODE),
    good: approved,
    status: 200,
    answer: 'right',
  },
} satisfies Record<string, Case>
const starts: Case[] = [CODES.send, PHONES.start]
const checks: Case[] = [CODES.check, PHONES.check]
/** Every call there is but the one that ends a verification, and the good answer to it. */
const calls: Case[] = [CODES.send, CODES.check, PHONES.start, PHONES.check]

const seenElsewhere: string[] = []
const faults: ProviderFault[] = []
/** What is answered, in this order; the last one from then on. */
let answers: Answer[] = []

const server = await startAnswering((response, request) => {
  const answer = answers.length > 1 ? answers.shift() : answers[0]
  answer?.(response, request)
})
const { seen, hanging } = server
type Seen = (typeof seen)[number]
/** Where a redirect leads. */
const another = await startAnswering((response, request) => {
  seenElsewhere.push(request.url ?? '')
  says(200, approved)(response, request)
})
afterAll(() => {
  server.close()
  another.close()
})
beforeEach(() => {
  seen.length = 0
  seenElsewhere.length = 0
  faults.length = 0
  answers = []
})
afterEach(() => {
  server.cut()
  // Whatever went wrong, no code, no key and nobody's number is told of it.
  const told = JSON.stringify(faults)
  const basic = Buffer.from(`${key.apiKey}:${key.apiKeySecret}`).toString('base64')
  const secrets = [key.apiKey, key.apiKeySecret, basic, CODE, phone.national, to]
  for (const secret of [...secrets, otherKey.apiKeySecret, link.payee]) {
    expect(told).not.toContain(secret)
  }
})

function provider(more: Partial<VerifySettings> = {}): Provider {
  const settings: VerifySettings = {
    apiUrl: server.url,
    serviceSid,
    key: async () => key,
    timeoutMs: 2000,
    onFault: (fault) => void faults.push(fault),
    ...more,
  }
  return { ...verifyCodes(settings), ...verifyPhones(settings) }
}

const error = (code: number, status: number) => ({
  code,
  // Twilio's words may repeat what was sent.
  message: `Invalid parameter \`To\`: ${to} ${CODE}`,
  more_info: `https://www.twilio.com/docs/errors/${code}`,
  status,
})
/** Less than the adapter's own limit, which a test's shorter one replaces. */
const SOON_MS = 2500
const unavailable = (retryAfterSeconds = 20) => ({
  name: 'Refusal',
  code: 'provider_unavailable',
  details: { retryAfterSeconds },
})
const unexpected = (status: number, errorCode: string | null = null) => ({
  status,
  errorCode,
  reason: 'unexpected answer',
})
const unread = (status: number | null, reason: string) => ({ status, errorCode: null, reason })

describe.each(calls)('$name', ({ ask, good, status, answer, resource }) => {
  test('is had by one good answer, whatever its content type', async () => {
    answers = [says(status, good, { 'content-type': 'text/html' })]
    expect(await ask(provider())).toBe(answer)
    expect(faults).toEqual([])
    expect(seen).toHaveLength(1)
  })

  test.each<[string, Answer, Omit<ProviderFault, 'call'>]>([
    ['a 500', says(500, good), unread(500, 'Error')],
    ["a 500 of Twilio's", says(500, error(20500, 500)), unexpected(500, '20500')],
    ['a 429 in HTML', says(429, '<h1>Slow down</h1>'), unread(429, 'SyntaxError')],
    ['a code that is a text', says(404, { ...good, code: '20404' }), unread(404, 'Error')],
    ['a code that gives back the number', says(400, { ...good, code: to }), unread(400, 'Error')],
    ['a code that gives back the code', says(400, { code: Number(CODE) }), unread(400, 'Error')],
    ['another 2xx', says(202, good), unread(202, 'Error')],
    ['no PSD2 terms, it says', says(400, error(60206, 400)), unexpected(400, '60206')],
    ['a text', says(200, '"approved"'), unread(200, 'ZodError')],
    ['an empty object', says(200, {}), unread(200, 'ZodError')],
    ['an error in a 200', says(200, error(20404, 404)), unread(200, 'ZodError')],
    [
      'of another service',
      says(200, { ...good, service_sid: anotherService }),
      unread(200, 'Error'),
    ],
    ['a SID that is none', says(200, { ...good, sid: '../VE1' }), unread(200, 'ZodError')],
    ['a status unheard of', says(200, { ...good, status: 'Approved' }), unread(200, 'ZodError')],
    ['`valid` in a text', says(200, { ...good, valid: 'true' }), unread(200, 'ZodError')],
    ...noAnswers(good).map(
      ([what, wrong, status, reason]): [string, Answer, Omit<ProviderFault, 'call'>] => [
        what,
        wrong,
        unread(status, reason),
      ],
    ),
  ])('is not had by %s, and is not asked for again', async (_, wrong, fault) => {
    answers = [wrong]
    await expect(ask(provider())).rejects.toMatchObject(unavailable())
    expect(seen).toHaveLength(1)
    expect(faults).toEqual([{ call: resource, ...fault }])
  })

  test.each(['sid', 'service_sid', 'to', 'channel', 'status', 'valid', 'amount', 'payee'] as const)(
    'is not had by an answer without `%s`',
    async (part) => {
      answers = [says(status, { ...good, [part]: undefined })]
      await expect(ask(provider())).rejects.toMatchObject(unavailable())
      expect(faults).toEqual([{ call: resource, ...unread(status, 'ZodError') }])
    },
  )

  test.each(endless(good))(
    'waits for %s no longer than the limit (2019: W35)',
    async (_, wrong) => {
      answers = [hanging(wrong)]
      await expect(ask(provider({ timeoutMs: 50 }))).rejects.toMatchObject(unavailable())
      expect(faults).toEqual([{ call: resource, ...unread(null, 'TimeoutError') }])
    },
    SOON_MS,
  )

  test.each([`x${sid}`, `${sid}0`, sid.slice(0, -1), sid.toLowerCase(), ''])(
    'is not had under a name that can be none: %j',
    async (sid) => {
      answers = [says(status, { ...good, sid })]
      await expect(ask(provider())).rejects.toMatchObject(unavailable())
      expect(faults).toEqual([{ call: resource, ...unread(status, 'ZodError') }])
    },
  )

  test.each([301, 302, 303, 307, 308])('follows no redirect (%i)', async (redirect) => {
    answers = [says(redirect, good, { location: `${another.url}/v2` })]
    await expect(ask(provider())).rejects.toMatchObject(unavailable())
    expect(seen).toHaveLength(1)
    expect(seenElsewhere).toEqual([])
  })

  test('is not had where nobody listens', async () => {
    // Port 9 (discard) of loopback.
    const nobody = provider({ apiUrl: 'http://127.0.0.1:9' })
    await expect(ask(nobody)).rejects.toMatchObject(unavailable())
    expect(faults).toEqual([{ call: resource, ...unread(null, 'ECONNREFUSED') }])
  })

  test('is not asked for without a key, and why is told', async () => {
    await expect(ask(provider({ key: async () => undefined }))).rejects.toMatchObject(unavailable())
    expect(seen).toEqual([])
    expect(faults).toEqual([{ call: resource, ...unread(null, 'no API key is set') }])
  })

  test.each([
    ['key', { ...otherKey, apiKeySecret: key.apiKeySecret }],
    ['secret', { ...key, apiKeySecret: otherKey.apiKeySecret }],
  ])('is asked for once more where the %s was changed', async (_, before) => {
    const asked: boolean[] = []
    const changing = async (fresh: boolean) => {
      asked.push(fresh)
      return fresh ? key : before
    }
    answers = [says(401, error(20003, 401)), says(status, good)]
    expect(await ask(provider({ key: changing }))).toBe(answer)
    expect(asked).toEqual([false, true])
    expect(seen.map(credentials)).toEqual([basic(before), basic(key)])
    expect(seen[1]?.body).toBe(seen[0]?.body)
    expect(faults).toEqual([])
  })

  test('is asked for with a key that is good, and not with a fresh one', async () => {
    const asked: boolean[] = []
    const noted = async (fresh: boolean) => {
      asked.push(fresh)
      return key
    }
    answers = [says(status, good)]
    expect(await ask(provider({ key: noted }))).toBe(answer)
    expect(asked).toEqual([false])
  })

  test('is asked for once more only, where the new key is refused too', async () => {
    answers = [says(401, error(20003, 401))]
    const changing = async (fresh: boolean) => (fresh ? key : otherKey)
    await expect(ask(provider({ key: changing }))).rejects.toMatchObject(unavailable())
    expect(seen).toHaveLength(2)
    expect(faults).toEqual([{ call: resource, ...unexpected(401, '20003') }])
  })

  test('is not asked for again with the key that was refused', async () => {
    const asked: boolean[] = []
    const same = async (fresh: boolean) => {
      asked.push(fresh)
      return { ...key }
    }
    answers = [says(401, error(20003, 401)), says(status, good)]
    await expect(ask(provider({ key: same }))).rejects.toMatchObject(unavailable())
    expect(asked).toEqual([false, true])
    expect(seen).toHaveLength(1)
    expect(faults).toEqual([{ call: resource, ...unexpected(401, '20003') }])
  })

  test('is not asked for again where the key was taken away meanwhile', async () => {
    answers = [says(401, error(20003, 401)), says(status, good)]
    const gone = async (fresh: boolean) => (fresh ? undefined : key)
    await expect(ask(provider({ key: gone }))).rejects.toMatchObject(unavailable())
    expect(seen).toHaveLength(1)
  })
})

const basic = ({ apiKey, apiKeySecret }: TwilioKey) => `${apiKey}:${apiKeySecret}`
function credentials({ headers }: Seen): string {
  const [scheme, encoded = ''] = (headers.authorization ?? '').split(' ')
  expect(scheme).toBe('Basic')
  return Buffer.from(encoded, 'base64').toString()
}
const form = ({ body }: Seen) => Object.fromEntries(new URLSearchParams(body))

describe('what a right code proves', () => {
  test('is the amount and the payee that Twilio was told, and by which text', () => {
    const evidence = provider().evidenceOf(
      { providerPhoneId: reached.providerPhoneId, textId: sid },
      bound,
    )
    expect(evidence).toEqual({
      kind: 'verify-code',
      provider_phone_id: reached.providerPhoneId,
      verification_sid: sid,
      ...link,
    })
  })

  test('is nothing where no text has a name', () => {
    const { providerPhoneId } = reached
    expect(() => provider().evidenceOf({ providerPhoneId }, bound)).toThrow('without a text')
  })
})

test('a change of phone pays nobody, and names the new number and the reference', () => {
  const action = { kind: 'phone-change', number: to, reference: '4F2K7Q' } as const
  expect(linkOf({ action, reference: '4F2K7Q' })).toEqual({
    amount: '0.00',
    payee: `nobody: change of phone to ${to} ref 4F2K7Q`,
  })
})

describe('asks exactly', () => {
  const service = `/v2/Services/${serviceSid}`
  const check = { VerificationSid: sid, Code: CODE }

  test.each<[string, Case, string, Record<string, string>]>([
    [
      'for a code, bound to amount and payee',
      CODES.send,
      `${service}/Verifications`,
      { To: to, Channel: 'sms', Amount: link.amount, Payee: link.payee },
    ],
    [
      'about a code, by the SID of its text and never by number',
      CODES.check,
      `${service}/VerificationCheck`,
      { ...check, Amount: link.amount, Payee: link.payee },
    ],
    [
      'for a verification by text, bound to nothing',
      PHONES.start,
      `${service}/Verifications`,
      { To: to, Channel: 'sms' },
    ],
    [
      'for a verification by call',
      {
        ...PHONES.start,
        ask: (provider) => provider.startVerification(phone, 'call'),
        good: { ...pending, channel: 'call' },
      },
      `${service}/Verifications`,
      { To: to, Channel: 'call' },
    ],
    [
      'about a verification, by its SID and never by number',
      PHONES.check,
      `${service}/VerificationCheck`,
      check,
    ],
  ])('%s', async (_, { ask, good, status }, path, fields) => {
    answers = [says(status, good)]
    await ask(provider())
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([`POST ${path}`])
    expect(seen.map(form)).toEqual([fields])
    expect(seen.map(credentials)).toEqual([basic(key)])
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    })
  })

  test.each(['end', 'endVerification'] as const)('to %s, by the SID', async (end) => {
    answers = [says(200, { ...pending, status: 'canceled' })]
    await provider()[end](sid)
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${service}/Verifications/${sid}`,
    ])
    expect(seen.map(form)).toEqual([{ Status: 'canceled' }])
    expect(seen.map(credentials)).toEqual([basic(key)])
    expect(faults).toEqual([])
  })
})

describe('an end', () => {
  const ends = ['end', 'endVerification'] as const

  test.each<[string, Answer]>([
    ['a provider that is down', says(503, '<h1>503</h1>')],
    ['a key that is refused', says(401, error(20003, 401))],
    ['a hang-up', (response) => void response.destroy()],
    ['no answer', hanging(() => {})],
  ])('that fails by %s is nobody’s trouble', async (_, wrong) => {
    for (const end of ends) {
      answers = [wrong]
      await expect(provider({ timeoutMs: 50 })[end](sid)).resolves.toBeUndefined()
    }
    // Told once each.
    expect(faults).toHaveLength(ends.length)
  })

  test('of what is over already is done, and nothing is told', async () => {
    answers = [says(404, error(20404, 404))]
    await provider().end(sid)
    expect(faults).toEqual([])
  })

  test.each([
    [401, 20003],
    [403, 70051],
    [429, 20429],
    [500, 20500],
  ])('that Twilio refuses (%i, %i) is nobody’s trouble, but is told', async (status, code) => {
    for (const end of ends) {
      answers = [says(status, error(code, status))]
      await expect(provider()[end](sid)).resolves.toBeUndefined()
    }
    const fault = { call: 'Verifications/cancel', status, errorCode: String(code) }
    expect(faults).toEqual([
      { ...fault, reason: 'not ended' },
      { ...fault, reason: 'not ended' },
    ])
  })

  test('that the key’s own store prevents is nobody’s trouble, but is told', async () => {
    const failing = async () => {
      throw Object.assign(new Error(key.apiKeySecret), { name: 'GetParameterError' })
    }
    for (const end of ends) {
      await expect(provider({ key: failing })[end](sid)).resolves.toBeUndefined()
    }
    const fault = { call: 'Verifications/cancel', ...unread(null, 'GetParameterError') }
    expect(faults).toEqual([fault, fault])
  })
})

describe('a code that is not bound to what it was asked for', () => {
  test.each<[string, Partial<typeof pending>]>([
    ['nothing (the service is not in PSD2 mode)', { amount: null, payee: null }],
    ['no amount', { amount: null }],
    ['no payee', { payee: null }],
    ['another amount', { amount: '€205.00' }],
    ['another spelling of the amount', { amount: '20.50' }],
    ['another payee', { payee: 'Mallory (m@example.com) ref AAAAAA' }],
    ['the payee without its reference', { payee: 'José & Søn (jose@example.com)' }],
    ['the payee of an equal payment', { payee: 'José & Søn (jose@example.com) ref BBBBBB' }],
  ])('is ended and not offered when it is texted: %s', async (_, wrong) => {
    answers = [says(201, { ...CODES.send.good, ...wrong }), says(200, pending)]
    await expect(CODES.send.ask(provider())).rejects.toMatchObject(unavailable())
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST /v2/Services/${serviceSid}/Verifications`,
      `POST /v2/Services/${serviceSid}/Verifications/${sid}`,
    ])
    expect(seen[1] && form(seen[1])).toEqual({ Status: 'canceled' })
    expect(faults).toMatchObject([{ call: 'Verifications', status: 201 }])
    expect(faults[0]?.reason).toContain('PSD2')

    answers = [says(200, { ...CODES.check.good, ...wrong })]
    await expect(CODES.check.ask(provider())).rejects.toMatchObject(unavailable())
    expect(seen).toHaveLength(3)
    expect(faults[1]).toMatchObject({ call: 'VerificationCheck', status: 200 })
    expect(faults[1]?.reason).toContain('PSD2')
  })

  test('is not offered either where it can’t be ended', async () => {
    answers = [says(201, pending), says(503, '<h1>503</h1>')]
    await expect(CODES.send.ask(provider())).rejects.toMatchObject(unavailable())
    expect(seen).toHaveLength(2)
  })
})

describe.each(starts)('$name', ({ ask, good }) => {
  test.each<[string, Partial<typeof pending>]>([
    ['to another number', { to: '+447700900124' }],
    ['to the number in another form', { to: '447700900123' }],
    ...['approved', 'canceled', 'max_attempts_reached', 'deleted', 'failed', 'expired'].map(
      (status): [string, object] => [`that is ${status}`, { status }],
    ),
  ])('is not had by one %s', async (_, wrong) => {
    answers = [says(201, { ...good, ...wrong })]
    await expect(ask(provider())).rejects.toMatchObject(unavailable())
    expect(faults).toEqual([{ call: 'Verifications', ...unexpected(201) }])
  })

  test.each([
    [20429, 429, '37', 37],
    [20429, 429, undefined, 20],
    [20429, 429, '0', 20],
    [20429, 429, '-5', 20],
    [20429, 429, '0x20', 20],
    [20429, 429, '1e3', 20],
    [20429, 429, '3600', 3600],
    [20429, 429, '3601', 3600],
    [20429, 429, '999999999', 3600],
    [20429, 429, '9999999999', 20],
    [20429, 429, '1.5', 20],
    [20429, 429, 'Sat, 21 Nov 2026 12:00:37 GMT', 20],
    [60203, 429, '37', 37],
    [60203, 429, undefined, 600],
    [60207, 429, '37', 37],
    [60207, 429, undefined, 20],
  ])('%i is too many texts (Retry-After %3$s: %4$i s)', async (code, status, after, seconds) => {
    answers = [says(status, error(code, status), after ? { 'retry-after': after } : {})]
    await expect(ask(provider())).rejects.toMatchObject({
      code: 'too_many_sms',
      details: { retryAfterSeconds: seconds },
    })
    expect(seen).toHaveLength(1)
    expect(faults).toEqual([])
  })

  test('that cannot be read is waited for as it says, even so', async () => {
    answers = [says(429, '<h1>Slow down</h1>', { 'retry-after': '7' })]
    await expect(ask(provider())).rejects.toMatchObject(unavailable(7))
  })

  test.each([20404, 60201, 60202, 60204, 60206, 60310])(
    '%i says nothing that anyone could mend',
    async (code) => {
      answers = [says(400, error(code, 400), { 'retry-after': '37' })]
      await expect(ask(provider())).rejects.toMatchObject(unavailable(37))
      expect(faults).toEqual([{ call: 'Verifications', ...unexpected(400, String(code)) }])
    },
  )

  test.each([
    [9_999, null],
    [10_000, '10000'],
    [99_999, '99999'],
    [100_000, null],
  ])('a code (%i) is told where it can be one of Twilio’s: %s', async (code, told) => {
    answers = [says(400, error(code, 400))]
    await expect(ask(provider())).rejects.toMatchObject(unavailable())
    expect(faults).toMatchObject([{ status: 400, errorCode: told }])
  })

  test('a landline is the field to be corrected', async () => {
    answers = [says(403, error(60205, 403))]
    const refused = ask(provider())
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_request',
      details: { fields: [{ path: 'phoneNumber', reason: expect.stringContaining('no texts') }] },
    })
    expect(faults).toEqual([])
  })
})

test('a verification that guesses have used up is over before the next one begins', async () => {
  const used = { ...pending, status: 'max_attempts_reached' }
  let isOver = false
  const ending: Answer = (response, request) => {
    setImmediate(() => {
      isOver = true
      says(200, { ...pending, status: 'canceled' })(response, request)
    })
  }
  const begun: boolean[] = []
  const beginning: Answer = (response, request) => {
    begun.push(isOver)
    says(201, pending)(response, request)
  }
  answers = [says(201, used), ending, beginning]
  expect(await PHONES.start.ask(provider())).toBe(sid)
  expect(begun).toEqual([true])
})

test('a country that the account forbids is the number’s field, and the owner is told', async () => {
  answers = [says(403, error(60605, 403))]
  await expect(PHONES.start.ask(provider())).rejects.toMatchObject({
    code: 'invalid_request',
    details: { fields: [{ path: 'phoneNumber', reason: expect.stringContaining('country') }] },
  })
  expect(faults).toMatchObject([
    { status: 403, errorCode: '60605', reason: expect.stringContaining('permissions') },
  ])
})

test('a number that is none is the field to be corrected while it is verified', async () => {
  answers = [says(400, error(60200, 400))]
  const refused = PHONES.start.ask(provider())
  await expect(refused).rejects.toMatchObject({
    code: 'invalid_request',
    details: { fields: [{ path: 'phoneNumber', reason: expect.stringMatching(/\w/) }] },
  })
  await expect(refused).rejects.not.toThrow(phone.national)
})

test('and nothing to be corrected once it is verified', async () => {
  answers = [says(400, error(60200, 400))]
  await expect(CODES.send.ask(provider())).rejects.toMatchObject(unavailable())
})

describe.each(checks)('$name', ({ ask, good, resource }) => {
  const no = { valid: false }

  test.each([
    ['pending', 'wrong'],
    // So the fifth wrong code stays counted: a refusal would give the payer the attempt back.
    ['max_attempts_reached', 'wrong'],
    ['canceled', 'over'],
    ['deleted', 'over'],
    ['failed', 'over'],
    ['expired', 'over'],
  ] as const)('that leaves it %s is %s', async (status, verdict) => {
    answers = [says(200, { ...good, ...no, status })]
    expect(await ask(provider())).toBe(verdict)
    expect(faults).toEqual([])
  })

  test('that finds no tries left says so', async () => {
    answers = [says(429, error(60202, 429))]
    await expect(ask(provider())).rejects.toMatchObject({ code: 'no_attempts_left' })
    expect(faults).toEqual([])
  })

  test.each(['pending', 'canceled', 'max_attempts_reached', 'deleted', 'failed', 'expired'])(
    'that is `valid` and yet %s approves nothing',
    async (status) => {
      answers = [says(200, { ...good, status })]
      await expect(ask(provider())).rejects.toMatchObject(unavailable())
      expect(faults).toEqual([
        { call: resource, ...unread(200, 'status and valid contradict each other') },
      ])
    },
  )

  test('that is approved and yet not `valid` approves nothing', async () => {
    answers = [says(200, { ...good, ...no })]
    await expect(ask(provider())).rejects.toMatchObject(unavailable())
    expect(faults[0]?.reason).toContain('contradict')
  })

  test.each([
    ['approved', true],
    ['pending', false],
  ] as const)('that says %s of another text is no verdict', async (status, valid) => {
    answers = [says(200, { ...good, sid: anotherSid, status, valid })]
    await expect(ask(provider())).rejects.toMatchObject(unavailable())
    expect(faults).toEqual([{ call: resource, ...unexpected(200) }])
  })

  test.each([
    [20404, 404, 'over'],
    [60200, 400, 'wrong'],
  ] as const)('%i is a clear no: %3$s', async (code, status, verdict) => {
    answers = [says(status, error(code, status))]
    expect(await ask(provider())).toBe(verdict)
    expect(faults).toEqual([])
  })

  test('20404 is a clear no also in the form of RFC 9457', async () => {
    const type = 'https://www.twilio.com/docs/errors/20404'
    answers = [says(404, { type, title: 'Not found', status: 404, code: 20404 })]
    expect(await ask(provider())).toBe('over')
  })

  test.each([
    [20429, 429, '37', 37],
    [20429, 429, undefined, 20],
    [60207, 429, '37', 37],
    [60203, 429, undefined, 20],
    [60205, 403, undefined, 20],
    [60206, 400, undefined, 20],
    [20500, 500, '37', 37],
  ])('%i is no verdict (Retry-After %3$s: %4$i s)', async (code, status, after, seconds) => {
    answers = [says(status, error(code, status), after ? { 'retry-after': after } : {})]
    await expect(ask(provider())).rejects.toMatchObject(unavailable(seconds))
    expect(seen).toHaveLength(1)
    expect(faults).toEqual([{ call: resource, ...unexpected(status, String(code)) }])
  })
})

describe('never lets out', () => {
  test.each([
    '',
    '123',
    '12345',
    '12345678901',
    'abcdef',
    '12345a',
    '1234 6',
    ' 123456',
    '123456\n',
    '123456&To=1',
    '-123456',
    '１２３４５６',
    '٠١٢٣٤٥',
    '123456\0',
  ])('the code %j', async (code) => {
    answers = [says(200, CODES.check.good)]
    const texted = { providerPhoneId: reached.providerPhoneId, textId: sid }
    expect(await provider().check(texted, bound, code)).toBe('wrong')
    expect(await provider().checkVerification({ phone, textId: sid }, code)).toBe('wrong')
    expect(seen).toEqual([])
  })

  test('a code that was texted under no name', async () => {
    answers = [says(200, CODES.check.good)]
    expect(await provider().check({ providerPhoneId: reached.providerPhoneId }, bound, CODE)).toBe(
      'over',
    )
    expect(await provider().checkVerification({ phone }, CODE)).toBe('over')
    expect(seen).toEqual([])
  })
})

describe('whatever is answered', () => {
  /** The good answers' parts, with what is just beside each. */
  const parts = {
    sid: fc.constantFrom<unknown>(sid, anotherSid, sid.toUpperCase(), ''),
    service_sid: fc.constantFrom<unknown>(serviceSid, anotherService, null),
    to: fc.constantFrom<unknown>(to, null),
    channel: fc.constantFrom<unknown>('sms', 7),
    status: fc.constantFrom<unknown>('approved', 'pending', 'canceled', 'APPROVED', true),
    valid: fc.constantFrom<unknown>(true, false, 'true', 1),
    amount: fc.constantFrom<unknown>(link.amount, null, '', '€20.5'),
    payee: fc.constantFrom<unknown>(link.payee, null, 'José & Søn (jose@example.com)'),
    code: fc.constantFrom<unknown>(undefined, 20404, 60200),
  }
  /** Some parts of a good answer replaced by what is near, or one by anything; or anything at all. */
  const answer = (good: object) =>
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc
          .oneof(
            fc.record(parts, { requiredKeys: [] }),
            fc.dictionary(fc.constantFrom(...Object.keys(parts)), fc.jsonValue(), { maxKeys: 1 }),
          )
          .map((broken) => ({ ...good, ...broken })),
      },
      fc.jsonValue(),
    )
  const status = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(200, 201) },
    fc.constantFrom(202, 204, 206, 299, 302, 400, 401, 404, 429, 500, 503),
  )
  /** Right is this, and nothing else in the world. */
  const isRight = (status: number, body: unknown, withLink: boolean) => {
    const { to, channel, amount, payee, ...said } = Object(body)
    const isLinked = amount === link.amount && payee === link.payee
    const isReadable = [amount, payee].every((it) => it === null || typeof it === 'string')
    return (
      (status === 200 || status === 201) &&
      said.status === 'approved' &&
      said.valid === true &&
      said.sid === sid &&
      said.service_sid === serviceSid &&
      typeof to === 'string' &&
      typeof channel === 'string' &&
      (withLink ? isLinked : isReadable)
    )
  }

  test.each([
    ['a code', CODES.check, true],
    ['a verification', PHONES.check, false],
  ] as const)('%s is right by nothing but its own clear yes', async (_, { ask }, withLink) => {
    let rights = 0
    await fc.assert(
      fc.asyncProperty(status, answer(CODES.check.good), async (status, body) => {
        answers = [says(status, JSON.stringify(body))]
        const verdict = await ask(provider()).catch((refused: unknown) => {
          expect(refused).toMatchObject({ name: 'Refusal' })
          return 'refused'
        })
        expect(verdict === 'right').toBe(isRight(status, body, withLink))
        if (verdict === 'right') rights += 1
      }),
      { numRuns: byDepth(150, 500) },
    )
    // Otherwise it would show nothing.
    expect(rights).toBeGreaterThan(0)
  })

  test('a text is sent by nothing but its own clear answer', async () => {
    let sends = 0
    await fc.assert(
      fc.asyncProperty(status, answer(CODES.send.good), async (status, body) => {
        answers = [says(status, JSON.stringify(body))]
        const name = await CODES.send.ask(provider()).catch((refused: unknown) => {
          expect(refused).toMatchObject({ name: 'Refusal' })
        })
        if (name === undefined) return
        sends += 1
        expect([sid, anotherSid]).toContain(name)
        expect([200, 201]).toContain(status)
        const { service_sid, status: pending } = CODES.send.good
        expect(body).toMatchObject({ sid: name, service_sid, to, status: pending, ...link })
      }),
      { numRuns: byDepth(150, 500) },
    )
    expect(sends).toBeGreaterThan(0)
  })
})
