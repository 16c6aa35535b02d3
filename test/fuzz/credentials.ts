/** Tokens as people get them from the running sign-in, and what a stranger makes of them. */
import { createHash, createHmac, randomBytes } from 'node:crypto'

export type Tokens = {
  readonly access: string
  readonly id: string
  readonly refresh: string
  readonly at: number
}

type Place = { readonly signInUrl: string; readonly pageUrl: string }

export const PASSWORD = 'correct horse battery'
const CLIENT_ID = 'payfriend-page'
const SCOPE = 'openid email payfriend/pay'
/** Access tokens live for 300 seconds; nobody's runs out in the middle of a scenario. */
const FRESH_MS = 150_000

/** Sign in as the page does: code flow with PKCE, cookies and all. */
export async function signIn(place: Place, email: string, scope = SCOPE): Promise<Tokens> {
  const cookies = new Map<string, string>()
  const page = `${place.pageUrl}/`
  async function go(url: string, form?: Record<string, string>): Promise<[string, Response]> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value) cookies.set(name, value)
      else cookies.delete(name)
    }
    const to = response.headers.get('location')
    const next = to && new URL(to, url).href
    return next?.startsWith(place.signInUrl) ? go(next) : [next ?? url, response]
  }
  const verifier = randomBytes(32).toString('base64url')
  const [form] = await go(
    `${place.signInUrl}/oauth2/authorize?${new URLSearchParams({
      client_id: CLIENT_ID,
      redirect_uri: page,
      response_type: 'code',
      scope,
      state: 'state',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    })}`,
  )
  const [end] = await go(form, { email, password: PASSWORD })
  const code = new URL(end).searchParams.get('code') ?? ''
  return grant(place, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: page,
    code_verifier: verifier,
  })
}

/** The same tokens while they are fresh, and then the next ones. */
export async function fresh(place: Place, tokens: Tokens): Promise<Tokens> {
  if (Date.now() - tokens.at < FRESH_MS) return tokens
  return grant(place, { grant_type: 'refresh_token', refresh_token: tokens.refresh })
}

async function grant(place: Place, asked: Record<string, string>): Promise<Tokens> {
  const response = await fetch(`${place.signInUrl}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: CLIENT_ID, ...asked }),
  })
  const told = (await response.json()) as Record<string, string>
  const { access_token: access, id_token: id, refresh_token: refresh } = told
  if (!access || !id || !refresh) throw new Error(`no tokens: ${JSON.stringify(told)}`)
  return { access, id, refresh, at: Date.now() }
}

/** A token that was good and is over: had while this process's time was ten minutes behind. */
export async function expiredToken(place: Place, email: string): Promise<string> {
  const Real = Date
  globalThis.Date = class extends Real {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(Real.now() - 600_000)
      else super(...(parts as [number]))
    }
    static override now() {
      return Real.now() - 600_000
    }
  } as DateConstructor
  try {
    return (await signIn(place, email)).access
  } finally {
    globalThis.Date = Real
  }
}

/** Good tokens but for the scope: it is none for paying. */
export const withoutScope = (place: Place, email: string): Promise<Tokens> =>
  signIn(place, email, 'openid email')

/** What is shown instead of a good token, and what the gateway must make of it. */
export const BAD = {
  none: 401,
  empty: 401,
  garbage: 401,
  notBearer: 401,
  expired: 401,
  wrongSignature: 401,
  otherAudience: 401,
  otherPerson: 401,
  algNone: 401,
  publicKeyAsSecret: 401,
  otherIssuer: 401,
  twoTokens: 401,
  noScope: 403,
  idToken: 403,
} as const

export type Bad = keyof typeof BAD
export type Credential = 'good' | Bad

export type Wallet = {
  readonly own: Tokens
  readonly other: Tokens
  readonly expired: string
  readonly noScope: string
  /** Good at another Payfriend. */
  readonly elsewhere: string
}

/** The headers that show a credential. */
export function shown(credential: Credential, wallet: Wallet): [string, string][] {
  const { own, other, expired, noScope, elsewhere } = wallet
  const bearer = (token: string): [string, string][] => [['authorization', `Bearer ${token}`]]
  const theirs = claimsOf(other.access)
  switch (credential) {
    case 'good':
      return bearer(own.access)
    case 'none':
      return []
    case 'empty':
      return bearer('')
    case 'garbage':
      return bearer('eyJhbGciOiJSUzI1NiJ9..')
    case 'notBearer':
      return [['authorization', own.access]]
    case 'expired':
      return bearer(expired)
    case 'wrongSignature':
      return bearer(own.access.replace(/.{8}$/, 'AAAAAAAA'))
    case 'otherAudience':
      return bearer(altered(own.access, { aud: 'somebody', client_id: 'somebody' }))
    case 'otherPerson':
      return bearer(altered(own.access, { sub: theirs.sub, email: theirs.email }))
    case 'algNone':
      return bearer(`${encoded({ alg: 'none', typ: 'JWT' })}.${own.access.split('.')[1]}.`)
    case 'publicKeyAsSecret':
      return bearer(hmacSigned(own.access))
    case 'otherIssuer':
      return bearer(elsewhere)
    case 'twoTokens':
      return [...bearer('nobody'), ...bearer(own.access)]
    case 'noScope':
      return bearer(noScope)
    case 'idToken':
      return bearer(own.id)
  }
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

export const claimsOf = (token: string): { sub: string; email: string } =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

function altered(token: string, claims: object): string {
  const [head, , signature] = token.split('.')
  return `${head}.${encoded({ ...claimsOf(token), ...claims })}.${signature}`
}

function hmacSigned(token: string): string {
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${token.split('.')[1]}`
  return `${signed}.${createHmac('sha256', 'public key').update(signed).digest('base64url')}`
}
