import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Problem } from '../../web/problem.ts'
import { openProvider } from '../../web/provider.ts'
import { SignInNeeded } from '../../web/tokens.ts'

type Answer = { status: number; body: string; location?: string }

/** The provider's answers, by path, and what it was sent. */
const answers = new Map<string, Answer>()
const sent: string[] = []
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  sent.push(`${request.method} ${request.url} ${body}`)
  const {
    status,
    location,
    body: text,
  } = answers.get(request.url ?? '') ?? {
    ...{ status: 404, body: '', location: undefined },
  }
  response.writeHead(status, location === undefined ? {} : { location }).end(text)
})
let issuer = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const METADATA = '/.well-known/openid-configuration'
const TOKENS = { access_token: 'at', token_type: 'Bearer', expires_in: 300, refresh_token: 'next' }
const json = (status: number, body: unknown): Answer => ({ status, body: JSON.stringify(body) })
beforeEach(() => {
  sent.length = 0
  answers.clear()
  answers.set(
    METADATA,
    json(200, { issuer, token_endpoint: `${issuer}/token`, revocation_endpoint: `${issuer}/end` }),
  )
  answers.set('/token', json(200, TOKENS))
  answers.set('/end', json(200, {}))
})
const open = () => openProvider(issuer, 'page', 5000)
const failure = (kind: string) => expect.objectContaining({ details: { kind } })

test('tokens are renewed by a refresh token and the client’s name, and nothing else', async () => {
  const before = Date.now()
  const { expiresAt, ...tokens } = await open().renew('old')
  expect(tokens).toEqual({ accessToken: 'at', refreshToken: 'next' })
  expect(expiresAt - before).toBeGreaterThanOrEqual(300_000)
  expect(sent).toEqual([
    `GET ${METADATA} `,
    'POST /token grant_type=refresh_token&refresh_token=old&client_id=page',
  ])
})

test('a provider that sends no new refresh token leaves the old one', async () => {
  answers.set('/token', json(200, { ...TOKENS, refresh_token: undefined }))
  expect(await open().renew('old')).toMatchObject({ refreshToken: null })
})

test.each([400, 401])('a refresh token refused with %i needs a new sign-in', async (status) => {
  answers.set('/token', json(status, { error: 'invalid_grant' }))
  await expect(open().renew('old')).rejects.toBeInstanceOf(SignInNeeded)
})

test.each([
  ['429', json(429, { error: 'slow_down' })],
  ['500', json(500, { error: 'server_error' })],
  ['400 that is not the provider’s', { status: 400, body: '<html>' }],
  ['200 that is no JSON', { status: 200, body: '<html>' }],
  ['token of another type', json(200, { ...TOKENS, token_type: 'mac' })],
  ['empty token', json(200, { ...TOKENS, access_token: '' })],
  ['time that is no number', json(200, { ...TOKENS, expires_in: '300' })],
  ['refresh token that is no text', json(200, { ...TOKENS, refresh_token: 7 })],
])('an answer with a %s is a fault, and ends no sign-in', async (_, answer) => {
  answers.set('/token', answer)
  await expect(open().renew('old')).rejects.toEqual(failure('fault'))
})

test('a redirect is not followed, so that no token goes to another address', async () => {
  answers.set('/token', { status: 307, body: '', location: `${issuer}/elsewhere` })
  await expect(open().renew('old')).rejects.toBeInstanceOf(Problem)
  expect(sent.some((line) => line.includes('/elsewhere'))).toBe(false)
})

test.each([
  ['of another issuer', () => ({ issuer: `${issuer}/`, token_endpoint: `${issuer}/token` })],
  ['without a token endpoint', () => ({ issuer })],
  [
    'with a token endpoint of another kind',
    () => ({ issuer, token_endpoint: 'https://a.example/' }),
  ],
])('metadata %s is a fault, and no token is sent', async (_, metadata) => {
  answers.set(METADATA, json(200, metadata()))
  await expect(open().renew('old')).rejects.toEqual(failure('fault'))
  expect(sent.some((line) => line.includes('old'))).toBe(false)
})

test('metadata is asked for once, and again after a failure', async () => {
  const provider = open()
  answers.set(METADATA, json(500, {}))
  await expect(provider.renew('old')).rejects.toEqual(failure('fault'))
  answers.set(METADATA, json(200, { issuer, token_endpoint: `${issuer}/token` }))
  await provider.renew('old')
  await provider.renew('old')
  expect(sent.filter((line) => line.startsWith('GET'))).toHaveLength(2)
})

test('a provider that cannot be reached is said to be that', async () => {
  const lost = openProvider('http://127.0.0.1:1', 'page', 5000)
  await expect(lost.renew('old')).rejects.toEqual(failure('unreachable'))
})

test('a refresh token is ended by its own request', async () => {
  await open().revoke('old', 5000)
  expect(sent.at(-1)).toBe('POST /end token=old&client_id=page')
})
