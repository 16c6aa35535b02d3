import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { type Phone, startPhone } from '../../local/phone/phone.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import { main } from '../../scripts/setupVerify.ts'

const SCRIPT = resolve(import.meta.dirname, '../../scripts/setupVerify.ts')
const env = { TWILIO_API_KEY: LOCAL_VERIFY.apiKey, TWILIO_API_SECRET: LOCAL_VERIFY.apiSecret }
const authorization = `Basic ${btoa(`${LOCAL_VERIFY.apiKey}:${LOCAL_VERIFY.apiSecret}`)}`

/** What of a service matters here; the emulated Twilio tells the time of each change in whole seconds. */
const service = z.object({
  sid: z.string(),
  friendly_name: z.string(),
  code_length: z.number(),
  psd2_enabled: z.boolean(),
  do_not_share_warning_enabled: z.boolean(),
  date_updated: z.string(),
})

let phone: Phone
/** In front of the emulated Twilio: what was asked of it, and what is answered in its place. */
let front: Server
let frontUrl: string
let asked: string[]
let answerFor: (asked: string) => { status: number; body: string } | undefined
let now: Date

beforeEach(async () => {
  now = new Date('2026-11-21T12:00:00Z')
  phone = await startPhone({ port: 0, apiKey: 'x', callbackUrl: () => '', clock: () => now })
  // An account that has nothing yet.
  for (const { sid } of await services()) await api('DELETE', `/${sid}`)
  asked = []
  answerFor = () => undefined
  front = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const call = `${request.method} ${request.url?.replace(/\?.*/, '')} ${body}`.trim()
    asked.push(call)
    const own = answerFor(call)
    if (own) {
      response.writeHead(own.status, { 'content-type': 'application/json' }).end(own.body)
      return
    }
    const answer = await fetch(`${phone.url}${request.url}`, {
      method: request.method ?? '',
      headers: {
        authorization: request.headers.authorization ?? '',
        'content-type': 'application/x-www-form-urlencoded',
      },
      ...(body && { body }),
    })
    const headers = { 'retry-after': answer.headers.get('retry-after') ?? '' }
    response.writeHead(answer.status, headers).end(await answer.text())
  })
  await new Promise<void>((done) => front.listen(0, '127.0.0.1', done))
  frontUrl = `http://127.0.0.1:${(front.address() as AddressInfo).port}`
})
afterEach(async () => {
  front.closeAllConnections()
  front.close()
  await phone.close()
})

async function api(method: string, path = '', params: Record<string, string> = {}) {
  const body = method === 'POST' ? new URLSearchParams(params) : undefined
  const url = `${phone.url}/v2/Services${path}`
  const answer = await fetch(url, { method, headers: { authorization }, ...(body && { body }) })
  return answer.status === 204 ? undefined : answer.json()
}
const services = async () =>
  z.object({ services: z.array(service) }).parse(await api('GET', '?PageSize=1000')).services
const serviceNamed = async (name: string) => {
  const found = (await services()).filter(({ friendly_name }) => friendly_name === name)
  expect(found).toHaveLength(1)
  return service.parse(found[0])
}
const made = async (params: Record<string, string>) =>
  service.parse(await api('POST', '', params)).sid
const changing = () => asked.filter((call) => !call.startsWith('GET'))

type Run = { argv?: string[]; env?: Record<string, string>; answers?: string; apiUrl?: string }

async function run({ argv = ['--yes'], env: given = env, answers, apiUrl = frontUrl }: Run = {}) {
  const said: string[] = []
  const complaints: string[] = []
  const ask = async (question: string) => {
    said.push(question)
    return answers ?? ''
  }
  const code = await main(['--api-url', apiUrl, ...argv], given, {
    say: (line) => said.push(line),
    complain: (line) => complaints.push(line),
    ask: answers === undefined ? undefined : ask,
  })
  const text = said.join('\n')
  for (const secret of [given.TWILIO_API_SECRET, authorization]) {
    if (secret) expect(text + complaints.join('\n')).not.toContain(secret)
  }
  return { code, text, complaints }
}

