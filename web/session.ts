import { shellWords } from '#words/shellWords.ts'
import type { Activity } from './activity.ts'
import type { Config } from './config.ts'
import { loaded } from './later.ts'
import { LOOK_MS } from './patience.ts'
import { openProvider, tokensIn, unreachable } from './provider.ts'
import { timeLimit } from './signals.ts'
import { elsewhere, reasonOf, type SignedOut, weightier } from './signedOut.ts'
import { rememberSignIn, type SignInUnderWay, takeReturn } from './signInUnderWay.ts'
import { forget, forgetAll, recall, remember } from './tabStorage.ts'
import { createTokens } from './tokens.ts'

export type Session = Awaited<ReturnType<typeof openSession>>

const words = shellWords.signingIn
/** Signing out waits no longer than this for the OpenID provider. */
const REVOCATION_TIMEOUT_MS = 3_000

/**
 * The payer's sign-in, by OpenID Connect's code flow with PKCE.
 *
 * The access token is in memory only and the refresh token in this tab's `sessionStorage`, so that
 * closing the tab ends both. Another tab signs in by itself, without a form while the provider has a session.
 * A return from sign-in is handled here, and its code and state are removed from the address bar at once.
 */
export async function openSession(config: Config, activity: Activity) {
  const redirectUri = new URL(config.redirectPath, location.origin).href
  const client = { ...config, redirectUri }
  const provider = openProvider(config.issuer, config.clientId, LOOK_MS)
  const signInLibrary = () => loaded(import('./signIn.ts'))

  const tokens = createTokens(
    (refreshToken) => provider.renew(refreshToken),
    (refreshToken) =>
      refreshToken === null ? forget('refreshToken') : remember('refreshToken', refreshToken),
  )

  const channel = new BroadcastChannel('payfriend')

  /** When the payer came back from a sign-in that asked for their password. */
  let provenAt = Number.NEGATIVE_INFINITY
  /** Why a return from sign-in brought no tokens, in a sentence for the payer. */
  let trouble: string | null = null
  let afterSignOut = false
  let signingOut: Promise<void> | null = null

  /** "Sign in" was pressed while the page was still signing out. */
  const signInNext = recall('signInNext') === true
  forget('signInNext')

  const back = new URLSearchParams(location.search)
  const underWay = takeReturn(back)
  if (underWay !== null) {
    history.replaceState(null, '', config.redirectPath + underWay.place)
    trouble = await takeSignIn(back, underWay)
    if (trouble === null && underWay.anew) provenAt = Date.now()
  } else {
    const refreshToken = recall('refreshToken')
    if (typeof refreshToken === 'string') tokens.resume(refreshToken)
    if (back.has('state') || back.has('code')) ignoreReturn()
  }

  /** Ignore a sign-in that this tab did not begin, because it could be another person's. */
  function ignoreReturn(): void {
    const place = recall('place')
    const stays = location.hash || (typeof place === 'string' ? place : '')
    history.replaceState(null, '', config.redirectPath + stays)
    // A payer who is signed in stays so and needs no message.
    if (tokens.any) return
    trouble = words.begunElsewhere
  }

  async function takeSignIn(parameters: URLSearchParams, underWay: SignInUnderWay) {
    if (parameters.get('error') === 'access_denied') return words.left
    try {
      const [as, { finishSignIn }] = await Promise.all([provider.metadata(), signInLibrary()])
      const limit = timeLimit(LOOK_MS)
      const answer = await finishSignIn(as, client, parameters, underWay, limit)
      tokens.forget()
      tokens.take(tokensIn(answer))
      activity.begin()
      afterSignOut = signedOut() !== null
      forget('signedOut')
      return null
    } catch (error) {
      console.error(error)
      return words.failed
    }
  }

  return {
    /** A payer was signed out in this tab before the present sign-in. */
    get afterSignOut(): boolean {
      return afterSignOut
    },

    get trouble(): string | null {
      return trouble
    },

    /** The payer pressed "Sign in" already, while the page was signing out. */
    signInNext,

    get signedIn(): boolean {
      return tokens.any
    },

    /** Why the payer was signed out in this tab; null once they signed in again. */
    get signedOut(): SignedOut | null {
      return signedOut()
    },

    /** True shortly after a sign-in with the password: leading to sign-in again would then only loop. */
    get justProven(): boolean {
      return Date.now() - provenAt < 60_000
    },

    /** An access token for the API; `refused` is one that the API refused. Throws `SignInNeeded`. */
    accessToken: (refused?: string) => tokens.accessToken(refused),

    /** Leave for the provider's sign-in page and come back to the same place; `anew` always asks for the password. */
    async signIn({ anew = false } = {}): Promise<void> {
      if (signingOut !== null) remember('signInNext', true)
      await signingOut
      forget('signInNext')
      const [as, { beginSignIn }] = await Promise.all([provider.metadata(), signInLibrary()])
      // After inactivity the password is asked for, even if the provider still has a session.
      const { url, state, verifier } = await beginSignIn(as, client, anew || activity.lapsed())
      rememberSignIn({ state, verifier, place: location.hash, anew })
      location.assign(url)
    },

    /** Delete the tokens here at once, then tell the browser's other tabs and the provider. */
    signOut(why: SignedOut = 'asked'): Promise<void> {
      const { refreshToken } = tokens
      if (why === 'idle') {
        // Another tab signed out and tells the provider; this tab has only noticed it before the message came.
        const ended = activity.endedBy()
        if (ended !== null) return Promise.resolve(forgetHere(elsewhere(ended)))
      }
      // This tab's sign-in is over. If another payer has signed in in another tab since, it does not concern them.
      const alone = why === 'idle' && activity.othersActive()
      if (!alone) channel.postMessage(why)
      if (why !== 'idle') activity.end(why)
      forgetHere(why)
      signingOut = signOutOfProvider(refreshToken, why, alone).finally(() => {
        signingOut = null
      })
      return signingOut
    },

    /** The listener is called after a sign-out in another tab, once this tab's tokens are deleted. */
    onSignedOutElsewhere(listener: () => void): void {
      channel.addEventListener('message', ({ data }) => {
        const before = tokens.any ? null : signedOut()
        forgetHere(elsewhere(reasonOf(data) ?? 'asked'))
        if (signedOut() !== before) listener()
      })
    },
  }

  function signedOut(): SignedOut | null {
    return reasonOf(recall('signedOut'))
  }

  function forgetHere(why: SignedOut): void {
    const said = weightier(signedOut(), why)
    tokens.forget()
    forgetAll()
    remember('signedOut', said)
  }

  async function signOutOfProvider(
    refreshToken: string | null,
    why: SignedOut,
    alone: boolean,
  ): Promise<void> {
    try {
      if (refreshToken !== null) await provider.revoke(refreshToken, REVOCATION_TIMEOUT_MS)
    } catch (error) {
      // No button was pressed, and the browser's own error page about a lost network would explain nothing.
      if (why === 'idle' && unreachable(error).details.kind === 'unreachable') return
    }
    if (alone) return
    location.assign(config.signOutUrl)
    // The browser is about to load another page: never return, so that no code navigates elsewhere.
    await new Promise<never>(() => {})
  }
}
