/** `npm run preflight` against an account that was not recorded, but written after AWS's documents. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ListStackResourcesCommand, StackStatus } from '@aws-sdk/client-cloudformation'
import {
  ListDistributionsCommand,
  ListOriginAccessControlsCommand,
} from '@aws-sdk/client-cloudfront'
import { DescribeResourcePoliciesCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda'
import { GetObjectLockConfigurationCommand, S3ServiceException } from '@aws-sdk/client-s3'
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns'
import { GetParameterCommand } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { run as runCommand } from '../../scripts/checks/command.ts'
import { NAMED } from '../../scripts/checks/nameChecks.ts'
import { plannedTemplate, templateShape } from '../../scripts/checks/plan.ts'
import { preflight } from '../../scripts/preflight.ts'

import { appWithoutCopies, settingsOf, stackIn, synthesize } from '../lib/synthesized.ts'
import { BROKEN, indexesOf, items, nameOf } from './brokenAccounts.ts'
import { linesOf } from './linesOf.ts'
import {
  ACCOUNT,
  failure,
  NAME,
  REGION,
  type RecordedAccount,
  standing,
  startRecordedAccount,
} from './recordedAccount.ts'

let account: RecordedAccount
beforeEach(() => {
  account = startRecordedAccount()
})
afterEach(() => account.close())

async function run(argv = ['--stage', 'dev']) {
  const said: string[] = []
  const complaints: string[] = []
  const code = await runCommand(
    preflight(() => templateShape.parse(account.template)),
    argv,
    { say: (line) => said.push(line), complain: (line) => complaints.push(line) },
    {
      settings: () =>
        JSON.stringify({ dev: account.settings, prod: { ...account.settings, domain: undefined } }),
    },
  )
  return { code, said, complaints, lines: linesOf(said) }
}

const TITLES = [
  'account',
  'region',
  'CloudFront',
  'bootstrap',
  'Lambdas at one time',
  'logs policy',
  'stack',
  "sign-in's address",
  'header policies',
  'origin access',
  'event bus',
  'indexes',
  'mails',
  'certificate',
  "page's name",
  'alarm topic',
  'firewall',
  "firewall's secret",
  "archive's lock",
]

test("CDK's own stack has to be as new as the newest version that the manifest asks for", async () => {
  const app = appWithoutCopies()
  stackIn(app)
  const asked = JSON.stringify(app.synth().manifest).matchAll(
    /"requiresBootstrapStackVersion":(\d+)/g,
  )
  const newest = Math.max(...[...asked].map(([, version]) => Number(version)))
  for (const [version, mark] of [
    [newest - 1, '✗'],
    [newest, '✓'],
  ] as const) {
    account.aws.parameters.on(GetParameterCommand).resolves({ Parameter: { Value: `${version}` } })
    const { lines } = await run()
    expect(lines).toContainEqual(expect.objectContaining({ title: 'bootstrap', mark }))
  }
})

test('an account that is ready is right in every line, and ends with 0', async () => {
  const found = await run()
  expect(found.lines.filter(({ mark }) => mark !== '✓')).toEqual([])
  expect(found.lines.map(({ title }) => title)).toEqual(TITLES)
  expect(found.said[0]).toBe(`Payfriend-dev, before a deployment to ${REGION}, account ${ACCOUNT}`)
  expect(found).toMatchObject({ code: 0, complaints: [] })
})

test('a logs policy that covers every API has room, however long it is', async () => {
  const policyDocument = `{"Resource":"arn:aws:logs:*:*:log-group:/aws/vendedlogs/*"}${' '.repeat(5000)}`
  account.aws.logs.on(DescribeResourcePoliciesCommand).resolves({
    resourcePolicies: [{ policyName: 'AWSLogDeliveryWrite20150319', policyDocument }],
  })
  const { lines } = await run()
  expect(lines.find(({ title }) => title === 'logs policy')).toMatchObject({ mark: '✓' })
})

test('a topic of another account is worth knowing, because its policy cannot be seen', async () => {
  account.settings.alarmTopicArn = `arn:aws:sns:${REGION}:444455556666:alarms`
  const { lines } = await run()
  expect(lines.find(({ title }) => title === 'alarm topic')).toMatchObject({
    mark: '!',
    found: expect.stringContaining('it is of 444455556666, and its policy must let'),
  })
})

test('a right that is missing is named, however the service calls the error', async () => {
  for (const name of ['AccessDeniedException', 'AuthorizationErrorException', 'NotAuthorized']) {
    const denied = Object.assign(new Error('no'), { name })
    account.aws.topics.on(GetTopicAttributesCommand).rejects(denied)
    const { lines } = await run()
    expect(lines.find(({ title }) => title === 'alarm topic')).toMatchObject({
      mark: '?',
      next: 'Use credentials with sns:GetTopicAttributes.',
    })
  }
})

test('a stage that stands is changed, which one line says, and its own names count as free', async () => {
  standing(account)
  const id = (type: string) =>
    `Payfriend-dev-${Object.entries<{ Type: string }>(account.template.Resources).find(([, one]) => one.Type === type)?.[0]}`
  const type = 'AWS::CloudFront::OriginAccessControl'
  account.aws.cloudFront
    .on(ListOriginAccessControlsCommand)
    .resolves(items('OriginAccessControlList', { Id: id(type), Name: nameOf(account, type) }))
  const found = await run()
  expect(found.lines.filter(({ mark }) => mark !== '✓')).toMatchObject([
    { mark: '!', title: 'stack', found: expect.stringContaining('is deployed already') },
  ])
  expect(found.code).toBe(0)
})

test('the distribution of the stage itself may have the name of its page', async () => {
  standing(account)
  const [id] = Object.entries<{ Type: string }>(account.template.Resources).find(
    ([, { Type }]) => Type === 'AWS::CloudFront::Distribution',
  ) ?? ['']
  const own = { Id: `Payfriend-dev-${id}`, Aliases: { Items: [NAME] } }
  account.aws.cloudFront.on(ListDistributionsCommand).resolves(items('DistributionList', own))
  const { lines } = await run()
  expect(lines.find(({ title }) => title === "page's name")).toMatchObject({
    mark: '✓',
    found: "pay.example.com is the stage's own",
  })
})

test.each(Object.keys(StackStatus))(
  'a stack that is %s has its own line and next step',
  async (status) => {
    standing(account, status)
    const line = (await run()).lines.find(({ title }) => title === 'stack')
    expect(line?.found).not.toContain('does not know')
    // ROLLBACK_COMPLETE is the end of a first deployment that failed.
    const mark = /(?<!^ROLLBACK)_COMPLETE$/.test(status) ? /[✓!]/ : /✗/
    expect(line?.mark).toMatch(mark)
    if (line?.mark === '✗') expect(line.next).toMatch(/aws cloudformation /)
  },
)

test('what exists once for all regions is asked in us-east-1, the rest in the region of the stage', async () => {
  standing(account)
  await run()
  const global = ['account', 'certificates', 'cloudFront', 'firewall', 'identity']
  for (const [name, mock] of Object.entries(account.aws)) {
    const asked = await Promise.all(
      mock.calls().map(({ thisValue }) => (thisValue as AnyClient).config.region()),
    )
    expect([name, [...new Set(asked)]]).toEqual([
      name,
      [global.includes(name) ? 'us-east-1' : REGION],
    ])
  }
})
type AnyClient = { readonly config: { readonly region: () => Promise<string> } }

test('AWS is asked nothing that changes anything', async () => {
  standing(account)
  await run()
  const sent = Object.values(account.aws).flatMap((mock) =>
    mock.calls().map(({ args: [command] }) => command.constructor.name),
  )
  expect(sent.filter((name) => !/^(Get|Describe|List)/.test(name))).toEqual([])
  expect(new Set(sent).size).toBeGreaterThan(15)
})

describe('one line says what is wrong and what to do:', () => {
  test('each line has a way in which it is wrong', () => {
    // What it looks at can only be missing.
    const neverWrong = ['CloudFront']
    const broken = new Set(BROKEN.map(([, , title]) => title))
    expect(TITLES.filter((title) => !broken.has(title))).toEqual(neverWrong)
  })

  test.each(BROKEN)('%s', async (_, breaks, title, found, next) => {
    breaks(account)
    const told = await run()
    expect(told.lines.filter(({ mark }) => mark === '✗')).toEqual([
      { mark: '✗', title, found: expect.stringMatching(found), next: expect.stringMatching(next) },
    ])
    expect(told).toMatchObject({ code: 1, complaints: [] })
  })

  test('a region to whose buckets CloudFront writes no logs, said by AWS_REGION', async () => {
    for (const name of ['region', 'sesIdentity', 'alarmTopicArn']) delete account.settings[name]
    vi.stubEnv('AWS_REGION', 'eu-south-1')
    const told = await run()
    vi.unstubAllEnvs()
    expect(told.lines.filter(({ mark }) => mark === '✗')).toMatchObject([
      { title: 'region', found: expect.stringContaining('eu-south-1') },
    ])
  })

  test('a topic in another region than the stage, said by the options', async () => {
    for (const name of ['region', 'sesIdentity']) delete account.settings[name]
    const told = await run(['--stage', 'dev', '--region', 'eu-west-2'])
    expect(told.lines.filter(({ mark }) => mark === '✗')).toMatchObject([
      { title: 'alarm topic', found: 'it is in eu-west-1, and the stage in eu-west-2' },
    ])
  })
})

describe('no fault, but worth knowing:', () => {
  test.each<[string, () => unknown, string, RegExp]>([
    [
      'a lock that nobody can lift',
      () => locked('COMPLIANCE', 1827),
      "archive's lock",
      /^from now on nobody, you neither, can delete what is written for 5 years/,
    ],
    [
      'a lock that few can lift',
      () => locked('GOVERNANCE', 366),
      "archive's lock",
      /only who has s3:BypassGovernanceRetention .*1 year$/,
    ],
    ["Cognito's own mailer", () => delete account.settings.sesIdentity, 'mails', /50 a day/],
    ['no topic', () => delete account.settings.alarmTopicArn, 'alarm topic', /only show/],
    [
      'a topic without a subscriber',
      () =>
        account.aws.topics
          .on(GetTopicAttributesCommand)
          .resolves({ Attributes: { SubscriptionsConfirmed: '0' } }),
      'alarm topic',
      /nobody is subscribed/,
    ],
  ])('%s', async (_, happens, title, found) => {
    happens()
    const told = await run()
    expect(told.lines.filter(({ mark }) => mark !== '✓')).toMatchObject([
      { mark: '!', title, found: expect.stringMatching(found) },
    ])
    expect(told.code).toBe(0)
  })

  test('one new index, which DynamoDB fills while the deployment waits', async () => {
    standing(account)
    const [first] = indexesOf(account)
    if (first) indexesOf(account).push({ ...structuredClone(first), IndexName: 'by_push' })
    const told = await run()
    expect(told.lines.find(({ title }) => title === 'indexes')).toMatchObject({
      mark: '!',
      found: expect.stringContaining('+by_push'),
    })
  })
})

function locked(Mode: string, Days: number) {
  account.template.Resources.ArchiveBucket.Properties.ObjectLockConfiguration = {
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode, Days } },
  }
}

describe('the number of the firewall’s secret may', () => {
  const line = ({ lines }: { lines: ReturnType<typeof linesOf> }) =>
    lines.find(({ title }) => title === "firewall's secret")
  /** The stack stands with this number, and the settings have another. */
  function numbers(deployed: number, planned: number) {
    account.settings.originSecretNumber = deployed
    account.template = structuredClone(synthesize(account.settings).json)
    standing(account)
    account.settings.originSecretNumber = planned
  }

  test.each([
    [9, 9, /^number 9 stays$/],
    [9, 10, /^it is turned from number 9 to 10$/],
  ])('after %i be %i', async (deployed, planned, found) => {
    numbers(deployed, planned)
    expect(line(await run())).toMatchObject({ mark: '✓', found: expect.stringMatching(found) })
  })

  test.each([
    [9, 11],
    [9, 8],
    [12, 1],
  ])('after %i not be %i', async (deployed, planned) => {
    numbers(deployed, planned)
    const told = await run()
    expect(line(told)).toEqual({
      mark: '✗',
      title: "firewall's secret",
      found: expect.stringContaining(`number ${deployed} is deployed`),
      next: `Say \`originSecretNumber\` ${deployed}, or ${deployed + 1} to turn it.`,
    })
    expect(told.code).toBe(1)
  })
})