describe('an account that has nothing', () => {
  test('gets two services: one in PSD2 mode, and one that is not', async () => {
    const { code, text, complaints } = await run()
    expect({ code, complaints }).toEqual({ code: 0, complaints: [] })
    const common = { code_length: 6, do_not_share_warning_enabled: true }
    const payments = await serviceNamed('Payfriend payments')
    const phones = await serviceNamed('Payfriend')
    expect(payments).toMatchObject({ ...common, psd2_enabled: true })
    expect(phones).toMatchObject({ ...common, psd2_enabled: false })
    // Lookups cost, and stay off as they are.
    expect(changing().join()).not.toContain('Lookup')
    expect(text).toContain(`"paymentsServiceSid": "${payments.sid}"`)
    expect(text).toContain(`"phonesServiceSid": "${phones.sid}"`)
    expect(text).toContain('PutTwilioKey')
  })

  test('is told what will be done before any of it is', async () => {
    const { text } = await run()
    expect(text.indexOf('create  "Payfriend payments"')).toBeGreaterThan(-1)
    expect(text.indexOf('create  "Payfriend payments"')).toBeLessThan(text.indexOf('Created'))
    expect(asked[0]).toBe('GET /v2/Services')
  })

  test('has nothing done to it where nobody can be asked and nobody said --yes', async () => {
    const { code, text } = await run({ argv: [] })
    expect(code).toBe(0)
    expect(text).toContain('Nothing was done. Add --yes to do it.')
    expect(changing()).toEqual([])
  })

  test.each(['', 'n', 'no', 'yesterday'])('has nothing done to it after %j', async (answers) => {
    const { code, text } = await run({ argv: [], answers })
    expect(code).toBe(0)
    expect(text).toContain('Go on? [y/N]')
    expect(changing()).toEqual([])
  })

  test.each(['y', 'Yes '])('gets its services after %j', async (answers) => {
    expect((await run({ argv: [], answers })).code).toBe(0)
    expect(await services()).toHaveLength(2)
  })
})

describe('an account that has the services', () => {
  test('is left as it is by a second run, without a question', async () => {
    await run()
    const before = await services()
    asked = []
    now = new Date('2026-11-21T13:00:00Z')
    const { code, text } = await run({ argv: [], answers: 'n' })
    expect(code).toBe(0)
    expect(text).toContain('Nothing to do')
    expect(text).not.toContain('Go on?')
    expect(text).toContain('"paymentsServiceSid"')
    expect(changing()).toEqual([])
    expect(await services()).toEqual(before)
  })

  test('has changed what differs, and nothing else', async () => {
    const sid = await made({
      FriendlyName: 'Payfriend payments',
      CodeLength: '4',
      Psd2Enabled: 'true',
      DoNotShareWarningEnabled: 'true',
    })
    await made({ FriendlyName: 'Payfriend', DoNotShareWarningEnabled: 'true' })
    await made({ FriendlyName: 'Somebody else', CodeLength: '4' })
    const before = await services()
    now = new Date('2026-11-21T13:00:00Z')
    const { code, text } = await run()
    expect(code).toBe(0)
    expect(text).toContain(`change  "Payfriend payments" (${sid})`)
    expect(text).toContain('leave   the other 1 Verify service,')
    expect(changing()).toEqual([`POST /v2/Services/${sid} CodeLength=6`])
    const date_updated = '2026-11-21T13:00:00Z'
    const changed = before.map((one) =>
      one.sid === sid ? { ...one, code_length: 6, date_updated } : one,
    )
    expect(await services()).toEqual(changed)
  })

  test('has PSD2 mode taken off the service that proves phones', async () => {
    await made({ FriendlyName: 'Payfriend', Psd2Enabled: 'true' })
    expect((await run()).code).toBe(0)
    expect(await serviceNamed('Payfriend')).toMatchObject({ psd2_enabled: false })
  })

  test('is looked through to the last page', async () => {
    const sid = await made({ FriendlyName: 'First' })
    for (let n = 0; n < 45; n += 1) await made({ FriendlyName: 'Another' })
    const last = await made({ FriendlyName: 'Payfriend' })
    // A page's address names the emulated Twilio itself.
    const { code, text } = await run({ apiUrl: phone.url })
    expect(code).toBe(0)
    expect(text).toContain('has 47 Verify services')
    expect(text).toContain(`change  "Payfriend" (${last})`)
    expect(text).not.toContain(sid)
  })

  test('is asked which is meant where two have the name', async () => {
    const one = await made({ FriendlyName: 'Payfriend' })
    const other = await made({ FriendlyName: 'Payfriend' })
    const { code, complaints } = await run()
    expect(code).toBe(1)
    expect(complaints).toEqual([expect.stringContaining(`${one}, ${other}`)])
    expect(changing()).toEqual([])
  })

  test('must not have a template on the service for payments, which may leave out amount and payee', async () => {
    const template = `HJ${'0'.repeat(32)}`
    const sid = await made({ FriendlyName: 'Payfriend payments', Psd2Enabled: 'true' })
    const list = z.looseObject({ services: z.array(z.looseObject({})) }).parse(await api('GET'))
    const templated = list.services.map((one) => ({ ...one, default_template_sid: template }))
    answerFor = () => ({ status: 200, body: JSON.stringify({ ...list, services: templated }) })
    const { code, complaints } = await run()
    expect(code).toBe(1)
    expect(complaints).toEqual([expect.stringMatching(`${sid}.*${template}`)])
    expect(changing()).toEqual([])
  })
})

