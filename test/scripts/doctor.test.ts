/**
 * `npm run doctor` against answers that were not recorded from an account, but written after AWS's documents
 * (`recordedStage.ts`): what a real stage answers otherwise, no test here can know.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import {
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch'
import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { GetSecretValueCommand, InvalidRequestException } from '@aws-sdk/client-secrets-manager'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Provider, providers, textProviders } from '../../functions/routes.ts'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import { type Check, lookWithin } from '../../scripts/checks/check.ts'
import { run as runCommand } from '../../scripts/checks/command.ts'
import { deployedStage, NAMES } from '../../scripts/checks/deployedStage.ts'
import { doctor } from '../../scripts/doctor.ts'
import { BROKEN, BROKEN_WITH } from './brokenStages.ts'
import { type Line, linesOf } from './linesOf.ts'
import {
  CANARY,
  type RecordedStage,
  startFirewalledStage,
  startRecordedStage,
} from './recordedStage.ts'
import { answering, secret, setService } from './stageBreaks.ts'

const SCRIPT = resolve(import.meta.dirname, '../../scripts/doctor.ts')
const $metadata = {}
const SECRETS = [
  CANARY,
  LOCAL_VERIFY.apiKey,
  LOCAL_VERIFY.apiSecret,
  btoa(`${LOCAL_VERIFY.apiKey}:${LOCAL_VERIFY.apiSecret}`),
]

let stage: RecordedStage
afterEach(() => stage?.close())

/** Run it; no key is ever among its words. */
async function run(argv = ['--stage', 'live', '--region', 'eu-west-1'], limitMs = 10_000) {
  const said: string[] = []
  const complaints: string[] = []
  const code = await runCommand(
    doctor,
    argv,
    { say: (line) => said.push(line), complain: (line) => complaints.push(line) },
    { limitMs },
  )
  for (const secret of SECRETS) expect([...said, ...complaints].join('\n')).not.toContain(secret)
  return { code, said, complaints, lines: linesOf(said) }
}

const marked = ({ lines }: { lines: Line[] }, mark: string) =>
  lines.filter((line) => line.mark === mark)

describe.each(providers)('a healthy stage with %s', (provider) => {
  beforeEach(async () => {
    stage = await startRecordedStage(provider)
  })

  test('is right in every line, and ends with 0', async () => {
    const found = await run()
    expect(found.lines.filter(({ mark }) => mark !== '✓')).toEqual([])
    expect(found.lines.map(({ title }) => title)).toEqual(TITLES[provider])
    expect(found.said[0]).toBe(
      `Payfriend-live in eu-west-1, account 111122223333, with ${NAMES[provider]}`,
    )
    expect(found.said.at(-1)).toBe('Nothing is wrong.')
    expect(found).toMatchObject({ code: 0, complaints: [] })
  })

  test('without the setting has no code caches, and no metric of them is read', async () => {
    delete stage.outputs.CodeCache
    const { lines } = await run()
    expect(lines.find(({ title }) => title === 'code caches')).toMatchObject({
      mark: '✓',
      found: expect.stringMatching(/none, because `codeCache` is off/),
    })
    expect(stage.aws.cloudWatch.commandCalls(GetMetricStatisticsCommand)).toEqual([])
  })

  test('is asked nothing that changes it', async () => {
    await run()
    const sent = Object.values(stage.aws).flatMap((mock) =>
      mock.calls().map(({ args: [command] }) => command.constructor.name),
    )
    expect(sent.filter((name) => !/^(Get|Describe|List)/.test(name))).toEqual([])
    expect(sent.length).toBeGreaterThan(3)
  })
})

const SITE = ['address', 'page', "phone's page", "rings' worker", 'config.json', 'API', 'sign-in']
const TITLES = {
  authy: ['key', 'switches', 'code caches', 'callback', ...SITE],
  twilioVerify: [
    'key',
    'switches',
    'code caches',
    'callback',
    "Verify, payments' service",
    "Verify, phones' service",
    ...SITE,
  ],
  none: ['switches', 'code caches', 'callback', ...SITE],
} satisfies Record<Provider, string[]>

