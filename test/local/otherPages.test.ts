/** What a page of the web, looked at on this machine, may ask the servers of `npm start`: nothing. */
import { mkdtempSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startLocalBus } from '../../local/auditTrail/localBus.ts'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'

let payfriend: Payfriend
let busUrl = ''
const closers: (() => Promise<void>)[] = []
beforeAll(async () => {
  payfriend = await startPayfriend({ port: 0 })
  const bus = await startLocalBus(() => {})
  busUrl = bus.url
  closers.push(payfriend.close, bus.close)
})
afterAll(async () => {
  for (const close of closers) await close()
})

type Ask = { url: string; method?: string; headers?: Record<string, string>; body?: string }

/** By `node:http`, since `fetch` sets some of these headers itself. */
const statusOf = ({ url, method = 'GET', headers = {}, body }: Ask) =>
  new Promise<number | undefined>((resolve, reject) => {
    const asked = httpRequest(url, { method, headers }, (response) => {
      resolve(response.statusCode)
      response.destroy()
    })
    asked.on('error', reject)
    asked.end(body)
  })

const keys = () => {
  const { AUTHY_API_KEY = '', VERIFY_API_KEY, VERIFY_API_SECRET } = payfriend.world.env
  return { authy: AUTHY_API_KEY, verify: btoa(`${VERIFY_API_KEY}:${VERIFY_API_SECRET}`) }
}
const phoneUrl = () => payfriend.phone?.url ?? ''
const json = { 'content-type': 'application/json' }

/** Each good in itself, with the right key, and what it is answered. */
const ASKED: [string, number, () => Ask][] = [
  [
    "Authy's API",
    404,
    () => ({
      url: `${phoneUrl()}/onetouch/json/approval_requests/none`,
      headers: { 'x-authy-api-key': keys().authy },
    }),
  ],
  [
    "Authy's API, with the key in the address, as a picture could have it",
    404,
    () => ({ url: `${phoneUrl()}/protected/json/sms/1?api_key=${keys().authy}` }),
  ],
  [
    "Twilio Verify's API",
    200,
    () => ({
      url: `${phoneUrl()}/v2/Services`,
      headers: { authorization: `Basic ${keys().verify}` },
    }),
  ],
  ["the phone's state", 200, () => ({ url: `${phoneUrl()}/state` })],
  ["the phone's changes", 200, () => ({ url: `${phoneUrl()}/changes` })],
  ['the last events', 200, () => ({ url: `${phoneUrl()}/events` })],
  [
    'the delivery of an event again',
    404,
    () => ({
      url: `${phoneUrl()}/events/6a7e8feb-b491-4cf7-a9f1-bf3703467718/again`,
      method: 'POST',
    }),
  ],
  [
    "the phone's buttons",
    204,
    () => ({
      url: `${phoneUrl()}/actions`,
      method: 'POST',
      headers: json,
      body: '{"action":"setFaults","faults":{}}',
    }),
  ],
  [
    'the database',
    200,
    () => ({
      url: payfriend.world.env.DYNAMODB_ENDPOINT ?? '',
      method: 'POST',
      headers: {
        'x-amz-target': 'DynamoDB_20120810.Scan',
        authorization: 'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request',
      },
      body: '{"TableName":"users"}',
    }),
  ],
  ['the bus of events', 400, () => ({ url: busUrl, method: 'POST', headers: json, body: '{}' })],
]

const FROM: [string, Record<string, string>][] = [
  ['another site', { origin: 'https://evil.example' }],
  ["Payfriend's own page, which is another origin", { origin: 'http://localhost:3000' }],
  ['a page without an origin', { origin: 'null' }],
  ['another site by a picture', { 'sec-fetch-site': 'cross-site' }],
  ['another port by a picture', { 'sec-fetch-site': 'same-site' }],
  ['a page under a name of its own that points here', { host: 'evil.example:4001' }],
  ['a page under a name that begins as ours', { host: 'localhost.evil.example' }],
]

