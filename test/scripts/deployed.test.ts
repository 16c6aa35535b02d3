/** `npm run deployed` against a stage that was not recorded, but written after AWS's documents (`recordedStage.ts`). */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { DescribeAlarmsCommand, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch'
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import { GetAccountSettingsCommand, ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda'
import { GetAccountCommand, SESv2Client } from '@aws-sdk/client-sesv2'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { providers } from '../../functions/routes.ts'
import { run as runCommand } from '../../scripts/checks/command.ts'
import { LOOKED_AT } from '../../scripts/checks/deployedChecks.ts'
import { rowsOf } from '../../scripts/checks/deployingList.ts'
import { LOOKED_AT_BY_A_PERSON } from '../../scripts/checks/personChecks.ts'
import { deployed } from '../../scripts/deployed.ts'
import { linesOf } from './linesOf.ts'
import { CANARY, type RecordedStage, startRecordedStage } from './recordedStage.ts'
import { answering, withoutHeader } from './stageBreaks.ts'

const GUIDE = readFileSync(resolve(import.meta.dirname, '../../docs/guides/deploying.md'), 'utf8')
const rows = rowsOf(GUIDE)

let stage: RecordedStage
const mocks = {
  cognito: mockClient(CognitoIdentityProviderClient),
  dynamoDb: mockClient(DynamoDBClient),
  mail: mockClient(SESv2Client),
}

/** What only this command asks, too, answered as by a healthy stage. */
async function start(...carriers: Parameters<typeof startRecordedStage>) {
  stage = await startRecordedStage(...carriers)
  const immutable = { 'cache-control': 'public, max-age=31536000, immutable' }
  const { '/': page } = stage.answers
  Object.assign(stage.answers, {
    '/': (request: Parameters<NonNullable<typeof page>>[0]) => ({
      ...page?.(request),
      body: '<script src="/assets/start-X1.js"></script>',
    }),
    '/api/plain-http': () => ({ status: 403 }),
    '/api/payments': ({ headers }: { headers: { authorization?: string } }) =>
      headers.authorization === `Bearer ${token()}`
        ? { status: 200, body: '{"payments":[]}' }
        : { status: 401 },
  })
  answering('/assets/start-X1.js', 200, '', immutable)(stage)
  stage.aws.lambda
    .on(GetAccountSettingsCommand)
    .resolves({ AccountLimit: { ConcurrentExecutions: 1000 } })
  stage.aws.lambda.on(ListEventSourceMappingsCommand).resolves({
    EventSourceMappings: [mapping(), mapping()],
  })
  sweepsRun({ Datapoints: [{ Sum: 1 }, { Sum: 1 }] })
  stage.aws.cloudWatch.on(DescribeAlarmsCommand).callsFake(({ AlarmNames }) => ({
    MetricAlarms: AlarmNames.map((AlarmName: string) => ({ AlarmName, StateValue: 'OK' })),
  }))
  mocks.dynamoDb.on(DescribeTableCommand).resolves({ Table: TABLE })
  mocks.dynamoDb.on(DescribeContinuousBackupsCommand).resolves({
    ContinuousBackupsDescription: recovery('ENABLED'),
  })
  mocks.cognito.on(DescribeUserPoolCommand).resolves({
    UserPool: { EmailConfiguration: { EmailSendingAccount: 'DEVELOPER' } },
  })
  mocks.mail.on(GetAccountCommand).resolves({ ProductionAccessEnabled: true, SendingEnabled: true })
}

const sweepsRun = ({ Datapoints }: { Datapoints: { Sum: number }[] }) =>
  stage.aws.cloudWatch
    .on(GetMetricStatisticsCommand, { Namespace: 'AWS/Lambda' })
    .resolves({ Datapoints })

const TABLE = {
  DeletionProtectionEnabled: true,
  StreamSpecification: { StreamEnabled: true },
}
const mapping = (State = 'Enabled', LastProcessingResult = 'OK') => ({
  State,
  LastProcessingResult,
})
const recovery = (PointInTimeRecoveryStatus: 'ENABLED' | 'DISABLED') => ({
  ContinuousBackupsStatus: 'ENABLED' as const,
  PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus },
})

afterEach(async () => {
  for (const mock of Object.values(mocks)) mock.reset()
  await stage?.close()
})

const now = Math.floor(Date.now() / 1000)
const CLAIMS = {
  email: 'test.person@example.com',
  token_use: 'access',
  scope: 'openid email payfriend/pay',
  auth_time: now - 60,
  iat: now,
  exp: now + 300,
}

/** A test person's token, of which a test changes some claims. */
function token(changed: object = {}): string {
  const part = (one: object) => Buffer.from(JSON.stringify(one)).toString('base64url')
  const claims = { ...CLAIMS, iss: stage.config.issuer, ...changed }
  return [part({ alg: 'RS256' }), part(claims), `A${CANARY}`].join('.')
}

/** Run it; neither key nor token is ever among its words. */
async function run(given?: string) {
  const said: string[] = []
  const complaints: string[] = []
  const code = await runCommand(deployed(given), ['--stage', 'live', '--region', 'eu-west-1'], {
    say: (line) => said.push(line),
    complain: (line) => complaints.push(line),
  })
  const output = [...said, ...complaints].join('\n')
  expect(output).not.toContain(CANARY)
  for (const part of given?.split('.').filter(Boolean) ?? []) expect(output).not.toContain(part)
  // A title may have a colon in it.
  const titles = rows.map(({ what }) => what).sort((one, other) => other.length - one.length)
  const lines = linesOf(said).map((line) => {
    const told = `${line.title}: ${line.found}`
    const title = titles.find((one) => told.startsWith(`${one}: `)) ?? line.title
    return { ...line, title, found: told.slice(title.length + 2) }
  })
  return { code, said, complaints, lines }
}

describe('the list', () => {
  const automatic = [...Object.keys(LOOKED_AT), ...Object.keys(LOOKED_AT_BY_A_PERSON)]

  test('has in the guide a row for everything that is looked at, marked so, and no other', () => {
    const marked = rows.filter(({ mark }) => mark !== undefined).map(({ what }) => what)
    expect(marked.sort()).toEqual(automatic.sort())
  })

  test('is read whole: each row has a title of its own, a command and what to expect', () => {
    const [, section = ''] = GUIDE.split('## What only an account can show\n')
    const inGuide = section.split('\n').filter((line) => line.startsWith('| ')).length
    // The heading and its line of dashes are rows of the table only.
    expect(rows.length).toBe(inGuide - 2)
    expect(rows.length).toBeGreaterThan(80)
    expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length)
    for (const row of rows) {
      expect(row).toEqual({
        mark: row.mark,
        what: expect.stringMatching(/^[^*]/),
        command: expect.stringMatching(/./),
        expected: expect.stringMatching(/./),
      })
    }
  })
})