describe('PSD2 mode', () => {
  test('that stays off is told with the words for support, and the rest is done', async () => {
    phone.book.faults.psd2Off = true
    const { code, text, complaints } = await run()
    const { sid } = await serviceNamed('Payfriend payments')
    await serviceNamed('Payfriend')
    expect(code).toBe(3)
    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toContain('"Please enable PSD2 mode for Twilio Verify on account AC')
    expect(complaints[0]).toContain(sid)
    // Nobody deploys with what gives no codes.
    expect(text).not.toContain('paymentsServiceSid')
  })

  test('that support has switched on since needs one more run, and makes no third service', async () => {
    phone.book.faults.psd2Off = true
    await run()
    phone.book.faults.psd2Off = false
    expect((await run()).code).toBe(0)
    expect(await services()).toHaveLength(2)
  })

  test('that Twilio refuses to switch on is told the same, with its reason', async () => {
    const body = JSON.stringify({ code: 60204, message: 'PSD2 is not enabled.', status: 403 })
    answerFor = (call) => (call.includes('Psd2Enabled=true') ? { status: 403, body } : undefined)
    const { code, complaints } = await run()
    expect(code).toBe(3)
    expect(complaints).toEqual([
      'Twilio refused (403, error 60204: PSD2 is not enabled).',
      expect.stringContaining('Please enable PSD2 mode'),
    ])
    await serviceNamed('Payfriend')
  })

  test('that a fault kept from being switched on is no refusal', async () => {
    const body = JSON.stringify({ code: 20500, message: 'Internal', status: 500 })
    answerFor = (call) => (call.includes('Psd2Enabled=true') ? { status: 500, body } : undefined)
    const { code, complaints } = await run()
    expect(code).toBe(1)
    expect(complaints).toEqual([expect.stringContaining('(500, error 20500: Internal)')])
  })

  test('that only the answer to the change claims is not believed', async () => {
    const sid = await made({ FriendlyName: 'Payfriend payments', Psd2Enabled: 'true' })
    const claimed = JSON.stringify(await api('GET', `/${sid}`))
    await api('POST', `/${sid}`, { Psd2Enabled: 'false' })
    answerFor = (call) =>
      call.includes('Psd2Enabled=true') ? { status: 200, body: claimed } : undefined
    expect((await run()).code).toBe(3)
  })

  test('that stays on where phones are proved is a fault', async () => {
    const sid = await made({
      FriendlyName: 'Payfriend',
      Psd2Enabled: 'true',
      DoNotShareWarningEnabled: 'true',
    })
    const unchanged = JSON.stringify(await api('GET', `/${sid}`))
    answerFor = (call) =>
      call.startsWith(`POST /v2/Services/${sid}`) ? { status: 200, body: unchanged } : undefined
    const { code, complaints } = await run()
    expect(code).toBe(1)
    expect(complaints).toEqual([expect.stringContaining('still shows it as it was')])
  })
})

