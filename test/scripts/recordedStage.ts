/**
 * Test support: a deployed stage as `npm run doctor` sees it, healthy until a test breaks one thing of it.
 *
 * Nothing here was recorded from an account. Names and ids are those of the synthesized template; AWS's
 * answers are written after its documents and typed by its SDK; the page, the API and sign-in answer from
 * a loopback server, and Twilio is the emulator.
 */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation'
import { CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch'
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { mockClient } from 'aws-sdk-client-mock'
import {
  type Carriers,
  isCarriedBy,
  type Provider,
  type TextProvider,
} from '../../functions/routes.ts'
import { approveHeaders, pageHeaders } from '../../lib/page.ts'
import { startPhone } from '../../local/phone/phone.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import { synthesize, withProviders } from '../lib/synthesized.ts'

/** What must never be shown. */
export const CANARY = 'canary-of-a-key-0123456789abcdef'
export const POOL = 'eu-west-1_Canary123'
const STACK = 'Payfriend-live'
const TARGET = 'd111111abcdef8.cloudfront.net'

/** As it is deployed in earnest: with a name of its own. */
const SETTINGS = {
  codeCache: true,
  keepData: true,
  region: 'eu-west-1',
  domain: {
    name: 'pay.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0000-1111',
  },
}
const { paymentsServiceSid, phonesServiceSid } = LOCAL_VERIFY
const synthesized = (carriers: Carriers, given: object) =>
  synthesize({
    ...SETTINGS,
    ...given,
    ...withProviders(carriers),
    ...(isCarriedBy(carriers, 'twilioVerify') && {
      twilioVerify: { paymentsServiceSid, phonesServiceSid },
    }),
  })

/** What is in each secret. */
const HELD = {
  Authy: { apiKey: CANARY },
  TwilioVerify: { apiKey: LOCAL_VERIFY.apiKey, apiKeySecret: LOCAL_VERIFY.apiSecret },
  Switches: {},
}

export type Answer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}
/** What a path answers; `undefined` never does. */
type Answers = Record<string, (request: IncomingMessage) => Answer | undefined>

const json = (status: number, body: object): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** Start one with a firewall: behind it the API answers, and past it refuses. */
export async function startFirewalledStage() {
  const webAclArn = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/acl/0000-2222'
  const stage = await startRecordedStage('none', undefined, { webAclArn })
  stage.outputs.ApiUrl = `${stage.origin}/past`
  stage.answers['/api/approvals'] = () => json(403, { code: 'device_not_trusted' })
  stage.answers['/past/approvals'] = () => json(403, { code: 'wrong_address' })
  return stage
}

export type RecordedStage = Awaited<ReturnType<typeof startRecordedStage>>