describe.each(textProviders)('with %s, one line says what is wrong and what to do:', (provider) => {
  test.each([...BROKEN, ...BROKEN_WITH[provider]])('%s', async (_, breaks, title, found, next) => {
    stage = await startRecordedStage(provider)
    await breaks(stage)
    const told = await run()
    expect(marked(told, '✗')).toEqual([
      {
        mark: '✗',
        title,
        found: expect.stringMatching(found),
        next: expect.stringMatching(next),
      },
    ])
    expect(told).toMatchObject({ code: 1, complaints: [] })
    const unseen = marked(told, '?').length
    expect(told.said.at(-1)).toMatch(/^1 of \d+ checks found something wrong \(✗\)/)
    expect(told.said.at(-1)?.split('(✗)')[1]).toBe(
      unseen > 0 ? `, and ${unseen} could not be made (?).` : '.',
    )
  })
})

test.each([
  ['authy', 'twilioVerify', ['key', 'key of Twilio Verify'], "Verify, payments' service"],
  ['twilioVerify', 'authy', ['key', 'key of Authy'], "Verify, phones' service"],
  ['none', 'authy', ['key of Authy'], 'callback'],
  ['none', 'twilioVerify', ['key of Twilio Verify'], "Verify, payments' service"],
] as const)(
  'with %s after %s what is kept is looked at too, and one line says how long to keep it',
  async (provider, former, keys, kept) => {
    stage = await startRecordedStage(provider, former)
    const told = await run()
    const titles = told.lines.map(({ title }) => title)
    expect(titles.filter((title) => title.startsWith('key'))).toEqual(keys)
    expect(titles).toContain(kept)
    expect(told.lines.filter(({ mark }) => mark !== '✓')).toMatchObject([
      {
        mark: '!',
        title: 'former provider',
        next: expect.stringContaining('formerProvider'),
      },
    ])
    expect(told.code).toBe(0)
  },
)

describe('in front of a stage a firewall', () => {
  beforeEach(async () => {
    stage = await startFirewalledStage()
  })
  const refusing = (path: string, code: string) =>
    answering(path, 403, JSON.stringify({ code }))(stage)

  test('is right if the API answers behind it, and refuses what came past it', async () => {
    const told = await run()
    expect(told.lines.at(-1)).toMatchObject({ mark: '✓', title: 'firewall' })
    expect(told.code).toBe(0)
  })

  test.each([
    ['/api/approvals', 'wrong_address', /so nobody can pay/, /`originSecretNumber` by one/],
    ['/past/approvals', 'device_not_trusted', /at its own address too/, /ORIGIN_SECRETS/],
  ])('is wrong if %s answers %s', async (path, code, found, next) => {
    refusing(path, code)
    const told = await run()
    expect(marked(told, '✗')).toEqual([
      {
        mark: '✗',
        title: 'firewall',
        found: expect.stringMatching(found),
        next: expect.stringMatching(next),
      },
    ])
    expect(told.code).toBe(1)
  })

  test.each(['/api/approvals', '/past/approvals'])(
    'is left open if %s answers nothing that is known',
    async (path) => {
      answering(path, 429, '{}')(stage)
      expect(marked(await run(), '?')).toMatchObject([
        { title: 'firewall', found: expect.stringContaining('429') },
      ])
    },
  )
})

test('a switch in the secret of the key, where it was of old, counts no more', async () => {
  stage = await startRecordedStage('authy')
  const SecretId = /AuthySecret/
  const held = { apiKey: CANARY, smsOff: true }
  stage.aws.secrets.on(GetSecretValueCommand).callsFake((asked) => ({
    SecretString: JSON.stringify(SecretId.test(asked.SecretId) ? held : {}),
  }))
  expect((await run()).lines.filter(({ mark }) => mark !== '✓')).toEqual([])
})

