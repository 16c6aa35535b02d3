import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { cognitoSignIns } from '../../functions/adapters/aws/cognitoSignIns.ts'
import { type SignInOptions, startSignIn } from '../../local/signIn/signIn.ts'
import { openAccounts } from '../../local/signIn/signInAccounts.ts'

const clientId = 'payfriend-page'
const pageUrl = 'http://localhost:3000/'
const scope = 'payfriend/pay'
const client: oauth.Client = { client_id: clientId }
const insecure = { [oauth.allowInsecureRequests]: true }

type Running = Awaited<ReturnType<typeof startSignIn>>
const start = (options: Partial<SignInOptions> = {}) =>
  startSignIn({ port: 0, clientId, pageUrl, scope, ...options })

/** The clock of the limit on wrong passwords; tokens go by the real time. */
let now = new Date('2026-11-21T12:00:00Z')
let signIn: Running

beforeAll(async () => {
  signIn = await start({ clock: () => now })
})
afterAll(() => signIn.close())

/** A browser as far as needed: it keeps cookies and follows redirects until they leave the server. */
class Browser {
  readonly cookies = new Map<string, string>()

  async go(url: string, form?: Record<string, string>): Promise<Response & { at: string }> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie, accept: 'text/html' },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value) this.cookies.set(name, value)
      else this.cookies.delete(name)
    }
    const location = response.headers.get('location')
    const next = location && new URL(location, url).href
    if (next?.startsWith(new URL(url).origin)) return this.go(next)
    return Object.assign(response, { at: next ?? url })
  }
}

const discover = async (issuer: string) =>
  oauth.processDiscoveryResponse(
    new URL(issuer),
    await oauth.discoveryRequest(new URL(issuer), insecure),
  )

/** The address that the page sends people to. Each test breaks one thing about it. */
const authorizeUrl = (server: oauth.AuthorizationServer, challenge: string, broken = {}) =>
  `${server.authorization_endpoint}?${new URLSearchParams({
    client_id: clientId,
    redirect_uri: pageUrl,
    response_type: 'code',
    scope: `openid email ${scope}`,
    state: 'the-state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...broken,
  })}`

const ada = { email: 'ada@example.com', password: 'correct horse' }

/** Sign in as the page does, to the tokens. */
async function tokensFor(
  person: Record<string, string>,
  { browser = new Browser(), at = signIn }: { browser?: Browser; at?: Running } = {},
) {
  const server = await discover(at.issuer)
  const verifier = oauth.generateRandomCodeVerifier()
  const challenge = await oauth.calculatePKCECodeChallenge(verifier)
  const form = await browser.go(authorizeUrl(server, challenge))
  const end = form.status === 200 ? await browser.go(form.at, person) : form
  const params = oauth.validateAuthResponse(server, client, new URL(end.at), 'the-state')
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    params,
    pageUrl,
    verifier,
    insecure,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    requireIdToken: true,
  })
  return { server, browser, tokens, refreshToken: tokens.refresh_token ?? '' }
}

const refresh = async (server: oauth.AuthorizationServer, token: string) =>
  oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(server, client, oauth.None(), token, insecure),
  )

/** Open the form for signing in, ready to be filled in. */
async function loginForm(browser = new Browser()) {
  const server = await discover(signIn.issuer)
  const { at } = await browser.go(authorizeUrl(server, 'x'.repeat(43)))
  return { submit: (fields: Record<string, string>) => browser.go(at, fields), at, browser, server }
}

const isSignedIn = ({ at }: { at: string }) => at.startsWith(`${pageUrl}?code=`)
const problemOf = async (page: Response) => /class="problem">([^<]*)</.exec(await page.text())?.[1]

test('a first sign-in registers and gives an access token with the claims of Cognito', async () => {
  const { tokens, server } = await tokensFor({ ...ada, email: ' Ada@Example.com ' })
  const keys = createRemoteJWKSet(new URL(server.jwks_uri ?? ''))
  const { payload } = await jwtVerify(tokens.access_token, keys, { algorithms: ['RS256'] })
  expect(payload).toEqual({
    iss: signIn.issuer,
    sub: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
    username: payload.sub,
    email: 'ada@example.com',
    token_use: 'access',
    client_id: clientId,
    aud: clientId,
    scope,
    auth_time: expect.any(Number),
    iat: expect.any(Number),
    exp: Number(payload.iat) + 300,
    jti: expect.any(String),
  } satisfies JWTPayload)
})

