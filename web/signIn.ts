/**
 * Sign-in itself, by OpenID Connect's code flow with PKCE: a file of its own, because a signed-in page needs none of it.
 * It imports nothing of the page's, so that what it shares with it is not cut out into one more file.
 */
import * as oauth from 'oauth4webapi'
import type { Config } from './config.ts'
import type { SignInUnderWay } from './signInUnderWay.ts'

const DAY_SECONDS = 86_400

type Client = Pick<Config, 'clientId' | 'scope'> & { readonly redirectUri: string }

/** The address of the provider's page, and what proves the return from it. */
export async function beginSignIn(
  as: oauth.AuthorizationServer,
  { clientId, scope, redirectUri }: Client,
  asksPassword: boolean,
): Promise<{ readonly url: URL; readonly state: string; readonly verifier: string }> {
  if (as.authorization_endpoint === undefined) throw new Error('nowhere to sign in')
  const state = oauth.generateRandomState()
  const verifier = oauth.generateRandomCodeVerifier()
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    // Cognito's managed login then speaks the language of this page, whatever the browser's is.
    lang: document.documentElement.lang,
    ...(asksPassword ? { prompt: 'login' } : {}),
  }).toString()
  return { url, state, verifier }
}

/** The tokens for the code with which the payer came back. */
export async function finishSignIn(
  as: oauth.AuthorizationServer,
  { clientId, redirectUri }: Client,
  parameters: URLSearchParams,
  { state, verifier }: SignInUnderWay,
  signal: AbortSignal,
): Promise<oauth.TokenEndpointResponse> {
  // A day of tolerance, because many computers' clocks are wrong. The page decides nothing by the ID token's times,
  // which it got from the provider itself; the API checks the times of access tokens.
  const client: oauth.Client = { client_id: clientId, [oauth.clockTolerance]: DAY_SECONDS }
  const issuer = new URL(as.issuer)
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    oauth.None(),
    oauth.validateAuthResponse(as, client, parameters, state),
    redirectUri,
    verifier,
    {
      [oauth.allowInsecureRequests]: issuer.protocol === 'http:' && issuer.hostname === 'localhost',
      signal,
    },
  )
  return oauth.processAuthorizationCodeResponse(as, client, response)
}