describe('Twilio that', () => {
  beforeEach(async () => {
    stage = await startRecordedStage('twilioVerify')
  })

  test('does not let the key in makes both lines wrong, with the line that fills it in', async () => {
    const apiKeySecret = 'another-secret'
    secret(JSON.stringify({ apiKey: LOCAL_VERIFY.apiKey, apiKeySecret }))(stage)
    const told = await run()
    expect(marked(told, '✗').map(({ title }) => title)).toEqual([
      "Verify, payments' service",
      "Verify, phones' service",
    ])
    expect(marked(told, '✗')[0]).toMatchObject({
      found: expect.stringContaining('(401)'),
      next: expect.stringMatching(/^the PutTwilioKey /),
    })
    expect(told.said.join('\n')).not.toContain(apiKeySecret)
  })

  test.each<[string, () => void, RegExp]>([
    [
      'has a restricted key',
      () => {
        stage.aws.lambda.on(GetFunctionConfigurationCommand).resolves({
          Environment: {
            Variables: {
              VERIFY_API_URL: stage.origin,
              VERIFY_PAYMENTS_SERVICE: 'VA1',
              VERIFY_PHONES_SERVICE: 'VA2',
            },
          },
        })
        answering('/v2/Services/VA1', 403, '{"code":20403,"message":"no"}')(stage)
        answering('/v2/Services/VA2', 403, '{"code":20403,"message":"no"}')(stage)
      },
      /may not read/,
    ],
    ['has a fault', () => (stage.phone.book.faults.answer503 = true), /no clear answer/],
  ])('%s leaves both lines open, and nothing is called wrong', async (_, happens, found) => {
    happens()
    const told = await run()
    expect(marked(told, '?').map((line) => line.found)).toEqual([
      expect.stringMatching(found),
      expect.stringMatching(found),
    ])
    expect(marked(told, '✗')).toEqual([])
    expect(told.code).toBe(2)
  })
})

describe('what is no fault but worth knowing', () => {
  beforeEach(async () => {
    stage = await startRecordedStage('authy')
  })

  test.each<[string, string, string, RegExp]>([
    ['texts', JSON.stringify({ apiKey: CANARY, smsOff: true }), 'switches', /texts and calls/],
    [
      'payments, and texts by what is no clear false,',
      JSON.stringify({ apiKey: CANARY, smsOff: 'no', paymentsOff: true }),
      'switches',
      /texts and calls \(smsOff\), new payments \(paymentsOff\)/,
    ],
  ])('%s stopped by hand', async (_, SecretString, title, found) => {
    secret(SecretString)(stage)
    const told = await run()
    expect(marked(told, '!')).toEqual([
      expect.objectContaining({ title, found: expect.stringMatching(found) }),
    ])
    expect(told.code).toBe(0)
  })

  test('environments that started without their code cache', async () => {
    stage.aws.cloudWatch.on(GetMetricStatisticsCommand).callsFake(({ MetricName, Dimensions }) => {
      expect({ MetricName, Dimensions }).toEqual({
        MetricName: 'CodeCacheRefused',
        Dimensions: [{ Name: 'service', Value: 'payfriend-live' }],
      })
      return { Datapoints: [{ Sum: 3 }, { Sum: 1 }] }
    })
    const told = await run()
    expect(marked(told, '!')).toEqual([
      expect.objectContaining({ title: 'code caches', found: expect.stringMatching(/^4 env/) }),
    ])
    expect(told.code).toBe(0)
  })

  test("an address of CloudFront's own takes old TLS", async () => {
    delete stage.outputs.SiteTarget
    const told = await run()
    expect(marked(told, '!')).toEqual([
      expect.objectContaining({ title: 'address', next: expect.stringContaining('`domain`') }),
    ])
    expect(told.code).toBe(0)
  })
})