test('the ID token says that it is one, and has no scope', async () => {
  const { tokens, server } = await tokensFor(ada)
  const keys = createRemoteJWKSet(new URL(server.jwks_uri ?? ''))
  const { payload } = await jwtVerify(tokens.id_token ?? '', keys, { algorithms: ['RS256'] })
  expect(payload).toMatchObject({
    token_use: 'id',
    aud: clientId,
    email: 'ada@example.com',
    email_verified: true,
    'cognito:username': payload.sub,
  })
  expect(payload).not.toHaveProperty('scope')
})

test('pages have a strict policy, which lets the form lead back to the page and nowhere else', async () => {
  const browser = new Browser()
  const { at } = await loginForm(browser)
  const { headers } = await browser.go(at)
  expect(headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; img-src data:; style-src 'sha256-[\w+/=]+'; form-action 'self' http:\/\/localhost:3000; base-uri 'none'; frame-ancestors 'none'$/,
  )
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

const NOT_RIGHT = 'The e-mail or the password is not right.'

test('a wrong password is refused in words that do not say what was wrong', async () => {
  await tokensFor(ada)
  const { submit } = await loginForm()
  const refused = await submit({ ...ada, password: 'wrong horse' })
  expect(refused.status).toBe(401)
  expect(await problemOf(refused)).toBe(NOT_RIGHT)
  expect(isSignedIn(await submit(ada))).toBe(true)
})

test.each([
  ['no address', { email: '' }, /^Enter your e-mail address\.$/],
  ['no password', { password: '' }, /^Enter your password\.$/],
  ['an address without @', { email: 'ada' }, /e-mail address/],
  ['an address with a space', { email: 'a da@example.com' }, /e-mail address/],
  ['an address with a line break', { email: 'ada@example.com\nx' }, /e-mail address/],
  ['an address that is markup', { email: '"><script>@x.y' }, /e-mail address/],
  ['an address over 254 characters', { email: `ada@${'x'.repeat(251)}` }, /e-mail address/],
  ['a password of 7 characters', { password: '1234567' }, /8 to 128/],
  ['a password of 129 characters', { password: 'x'.repeat(129) }, /8 to 128/],
  ['no fields at all', { email: '', password: '' }, /e-mail address/],
])('the form refuses %s', async (_, broken, problem) => {
  const { submit } = await loginForm()
  const refused = await submit({ email: 'new@example.com', password: 'long enough', ...broken })
  expect(refused.status).toBe(400)
  const html = await refused.clone().text()
  // The browser's own words, in its own language, would come before ours.
  expect(html).toContain(' novalidate>')
  expect(await problemOf(refused)).toMatch(problem)
  expect(html).not.toContain('<script')
  expect(html).not.toContain('long enough')
})

test('after ten wrong passwords also the right one waits, until the window is over', async () => {
  const person = { email: 'guessed@example.com', password: 'the right one' }
  await tokensFor(person)
  const { submit } = await loginForm()
  const guesses = await Promise.all(
    Array.from({ length: 12 }, (_, i) => submit({ ...person, password: `a wrong one ${i}` })),
  )
  expect(guesses.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), 429, 429])

  now = new Date(now.getTime() + 15 * 60_000 - 1)
  const locked = await submit(person)
  expect(locked.status).toBe(429)
  expect(await problemOf(locked)).toBe('Too many wrong passwords. Try again in 1 minute.')

  now = new Date(now.getTime() + 1)
  expect((await submit({ ...person, password: 'a wrong one' })).status).toBe(401)
  expect(isSignedIn(await submit(person))).toBe(true)
})

test("a form without the browser's own cookie is refused", async () => {
  const { at } = await loginForm()
  const refused = await new Browser().go(at, ada)
  expect(refused.status).toBe(400)
  expect(await refused.text()).toContain('This sign-in is over')
})

