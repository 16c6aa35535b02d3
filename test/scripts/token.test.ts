/** `npm run token`, against a server that runs, and what nobody else may get of it. */
import { execFile } from 'node:child_process'
import { request as httpRequest } from 'node:http'
import { resolve } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../../client/payfriend.ts'
import { TOKEN_PATH } from '../../local/ownRequest.ts'
import { type Payfriend, startPayfriend } from '../../local/payfriend.ts'
import { main } from '../../scripts/token.ts'
import { signedInAt } from '../harness/signedIn.ts'

const ROOT = resolve(import.meta.dirname, '../..')
let payfriend: Payfriend
const running: Payfriend[] = []

async function start(env: Record<string, string> = {}) {
  const started = await startPayfriend({ port: 0, env })
  running.push(started)
  return started
}
beforeAll(async () => {
  payfriend = await start()
})
afterAll(async () => {
  for (const one of running) await one.close()
})

const portOf = ({ pageUrl }: Payfriend) => new URL(pageUrl).port

async function run(argv: string[], of = payfriend) {
  const said: string[] = []
  const complaints: string[] = []
  const code = await main(
    [...argv, '--port', portOf(of)],
    {},
    { say: (line) => void said.push(line), complain: (line) => void complaints.push(line) },
  )
  return { code, said, complaints: complaints.join('\n') }
}

const clientWith = (token: string | undefined, of = payfriend) =>
  createClient({ address: `${of.pageUrl}/api`, token: async () => token ?? '' })

const FOR_NEVILLE = {
  payee: { name: 'Neville Longbottom', id: 'neville@hogwarts.ac.uk' },
  amount: { value: '20.50', currency: 'EUR' },
} as const

describe('somebody new', () => {
  test('can pay at once, with a phone of their own, and is told so beside the token', async () => {
    const { code, said, complaints } = await run(['ann@example.com'])
    expect(code).toBe(0)
    expect(said).toHaveLength(1)
    expect(complaints).toBe(
      'ann@example.com was new and is registered; the first sign-in on the page sets the password.\n' +
        'Their phone is +12025550100, on the pretend phone.',
    )
    const call = clientWith(said[0])
    const header = { 'Idempotency-Key': 'one' }
    const payment = await call('POST /payments', { header, body: FOR_NEVILLE })
    expect(payment).toMatchObject({ status: 'pending', push: 'sent' })

    const other = await run(['bob@example.com'])
    expect(other.complaints).toContain('+12025550101')
  })

  test('sets the password at the first sign-in on the page, and is the same person', async () => {
    const { said } = await run(['cy@example.com'])
    const { api } = await signedInAt(payfriend, 'cy@example.com')
    const { email, phone } = (await api('GET', '/profile')).body
    expect({ email, verified: phone.verified }).toEqual({ email: 'cy@example.com', verified: true })
    expect(await clientWith(said[0])('GET /profile', {})).toMatchObject({ email, phone })
  })
})

test('who can pay already gets the token alone, whatever the letters of the address', async () => {
  await run(['dee@example.com'])
  const again = await run([' Dee@Example.com'])
  expect({ code: again.code, complaints: again.complaints }).toEqual({ code: 0, complaints: '' })
  const call = clientWith(again.said[0])
  expect(await call('GET /profile', {})).toMatchObject({ email: 'dee@example.com' })
})

test('without a provider the pretend phone approves for somebody new', async () => {
  const without = await start({ PROVIDER: 'none' })
  const { said, complaints } = await run(['ann@example.com'], without)
  expect(complaints).toContain('The pretend phone approves for them, with its passkey.')
  const call = clientWith(said[0], without)
  const header = { 'Idempotency-Key': 'one' }
  expect(await call('POST /payments', { header, body: FOR_NEVILLE })).toMatchObject({
    device: 'waiting',
  })
})

test('with a real provider the token is given, and the phone has to be confirmed on the page', async () => {
  const real = await start({ AUTHY_API_URL: 'http://localhost:9', AUTHY_API_KEY: 'x' })
  const { code, said, complaints } = await run(['ann@example.com'], real)
  expect({ code, tokens: said.length }).toEqual({ code: 0, tokens: 1 })
  expect(complaints).toContain('confirm it on the page')
})

test('the token has the claims and the life of one from the page', async () => {
  const { said } = await run(['ann@example.com'])
  const ours = decodeJwt(said[0] ?? '')
  const { token } = await signedInAt(payfriend, 'fay@example.com')
  const fromPage = decodeJwt(token)
  expect(Object.keys(ours).sort()).toEqual(Object.keys(fromPage).sort())
  for (const name of ['iss', 'aud', 'client_id', 'scope', 'token_use']) {
    expect(ours[name]).toEqual(fromPage[name])
  }
  const lives = [ours, fromPage].map(({ exp = 0, iat = 0 }) => exp - iat)
  expect(lives).toEqual([300, 300])
})

test.each([
  ['no address', []],
  ['two addresses', ['a@example.com', 'b@example.com']],
])('%s: the usage, and nothing on stdout', async (_, argv) => {
  const { code, said, complaints } = await run(argv)
  expect({ code, said }).toEqual({ code: 2, said: [] })
  expect(complaints).toContain('npm run -s token -- EMAIL')
})

test('what is no address is refused with a sentence', async () => {
  const { code, said, complaints } = await run(['ann'])
  expect({ code, said }).toEqual({ code: 2, said: [] })
  expect(complaints).toBe('Give an e-mail address such as ada@example.com.')
})

test('where nothing runs, it says how to start it, and prints nothing on stdout', async () => {
  const { code, said, complaints } = await new Promise<Record<string, unknown>>((done) => {
    const argv = ['scripts/token.ts', 'ann@example.com', '--port', '9']
    execFile(process.execPath, argv, { cwd: ROOT }, (error, said, complaints) =>
      done({ code: error?.code, said, complaints }),
    )
  })
  expect({ code, said }).toEqual({ code: 2, said: '' })
  expect(complaints).toContain('Nothing answers at http://localhost:9: start it with npm start')
})

describe('a thief', () => {
  const json = { 'content-type': 'application/json' }
  const ask = (headers: Record<string, string>, method = 'POST') =>
    new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const asked = httpRequest(
        `${payfriend.signInUrl}${TOKEN_PATH}`,
        { method, headers },
        async (response) => {
          let body = ''
          for await (const chunk of response.setEncoding('utf8')) body += chunk
          resolve({ status: response.statusCode, body })
        },
      )
      asked.on('error', reject)
      asked.end(method === 'POST' ? '{"email":"ann@example.com"}' : undefined)
    })

  test('could ask, were these not refused: a program of this machine is answered', async () => {
    expect((await ask(json)).body).toContain('"token":"ey')
  })

  test.each<[string, Record<string, string>, string?]>([
    ['by a page of another site', { ...json, origin: 'https://evil.example' }],
    ['by a page without an origin', { ...json, origin: 'null' }],
    ['by Payfriend’s own page', { ...json, origin: 'http://localhost:3000' }],
    ['by a page of sign-in itself', { ...json, 'sec-fetch-site': 'same-origin' }],
    ['by a picture or a link', { ...json, 'sec-fetch-site': 'cross-site' }, 'GET'],
    ['by an address in the address bar', { 'sec-fetch-site': 'none' }, 'GET'],
    ['by a form in an old browser', { 'content-type': 'text/plain' }],
    ['by a domain of their own that points here', { ...json, host: 'evil.example' }],
  ])('gets no token %s', async (_, headers, method) => {
    const { status, body } = await ask(headers, method)
    expect(status).toBe(403)
    expect(body).not.toContain('ey')
  })
})