describe.each(providers)('a healthy stage with %s', (provider) => {
  beforeEach(() => start(provider))

  test('is right in every line that is looked at; each other row is printed to be done by hand', async () => {
    const found = await run(token())
    const mine = rows.filter(
      ({ what }) =>
        (provider === 'authy' || !what.startsWith('Authy:')) &&
        (provider === 'twilioVerify' || !what.startsWith('Verify:')),
    )
    expect(found.said[0]).toMatch(/and the token of a test person$/)
    expect(found.lines.map(({ title }) => title)).toEqual(mine.map(({ what }) => what))
    expect(found.lines.map(({ mark }) => mark)).toEqual(
      mine.map(({ mark }) => (mark === undefined ? '☐' : '✓')),
    )
    expect(found).toMatchObject({ code: 0, complaints: [] })
    expect(found.said.at(-1)).toMatch(/^Nothing is wrong\. \d+ more to do by hand\.$/)
  })

  test('is asked nothing that changes it', async () => {
    await run(token())
    const sent = [...Object.values(stage.aws), ...Object.values(mocks)].flatMap((mock) =>
      mock.calls().map(({ args: [command] }) => command.constructor.name),
    )
    expect(sent.filter((name) => !/^(Get|Describe|List)/.test(name))).toEqual([])
    expect(new Set(sent).size).toBeGreaterThan(8)
  })
})

test('what is done by hand is printed with its command and what to expect', async () => {
  await start('authy')
  const { lines } = await run()
  expect(lines.find(({ title }) => title === 'the stack comes up')).toEqual({
    mark: '☐',
    title: 'the stack comes up',
    found: 'do this by hand: `npm run deploy -- "Payfriend-$STAGE"`',
    next: expect.stringMatching(/^ends with the outputs/),
  })
})

test.each([
  ['none', undefined],
  ['an empty one', ''],
])(
  'with no token (%s) its rows are by hand, and nothing is called right for it',
  async (_, given) => {
    await start('authy')
    const found = await run(given)
    const persons = found.lines.filter(({ title }) => title in LOOKED_AT_BY_A_PERSON)
    expect(persons.map(({ mark }) => mark)).toEqual(['☐', '☐', '☐'])
    expect(found.said[0]).toMatch(/without a token of a test person$/)
    expect(found.code).toBe(0)
  },
)