test('a form at the address of another sign-in is refused', async () => {
  const { submit, browser } = await loginForm()
  const refused = await browser.go(`${signIn.issuer}/login/another`, ada)
  expect(refused.status).toBe(400)
  expect(isSignedIn(await submit(ada))).toBe(true)
})

test.each([
  ['no PKCE', { code_challenge: '', code_challenge_method: '' }, 'PKCE'],
  ['PKCE by the plain method', { code_challenge_method: 'plain' }, 'code_challenge_method'],
  ['another response type', { response_type: 'token' }, 'response_type'],
])('a request with %s gets an error and no form', async (_, broken, words) => {
  const server = await discover(signIn.issuer)
  const { at } = await new Browser().go(authorizeUrl(server, 'x'.repeat(43), broken))
  const answer = new URL(at)
  expect(answer.origin).toBe('http://localhost:3000')
  expect(answer.href).toContain('error=')
  expect(decodeURIComponent(answer.href)).toContain(words)
  expect(answer.href).not.toContain('code=')
})

test.each([
  ['a foreign redirect_uri', { redirect_uri: 'https://evil.example/' }],
  ['a path under the page', { redirect_uri: `${pageUrl}x` }],
  ['the page on another port', { redirect_uri: 'http://localhost:3009/' }],
  ['another client', { client_id: 'somebody' }],
])('a request with %s stays here', async (_, broken) => {
  const server = await discover(signIn.issuer)
  const refused = await new Browser().go(authorizeUrl(server, 'x'.repeat(43), broken))
  expect(refused.status).toBe(400)
  expect(new URL(refused.at).origin).toBe(signIn.issuer)
  expect(await refused.text()).toContain('This sign-in did not work')
})