describe('what cannot be seen is left open:', () => {
  beforeEach(async () => {
    stage = await startRecordedStage('authy')
  })

  test('what these credentials may not look at, with the right that it takes', async () => {
    const denied = Object.assign(new Error(CANARY), { name: 'AccessDeniedException' })
    stage.aws.secrets.on(GetSecretValueCommand).rejects(denied)
    const told = await run()
    expect(marked(told, '?')).toEqual(
      ['key', 'switches'].map((title) => ({
        mark: '?',
        title,
        found: 'these credentials may not look (AccessDeniedException)',
        next: 'Use credentials with secretsmanager:GetSecretValue.',
      })),
    )
    expect(told.code).toBe(2)
    expect(told.said.at(-1)).toMatch(/^2 of \d+ checks could not be made/)
  })

  test('what gives no answer in time, and everything else is told', async () => {
    stage.answers['/login'] = () => undefined
    stage.aws.secrets.on(GetSecretValueCommand).callsFake(() => new Promise(() => {}))
    const told = await run(undefined, 1000)
    expect(marked(told, '?').map(({ title }) => title)).toEqual(['key', 'switches', 'sign-in'])
    expect(marked(told, '?')[0]?.found).toBe('no answer within 1 s')
    expect(told.code).toBe(2)
  })

  test("all behind the page's address when that is wrong, which one line says", async () => {
    stage.outputs.SiteUrl = 'http://127.0.0.1:1'
    const told = await run()
    expect(marked(told, '✗')).toEqual([
      expect.objectContaining({
        title: 'address',
        found: expect.stringContaining('127.0.0.1 does not answer ('),
        next: 'Point 127.0.0.1 at d111111abcdef8.cloudfront.net, by an ALIAS or CNAME record.',
      }),
    ])
    expect(marked(told, '?').map(({ title }) => title)).toEqual(SITE.slice(1))
    expect(told.code).toBe(1)
  })

  test('what is no answer that is known, by its kind and not its words', async () => {
    stage.aws.secrets.on(GetSecretValueCommand).rejects(new TypeError(CANARY))
    expect(marked(await run(), '?')[0]).toMatchObject({
      found: 'an answer that was not understood (TypeError)',
    })
  })

  test('whoever is too slow is told to stop', async () => {
    const told = Promise.withResolvers<void>()
    const check: Check = {
      title: 'slow',
      look: (signal) => {
        signal.addEventListener('abort', () => told.resolve())
        return new Promise(() => {})
      },
    }
    expect(await lookWithin(1, check)).toMatchObject({ mark: '?' })
    await told.promise
  })
})

test.each(textProviders)(
  'without the right to read secrets it can leave out what needs it, with %s',
  async (provider) => {
    stage = await startRecordedStage(provider)
    const denied = Object.assign(new Error(CANARY), { name: 'AccessDeniedException' })
    stage.aws.secrets.on(GetSecretValueCommand).rejects(denied)
    stage.aws.lambda.on(GetFunctionConfigurationCommand).rejects(denied)
    const told = await run(['--stage', 'live', '--region', 'eu-west-1', '--without-secrets'])
    expect(told.lines.map(({ title }) => title)).toEqual(['code caches', 'callback', ...SITE])
    expect(told.code).toBe(0)
  },
)