describe('the archive’s lock may become stronger, and not weaker unsaid:', () => {
  const YEARS_5 = 1827
  const line = ({ lines }: { lines: ReturnType<typeof linesOf> }) =>
    lines.find(({ title }) => title === "archive's lock")
  function standingLock(DefaultRetention: {
    Mode: 'GOVERNANCE' | 'COMPLIANCE'
    Days?: number
    Years?: number
  }) {
    standing(account)
    account.aws.buckets
      .on(GetObjectLockConfigurationCommand, { Bucket: 'Payfriend-dev-ArchiveBucket' })
      .resolves({ ObjectLockConfiguration: { Rule: { DefaultRetention } } })
  }

  test.each<[string, Parameters<typeof standingLock>[0], () => unknown, RegExp]>([
    [
      'governance, then none',
      { Mode: 'GOVERNANCE', Days: YEARS_5 },
      () => undefined,
      /^it is governance for 5 years now, and would be none for/,
    ],
    [
      'compliance, then governance',
      { Mode: 'COMPLIANCE', Days: YEARS_5 },
      () => locked('GOVERNANCE', YEARS_5),
      /^it is compliance for 5 years now, and would be governance for 5 years/,
    ],
    [
      'fewer years',
      { Mode: 'COMPLIANCE', Days: YEARS_5 },
      () => locked('COMPLIANCE', YEARS_5 - 366),
      /and would be compliance for 4 years/,
    ],
    [
      'fewer years, and a stronger mode',
      { Mode: 'GOVERNANCE', Years: 5 },
      () => locked('COMPLIANCE', 366),
      /^it is governance for 5 years now, and would be compliance for 1 year /,
    ],
  ])('%s', async (_, lock, planned, found) => {
    standingLock(lock)
    planned()
    const told = await run()
    expect(line(told)).toMatchObject({
      mark: '✗',
      found: expect.stringMatching(found),
      next: expect.stringContaining('`archiveLock`'),
    })
    expect(told.code).toBe(1)
  })

  test('the same, or a stronger one, is no fault', async () => {
    standingLock({ Mode: 'GOVERNANCE', Days: YEARS_5 })
    for (const mode of ['GOVERNANCE', 'COMPLIANCE']) {
      locked(mode, YEARS_5)
      expect(line(await run())).toMatchObject({ mark: '!' })
    }
  })

  test('a bucket that locks nothing yet is no fault', async () => {
    standing(account)
    account.aws.buckets.on(GetObjectLockConfigurationCommand).rejects(
      new S3ServiceException({
        name: 'ObjectLockConfigurationNotFoundError',
        $fault: 'client',
        $metadata: {},
      }),
    )
    expect(line(await run())).toMatchObject({ mark: '✓' })
  })
})