/** Start what answers; `close` it after each test. */
export async function startRecordedStage(
  provider: Provider,
  formerProvider?: TextProvider | undefined,
  given: object = {},
) {
  const carriers = { provider, formerProvider }
  const { json: template } = synthesized(carriers, given)
  const hasCallback = isCarriedBy(carriers, 'authy')
  const answers: Answers = {}
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x')
    const answer = (answers[pathname] ?? (() => json(404, { message: 'Not Found' })))(request)
    if (answer) response.writeHead(answer.status, answer.headers ?? {}).end(answer.body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const phone = await startPhone({
    port: 0,
    apiKey: CANARY,
    callbackUrl: () => '',
    clock: () => new Date(),
  })

  const config = {
    issuer: `${origin}/${POOL}`,
    clientId: 'client',
    scope: 'openid email payfriend/pay',
    redirectPath: '/',
  }
  const strictTransport = { 'strict-transport-security': 'max-age=63072000' }
  Object.assign(answers, {
    '/': () => ({
      status: 200,
      headers: {
        ...pageHeaders({ connect: [origin] }),
        ...strictTransport,
        'cache-control': 'no-cache',
      },
      body: '<!doctype html>',
    }),
    '/approve.html': () => ({
      status: 200,
      headers: { ...approveHeaders(), ...strictTransport, 'cache-control': 'no-cache' },
      body: '<!doctype html>',
    }),
    '/sw.js': () => ({
      status: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' },
      body: '',
    }),
    '/config.json': () => json(200, config),
    '/api/profile': () => ({
      ...json(401, { message: 'Unauthorized' }),
      headers: { 'x-cache': 'Error from cloudfront' },
    }),
    [`/${POOL}/.well-known/openid-configuration`]: () =>
      json(200, { issuer: config.issuer, authorization_endpoint: `${origin}/oauth2/authorize` }),
    '/oauth2/authorize': ({ url }) => ({
      status: 302,
      headers: { location: `${origin}/login?${url?.split('?')[1]}` },
    }),
    '/login': () => ({ status: 200, body: '<form>' }),
    ...(hasCallback && {
      '/api/payments/callback': () => json(403, { status: 403, code: 'forged_callback' }),
    }),
  } satisfies Answers)

  const outputs: Record<string, string> = {}
  for (const name of Object.keys(template.Outputs)) outputs[name] = `the ${name}`
  Object.assign(outputs, { SiteUrl: origin, ApiUrl: `${origin}/api`, SiteTarget: TARGET })
  outputs.Provider = provider
  if (formerProvider) outputs.FormerProvider = formerProvider
  if (hasCallback) outputs.AuthyCallbackUrl = `${origin}/api/payments/callback`

  const gone = { id: '' }
  const aws = awsOf(template, outputs, gone)
  aws.secrets.on(GetSecretValueCommand).callsFake(({ SecretId }) => {
    const [, id = ''] = /^Payfriend-live-(.*)Secret\w+-X$/.exec(SecretId) ?? []
    return { SecretString: JSON.stringify(HELD[id as keyof typeof HELD]) }
  })
  aws.lambda.on(GetFunctionConfigurationCommand).callsFake(({ FunctionName }) => {
    const [, id = ''] = /^Payfriend-live-(.*)-X$/.exec(FunctionName) ?? []
    const all = Object.entries(template.Resources[id].Properties.Environment.Variables)
    const Variables = Object.fromEntries(all.filter(([, value]) => typeof value === 'string'))
    if (Variables.VERIFY_API_URL) Variables.VERIFY_API_URL = phone.url
    return { Environment: { Variables } }
  })

  return {
    origin,
    answers,
    config,
    outputs,
    /** The stack has no resource of this name. */
    gone,
    phone,
    aws,
    async close() {
      for (const mock of Object.values(aws)) mock.restore()
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
      await phone.close()
    },
  }
}

type Template = ReturnType<typeof synthesized>['json']

/** All of AWS that is asked, answering as a healthy stage's does. */
function awsOf(template: Template, outputs: Record<string, string>, gone: { id: string }) {
  const aws = {
    cloudFormation: mockClient(CloudFormationClient),
    cloudWatch: mockClient(CloudWatchClient),
    lambda: mockClient(LambdaClient),
    secrets: mockClient(SecretsManagerClient),
  }
  aws.cloudWatch.on(GetMetricStatisticsCommand).resolves({ Datapoints: [] })
  const stack = {
    StackName: STACK,
    StackId: `arn:aws:cloudformation:eu-west-1:111122223333:stack/${STACK}/0000`,
    CreationTime: new Date('2026-11-22T00:00:00Z'),
  }
  aws.cloudFormation.on(DescribeStacksCommand).callsFake(() => ({
    Stacks: [
      {
        ...stack,
        StackStatus: 'UPDATE_COMPLETE' as const,
        Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({
          OutputKey,
          OutputValue,
        })),
      },
    ],
  }))
  // In two pages, as a stack of this size comes.
  aws.cloudFormation.on(ListStackResourcesCommand).callsFake(({ NextToken }) => {
    const all = Object.entries<{ Type: string }>(template.Resources)
      .filter(([id]) => gone.id === '' || !id.includes(gone.id))
      .map(([id, { Type }]) => summary(id, Type))
    const half = Math.floor(all.length / 2)
    return NextToken
      ? { StackResourceSummaries: all.slice(half) }
      : { StackResourceSummaries: all.slice(0, half), NextToken: 'more' }
  })
  return aws
}

/** What AWS calls a resource of the stage, by its logical id. */
const physical = (id: string): string => `${STACK}-${id}-X`

const summary = (id: string, type: string): StackResourceSummary => ({
  LogicalResourceId: id,
  ResourceType: type,
  PhysicalResourceId: id === 'UserPool' ? POOL : physical(id),
  LastUpdatedTimestamp: new Date('2026-11-22T00:00:00Z'),
  ResourceStatus: 'UPDATE_COMPLETE',
})
