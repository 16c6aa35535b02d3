/** Test support: every way in which one thing of a stage is wrong, and what `npm run doctor` says to it. */
import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
} from '@aws-sdk/client-secrets-manager'
import type { TextProvider } from '../../functions/routes.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import { CANARY, POOL, type RecordedStage } from './recordedStage.ts'
import { answering, secret, setService, withoutHeader } from './stageBreaks.ts'

const $metadata = {}

/** One thing broken in a healthy stage: the line that tells of it, and the next step. */
type Broken = readonly [
  what: string,
  breaks: (stage: RecordedStage) => void | Promise<void>,
  title: string,
  found: RegExp,
  next: RegExp,
]

/** With either provider. */
export const BROKEN: readonly Broken[] = [
  [
    'a secret that is to be deleted',
    ({ aws }) => {
      const error = new InvalidRequestException({ $metadata, message: 'marked for deletion' })
      aws.secrets.on(GetSecretValueCommand).rejects(error)
    },
    'key',
    /marked to be deleted/,
    /^aws secretsmanager restore-secret --secret-id \S+ --region eu-west-1$/,
  ],
  ['no page', answering('/', 404), 'page', /answers 404/, /^npm run deploy -- Payfriend-[a-z]+/],
  [
    'no page for phones',
    answering('/approve.html', 404),
    "phone's page",
    /answers 404/,
    /^npm run deploy -- Payfriend-[a-z]+/,
  ],
  [
    'a page for phones with the policy of the other page',
    (stage) => {
      const page = stage.answers['/']
      if (page) stage.answers['/approve.html'] = page
    },
    "phone's page",
    /: content-security-policy, permissions-policy$/,
    /^npm run deploy -- Payfriend-[a-z]+/,
  ],
  [
    'no worker',
    answering('/sw.js', 403),
    "rings' worker",
    /answers 403/,
    /^npm run deploy -- Payfriend-[a-z]+/,
  ],
  [
    'a page instead of a worker',
    answering('/sw.js', 200, '<!doctype html>', { 'content-type': 'text/html' }),
    "rings' worker",
    /something else than a script/,
    /^npm run deploy -- Payfriend-[a-z]+/,
  ],
  [
    'a worker that browsers keep',
    withoutHeader('/sw.js', 'cache-control'),
    "rings' worker",
    /may keep an old one/,
    /^npm run deploy -- Payfriend-[a-z]+/,
  ],
  ...[
    'content-security-policy',
    'strict-transport-security',
    'x-content-type-options',
    'x-frame-options',
    'referrer-policy',
    'cache-control',
  ].map(
    (name): Broken => [
      `a page without ${name}`,
      withoutHeader('/', name),
      'page',
      new RegExp(`: ${name}$`),
      /^npm run deploy -- Payfriend-[a-z]+; if that says "no changes"/,
    ],
  ),
  [
    'a policy without one of its directives',
    (stage) => {
      const healthy = stage.answers['/']
      stage.answers['/'] = (request) => {
        const answer = healthy?.(request) ?? { status: 500 }
        const { 'content-security-policy': policy = '', ...headers } = answer.headers ?? {}
        const weaker = policy.replace("; require-trusted-types-for 'script'", '')
        return { ...answer, headers: { ...headers, 'content-security-policy': weaker } }
      }
    },
    'page',
    /: content-security-policy$/,
    /^npm run deploy -- Payfriend-[a-z]+/,
  ],
  [
    'strict transport for a day only',
    (stage) => {
      const healthy = stage.answers['/']
      stage.answers['/'] = (request) => {
        const answer = healthy?.(request) ?? { status: 500 }
        const headers = { ...answer.headers, 'strict-transport-security': 'max-age=86400' }
        return { ...answer, headers }
      }
    },
    'page',
    /: strict-transport-security$/,
    /^npm run deploy -- Payfriend-[a-z]+/,
  ],
  [
    'a page that does not know its issuer',
    answering('/config.json', 200, '{"clientId":"x"}'),
    'config.json',
    /no issuer and client/,
    /^npm run deploy -- Payfriend-[a-z]+$/,
  ],
  [
    'a page that knows another pool',
    (stage) => {
      const issuer = `${stage.origin}/eu-west-1_Another1`
      const discovery = stage.answers[`/${POOL}/.well-known/openid-configuration`]
      if (discovery) {
        stage.answers['/eu-west-1_Another1/.well-known/openid-configuration'] = discovery
      }
      answering('/config.json', 200, JSON.stringify({ ...stage.config, issuer }))(stage)
    },
    'config.json',
    /another user pool than eu-west-1_Canary123/,
    /^npm run deploy -- Payfriend-[a-z]+$/,
  ],
  [
    'an API that asks for no token',
    answering('/api/profile', 200, '{}'),
    'API',
    /answers 200 without a token/,
    /authorizers/,
  ],
  [
    'an API whose answers are kept',
    answering('/api/profile', 401, '{}', { 'x-cache': 'Hit from cloudfront' }),
    'API',
    /CloudFront caches its answers/,
    /CachingDisabled/,
  ],
  [
    'a sign-in that does not know the page',
    (stage) => {
      const location = `${stage.origin}/error?error=redirect_mismatch&client_id=client`
      answering('/oauth2/authorize', 302, '', { location })(stage)
      answering('/error', 400, 'An error was encountered')(stage)
    },
    'sign-in',
    /an error instead of the form \(redirect_mismatch\)/,
    /^npm run deploy -- Payfriend-[a-z]+, so that the page's address/,
  ],
  [
    'a sign-in without a style',
    answering('/login', 403, 'Login pages unavailable'),
    'sign-in',
    /no page for it is shown \(403\)/,
    /under Managed login/,
  ],
  [
    'a sign-in that says with 200 that it has no page',
    answering('/login', 200, '<h1>Login pages unavailable</h1>'),
    'sign-in',
    /no page for it is shown/,
    /under Managed login/,
  ],
  [
    'a sign-in that leads elsewhere',
    answering('/oauth2/authorize', 302, '', { location: 'https://login.example.org/' }),
    'sign-in',
    /leads away, to login\.example\.org/,
    /^npm run deploy -- Payfriend-[a-z]+$/,
  ],
  [
    'a sign-in that leads in a circle',
    answering('/oauth2/authorize', 302, '', { location: '/oauth2/authorize' }),
    'sign-in',
    /without an end/,
    /^npm run deploy -- Payfriend-[a-z]+$/,
  ],
  [
    'a pool that does not say where sign-in is',
    answering(`/${POOL}/.well-known/openid-configuration`, 404),
    'sign-in',
    /does not say where sign-in is \(404\)/,
    /^npm run deploy -- Payfriend-[a-z]+$/,
  ],
]