test('a code without its verifier is refused, and so is a code used twice', async () => {
  const { server, browser } = await tokensFor(ada)
  const verifier = oauth.generateRandomCodeVerifier()
  const { at } = await browser.go(
    authorizeUrl(server, await oauth.calculatePKCECodeChallenge(verifier)),
  )
  const params = oauth.validateAuthResponse(server, client, new URL(at), 'the-state')
  const exchange = async (code_verifier: string) =>
    oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        params,
        pageUrl,
        code_verifier,
        insecure,
      ),
    )
  await expect(exchange(oauth.generateRandomCodeVerifier())).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  const { refresh_token = '' } = await exchange(verifier)
  await expect(exchange(verifier)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(refresh(server, refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('a refresh token used twice is refused, and takes its successors with it', async () => {
  const { server, refreshToken } = await tokensFor(ada)
  const { refresh_token = '' } = await refresh(server, refreshToken)
  await expect(refresh(server, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(refresh(server, refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
})

test("revoking one tab's refresh token leaves the other tab's alone", async () => {
  const { server, browser, refreshToken } = await tokensFor(ada)
  const other = await tokensFor(ada, { browser })
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, oauth.None(), refreshToken, insecure),
  )
  await expect(refresh(server, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(refresh(server, other.refreshToken)).resolves.toMatchObject({ scope })
})

const logoutUrl = (query: Record<string, string>) =>
  `${signIn.issuer}/logout?${new URLSearchParams(query)}`

test('a refresh token outlives the sign-in session, so the page has to revoke it', async () => {
  const { browser, server, refreshToken } = await tokensFor(ada)
  await browser.go(logoutUrl({ client_id: clientId, logout_uri: pageUrl }))
  await expect(refresh(server, refreshToken)).resolves.toMatchObject({ scope })
})

/** Koa's own reading of a query takes the square of it. */
test.each(['/oauth2/authorize', '/logout', '/change-password', '/login/x', '/nothing'])(
  'an address with 51 parameters is refused before it is read: %s',
  async (path) => {
    const query = (parameters: number) => Array.from({ length: parameters }, () => 'a').join('&')
    const reads = vi.spyOn(URLSearchParams.prototype, 'getAll')
    try {
      const refused = await fetch(`${signIn.issuer}${path}?${query(51)}`)
      expect(refused.status).toBe(400)
      expect(await refused.text()).toContain('at most 50 parameters')
      expect(reads).not.toHaveBeenCalled()
    } finally {
      reads.mockRestore()
    }
    const answered = await fetch(`${signIn.issuer}${path}?${query(50)}`)
    expect(await answered.text()).not.toContain('parameters.')
  },
)

test.each(['logout_uri', 'post_logout_redirect_uri'])(
  'signing out by %s ends the session at once',
  async (name) => {
    const { browser, server } = await tokensFor(ada)
    const out = await browser.go(logoutUrl({ client_id: clientId, [name]: pageUrl }))
    expect(out.at).toBe(pageUrl)
    const again = await browser.go(authorizeUrl(server, 'x'.repeat(43)))
    expect(await again.text()).toContain('Sign in to Payfriend')
  },
)

test('a session that is over does not come back with its old cookie', async () => {
  const { browser, server } = await tokensFor(ada)
  const cookies = [...browser.cookies]
  await browser.go(logoutUrl({ client_id: clientId, logout_uri: pageUrl }))
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  const again = await browser.go(authorizeUrl(server, 'x'.repeat(43)))
  expect(await again.text()).toContain('Sign in to Payfriend')
})

test.each([
  ['a foreign address', { client_id: clientId, logout_uri: 'https://evil.example/' }],
  ['no address', { client_id: clientId }],
  ['another client', { client_id: 'somebody', logout_uri: pageUrl }],
])('signing out to %s is refused and ends nothing', async (_, query: Record<string, string>) => {
  const { browser, server } = await tokensFor(ada)
  const refused = await browser.go(logoutUrl(query))
  expect(refused.status).toBe(400)
  expect(isSignedIn(await browser.go(authorizeUrl(server, 'x'.repeat(43))))).toBe(true)
})

test('a changed password is the only one that works, and ends no session, as with Cognito', async () => {
  const person = { email: 'careful@example.com', password: 'the old one' }
  const { browser, server, refreshToken } = await tokensFor(person)
  const change = `${signIn.issuer}/change-password`
  expect(await (await browser.go(change)).text()).toContain('autocomplete="new-password"')

  const { email, password: current } = person
  const wrong = await browser.go(change, { email, current: 'not the old one', new: 'the new one' })
  expect(wrong.status).toBe(401)
  expect(await problemOf(wrong)).toBe(NOT_RIGHT)
  const short = await browser.go(change, { email, current, new: 'short' })
  expect(short.status).toBe(400)
  const nobody = await browser.go(change, { email: 'no@example.com', current, new: 'the new one' })
  expect(await problemOf(nobody)).toBe(NOT_RIGHT)

  const done = await browser.go(change, { email, current, new: 'the new one' })
  expect(done.status).toBe(200)
  expect(await done.text()).toContain('press “Sign out everywhere” in Payfriend')
  await expect(refresh(server, refreshToken)).resolves.toMatchObject({ scope })
  const form = await loginForm()
  expect((await form.submit(person)).status).toBe(401)
  expect(isSignedIn(await form.submit({ email, password: 'the new one' }))).toBe(true)
})

test("the page's origin may call the token endpoint, and no other origin", async () => {
  const { server } = await tokensFor(ada)
  const call = (origin: string, url = `${server.token_endpoint}`) =>
    fetch(url, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({ client_id: clientId, grant_type: 'refresh_token', token: 'x' }),
    }).then(({ headers }) => headers.get('access-control-allow-origin'))
  expect(await call('http://localhost:3000')).toBe('http://localhost:3000')
  expect(await call('http://localhost:3000', server.revocation_endpoint)).toBe(
    'http://localhost:3000',
  )
  expect(await call('https://evil.example')).toBe(null)
  const keys = await fetch(`${server.jwks_uri}`, { headers: { origin: 'http://localhost:3000' } })
  expect(keys.headers.get('access-control-allow-origin')).toBe('http://localhost:3000')
  expect(await keys.text()).not.toContain('"d"')
})

test('with a file the same people are there after a restart, and no password is in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'payfriend-'))
  const dataFile = join(folder, 'not', 'there', 'people.json')
  try {
    const first = await start({ dataFile })
    const before = await tokensFor(ada, { at: first })
    await first.close()
    expect(await readFile(dataFile, 'utf8')).not.toContain(ada.password)

    const second = await start({ dataFile })
    const after = await tokensFor(ada, { at: second })
    const browser = new Browser()
    const { at } = await browser.go(authorizeUrl(after.server, 'x'.repeat(43)))
    expect((await browser.go(at, { ...ada, password: 'not this one' })).status).toBe(401)
    await second.close()
    const [one, two] = [before, after].map(({ tokens }) => decodeJwt(tokens.access_token).sub)
    expect(two).toBe(one)
  } finally {
    await rm(folder, { recursive: true })
  }
})

/** The adapter that runs in Lambda, with the real SDK. */
function signInsAt({ userPool }: Running, broken: Partial<Running['userPool']> = {}) {
  const { id, endpoint, accessKeyId } = { ...userPool, ...broken }
  const credentials = { accessKeyId, secretAccessKey: 'any' }
  return cognitoSignIns(
    () =>
      new CognitoIdentityProviderClient({ endpoint, region: 'local', credentials, maxAttempts: 1 }),
    id,
  )
}
const claimsOf = ({ access_token }: { access_token: string }) => decodeJwt(access_token)

test('auth_time is when the person signed in, also after a refresh and in another tab', async () => {
  const { browser, server, tokens, refreshToken } = await tokensFor(ada)
  const { auth_time: signedInAt, iat } = claimsOf(tokens)
  expect(Math.abs(Number(signedInAt) - Number(iat))).toBeLessThan(60)
  // As if the person had signed in an hour ago: the session is the provider's, and tells it to all.
  const realNow = Date.now
  Date.now = () => realNow() + 100_000
  try {
    expect(claimsOf(await refresh(server, refreshToken)).auth_time).toBe(signedInAt)
    expect(claimsOf((await tokensFor(ada, { browser })).tokens).auth_time).toBe(signedInAt)
    const anew = await tokensFor(ada)
    expect(Number(claimsOf(anew.tokens).auth_time)).toBeGreaterThanOrEqual(Number(signedInAt) + 100)
  } finally {
    Date.now = realNow
  }
})

describe('Cognito’s own operations, by the adapter and the real SDK', () => {
  test('a person is found by their address, and nobody else is', async () => {
    const { tokens } = await tokensFor(ada)
    const signIns = signInsAt(signIn)
    expect(await signIns.find(ada.email)).toBe(claimsOf(tokens).sub)
    expect(await signIns.find('nobody@example.com')).toBeUndefined()
    expect(await signIns.find('" or email ^= "')).toBeUndefined()
    expect(await signIns.find('ada@example.com\\')).toBeUndefined()
  })

  test('to end the sessions of one ends all theirs, and nobody else’s', async () => {
    const eve = { email: 'eve@example.com', password: 'another horse' }
    const [one, two, other] = [await tokensFor(ada), await tokensFor(ada), await tokensFor(eve)]
    const { sub = '' } = claimsOf(one.tokens)
    await signInsAt(signIn).endSessions(sub)
    for (const { server, refreshToken } of [one, two]) {
      await expect(refresh(server, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' })
    }
    await expect(refresh(other.server, other.refreshToken)).resolves.toMatchObject({ scope })
    await signInsAt(signIn).endSessions(sub)
    expect(claimsOf((await tokensFor(ada)).tokens).sub).toBe(sub)
  })

  test('the browser’s session outlives that, as Cognito’s does, and its tokens say since when', async () => {
    const { browser, tokens } = await tokensFor(ada)
    const { sub = '', auth_time } = claimsOf(tokens)
    await signInsAt(signIn).endSessions(sub)
    expect(claimsOf((await tokensFor(ada, { browser })).tokens)).toMatchObject({ sub, auth_time })
  })

  test('who is removed has no session, and who registers the address anew is another', async () => {
    const gone = { email: 'gone@example.com', password: 'a fine horse' }
    const { browser, server, tokens, refreshToken } = await tokensFor(gone)
    const signIns = signInsAt(signIn)
    const { sub = '' } = claimsOf(tokens)
    await signIns.remove(sub)
    expect(await signIns.find(gone.email)).toBeUndefined()
    await expect(refresh(server, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' })
    const form = await browser.go(authorizeUrl(server, 'x'.repeat(43)))
    expect(await form.text()).toContain('Sign in to Payfriend')
    // Gone already: nothing is left to do.
    await signIns.remove(sub)
    await signIns.endSessions(sub)

    const anew = claimsOf((await tokensFor({ ...gone, password: 'other words' })).tokens)
    expect(anew).toMatchObject({ email: gone.email, sub: expect.not.stringMatching(sub) })
    expect(await signIns.find(gone.email)).toBe(anew.sub)
  })

  const listed = (broken: { headers?: Record<string, string>; path?: string; method?: string }) =>
    fetch(`${signIn.issuer}${broken.path ?? '/'}`, {
      method: broken.method ?? 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityProviderService.ListUsers',
        authorization: `AWS4-HMAC-SHA256 Credential=${signIn.userPool.accessKeyId}/20261128/local/x`,
        ...broken.headers,
      },
      body: JSON.stringify({ UserPoolId: signIn.userPool.id, Filter: `email = "${ada.email}"` }),
    })

  test('they answer a program', async () => {
    await tokensFor(ada)
    const answer = await listed({})
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBe(null)
    expect(JSON.parse(await answer.text()).Users).toHaveLength(1)
  })

  test.each([
    ['of another origin', { origin: 'https://evil.example' }],
    ['of no origin', { origin: 'null' }],
    ['of Payfriend itself', { origin: 'http://localhost:3000' }],
    ['of this very origin', { 'sec-fetch-site': 'same-origin' }],
    ['that a person opened', { 'sec-fetch-site': 'none' }],
    ['that sends what a form can', { 'content-type': 'text/plain' }],
    ['that sends JSON', { 'content-type': 'application/json' }],
  ] as [string, Record<string, string>][])('and no page %s', async (_, headers) => {
    expect((await listed({ headers })).status).toBe(403)
  })

  test('nor one under a name of its own that points here', async () => {
    const { port } = new URL(signIn.issuer)
    const asked = new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        host: `evil.example:${port}`,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'AWSCognitoIdentityProviderService.ListUsers',
      }
      const sent = httpRequest({ host: '127.0.0.1', port, method: 'POST', headers })
      sent.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject)
      sent.end('{}')
    })
    expect(await asked).toBe(403)
  })

  test('a program without the key of this start is refused', async () => {
    const others = signInsAt(signIn, { accessKeyId: 'LOCAL0' })
    await expect(others.find(ada.email)).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    })
    const { id, accessKeyId } = signIn.userPool
    await expect(signInsAt(signIn, { id: `${id}2` }).find(ada.email)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    const next = await start()
    expect(next.userPool.accessKeyId).not.toBe(accessKeyId)
    await next.close()
  })
})

describe('the file of people', () => {
  test('keeps an account without a password, which the first sign-in sets, for good', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'payfriend-'))
    const dataFile = join(folder, 'people.json')
    const people = () => openAccounts({ dataFile, clock: () => now })
    try {
      const first = await (await people()).open(ada.email)
      expect(first.isNew).toBe(true)
      expect(await (await people()).open(ada.email)).toEqual({ id: first.id, isNew: false })
      expect(await (await people()).changePassword(ada.email, '', ada.password)).toBe('wrong')
      expect(await (await people()).signIn(ada.email, ada.password)).toBe('right')
      expect(await (await people()).signIn(ada.email, 'another password')).toBe('wrong')
      expect((await people()).find(ada.email)).toBe(first.id)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('remembers that an address was somebody else’s, without the address', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'payfriend-'))
    const dataFile = join(folder, 'people.json')
    try {
      const ids: (string | undefined)[] = []
      for (let i = 0; i < 3; i++) {
        const people = await openAccounts({ dataFile, clock: () => now })
        await people.signIn(ada.email, ada.password)
        const id = people.find(ada.email)
        ids.push(id)
        expect(people.emailOf(id ?? '')).toBe(ada.email)
        await people.remove(id ?? '')
        expect(await readFile(dataFile, 'utf8')).not.toContain(ada.email)
      }
      expect(new Set(ids).size).toBe(3)
      const people = await openAccounts({ dataFile, clock: () => now })
      for (const id of ids) expect(people.emailOf(id ?? '')).toBeUndefined()
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
