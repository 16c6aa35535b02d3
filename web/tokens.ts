/** What the provider gave us; times are the device's, in milliseconds. */
export type Tokens = {
  readonly accessToken: string
  readonly expiresAt: number
  readonly refreshToken: string | null
}

/** There is no way on without the person signing in again. */
export class SignInNeeded extends Error {}

/** Renewed this long before the end, so that no request is sent with a token about to lapse. */
const EARLY_MS = 60_000

/**
 * Hands out access tokens and renews them, one renewal at a time.
 *
 * @param renew trades a refresh token for new tokens; throws `SignInNeeded` when it is no longer good,
 *   anything else when the provider could not be asked
 * @param keep is told the refresh token whenever it changes
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
    // A provider that doesn't rotate sends none: the old one stays good.
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

  /** One renewal however many ask: a rotating refresh token used twice ends the whole sign-in. */
  function renewOnce(): Promise<string> {
    renewal ??= renewed().finally(() => {
      renewal = null
    })
    return renewal
  }

  return {
    take,
    forget,

    /** Go on with a refresh token kept from before a reload. */
    resume(kept: string): void {
      refreshToken = kept
    },

    get any(): boolean {
      return access !== null || refreshToken !== null
    },

    get refreshToken(): string | null {
      return refreshToken
    },

    /** A token good for at least a moment; `refused` names one that the API has just answered 401 to. */
    async accessToken(refused?: string): Promise<string> {
      const good = access !== null && access.token !== refused && access.expiresAt > now()
      if (access === null || !good) return renewOnce()
      const { token, expiresAt } = access
      if (expiresAt - now() > EARLY_MS || refreshToken === null) return token
      return renewOnce().catch((error) => {
        if (error instanceof SignInNeeded) throw error
        // Still good for a moment: a provider out of reach is no reason to stop now.
        return token
      })
    },
  }
}
