import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as z from 'zod'

export type Issuer = { issuer: string; clientId: string; scope: string }

/** The parts of a valid token that API Gateway passes to a handler, every claim as text. */
export type Accepted = { claims: Readonly<Record<string, string>>; scopes: string[] }

/** Or the status of the refusal: 401 without a valid token, 403 if it lacks the scope. */
export type TokenVerdict = Accepted | 401 | 403

const DISCOVERY_TIMEOUT_MS = 3000
/** After an unknown key id the issuer's keys are loaded again, but no more often than this. */
const KEYS_COOLDOWN_MS = 30_000
const ACCEPTED_MAX = 1000

const discovered = z.object({ issuer: z.string(), jwks_uri: z.url() })

/**
 * Check access tokens as API Gateway's JWT authorizer does: RS256 by a key of the issuer, `iss`,
 * `aud` (or `client_id` where there is none), `exp`, `nbf`, `iat`, and the scope. It knows nothing
 * of revoked tokens, nor of `token_use`: what AWS does not check is not checked here either.
 *
 * It uses the real time, whatever clock the rest uses, because the issuer's tokens use it.
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
    // A page polls with the same token for minutes, and an accepted token can change only by expiring.
    // Verifying it again would only distort the measured time of the poll.
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
  if (named !== issuer) throw new Error(`the issuer at ${issuer} has the name ${named}`)
  return createRemoteJWKSet(new URL(jwks_uri), {
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: KEYS_COOLDOWN_MS,
    timeoutDuration: DISCOVERY_TIMEOUT_MS,
  })
}

/** Fails closed: while the issuer does not answer, no token is valid. */
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