describe('what cannot be seen is left open:', () => {
  test('whether a new account may have a distribution, with what its failure would say', async () => {
    account.aws.cloudFront.on(ListDistributionsCommand).resolves({})
    const told = await run()
    expect(told.lines.filter(({ mark }) => mark !== '✓')).toMatchObject([
      {
        mark: '?',
        title: 'CloudFront',
        next: expect.stringContaining('Your account must be verified before you can add new'),
      },
    ])
    expect(told.code).toBe(2)
  })

  test('what these credentials may not look at, with the right that it takes', async () => {
    account.aws.parameters.on(GetParameterCommand).rejects(failure('AccessDeniedException'))
    const told = await run()
    expect(told.lines.filter(({ mark }) => mark !== '✓')).toMatchObject([
      { mark: '?', title: 'bootstrap', next: 'Use credentials with ssm:GetParameter.' },
    ])
    expect(told.code).toBe(2)
  })
})

describe('what CI allows to be unseen:', () => {
  const CI = ['--stage', 'dev', '--allow-unseen']

  test('a line that guards nothing irreversible, which else ends with 2', async () => {
    account.aws.cloudFront.on(ListDistributionsCommand).resolves({})
    account.aws.topics.on(GetTopicAttributesCommand).rejects(failure('AccessDeniedException'))
    expect((await run()).code).toBe(2)
    expect((await run(CI)).code).toBe(0)
  })

  test.each([
    ['the archive’s lock', () => account.aws.buckets.on(GetObjectLockConfigurationCommand)],
    ['the tables', () => account.aws.dynamoDb.on(DescribeTableCommand)],
    ['the stack', () => account.aws.cloudFormation.on(ListStackResourcesCommand)],
  ] as const)('not %s of a stage that stands', async (_, asked) => {
    standing(account)
    expect((await run(CI)).code).toBe(0)
    asked().rejects(failure('AccessDenied'))
    expect((await run(CI)).code).toBe(2)
  })

  test('not everything: no credentials, a wrong setting and a wrong option stop it', async () => {
    expect((await run([...CI, '--allow-all'])).code).toBe(2)
    account.aws.identity.on(GetCallerIdentityCommand).rejects(failure('ExpiredToken'))
    expect((await run(CI)).code).toBe(2)
  })

  test('no fault', async () => {
    account.aws.identity.on(GetCallerIdentityCommand).resolves({ Account: '444455556666' })
    expect((await run(CI)).code).toBe(1)
  })
})