const STREAMS = 'the archive and the bus get the streams'
const TABLES = 'tables are protected'
const ALARMS = 'alarms are quiet before the first metric'

test('a firewall is looked at where there is one', async () => {
  await start('none', undefined, {
    webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/acl/0000-2222',
  })
  const code = JSON.stringify({ code: 'wrong_address' })
  answering('/api/approvals', 403, code)(stage)
  const { lines } = await run()
  expect(lines.find(({ title }) => title === '… and cannot be walked around')).toMatchObject({
    mark: '✗',
    found: expect.stringContaining('nobody can pay'),
  })
})

describe('one row says what is wrong and what to do:', () => {
  beforeEach(() => start('authy'))

  test.each<[string, () => unknown, string, RegExp]>([
    [
      'files that are not cached',
      () => answering('/assets/start-X1.js', 200, '', { 'cache-control': 'no-cache' })(stage),
      'files named by their content are cached',
      /cache-control "no-cache"/,
    ],
    [
      'the page instead of a 404',
      () => answering('/nothing', 200)(stage),
      'a missing file is not found',
      /answers 200/,
    ],
    [
      "CloudFront's own 404",
      () => answering('/api/nothing', 404, '<html>')(stage),
      '… and its own 404 comes through',
      /answers 404, or otherwise/,
    ],
    [
      'an API over plain HTTP',
      () => answering('/api/plain-http', 401)(stage),
      'plain HTTP is not served',
      /answers 401/,
    ],
    [
      'a sweep that does not run',
      () => sweepsRun({ Datapoints: [] }),
      'the sweep runs',
      /^not once/,
    ],
    [
      "a new account's ten Lambdas",
      () =>
        stage.aws.lambda
          .on(GetAccountSettingsCommand)
          .resolves({ AccountLimit: { ConcurrentExecutions: 10 } }),
      'the account may run enough Lambdas at one time',
      /^10 for/,
    ],
    [
      "SES's sandbox",
      () => mocks.mail.on(GetAccountCommand).resolves({ SendingEnabled: true }),
      'mails go to all addresses (setting `sesIdentity`; without it Cognito sends 50 a day)',
      /sandbox/,
    ],
    [
      'a stream that is switched off',
      () => mappings(mapping('Disabled'), mapping()),
      STREAMS,
      /^ArchiveEntries: a stream is Disabled/,
    ],
    [
      'a stream that fails',
      () => mappings(mapping('Enabled', 'PROBLEM: Function call failed'), mapping()),
      STREAMS,
      /PROBLEM: Function call failed/,
    ],
    ['a stream that is gone', () => mappings(mapping()), STREAMS, /gets 1 streams/],
    [
      'a table without a stream',
      () => mocks.dynamoDb.on(DescribeTableCommand).resolves({ Table: {} }),
      TABLES,
      /has no stream/,
    ],
    [
      'a table without recovery',
      () =>
        mocks.dynamoDb
          .on(DescribeContinuousBackupsCommand)
          .resolves({ ContinuousBackupsDescription: recovery('DISABLED') }),
      TABLES,
      /no point-in-time recovery/,
    ],
    [
      'an alarm',
      () =>
        stage.aws.cloudWatch
          .on(DescribeAlarmsCommand)
          .resolves({ MetricAlarms: [{ AlarmName: 'Faults', StateValue: 'ALARM' }] }),
      ALARMS,
      /^in alarm: Faults$/,
    ],
    [
      'alarms that are gone',
      () => stage.aws.cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] }),
      ALARMS,
      /^\d+ of them are gone$/,
    ],
    [
      'any token that is let in',
      () => answering('/api/payments', 200, '{"payments":[]}')(stage),
      'a token with another signature is refused',
      /answers 200, and not 401/,
    ],
  ])('%s', async (_, breaks, title, found) => {
    breaks()
    const told = await run(token())
    expect(told.lines.filter(({ mark }) => mark === '✗')).toEqual([
      { mark: '✗', title, found: expect.stringMatching(found), next: expect.stringMatching(/./) },
    ])
    expect(told.code).toBe(1)
  })

  const mappings = (...EventSourceMappings: object[]) =>
    stage.aws.lambda.on(ListEventSourceMappingsCommand).resolves({ EventSourceMappings })

  test('what the doctor finds is wrong in its row, and in the row of the doctor itself', async () => {
    withoutHeader('/', 'content-security-policy')(stage)
    const told = await run()
    expect(told.lines.filter(({ mark }) => mark === '✗')).toMatchObject([
      { title: expect.stringContaining('npm run doctor'), found: 'it says no to page' },
      { title: 'the page is served, with its headers' },
    ])
  })

  test.each<[string, object, RegExp]>([
    ['without an e-mail', { email: undefined }, /no email/],
    ['without the scope', { scope: 'openid' }, /no scope payfriend\/pay/],
    ['without the time of its sign-in', { auth_time: undefined }, /no auth_time/],
    ['that lives an hour', { exp: now + 3600 }, /a life of 3600 s/],
  ])('a token %s', async (_, changed, found) => {
    const told = await run(token(changed))
    const line = told.lines.find(({ title }) => title.startsWith('the token carries'))
    expect(line).toMatchObject({ mark: '✗', found: expect.stringMatching(found) })
  })

  test('a list that cannot be read', async () => {
    const told = await run(token({ jti: 'another' }))
    expect(told.lines.filter(({ mark }) => mark === '✗')).toMatchObject([
      { title: 'the list of a payer who has sent nothing is empty', found: expect.any(String) },
    ])
  })
})

