/** Checks of what a browser gets: the page, its configuration, the API and sign-in. */
import { createHash, randomBytes } from 'node:crypto'
import * as z from 'zod'
import { APPROVE_PATH, approveHeaders, pageHeaders, WORKER_PATH } from '../../lib/page.ts'
import { type Check, type Finding, known, NoAnswer, right, unclear, wrong } from './check.ts'
import type { DeployedStage } from './deployedStage.ts'
import { parsed, type WebAnswer, webAnswer } from './webAnswer.ts'

const HSTS_SECONDS_MIN = 365 * 24 * 3600
const DEPLOY = 'npm run deploy'
/** A deployment does not restore a resource that was changed by hand if its template is unchanged. */
const DEPLOY_OR_MEND =
  'npm run deploy; if that says "no changes", something was changed by hand: look at the distribution in the console of CloudFront'

export function siteChecks(stage: DeployedStage): Check[] {
  const site = stage.output('SiteUrl') ?? ''
  const get = (path: string, signal: AbortSignal) => webAnswer(`${site}${path}`, signal)
  return [
    { title: 'address', look: (signal) => address(stage, site, signal) },
    {
      title: 'page',
      look: async (signal) => page(await get('/', signal), pageHeaders({ connect: [] })),
    },
    {
      title: "phone's page",
      look: async (signal) => page(await get(APPROVE_PATH, signal), approveHeaders()),
    },
    {
      title: "rings' worker",
      look: async (signal) => worker(await get(WORKER_PATH, signal)),
    },
    {
      title: 'config.json',
      look: async (signal) => config(stage, await get('/config.json', signal)),
    },
    {
      title: 'API',
      // Twice, because only the second answer shows whether CloudFront caches.
      look: async (signal) =>
        api(await get('/api/profile', signal), await get('/api/profile', signal)),
    },
    {
      title: 'sign-in',
      look: async (signal) => signIn(site, await get('/config.json', signal), signal),
    },
  ]
}

async function address(stage: DeployedStage, site: string, signal: AbortSignal): Promise<Finding> {
  const { hostname } = new URL(site)
  const target = stage.output('SiteTarget')
  try {
    await webAnswer(`${site}/`, signal)
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    return wrong(
      `${hostname} does not answer (${error.reason})`,
      target === undefined
        ? 'Check your own connection, and in the console of CloudFront that the distribution is enabled.'
        : `Point ${hostname} at ${target}, by an ALIAS or CNAME record.`,
    )
  }
  if (target !== undefined) return right(`${hostname}, your own, answers`)
  return known(
    `${hostname} is CloudFront's own, whose certificate takes TLS 1.0 and 1.1 too`,
    'The setting `domain` in payfriend.json gives the page a name of your own, with TLS 1.2 at least.',
  )
}

function page({ status, headers }: WebAnswer, wanted: ReturnType<typeof pageHeaders>): Finding {
  if (status !== 200) return wrong(`it answers ${status}`, DEPLOY_OR_MEND)
  const { 'content-security-policy': policy, ...others } = wanted
  const maxAge = /max-age=(\d+)/.exec(headers.get('strict-transport-security') ?? '')?.[1]
  const lacking = [
    ...(lacksOf(policy, headers.get('content-security-policy') ?? '')
      ? ['content-security-policy']
      : []),
    ...Object.entries(others).flatMap(([name, value]) =>
      headers.get(name) === value ? [] : [name],
    ),
    ...(Number(maxAge ?? 0) < HSTS_SECONDS_MIN ? ['strict-transport-security'] : []),
    ...(headers.get('cache-control') === 'no-cache' ? [] : ['cache-control']),
  ]
  if (lacking.length === 0) return right('is served, with its headers')
  return wrong(`these headers are missing or are others: ${lacking.join(', ')}`, DEPLOY_OR_MEND)
}

/** A browser takes only a script for a worker, and has to see at each opening whether there is a newer one. */
function worker({ status, headers }: WebAnswer): Finding {
  if (status !== 200) return wrong(`it answers ${status}`, DEPLOY_OR_MEND)
  if (!/^text\/javascript\b/.test(headers.get('content-type') ?? '')) {
    return wrong('it is served as something else than a script', DEPLOY_OR_MEND)
  }
  if (headers.get('cache-control') !== 'no-cache') {
    return wrong('browsers may keep an old one: cache-control is not no-cache', DEPLOY_OR_MEND)
  }
  return right('is served as a script that is asked for anew')
}