/** With one provider. */
export const BROKEN_WITH: Record<TextProvider, readonly Broken[]> = {
  authy: [
    [
      'a secret that is empty',
      ({ aws }) => {
        const error = new ResourceNotFoundException({ $metadata, message: 'no value' })
        aws.secrets.on(GetSecretValueCommand).rejects(error)
      },
      'key',
      /is empty/,
      /^the PutAuthyKey$/,
    ],
    [
      'a secret that is not JSON',
      // Turned by hand in a hurry, it may be about a switch: the Lambdas stop, and so it is said.
      secret(CANARY),
      'key',
      /does not hold Authy's API key/,
      /^the PutAuthyKey$/,
    ],
    [
      "a secret of Twilio's form with an empty key",
      secret(JSON.stringify({ apiKey: '', apiKeySecret: CANARY })),
      'key',
      /does not hold Authy's API key/,
      /^the PutAuthyKey$/,
    ],
    [
      'a callback without its key',
      answering('/api/payments/callback', 503, '{"code":"provider_unavailable"}'),
      'callback',
      /no key .*\(503\)/,
      /^the PutAuthyKey$/,
    ],
    [
      'a callback that takes what nobody signed',
      answering('/api/payments/callback', 200, '{}'),
      'callback',
      /answers 200 to what Authy did not sign/,
      /^aws logs tail \S+AuthyCallbackLogs\S+ --since 1h/,
    ],
    [
      'a callback that is shut by somebody else',
      answering('/api/payments/callback', 403, '{"message":"Forbidden"}'),
      'callback',
      /answers 403 to what/,
      /^aws logs tail/,
    ],
  ],
  twilioVerify: [
    [
      'a key for the account itself in place of an API key',
      secret(JSON.stringify({ apiKey: `AC${'0'.repeat(32)}`, apiKeySecret: CANARY })),
      'key',
      /does not hold an API key of Twilio/,
      /^the PutTwilioKey$/,
    ],
    [
      'a callback that is there',
      answering('/api/payments/callback', 403, '{"code":"forged_callback"}'),
      'callback',
      /something answers 403 forged_callback/,
      /^npm run deploy -- Payfriend-[a-z]+$/,
    ],
    [
      'payments without PSD2 mode',
      (stage) => setService(stage, LOCAL_VERIFY.paymentsServiceSid, { Psd2Enabled: 'false' }),
      "Verify, payments' service",
      /is not in PSD2 mode/,
      /^npm run setup:verify$/,
    ],
    [
      'phones in PSD2 mode',
      (stage) => setService(stage, LOCAL_VERIFY.phonesServiceSid, { Psd2Enabled: 'true' }),
      "Verify, phones' service",
      /is in PSD2 mode, so it proves no phone/,
      /^npm run setup:verify$/,
    ],
    [
      'codes that are too short',
      (stage) => setService(stage, LOCAL_VERIFY.phonesServiceSid, { CodeLength: '5' }),
      "Verify, phones' service",
      /codes of 5 digits/,
      /^npm run setup:verify$/,
    ],
    [
      'a service that is gone',
      (stage) => setService(stage, LOCAL_VERIFY.phonesServiceSid),
      "Verify, phones' service",
      /knows no service VA2/,
      /^npm run setup:verify, put the lines/,
    ],
  ],
}