describe('where it cannot look it says why, and ends with 2:', () => {
  test('nobody signed in', async () => {
    account.aws.identity.on(GetCallerIdentityCommand).rejects(failure('ExpiredToken', 'over'))
    expect(await run()).toMatchObject({
      code: 2,
      said: [],
      complaints: [expect.stringMatching(/^AWS does not accept these credentials \(over\)/)],
    })
  })

  test('a setting that is wrong, or no such stage', async () => {
    account.settings.archiveYears = 'many'
    expect((await run()).complaints).toEqual([
      expect.stringMatching(/^Stage dev in payfriend\.json: archiveYears/),
    ])
    expect((await run(['--stage', 'live'])).complaints).toEqual([
      expect.stringMatching(/^payfriend\.json has no stage "live"/),
    ])
  })

  test('another region than that of the deployment', async () => {
    expect(await run(['--stage', 'dev', '--region', 'eu-west-2'])).toMatchObject({
      code: 2,
      said: [],
      complaints: [
        expect.stringMatching(
          /^--region says eu-west-2, and the settings deploy dev to eu-west-1:/,
        ),
      ],
    })
  })

  test('no region anywhere', async () => {
    for (const name of ['region', 'sesIdentity', 'alarmTopicArn']) delete account.settings[name]
    const command = resolve(import.meta.dirname, '../../scripts/preflight.ts')
    const told = await new Promise<{ code: unknown; stderr: string }>((done) => {
      const env = { PATH: process.env.PATH, HOME: '/nonexistent' }
      execFile(process.execPath, [command], { env }, (error, _, stderr) =>
        done({ code: error?.code, stderr }),
      )
    })
    expect(told).toEqual({ code: 2, stderr: expect.stringMatching(/^No region is named: /) })
  })
})