describe('a fault is told in one sentence', () => {
  test.each<[string, () => void, RegExp]>([
    ['Twilio has a fault', () => (phone.book.faults.answer503 = true), /\(503\)/],
    ['Twilio is asked too much', () => (phone.book.faults.answer429 = true), /in 7 seconds/],
    [
      'an answer is not JSON',
      () => (answerFor = () => ({ status: 200, body: '<p>' })),
      /SyntaxErr/,
    ],
    [
      'Twilio sends it on',
      () => (answerFor = () => ({ status: 302, body: '' })),
      /\(302\): nothing is wrong/,
    ],
    ['nobody is there', () => front.close(), /ECONN/],
  ])('%s', async (_, happens, sentence) => {
    happens()
    const { code, complaints } = await run()
    expect(code).toBe(1)
    expect(complaints).toEqual([expect.stringMatching(sentence)])
    expect(complaints[0]).not.toContain('\n')
  })

  test('the key is not known', async () => {
    const { code, complaints } = await run({ env: { ...env, TWILIO_API_SECRET: 'another-one' } })
    expect(code).toBe(1)
    expect(complaints).toEqual([expect.stringMatching(/\(401, error 20003: Authenticate\): check/)])
  })

  test('the name has a word that Twilio does not allow', async () => {
    const message = 'Friendly Name contains a\u001b[31m restricted word'
    answerFor = (call) =>
      call.startsWith('POST')
        ? { status: 400, body: JSON.stringify({ code: 60248, message, status: 400 }) }
        : undefined
    const { code, complaints } = await run({ argv: ['--name', 'Bank', '--yes'] })
    expect(code).toBe(1)
    expect(complaints).toEqual([
      'Twilio refused (400, error 60248: Friendly Name contains a [31m restricted word).',
    ])
  })

  test('what was done before it stays, and the next run makes only the rest', async () => {
    answerFor = (call) =>
      call.startsWith('POST') && call.includes('FriendlyName=Payfriend&')
        ? { status: 503, body: '<html>' }
        : undefined
    const { code, text } = await run()
    expect(code).toBe(1)
    expect(text).toMatch(/Created "Payfriend payments" [\s\S]*The changes made so far stay/)
    const { sid } = await serviceNamed('Payfriend payments')
    answerFor = () => undefined
    asked = []
    expect((await run()).code).toBe(0)
    expect(changing()).toEqual([expect.stringContaining('POST /v2/Services ')])
    expect(await serviceNamed('Payfriend payments')).toMatchObject({ sid })
  })

  test('the key goes to no other address than the one it was meant for', async () => {
    let other = 0
    const elsewhere = createServer((_, response) => {
      other += 1
      response.end('{}')
    })
    await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done))
    const next_page_url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/v2/Services`
    const page = { meta: { key: 'services', next_page_url }, services: [] }
    answerFor = () => ({ status: 200, body: JSON.stringify(page) })
    const { code } = await run()
    elsewhere.closeAllConnections()
    elsewhere.close()
    expect({ code, other }).toEqual({ code: 1, other: 0 })
  })
})

describe('what is asked for wrongly is refused before Twilio is asked', () => {
  const { TWILIO_API_KEY, TWILIO_API_SECRET } = env
  const account = `AC${'0'.repeat(32)}`

  test.each<[string, Run, RegExp]>([
    ['no key', { env: { TWILIO_API_SECRET } }, /^Set TWILIO_API_KEY:/],
    ['no secret', { env: { TWILIO_API_KEY } }, /^Set TWILIO_API_SECRET:/],
    ['neither', { env: {} }, /^Set TWILIO_API_KEY and TWILIO_API_SECRET:/],
    ['an account for a key', { env: { ...env, TWILIO_API_KEY: account } }, /must be the SID of an/],
    ['two lines for a secret', { env: { ...env, TWILIO_API_SECRET: 'a\nb' } }, /the secret alone/],
    ['a name too long', { argv: ['--name', 'a'.repeat(22)] }, /must be 1 to 21 letters/],
    ['no name', { argv: ['--name', ' '] }, /must be 1 to 21 letters/],
    ['a name with five digits', { argv: ['--name', 'Pay 12 345'] }, /digits \(4 at most\)/],
    ['a name with a link', { argv: ['--name', 'pay.example.com'] }, /could be .* a link/],
    ['the name of payments', { argv: ['--name', 'Payfriend Payments'] }, /must not end in/],
    ['an unknown option', { argv: ['--force'] }, /Unknown option '--force'/],
    ['an address without https', { apiUrl: 'http://verify.twilio.com' }, /begins with https/],
    ['an address with a path', { apiUrl: 'https://verify.twilio.com/v2' }, /has no path/],
    ['no address', { apiUrl: 'verify.twilio.com' }, /begins with https/],
  ])('%s', async (_, how, sentence) => {
    const { code, complaints } = await run(how)
    expect(code).toBe(2)
    expect(complaints).toEqual([expect.stringMatching(sentence)])
    expect(asked).toEqual([])
  })

  test('the longest name, with four digits, is taken', async () => {
    const name = `Pay 1234 ${'x'.repeat(12)}`
    expect((await run({ argv: ['--name', name, '--yes'] })).code).toBe(0)
    expect(name).toHaveLength(21)
    await serviceNamed(name)
  })
})

test('as a program it ends with its code, and says what is wrong on standard error', async () => {
  const started = (argv: string[], given: object) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((done) => {
      execFile(
        process.execPath,
        [SCRIPT, ...argv],
        { env: { PATH: process.env.PATH, ...given } },
        (error, stdout, stderr) => done({ code: error?.code ?? 0, stdout, stderr }),
      )
    })
  phone.book.faults.psd2Off = true
  const [help, keyless, planned, done] = [
    await started(['--help'], {}),
    await started([], {}),
    await started(['--api-url', frontUrl], env),
    await started(['--api-url', frontUrl, '--yes'], env),
  ]
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--api-url') })
  expect(keyless).toMatchObject({ code: 2, stderr: expect.stringContaining('TWILIO_API_KEY') })
  expect(planned).toMatchObject({ code: 0, stderr: '' })
  expect(planned.stdout).toContain('Nothing was done.')
  expect(done).toMatchObject({ code: 3, stderr: expect.stringContaining('Twilio Support') })
})
