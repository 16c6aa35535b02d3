/** Test support: ways to break one thing of a healthy stage. */
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb'
import { ListEventSourceMappingsCommand } from '@aws-sdk/client-lambda'
import { GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { LOCAL_VERIFY } from '../../local/phone/verifyApi.ts'
import { followed, physical, type RecordedStage } from './recordedStage.ts'

export const status = (to: string) => (stage: RecordedStage) => {
  stage.facts.status = to
}
export const secret =
  (SecretString: string) =>
  ({ aws }: RecordedStage) => {
    aws.secrets.on(GetSecretValueCommand).resolves({ SecretString })
  }
export const withoutHeader = (name: string) => (stage: RecordedStage) => {
  const healthy = stage.answers['/']
  stage.answers['/'] = (request) => {
    const { headers: { [name]: _, ...headers } = {}, ...answer } = healthy?.(request) ?? {
      status: 500,
    }
    return { ...answer, headers }
  }
}
export const answering =
  (path: string, status: number, body = '', headers: Record<string, string> = {}) =>
  ({ answers }: RecordedStage) => {
    answers[path] = () => ({ status, headers, body })
  }
export const tableOf = (id: string, Table: object) => (stage: RecordedStage) => {
  stage.aws.dynamoDb
    .on(DescribeTableCommand, { TableName: physical(id) })
    .resolves({ Table: { DeletionProtectionEnabled: true, ...Table } })
}
export const STREAM = {
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
} as const
export const mapping =
  (name: string, table: 'PaymentsTable' | 'UsersTable', broken?: object) =>
  ({ aws, template }: RecordedStage) => {
    const id = Object.keys(template.Resources).find((one) => one.includes(`${name}Function`)) ?? ''
    aws.lambda.on(ListEventSourceMappingsCommand, { FunctionName: physical(id) }).resolves({
      EventSourceMappings: [
        ...(broken ? [{ ...followed(table), ...broken }] : []),
        followed(table === 'UsersTable' ? 'PaymentsTable' : 'UsersTable'),
      ],
    })
  }
export const lock =
  (Rule?: object) =>
  ({ aws }: RecordedStage) => {
    aws.s3.on(GetObjectLockConfigurationCommand).resolves({
      ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', ...(Rule && { Rule }) },
    })
  }
export const without = (type: string, id: string) => (stage: RecordedStage) => {
  stage.facts.isGone = (one, Type) => Type === type && one.includes(id)
}

/** At the pretend Twilio: change a service, or delete it. */
export async function setService({ phone }: RecordedStage, sid: string, settings?: object) {
  const authorization = `Basic ${btoa(`${LOCAL_VERIFY.apiKey}:${LOCAL_VERIFY.apiSecret}`)}`
  const answer = await fetch(`${phone.url}/v2/Services/${sid}`, {
    method: settings ? 'POST' : 'DELETE',
    headers: { authorization },
    ...(settings && { body: new URLSearchParams(Object.entries(settings)) }),
  })
  if (!answer.ok) throw new Error(`the pretend Twilio answered ${answer.status}`)
}
