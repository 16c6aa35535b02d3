/** What of deploying.md's list needs the access token of a test person, which is used for reading only. */
import { decodeJwt, type JWTPayload } from 'jose'
import * as z from 'zod'
import { type Finding, known, type Look, right, unclear, wrong } from './check.ts'
import type { DeployedStage } from './deployedStage.ts'
import { pageConfig } from './siteChecks.ts'
import { parsed, webAnswer } from './webAnswer.ts'

/** By the row's first cell, without its mark. */
export const LOOKED_AT_BY_A_PERSON: Readonly<
  Record<string, (stage: DeployedStage, token: string) => Look>
> = {
  'the token carries the e-mail, and lives five minutes': (stage, token) =>
    withToken(stage, token, async (claims) => judged(claims)),
  'a token with another signature is refused': (stage, token) =>
    withToken(stage, token, async (_, signal) => {
      const { status } = await list(stage, signal, otherwiseSigned(token))
      if (status === 401) return right('it is refused (401)')
      return wrong(`it answers ${status}, and not 401`, 'npm run deploy')
    }),
  'the list of a payer who has sent nothing is empty': (stage, token) =>
    withToken(stage, token, async (_, signal) => {
      const { status, text } = await list(stage, signal, token)
      const { data } = z.object({ payments: z.array(z.unknown()) }).safeParse(parsed(text))
      if (status !== 200 || !data) {
        return wrong(
          `it answers ${status}, and no list`,
          'Look into the log of the API (docs/guides/runbook.md).',
        )
      }
      if (data.payments.length === 0) return right('it is')
      return known(`it has ${data.payments.length}, so this person has sent some`)
    }),
}

const list = (stage: DeployedStage, signal: AbortSignal, token: string) =>
  webAnswer(`${stage.output('SiteUrl')}/api/payments`, signal, { token })

/** The same token but for one letter of its signature. */
function otherwiseSigned(token: string): string {
  const [head, claims, signature = ''] = token.split('.')
  return [head, claims, (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)].join('.')
}

const COPY =
  'Sign in on the page as the test person, and copy the token anew (docs/guides/deploying.md).'

/** A check that a token of somebody else, or of an hour ago, cannot make look wrong. */
const withToken = (
  stage: DeployedStage,
  token: string,
  look: (claims: JWTPayload, signal: AbortSignal) => Promise<Finding>,
): Look => ({
  async look(signal) {
    const claims = claimsOf(token)
    if (!claims) return unclear('PAYFRIEND_TOKEN holds no token', COPY)
    if ((claims.exp ?? 0) * 1000 <= Date.now()) return unclear('the token is over', COPY)
    if (!(await isOfStage(stage, claims, signal))) {
      return unclear("the token is not of this stage's user pool", COPY)
    }
    if (claims.token_use !== 'access') return unclear('it is no access token', COPY)
    return look(claims, signal)
  },
})

/** By the stack's own pool: the page's config.json would vouch for itself, before the token is sent to that page. */
async function isOfStage(
  stage: DeployedStage,
  { iss = '' }: JWTPayload,
  signal: AbortSignal,
): Promise<boolean> {
  const pool = stage.resource('AWS::Cognito::UserPool', /^UserPool$/)
  if (pool !== undefined && !iss.endsWith(`/${pool}`)) return false
  const { text } = await webAnswer(`${stage.output('SiteUrl')}/config.json`, signal)
  return iss === pageConfig.safeParse(parsed(text)).data?.issuer
}

function claimsOf(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token)
  } catch {
    return undefined
  }
}

const LIFE_SECONDS = 300

function judged({ email, scope, exp = 0, iat = 0, auth_time }: JWTPayload): Finding {
  const lacking = [
    ...(typeof email === 'string' ? [] : ['no email']),
    ...(String(scope).split(' ').includes('payfriend/pay') ? [] : ['no scope payfriend/pay']),
    ...(typeof auth_time === 'number' ? [] : ['no auth_time']),
    ...(exp - iat === LIFE_SECONDS ? [] : [`a life of ${exp - iat} s`]),
  ]
  if (lacking.length === 0) return right('email, scope and auth_time, for 300 s')
  return wrong(
    `it has ${lacking.join(', ')}`,
    'Look at the trigger tokenClaims and the client of the page in the console of Cognito; npm run deploy',
  )
}