/** Whether a directive is missing or different; `connect-src` is left out, because it depends on sign-in. */
function lacksOf(policy: string, served: string): boolean {
  const there = served.split(/;\s*/)
  return policy
    .split('; ')
    .filter((directive) => !directive.startsWith('connect-src'))
    .some((directive) => !there.includes(directive))
}

/** What `config.json` says of sign-in. */
export const pageConfig = z.object({
  issuer: z.url(),
  clientId: z.string().min(1),
  scope: z.string(),
  redirectPath: z.string(),
})

function config(stage: DeployedStage, { status, text }: WebAnswer): Finding {
  if (status !== 200) return wrong(`it answers ${status}`, DEPLOY)
  const { data } = pageConfig.safeParse(parsed(text))
  if (!data) return wrong('it names no issuer and client of sign-in', DEPLOY)
  const pool = stage.resource('AWS::Cognito::UserPool', /^UserPool$/)
  if (pool !== undefined && !data.issuer.endsWith(`/${pool}`)) {
    return wrong(`it names another user pool than ${pool}, which is the stage's`, DEPLOY)
  }
  return right('names the issuer and the client of sign-in')
}

function api(first: WebAnswer, second: WebAnswer): Finding {
  if (first.status !== 401) {
    return wrong(
      `it answers ${first.status} without a token, and not 401`,
      'npm run deploy; if that says "no changes", look at the routes and their authorizers in the console of API Gateway',
    )
  }
  const isKept =
    /^Hit/i.test(second.headers.get('x-cache') ?? '') || second.headers.get('age') !== null
  if (isKept) {
    return wrong(
      'CloudFront caches its answers, so one payer may get those of another',
      'npm run deploy; if that says "no changes", give /api/* the policy CachingDisabled in the console of CloudFront, at once',
    )
  }
  return right('asks for a token (401), and CloudFront caches no answer')
}

const discovered = z.object({ authorization_endpoint: z.url() })

async function signIn(site: string, told: WebAnswer, signal: AbortSignal): Promise<Finding> {
  const { data } = pageConfig.safeParse(parsed(told.text))
  if (!data) return unclear('config.json does not name it', 'See the line about config.json.')
  const answer = await webAnswer(`${data.issuer}/.well-known/openid-configuration`, signal)
  const endpoint = discovered.safeParse(parsed(answer.text)).data?.authorization_endpoint
  if (!endpoint) {
    return wrong(
      `the user pool that config.json names does not say where sign-in is (${answer.status})`,
      DEPLOY,
    )
  }
  const url = new URL(endpoint)
  url.search = String(
    new URLSearchParams({
      response_type: 'code',
      client_id: data.clientId,
      redirect_uri: `${site}${data.redirectPath}`,
      scope: data.scope,
      state: randomBytes(16).toString('base64url'),
      code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
      code_challenge_method: 'S256',
    }),
  )
  return shown(url, signal)
}

/** The most redirections from the authorization endpoint to the form. */
const REDIRECTIONS_MAX = 4

async function shown(first: URL, signal: AbortSignal): Promise<Finding> {
  let url = first
  for (let steps = 0; steps <= REDIRECTIONS_MAX; steps += 1) {
    const { status, headers, text } = await webAnswer(url.href, signal)
    const error = /^[a-z_]{1,40}$/.exec(url.searchParams.get('error') ?? '')?.[0]
    if (url.pathname === '/error' || error) {
      return wrong(
        `it shows an error instead of the form (${error ?? status})`,
        error === 'redirect_mismatch'
          ? "npm run deploy, so that the page's address is one that sign-in may come back to"
          : `${DEPLOY}; then open the page and press "Sign in"`,
      )
    }
    const location = headers.get('location')
    if (status >= 300 && status < 400 && location) {
      url = new URL(location, url)
      // Another origin may be another identity provider, whose page is not checked.
      if (url.origin !== first.origin) return wrong(`it leads away, to ${url.host}`, DEPLOY)
      continue
    }
    if (status !== 200 || text.includes('Login pages unavailable')) {
      return wrong(
        `no page for it is shown (${status})`,
        'npm run deploy; then look in the console of Cognito, under Managed login, that the client has a style',
      )
    }
    return right('shows its form')
  }
  return wrong('it leads from one place to another without an end', DEPLOY)
}