describe('where it cannot look it says why, and ends with 2:', () => {
  beforeEach(async () => {
    stage = await startRecordedStage('authy')
  })

  const failing = (name: string, message: string) =>
    new CloudFormationServiceException({ name, message, $fault: 'client', $metadata })

  test.each<[string, Error, RegExp]>([
    [
      'no such stack',
      failing('ValidationError', 'Stack with id Payfriend-live does not exist'),
      /^There is no stack Payfriend-live in eu-west-1 with these credentials: .*--region/,
    ],
    [
      'nobody signed in',
      failing('CredentialsProviderError', 'Could not load credentials from any providers'),
      /^There are no credentials of AWS here: .*--profile/,
    ],
    [
      'a session that is over',
      failing('ExpiredToken', 'The security token included in the request is expired'),
      /^AWS does not accept these credentials/,
    ],
    ['no right to look', failing('AccessDenied', 'no'), /cloudformation:DescribeStacks/],
    [
      'no region',
      new Error('Region is missing'),
      /^No region is named: say `region` in payfriend\.json, --region eu-west-1/,
    ],
    ['a fault', failing('InternalFailure', 'oh'), /understood \(InternalFailure\)/],
  ])('%s', async (_, error, sentence) => {
    stage.aws.cloudFormation.on(DescribeStacksCommand).rejects(error)
    const told = await run()
    expect(told).toMatchObject({
      code: 2,
      said: [],
      complaints: [expect.stringMatching(sentence)],
    })
    expect(told.complaints[0]).not.toContain('\n')
  })

  test('a stack that is not of Payfriend, or never came to be', async () => {
    for (const name of Object.keys(stage.outputs)) delete stage.outputs[name]
    const told = await run()
    expect(told).toMatchObject({
      code: 2,
      complaints: [
        expect.stringContaining('nothing of Payfriend in its outputs (UPDATE_COMPLETE)'),
      ],
    })
  })

  test('a CloudFormation that gives no answer in time', async () => {
    stage.aws.cloudFormation.on(DescribeStacksCommand).rejects(new Error('Request aborted'))
    const said = { stack: 'Payfriend-live', profile: undefined, signal: AbortSignal.abort() }
    await expect(deployedStage(new CloudFormationClient({}), said)).rejects.toThrow(
      /^CloudFormation gave no answer in time/,
    )
  })

  test.each([
    [['--stage', 'Live!'], /^--stage must be the name of a stage/],
    [['--force'], /Unknown option '--force'[\s\S]*npm run doctor/],
  ])('used wrongly: %j', async (argv, sentence) => {
    const told = await run(argv)
    expect(told).toMatchObject({ code: 2, complaints: [expect.stringMatching(sentence)] })
    expect(stage.aws.cloudFormation.calls()).toEqual([])
  })
})

test('the profile that is named goes into what is to be copied', async () => {
  stage = await startRecordedStage('authy')
  const error = new InvalidRequestException({ $metadata, message: 'marked for deletion' })
  stage.aws.secrets.on(GetSecretValueCommand).rejects(error)
  const told = await run(['--stage', 'live', '--region', 'eu-west-1', '--profile', 'acme'])
  expect(marked(told, '✗')[0]?.next).toMatch(/ --region eu-west-1 --profile acme$/)
})

test('the sample in docs/guides/deploying.md is what such a stage is told', async () => {
  stage = await startRecordedStage('twilioVerify')
  delete stage.outputs.SiteTarget
  await setService(stage, LOCAL_VERIFY.phonesServiceSid, { CodeLength: '5' })
  const { said } = await run()
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/guides/deploying.md'), 'utf8')
  const [, sample] = /```text\n(Payfriend-live in [\s\S]*?)```/.exec(text) ?? []
  expect(sample?.trimEnd().split('\n')).toEqual(
    said.map((line) => line.replace('127.0.0.1', 'd111111abcdef8.cloudfront.net')),
  )
})

test('as a program it ends with its code, and says what is wrong on standard error', async () => {
  // CloudFormation's own words on the wire, which the SDK makes into an error's name.
  const server = createServer((_, response) => {
    response.writeHead(400, { 'content-type': 'text/xml' })
    response.end(`<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
      <Error><Type>Sender</Type><Code>ValidationError</Code>
      <Message>Stack with id Payfriend-dev does not exist</Message></Error>
      <RequestId>1</RequestId></ErrorResponse>`)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: CANARY,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  }
  const started = (...argv: string[]) =>
    new Promise<{ code: unknown; stdout: string; stderr: string }>((done) => {
      execFile(process.execPath, [SCRIPT, ...argv], { env }, (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, stdout, stderr }),
      )
    })
  const [help, wrong, nothing] = await Promise.all([
    started('--help'),
    started('--stage', 'No'),
    started('--region', 'eu-west-1'),
  ])
  server.closeAllConnections()
  server.close()
  expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining('--profile'), stderr: '' })
  expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--stage') })
  expect(nothing).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^There is no stack Payfriend-dev .*\n$/),
  })
})
