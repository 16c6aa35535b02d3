/** What AWS says of the parts of a deployed stage: sweep, mails, streams, tables and alarms. */
import { DescribeAlarmsCommand, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider'
import { DescribeContinuousBackupsCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda'
import type { AwsClients } from './awsClients.ts'
import { known, type Look, right, wrong } from './check.ts'
import { type DeployedStage, logOf } from './deployedStage.ts'
import { COGNITOS_MAILER, sending } from './settingChecks.ts'

/** The stage, and the clients that ask AWS about it. */
export type Parts = { readonly stage: DeployedStage; readonly clients: AwsClients }

const DEPLOY = 'npm run deploy'

const SWEPT_MINUTES = 10

/** Whether the sweep has run within the last minutes. */
export function sweeps({ stage, clients }: Parts): Look {
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

/** Whether mails go to all addresses. */
export function mails({ stage, clients }: Parts): Look {
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

/** Whether the archive and the bus get both streams. */
export function streams({ stage, clients }: Parts): Look {
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

/** Whether both tables have their stream and what protects them. */
export function tables({ stage, clients: { dynamoDb } }: Parts): Look {
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

/** Whether an alarm rings, or is gone. */
export function alarms({ stage, clients }: Parts): Look {
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