describe.each(ASKED)('%s', (_, status, ask) => {
  test('answers a program', async () => {
    expect(await statusOf(ask())).toBe(status)
  })

  test.each(FROM)('refuses %s', async (_, headers) => {
    const good = ask()
    expect(await statusOf({ ...good, headers: { ...good.headers, ...headers } })).toBe(403)
  })
})

test.each(['same-origin', 'none'])('the phone’s own page may ask (%s)', async (site) => {
  const headers = { 'sec-fetch-site': site }
  expect(await statusOf({ url: `${phoneUrl()}/state`, headers })).toBe(200)
})

test('a link from elsewhere leads to the phone’s page, which tells nothing by itself', async () => {
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  expect(await statusOf({ url: phoneUrl(), headers })).toBe(200)
})

describe('the sign-in’s forms', () => {
  const form = (headers: Record<string, string>) =>
    statusOf({
      url: `${payfriend.signInUrl}/change-password`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: 'email=a%40example.com&current=password-1&new=password-2',
    })

  test('are taken from themselves', async () => {
    expect(await form({ origin: 'null', 'sec-fetch-site': 'same-origin' })).toBe(401)
  })

  test.each(['cross-site', 'same-site'])('and from no other page (%s)', async (site) => {
    expect(await form({ origin: 'null', 'sec-fetch-site': site })).toBe(403)
  })

  test('and under no other name', async () => {
    expect(await form({ host: 'evil.example' })).toBe(403)
  })
})

describe('the provider emulator’s key', () => {
  const keyOf = async (env: Record<string, string>, dataDir?: string) => {
    const other = await startPayfriend({ port: 0, env, dataDir })
    closers.push(other.close)
    return other
  }

  test('is another at each start, and the one of before is refused', async () => {
    const other = await keyOf({})
    for (const name of ['AUTHY_API_KEY', 'VERIFY_API_SECRET'] as const) {
      const [one, two] = [payfriend.world.env[name] ?? '', other.world.env[name] ?? '']
      expect(one).toMatch(/^[\w-]{32}$/)
      expect(two).not.toBe(one)
    }
    const headers = { 'x-authy-api-key': keys().authy }
    const url = `${other.phone?.url}/onetouch/json/approval_requests/none`
    expect(await statusOf({ url, headers })).toBe(401)
  })

  test('is the given one, and then only named where it is told', async () => {
    const other = await keyOf({ AUTHY_API_KEY: 'given-authy-key' })
    expect(other.world.env.AUTHY_API_KEY).toBe('given-authy-key')
    expect(other.phoneKey).toBe('-H "X-Authy-API-Key: $AUTHY_API_KEY"')
    expect(payfriend.phoneKey).toBe(`-H "X-Authy-API-Key: ${keys().authy}"`)
    const verify = await keyOf({ PROVIDER: 'twilioVerify', VERIFY_API_SECRET: 'given-secret' })
    expect(verify.phoneKey).toMatch(/^-u "SK\w{32}:\$VERIFY_API_SECRET"$/)
  })

  test('of before is needed by nothing that is kept', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'payfriend-'))
    const newUser = async ({ phone, world }: Payfriend) => {
      const answer = await fetch(`${phone?.url}/protected/json/users/new`, {
        method: 'POST',
        headers: { ...json, 'x-authy-api-key': world.env.AUTHY_API_KEY ?? '' },
        body: '{"user":{"email":"a@example.com","cellphone":"7400123456","country_code":44}}',
      })
      return ((await answer.json()) as { user: { id: number } }).user.id
    }
    const first = await startPayfriend({ port: 0, dataDir })
    const id = await newUser(first)
    await first.close()
    const second = await keyOf({}, dataDir)
    expect(second.phone?.book.numbers()).toEqual(['+447400123456'])
    expect(await newUser(second)).toBe(id)
  })
})
