import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as z from 'zod'

export type Issuer = { issuer: string; clientId: string; scope: string }

/** What a handler is told of a good token, every claim as text, as API Gateway hands them on. */
export type Accepted = { claims: Readonly<Record<string, string>>; scopes: string[] }

/** Or the status of the refusal: 401 for no good token, 403 for one without the scope. */
export type TokenVerdict = Accepted | 401 | 403

const DISCOVERY_TIMEOUT_MS = 3000
/** An unknown key id asks the issuer again, but no more often than this. */
const KEYS_COOLDOWN_MS = 30_000
const ACCEPTED_MAX = 1000

const discovered = z.object({ issuer: z.string(), jwks_uri: z.url() })

/**
 * Check access tokens as API Gateway's JWT authorizer does: RS256 by a key of the issuer, `iss`,
 * `aud` (or `client_id` where there is none), `exp`, `nbf`, `iat`, and the scope. It knows nothing
 * of revoked tokens, nor of `token_use`: what AWS does not check is not checked here either.
 *
 * By the real time whatever clock the rest runs on, because the issuer's tokens go by it.
 */
export function tokenChecker({ issuer, clientId, scope }: Issuer) {
  const accepted = new Map<string, Accepted & { expiresAtMs: number }>()
  let keys: Promise<JWTVerifyGetKey> | undefined

  async function keysOfIssuer(): Promise<JWTVerifyGetKey> {
    keys ??= discover(issuer)
    try {
      return await keys
    } catch (error) {
      keys = undefined
      throw error
    }
  }

  async function verify(token: string): Promise<TokenVerdict> {
    const payload = await verified(token, issuer, keysOfIssuer)
    if (!payload || !isFor(clientId, payload)) return 401
    const scopes = typeof payload.scope === 'string' ? payload.scope.split(' ') : []
    if (!scopes.includes(scope)) return 403

    const { exp = 0 } = payload
    const entry = { claims: asText(payload), scopes: [scope], expiresAtMs: exp * 1000 }
    const [oldest] = accepted.keys()
    if (accepted.size >= ACCEPTED_MAX && oldest) accepted.delete(oldest)
    accepted.set(token, entry)
    return entry
  }

  return async (authorization: string | undefined): Promise<TokenVerdict> => {
    if (!authorization?.startsWith('Bearer ')) return 401
    const token = authorization.slice('Bearer '.length)
    // A page polls with the same token for minutes, and nothing about the same text can change but
    // that it expires; verifying it again would only cost the time that the poll is measured by.
    const known = accepted.get(token)
    if (!known) return verify(token)
    if (Date.now() < known.expiresAtMs) return known
    accepted.delete(token)
    return 401
  }
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS),
  })
  const { issuer: named, jwks_uri } = discovered.parse(await response.json())
  if (named !== issuer) throw new Error(`${issuer} calls itself ${named}`)
  return createRemoteJWKSet(new URL(jwks_uri), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: KEYS_COOLDOWN_MS,
    timeoutDuration: DISCOVERY_TIMEOUT_MS,
  })
}

/** Fails closed: an issuer that doesn't answer makes every token a bad one. */
async function verified(
  token: string,
  issuer: string,
  keys: () => Promise<JWTVerifyGetKey>,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, await keys(), {
      algorithms: ['RS256'],
      issuer,
      requiredClaims: ['exp', 'iat'],
    })
    return payload
  } catch {
    return undefined
  }
}

function isFor(clientId: string, { aud, iat, client_id }: JWTPayload): boolean {
  if (typeof iat !== 'number' || iat * 1000 > Date.now()) return false
  return aud === undefined ? client_id === clientId : [aud].flat().includes(clientId)
}

const asText = (payload: JWTPayload) =>
  Object.freeze(
    Object.fromEntries(
      Object.entries(payload).map(([name, value]) => [
        name,
        Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
      ]),
    ),
  )
