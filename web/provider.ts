/** The OpenID provider's addresses, and the two requests that a signed-in page needs: to renew its tokens, to end them. */
import type { AuthorizationServer } from 'oauth4webapi'
import { Problem } from './problem.ts'
import { timeLimit } from './signals.ts'
import { SignInNeeded, type Tokens } from './tokens.ts'

/** How long an access token is used whose answer names no time. */
const LIFETIME_SECONDS = 300

/**
 * The OpenID provider as a public client asks it. The page needs these plain requests each time it is opened; the
 * library for signing in is more than all of them together, so it is loaded only to sign in.
 */
export function openProvider(issuer: string, clientId: string, timeoutMs: number) {
  let discovered: Promise<AuthorizationServer> | null = null

  /** Its metadata (OpenID Connect Discovery 1.0, section 4). */
  function metadata(): Promise<AuthorizationServer> {
    discovered ??= discover().catch((error) => {
      discovered = null
      throw unreachable(error)
    })
    return discovered
  }

  async function discover(): Promise<AuthorizationServer> {
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const response = await fetch(address, request(timeoutMs))
    const found = response.status === 200 ? await objectIn(response) : {}
    // Section 4.3: the issuer must be exactly the one that was asked.
    if (found.issuer !== issuer) throw new Problem({ kind: 'fault' })
    return { ...found, issuer } as AuthorizationServer
  }

  async function post(
    endpoint: 'token_endpoint' | 'revocation_endpoint',
    fields: Record<string, string>,
    limitMs: number,
  ): Promise<Response> {
    const address = (await metadata())[endpoint]
    // Of the issuer's own kind: tokens never leave over plain http, except on a laptop.
    if (address === undefined || new URL(address).protocol !== new URL(issuer).protocol) {
      throw new Problem({ kind: 'fault' })
    }
    const body = new URLSearchParams({ ...fields, client_id: clientId })
    return fetch(address, { ...request(limitMs), method: 'POST', body })
  }

  return {
    metadata,

    /** New tokens for a refresh token (RFC 6749, section 6). Throws `SignInNeeded` if it is no longer valid. */
    async renew(refreshToken: string): Promise<Tokens> {
      try {
        const fields = { grant_type: 'refresh_token', refresh_token: refreshToken }
        const response = await post('token_endpoint', fields, timeoutMs)
        const answer = await objectIn(response)
        // Section 5.2: the token has expired or was revoked. After a 429 or 5xx the renewal can be tried again.
        const refused = response.status === 400 || response.status === 401
        if (refused && typeof answer.error === 'string') throw new SignInNeeded()
        if (response.status !== 200) throw new Problem({ kind: 'fault' })
        return tokensIn(answer)
      } catch (error) {
        throw error instanceof SignInNeeded ? error : unreachable(error)
      }
    },

    /** End a refresh token, and with it the access tokens that it gave (RFC 7009). */
    async revoke(refreshToken: string, limitMs: number): Promise<void> {
      await post('revocation_endpoint', { token: refreshToken }, limitMs)
    },
  }
}

/** The tokens in the provider's answer (RFC 6749, section 5.1). An ID token in it is not read. */
export function tokensIn(answer: Readonly<Record<string, unknown>>): Tokens {
  const { access_token, token_type, expires_in = LIFETIME_SECONDS, refresh_token = null } = answer
  const isBearer = typeof token_type === 'string' && token_type.toLowerCase() === 'bearer'
  const isWhole =
    typeof access_token === 'string' &&
    access_token !== '' &&
    typeof expires_in === 'number' &&
    (refresh_token === null || typeof refresh_token === 'string')
  if (!isBearer || !isWhole) throw new Problem({ kind: 'fault' })
  return {
    accessToken: access_token,
    expiresAt: Date.now() + expires_in * 1000,
    refreshToken: refresh_token,
  }
}

/** `fetch` throws a `TypeError` for a lost network and a `DOMException` for a timeout. */
export function unreachable(error: unknown): Problem {
  if (error instanceof Problem) return error
  const lost = error instanceof TypeError || error instanceof DOMException
  return new Problem({ kind: lost ? 'unreachable' : 'fault' })
}

/** A redirect is never followed: the tokens are for the provider's own address. */
const request = (limitMs: number): RequestInit => ({
  headers: { accept: 'application/json' },
  redirect: 'manual',
  signal: timeLimit(limitMs),
})

/** An answer's JSON object; an empty one if it is none. */
async function objectIn(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text()
  try {
    return { ...JSON.parse(text) }
  } catch {
    return {}
  }
}