describe('a token that proves nothing leaves its rows open:', () => {
  beforeEach(() => start('authy'))

  test.each<[string, () => string, RegExp]>([
    ['one that is over', () => token({ exp: now - 1 }), /is over/],
    ['one of another pool', () => token({ iss: 'https://other.example' }), /not of this stage/],
    ['an ID token', () => token({ token_use: 'id' }), /no access token/],
    ['no token at all', () => 'a-secret-but-no-token', /holds no token/],
  ])('%s', async (_, given, found) => {
    const told = await run(given())
    expect(told.lines.filter(({ mark }) => mark === '?').map((line) => line.found)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(found)),
    )
    expect(told.code).toBe(2)
  })
})

test('a token of another pool is not sent to a page whose config.json names that pool', async () => {
  await start('authy')
  const issuer = `${stage.origin}/eu-west-1_Another1`
  answering('/config.json', 200, JSON.stringify({ ...stage.config, issuer }))(stage)
  const shown: unknown[] = []
  stage.answers['/api/payments'] = ({ headers }) => {
    shown.push(headers.authorization)
    return { status: 401 }
  }
  const { lines } = await run(token({ iss: issuer }))
  expect(lines.filter(({ found }) => /not of this stage's user pool/.test(found))).toHaveLength(3)
  expect(shown).toEqual([])
})

describe('a stack in another account than the settings name', () => {
  beforeEach(() => start('authy'))

  const told = async (text: string | undefined) => {
    const complaints: string[] = []
    const code = await runCommand(
      deployed(token()),
      ['--stage', 'live'],
      {
        say: () => {},
        complain: (line) => complaints.push(line),
      },
      { settings: () => text },
    )
    return { code, complaints }
  }

  test('is not looked at, so that the token is not sent to its page', async () => {
    const sent: string[] = []
    for (const [path, answer] of Object.entries(stage.answers)) {
      stage.answers[path] = (request) => {
        sent.push(path)
        return answer(request)
      }
    }
    expect(await told('{"live":{"account":"444455556666"}}')).toEqual({
      code: 2,
      complaints: [expect.stringMatching(/^Payfriend-live .* 111122223333, .* 444455556666/)],
    })
    expect(sent).toEqual([])
  })

  test('is not looked at either if the settings cannot be read', async () => {
    expect(await told('{"live":{"account":"444455556666"')).toEqual({
      code: 2,
      complaints: [expect.stringMatching(/^payfriend\.json is not JSON/)],
    })
  })

  test.each([
    '{"live":{"account":"111122223333"}}',
    '{"live":{},"dev":{"account":"444455556666"}}',
    undefined,
  ])('is none where they say %s', async (text) => {
    expect(await told(text)).toEqual({ code: 0, complaints: [] })
  })
})

describe('no fault, but worth knowing:', () => {
  beforeEach(() => start('authy'))

  test.each<[string, () => unknown, string, RegExp]>([
    [
      "Cognito's own mailer",
      () => mocks.cognito.on(DescribeUserPoolCommand).resolves({ UserPool: {} }),
      'mails go to all addresses (setting `sesIdentity`; without it Cognito sends 50 a day)',
      /50 a day/,
    ],
    [
      'tables that may be deleted',
      () =>
        mocks.dynamoDb
          .on(DescribeTableCommand)
          .resolves({ Table: { ...TABLE, DeletionProtectionEnabled: false } }),
      TABLES,
      /keeps no data/,
    ],
  ])('%s', async (_, happens, title, found) => {
    happens()
    const told = await run(token())
    expect(told.lines.filter(({ mark }) => mark === '!')).toMatchObject([
      { title, found: expect.stringMatching(found) },
    ])
    expect(told.code).toBe(0)
  })
})
