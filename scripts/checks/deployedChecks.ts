/** What of deploying.md's list a command can look at without changing anything, by the row's first cell. */
import { DescribeAlarmsCommand, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider'
import { DescribeContinuousBackupsCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda'
import { concurrency } from './accountChecks.ts'
import type { AwsClients } from './awsClients.ts'
import { type Check, known, lookWithin, right, unclear, wrong } from './check.ts'
import { type DeployedStage, logOf } from './deployedStage.ts'
import { COGNITOS_MAILER, sending } from './settingChecks.ts'
import { parsed, webAnswer } from './webAnswer.ts'

export type World = {
  readonly stage: DeployedStage
  readonly clients: AwsClients
  /** The doctor's own checks of this stage. */
  readonly doctor: readonly Check[]
}

/** A check but for its title, which is the row's. */
type Look = Omit<Check, 'title'>

const DEPLOY = 'npm run deploy'

/** One of the doctor's checks. */
const doctors =
  (title: string) =>
  ({ doctor }: World): Look =>
    doctor.find((check) => check.title === title) ?? {
      look: async () => unclear('the doctor does not look at it here', 'npm run doctor'),
    }

/** A request without a token to the page's address. */
const asked =
  (path: string, judge: (answer: Awaited<ReturnType<typeof webAnswer>>) => boolean, good: string) =>
  ({ stage }: World): Look => ({
    async look(signal) {
      const answer = await webAnswer(`${stage.output('SiteUrl')}${path}`, signal)
      return judge(answer)
        ? right(good)
        : wrong(`it answers ${answer.status}, or otherwise`, DEPLOY)
    },
  })

const CLOCK_SECONDS_MAX = 60
const nothing = (text: string) => JSON.stringify(parsed(text)) === '{"message":"Not Found"}'

/** By the row's first cell, without its mark; rows that need a person's token are in `personChecks.ts`. */
export const LOOKED_AT: Readonly<Record<string, (world: World) => Look>> = {
  '`npm run doctor` understands the real answers of AWS and Twilio': understood,
  'the page is served, with its headers': doctors('page'),
  "the phone's page is served, with its own policy": doctors("phone's page"),
  'files named by their content are cached': cached,
  'a missing file is not found': asked(
    '/nothing',
    ({ status }) => status === 404,
    'it answers 404',
  ),
  "the API is behind the page's address": doctors('API'),
  '… and its own 404 comes through': asked(
    '/api/nothing',
    ({ status, text }) => status === 404 && nothing(text),
    'it answers 404 in its own words',
  ),
  'no answer of the API is cached': doctors('API'),
  'plain HTTP is not served': plain,
  "the server's clock reaches the page": asked(
    '/api/profile',
    ({ headers }) =>
      Math.abs(Date.parse(headers.get('date') ?? '') - Date.now()) < CLOCK_SECONDS_MAX * 1000,
    'it names the time now',
  ),
  'Authy: the callback refuses what is not signed': doctors('callback'),
  'sign-in shows a page': doctors('sign-in'),
  'the sweep runs': sweeps,
  'Verify: there is no callback': doctors('callback'),
  'the account may run enough Lambdas at one time': ({ stage, clients }) =>
    concurrency(stage, clients.lambda),
  'mails go to all addresses (setting `sesIdentity`; without it Cognito sends 50 a day)': mails,
  'the archive and the bus get the streams': streams,
  'tables are protected': tables,
  'alarms are quiet before the first metric': alarms,
  '… and cannot be walked around': ({ stage, doctor }) =>
    doctor.find(({ title }) => title === 'firewall') ?? {
      look: async () => right(`${stage.stack} has no firewall`),
    },
}

/** Less than a check's own limit, so that the line can name which of the doctor's had no answer. */
const DOCTOR_LIMIT_MS = 8_000

function understood({ doctor }: World): Look {
  return {
    async look() {
      const findings = await Promise.all(
        doctor.map(async (check) => ({
          title: check.title,
          mark: (await lookWithin(DOCTOR_LIMIT_MS, check)).mark,
        })),
      )
      const of = (mark: string) => findings.filter((one) => one.mark === mark)
      const [bad, open] = [of('✗'), of('?')].map((all) => all.map(({ title }) => title).join(', '))
      if (bad) return wrong(`it says no to ${bad}`, 'npm run doctor')
      if (open) return unclear(`it could not see ${open}`, 'npm run doctor')
      return right(`all ${findings.length} lines of it`)
    },
  }
}

function cached({ stage }: World): Look {
  return {
    async look(signal) {
      const site = stage.output('SiteUrl')
      const page = await webAnswer(`${site}/`, signal)
      const file = /\/assets\/start-[^"]*/.exec(page.text)?.[0]
      if (!file) return wrong('the page names no /assets/start-…', DEPLOY)
      const { status, headers } = await webAnswer(`${site}${file}`, signal)
      const cache = headers.get('cache-control') ?? ''
      if (status === 200 && cache.includes('immutable')) return right(`${file}: ${cache}`)
      return wrong(`${file} answers ${status} with cache-control "${cache}"`, DEPLOY)
    },
  }
}

function plain({ stage }: World): Look {
  return {
    async look(signal) {
      const url = new URL('/api/plain-http', stage.output('SiteUrl'))
      url.protocol = 'http:'
      const { status } = await webAnswer(url.href, signal)
      return status === 403 ? right('it is refused (403)') : wrong(`it answers ${status}`, DEPLOY)
    },
  }
}

const SWEPT_MINUTES = 10

function sweeps({ stage, clients }: World): Look {
  return {
    needs: ['cloudwatch:GetMetricStatistics'],
    async look(abortSignal) {
      const Value = stage.resource('AWS::Lambda::Function', /SweepPaymentsFunction/)
      const now = Date.now()
      const { Datapoints = [] } = await clients.cloudWatch.send(
        new GetMetricStatisticsCommand({
          Namespace: 'AWS/Lambda',
          MetricName: 'Invocations',
          Dimensions: [{ Name: 'FunctionName', Value }],
          StartTime: new Date(now - SWEPT_MINUTES * 60_000),
          EndTime: new Date(now),
          Period: 60,
          Statistics: ['Sum'],
        }),
        { abortSignal },
      )
      const runs = Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0)
      if (runs > 0) return right(`${runs} times in the last ${SWEPT_MINUTES} minutes`)
      return wrong(`not once in the last ${SWEPT_MINUTES} minutes`, logOf(stage, 'SweepPayments'))
    },
  }
}

function mails({ stage, clients }: World): Look {
  return {
    needs: ['cognito-idp:DescribeUserPool', 'ses:GetAccount'],
    async look(abortSignal) {
      const UserPoolId = stage.resource('AWS::Cognito::UserPool', /^UserPool$/)
      const command = new DescribeUserPoolCommand({ UserPoolId })
      const { UserPool } = await clients.cognito.send(command, { abortSignal })
      return UserPool?.EmailConfiguration?.EmailSendingAccount === 'DEVELOPER'
        ? sending(clients.mail, abortSignal)
        : known(...COGNITOS_MAILER)
    },
  }
}

/** Each of the two has a mapping for each of the two tables. */
const MAPPINGS = 2

function streams({ stage, clients }: World): Look {
  return {
    needs: ['lambda:ListEventSourceMappings'],
    async look(abortSignal) {
      for (const name of ['ArchiveEntries', 'PublishEvents']) {
        const FunctionName = stage.resource('AWS::Lambda::Function', new RegExp(`${name}Function`))
        const command = new ListEventSourceMappingsCommand({ FunctionName })
        const { EventSourceMappings = [] } = await clients.lambda.send(command, { abortSignal })
        const bad = EventSourceMappings.find(
          ({ State, LastProcessingResult }) =>
            State !== 'Enabled' || LastProcessingResult?.startsWith('PROBLEM'),
        )
        if (bad) {
          return wrong(
            `${name}: a stream is ${bad.State}, ${bad.LastProcessingResult}`,
            logOf(stage, name),
          )
        }
        if (EventSourceMappings.length !== MAPPINGS) {
          return wrong(`${name} gets ${EventSourceMappings.length} streams, and not two`, DEPLOY)
        }
      }
      return right('both get both')
    },
  }
}

function tables({ stage, clients: { dynamoDb } }: World): Look {
  return {
    needs: ['dynamodb:DescribeTable', 'dynamodb:DescribeContinuousBackups'],
    async look(abortSignal) {
      let isProtected = true
      for (const output of ['PaymentsTableName', 'PayersTableName']) {
        const TableName = stage.output(output)
        const [{ Table }, { ContinuousBackupsDescription: backups }] = await Promise.all([
          dynamoDb.send(new DescribeTableCommand({ TableName }), { abortSignal }),
          dynamoDb.send(new DescribeContinuousBackupsCommand({ TableName }), { abortSignal }),
        ])
        if (!Table?.StreamSpecification?.StreamEnabled) {
          return wrong(`${TableName} has no stream`, DEPLOY)
        }
        if (backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus !== 'ENABLED') {
          return wrong(`${TableName} has no point-in-time recovery`, DEPLOY)
        }
        isProtected &&= Table.DeletionProtectionEnabled === true
      }
      if (isProtected) return right('both have a stream, recovery and deletion protection')
      return known('they may be deleted, which is right only in a stage that keeps no data')
    },
  }
}

function alarms({ stage, clients }: World): Look {
  return {
    needs: ['cloudwatch:DescribeAlarms'],
    async look(abortSignal) {
      const AlarmNames = [...stage.resourcesOf('AWS::CloudWatch::Alarm')]
      const { MetricAlarms = [] } = await clients.cloudWatch.send(
        new DescribeAlarmsCommand({ AlarmNames, MaxRecords: 100 }),
        { abortSignal },
      )
      const ringing = MetricAlarms.filter(({ StateValue }) => StateValue === 'ALARM')
      if (ringing.length > 0) {
        return wrong(
          `in alarm: ${ringing.map(({ AlarmName }) => AlarmName).join(', ')}`,
          'docs/guides/runbook.md has a section for each.',
        )
      }
      if (MetricAlarms.length < AlarmNames.length) {
        return wrong(`${AlarmNames.length - MetricAlarms.length} of them are gone`, DEPLOY)
      }
      return right(`none of ${MetricAlarms.length} is in alarm`)
    },
  }
}
