/** The OpenID provider's tokens; times are the device's, in milliseconds. */
export type Tokens = {
  readonly accessToken: string
  readonly expiresAt: number
  readonly refreshToken: string | null
}

/** The payer has to sign in again. */
export class SignInNeeded extends Error {}

/** A token is renewed this long before it expires, so that no request is sent with one about to expire. */
const EARLY_MS = 60_000

/**
 * Hands out access tokens and renews them, one renewal at a time.
 *
 * @param renew exchanges a refresh token for new tokens; throws `SignInNeeded` if it is no longer valid,
 *   any other error if the provider could not be reached
 * @param keep called with the refresh token whenever it changes
 */
export function createTokens(
  renew: (refreshToken: string) => Promise<Tokens>,
  keep: (refreshToken: string | null) => void,
  now: () => number = Date.now,
) {
  let access: { token: string; expiresAt: number } | null = null
  let refreshToken: string | null = null
  let renewal: Promise<string> | null = null

  function take(tokens: Tokens): void {
    access = { token: tokens.accessToken, expiresAt: tokens.expiresAt }
    // A provider that does not rotate refresh tokens sends none: the old one stays valid.
    refreshToken = tokens.refreshToken ?? refreshToken
    keep(refreshToken)
  }

  function forget(): void {
    access = null
    refreshToken = null
    keep(null)
  }

  async function renewed(): Promise<string> {
    if (refreshToken === null) throw new SignInNeeded()
    const used = refreshToken
    try {
      const tokens = await renew(used)
      if (refreshToken !== used) throw new SignInNeeded()
      take(tokens)
      return tokens.accessToken
    } catch (error) {
      if (error instanceof SignInNeeded) forget()
      throw error
    }
  }

  /** Concurrent calls share one renewal, because using a rotating refresh token twice ends the sign-in. */
  function renewOnce(): Promise<string> {
    renewal ??= renewed().finally(() => {
      renewal = null
    })
    return renewal
  }

  return {
    take,
    forget,

    /** Use a refresh token that was stored before a reload. */
    resume(kept: string): void {
      refreshToken = kept
    },

    get any(): boolean {
      return access !== null || refreshToken !== null
    },

    get refreshToken(): string | null {
      return refreshToken
    },

    /** A valid access token; `refused` is one that the API has just answered with 401. */
    async accessToken(refused?: string): Promise<string> {
      const good = access !== null && access.token !== refused && access.expiresAt > now()
      if (access === null || !good) return renewOnce()
      const { token, expiresAt } = access
      if (expiresAt - now() > EARLY_MS || refreshToken === null) return token
      return renewOnce().catch((error) => {
        if (error instanceof SignInNeeded) throw error
        // The renewal failed, but the token is still valid for a moment: use it.
        return token
      })
    },
  }
}