test('the template that it makes is that of a deployment', () => {
  // As where nobody has said it: all that CDK has to say would come before the heading.
  vi.stubEnv('CDK_VALIDATION', undefined)
  const written = [
    ...(['log', 'warn', 'error'] as const).map((how) => vi.spyOn(console, how)),
    vi.spyOn(process.stderr, 'write'),
    vi.spyOn(process.stdout, 'write'),
  ]
  const { Resources } = plannedTemplate(settingsOf({ region: 'eu-west-1' }))
  expect(written.flatMap(({ mock }) => mock.calls)).toEqual([])
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  expect(Object.keys(Resources).length).toBeGreaterThan(100)
  const types = new Set(Object.values(Resources).map(({ Type }) => Type))
  for (const type of Object.keys(NAMED)) expect(types).toContain(type)
})

test('nothing else in the template has a name of its own that somebody else may have', () => {
  // Parts of something that is the stage's own anyway; and pools, of which several may have one name.
  const free =
    /^AWS::(ApiGatewayV2::|IAM::Policy$|Cognito::UserPoolResourceServer$|Cognito::UserPool$)/
  const named = Object.values(templateShape.parse(account.template).Resources)
    .filter(({ Type }) => !free.test(Type) && !(Type in NAMED))
    .flatMap(({ Type, Properties }) =>
      Object.entries(Properties)
        .filter(([key, value]) => /^(\w*Name|Domain)$/.test(key) && isGiven(key, value))
        .map(([key]) => `${Type} ${key}`),
    )
  expect(named).toEqual([])
})

/** Whether a name is given here: not a metric's, not that of another resource, and not made of one's id. */
const isGiven = (key: string, value: unknown) =>
  key !== 'MetricName' && !/"Fn::GetAtt"|"Ref":"(?!AWS::)/.test(JSON.stringify(value))

test('the sample in docs/guides/deploying.md is what such an account is told', async () => {
  account.settings = { account: ACCOUNT, region: REGION, keepData: false }
  locked('COMPLIANCE', 1827)
  account.aws.cloudFront.on(ListDistributionsCommand).resolves({})
  account.aws.lambda
    .on(GetAccountSettingsCommand)
    .resolves({ AccountLimit: { ConcurrentExecutions: 10 } })
  account.template = JSON.parse(
    JSON.stringify(account.template).replace(/(ayfriend-?)dev/g, '$1prod'),
  )
  const { said } = await run(['--stage', 'prod'])
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/guides/deploying.md'), 'utf8')
  const [, sample] = /```text\n(Payfriend-prod, before [\s\S]*?)```/.exec(text) ?? []
  expect(sample?.trimEnd().split('\n')).toEqual(said)
})
