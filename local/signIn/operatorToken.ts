import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Accounts } from './signInAccounts.ts'

/** A token that the operator of this machine asked for. */
export type OperatorToken = {
  readonly email: string
  readonly token: string
  /** The address was not registered before. */
  readonly isNew: boolean
}

export type TokenIssuer = {
  readonly accounts: Accounts
  readonly issuer: string
  readonly clientId: string
  readonly scope: string
  readonly lifeSeconds: number
  readonly key: { readonly kid: string; readonly privateKey: SigningKey }
}
type SigningKey = Parameters<SignJWT['sign']>[0]

/**
 * An access token as a sign-in on the page would give it, with the same claims and for as long, and no session and no
 * refresh token beside it. An address that is not registered is registered, as at the first sign-in.
 */
export async function operatorToken(
  { accounts, issuer, clientId, scope, lifeSeconds, key }: TokenIssuer,
  email: string,
): Promise<OperatorToken> {
  const { id, isNew } = await accounts.open(email)
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    ...{ client_id: clientId, scope, token_use: 'access', username: id, email, auth_time: now },
  }
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: key.kid })
    .setIssuer(issuer)
    .setAudience(clientId)
    .setSubject(id)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + lifeSeconds)
    .sign(key.privateKey)
  return { email, token, isNew }
}
