import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import Provider, {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
} from 'oidc-provider'
import { type Brand, PAYFRIEND } from '../../lib/brand.ts'
import { asksByOwnName } from '../ownRequest.ts'
import { cognitoApi } from './cognitoApi.ts'
import { operatorToken } from './operatorToken.ts'
import { type Accounts, openAccounts } from './signInAccounts.ts'
import { forms, show } from './signInForms.ts'
import { messagePage } from './signInPages.ts'
import { SignInState } from './signInState.ts'

export type SignInOptions = {
  /** 0 takes any free port. */
  port: number
  clientId: string
  /** The page's address, the only one to which sign-in and sign-out redirect. */
  pageUrl: string
  /** The file in which accounts are kept; without it they are kept in memory. */
  dataFile?: string
  scope: string
  /** Whose service it is. */
  brand?: Brand
  clock?: () => Date
}

/** Short, because API Gateway accepts an access token until it expires, even after it was revoked. */
const ACCESS_TOKEN_SECONDS = 300
const SESSION_SECONDS = 3600
const REFRESH_TOKEN_SECONDS = 24 * 3600
const INTERACTION_SECONDS = 600

/**
 * Start the OpenID provider that emulates Cognito on a laptop: code flow with PKCE, rotating
 * refresh tokens, and access tokens with the claims that Cognito's have, on Cognito's own paths.
 *
 * Its access tokens have an `aud` (the client), which Cognito's lack: the library requires it,
 * and API Gateway's authorizer accepts either.
 */
export async function startSignIn(options: SignInOptions) {
  const { port, dataFile, brand = PAYFRIEND, clock = () => new Date() } = options
  const accounts = await openAccounts({ clock, ...(dataFile && { dataFile }) })
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const state = new SignInState()
  const kid = randomBytes(16).toString('base64url')
  const parts = { issuer, privateKey, kid, accounts, state }
  const provider = new Provider(issuer, configure(options, parts))
  provider.on('server_error', (_ctx, error) => console.error(error))
  provider.use(forms(provider, { ...options, brand }, accounts))
  const pages = provider.callback()
  const cognito = cognitoApi(accounts, state)
  let operator: Readonly<Record<string, Answerer>> = {}
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (!asksByOwnName(request)) response.writeHead(403).end()
    else if (operator[request.url ?? '']) operator[request.url ?? '']?.(request, response)
    else if (request.headers['x-amz-target'] !== undefined) cognito.answer(request, response)
    else pages(request, response)
  })

  return {
    issuer,
    /** The settings with which an SDK calls the emulated user pool. */
    userPool: { id: cognito.poolId, endpoint: issuer, accessKeyId: cognito.accessKeyId },
    /** Set what answers the operator's commands, by path, once the rest of Payfriend has started. */
    openOperator(answerers: Readonly<Record<string, Answerer>>) {
      operator = answerers
    },
    /** An access token for the operator of this machine, who needs no password. */
    tokenFor: (email: string) =>
      operatorToken(
        {
          ...{ accounts, issuer, clientId: options.clientId, scope: options.scope },
          ...{ lifeSeconds: ACCESS_TOKEN_SECONDS, key: { kid, privateKey } },
        },
        email,
      ),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

export type Answerer = (request: IncomingMessage, response: ServerResponse) => void

type Parts = {
  issuer: string
  privateKey: KeyObject
  kid: string
  accounts: Accounts
  state: SignInState
}

function configure(
  { clientId, pageUrl, scope, brand = PAYFRIEND }: SignInOptions,
  { issuer, privateKey, kid, accounts, state }: Parts,
): Configuration {
  const page = new URL(pageUrl)
  const api = `${issuer}/api`
  const policy = interactionPolicy.base()
  policy.remove('consent')

  return {
    adapter: state.adapter,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [page.href],
      },
    ],
    clientBasedCORS: (_ctx, origin) => origin === page.origin,
    responseTypes: ['code'],
    scopes: ['openid', 'email'],
    claims: {
      openid: ['sub', 'token_use', 'cognito:username'],
      email: ['email', 'email_verified'],
    },
    pkce: { required: () => true },
    routes: {
      authorization: '/oauth2/authorize',
      token: '/oauth2/token',
      revocation: '/oauth2/revoke',
      jwks: '/.well-known/jwks.json',
    },
    discovery: { end_session_endpoint: `${issuer}/logout` },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      // Disabled, so that the ID token has the claims and every access token is for the API.
      userinfo: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      resourceIndicators: {
        enabled: true,
        // The page names no resource, because Cognito has none: every token is for the only one.
        defaultResource: () => api,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== api) throw new errors.InvalidTarget()
          return {
            scope,
            audience: clientId,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }
        },
      },
    },
    async findAccount(_ctx, accountId) {
      const email = accounts.emailOf(accountId)
      return email === undefined
        ? undefined
        : {
            accountId,
            claims: () => ({
              sub: accountId,
              token_use: 'id',
              'cognito:username': accountId,
              email,
              email_verified: true,
            }),
          }
    },
    extraTokenClaims: (ctx, token) => ({
      token_use: 'access',
      ...('accountId' in token && {
        username: token.accountId,
        email: accounts.emailOf(token.accountId),
        auth_time: signedInAt(ctx),
      }),
    }),
    // Without a consent form, because the client is Payfriend itself. A grant for each sign-in, so that
    // revoking one tab's tokens leaves the other tab's valid.
    async loadExistingGrant({ oidc }) {
      const { client, session } = oidc
      if (!client || !session?.accountId) return undefined
      const grant = new oidc.provider.Grant({
        clientId: client.clientId,
        accountId: session.accountId,
      })
      grant.addOIDCScope('openid email')
      grant.addResourceScope(api, scope)
      await grant.save()
      return grant
    },
    interactions: { policy, url: (_ctx, { uid }) => `/login/${uid}` },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    // As in Cognito, refresh tokens outlive the sign-in session: a page signs out by revoking its own.
    expiresWithSession: () => false,
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      AuthorizationCode: 60,
      Grant: REFRESH_TOKEN_SECONDS,
      IdToken: ACCESS_TOKEN_SECONDS,
      Interaction: INTERACTION_SECONDS,
      RefreshToken: REFRESH_TOKEN_SECONDS,
      Session: SESSION_SECONDS,
    },
    renderError(ctx, { error, error_description: description }) {
      const what = `${description ?? error}.`
      const content = messagePage('This sign-in did not work', what, page.href, brand.name)
      show(ctx, { page, brand }, ctx.status, content)
    },
  }
}

/** When the payer entered the password, in seconds: the time of the sign-in from which the tokens come. */
const signedInAt = ({ oidc }: KoaContextWithOIDC): number | undefined =>
  (oidc.entities.RefreshToken ?? oidc.entities.AuthorizationCode)?.authTime
