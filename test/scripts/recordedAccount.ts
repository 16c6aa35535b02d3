/**
 * Test support: an account as `npm run preflight` sees it, ready for a first deployment until a test breaks one thing.
 * AWS's answers are written after its documents and typed by its SDK; none was recorded.
 */
import { AccountClient, GetRegionOptStatusCommand } from '@aws-sdk/client-account'
import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm'
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation'
import {
  CloudFrontClient,
  ListDistributionsCommand,
  ListOriginAccessControlsCommand,
  ListResponseHeadersPoliciesCommand,
} from '@aws-sdk/client-cloudfront'
import {
  CloudWatchLogsClient,
  DescribeResourcePoliciesCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolDomainCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge'
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3'
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2'
import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { GetWebACLCommand, WAFV2Client } from '@aws-sdk/client-wafv2'
import { mockClient } from 'aws-sdk-client-mock'
import { synthesize } from '../lib/synthesized.ts'

export const ACCOUNT = '111122223333'
export const REGION = 'eu-west-1'
const STACK = 'Payfriend-dev'
export const NAME = 'pay.example.com'

/** Everything that is named outside the stack. */
const SETTINGS = {
  account: ACCOUNT,
  region: REGION,
  keepData: false,
  sesIdentity: 'example.com',
  domain: { name: NAME, certificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/0000-1111` },
  webAclArn: `arn:aws:wafv2:us-east-1:${ACCOUNT}:global/webacl/acl/0000-2222`,
  alarmTopicArn: `arn:aws:sns:${REGION}:${ACCOUNT}:alarms`,
}

/** An error with which AWS answers, by its name. */
export const failure = (name: string, message = name) => Object.assign(new Error(message), { name })

export type RecordedAccount = ReturnType<typeof startRecordedAccount>

/** Answer as AWS does until `close`. */
export function startRecordedAccount() {
  const aws = {
    account: mockClient(AccountClient),
    buckets: mockClient(S3Client),
    certificates: mockClient(ACMClient),
    cloudFormation: mockClient(CloudFormationClient),
    cloudFront: mockClient(CloudFrontClient),
    cognito: mockClient(CognitoIdentityProviderClient),
    dynamoDb: mockClient(DynamoDBClient),
    events: mockClient(EventBridgeClient),
    firewall: mockClient(WAFV2Client),
    identity: mockClient(STSClient),
    lambda: mockClient(LambdaClient),
    logs: mockClient(CloudWatchLogsClient),
    mail: mockClient(SESv2Client),
    parameters: mockClient(SSMClient),
    topics: mockClient(SNSClient),
  }
  const [distribution, policy] = [{ Id: 'E1' }, { policyName: 'other', policyDocument: '{}' }]
  aws.identity.on(GetCallerIdentityCommand).resolves({ Account: ACCOUNT })
  aws.account.on(GetRegionOptStatusCommand).resolves({ RegionOptStatus: 'ENABLED_BY_DEFAULT' })
  aws.cloudFront.on(ListDistributionsCommand).resolves({
    // A distribution has some thirty more members, which no check reads.
    DistributionList: JSON.parse(JSON.stringify({ Items: [distribution] })),
  })
  aws.cloudFront.on(ListResponseHeadersPoliciesCommand).resolves({})
  aws.cloudFront.on(ListOriginAccessControlsCommand).resolves({})
  aws.cognito.on(DescribeUserPoolDomainCommand).resolves({ DomainDescription: {} })
  aws.events.on(ListEventBusesCommand).resolves({ EventBuses: [{ Name: 'default' }] })
  aws.parameters.on(GetParameterCommand).resolves({ Parameter: { Value: '30' } })
  aws.lambda
    .on(GetAccountSettingsCommand)
    .resolves({ AccountLimit: { ConcurrentExecutions: 1000 } })
  aws.logs.on(DescribeResourcePoliciesCommand).resolves({ resourcePolicies: [policy] })
  aws.mail.on(GetAccountCommand).resolves({ ProductionAccessEnabled: true, SendingEnabled: true })
  aws.mail.on(GetEmailIdentityCommand).resolves({ VerifiedForSendingStatus: true })
  aws.certificates.on(DescribeCertificateCommand).resolves({
    Certificate: { Status: 'ISSUED', DomainName: NAME, SubjectAlternativeNames: [NAME] },
  })
  aws.topics.on(GetTopicAttributesCommand).resolves({ Attributes: { SubscriptionsConfirmed: '1' } })
  aws.buckets.on(GetObjectLockConfigurationCommand).resolves({
    ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
  })
  aws.firewall.on(GetWebACLCommand).callsFake(({ Name }) => ({ WebACL: { Name } }))
  aws.cloudFormation
    .on(DescribeStacksCommand)
    .rejects(failure('ValidationError', `Stack with id ${STACK} does not exist`))

  return {
    aws,
    settings: { ...SETTINGS } as Record<string, unknown>,
    /** A copy, to be changed. */
    template: structuredClone(synthesize(SETTINGS).json),
    close: () => {
      for (const mock of Object.values(aws)) mock.restore()
    },
  }
}

/** Let the stack stand there, with the tables of its template, until a test changes them. */
export function standing(account: RecordedAccount, StackStatus = 'UPDATE_COMPLETE') {
  const { aws, template } = account
  const tables = JSON.parse(JSON.stringify(template.Resources)) as typeof template.Resources
  aws.cloudFormation.on(DescribeStacksCommand).resolves({
    Stacks: [
      {
        StackName: STACK,
        StackId: `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${STACK}/0000`,
        CreationTime: new Date('2026-11-22T00:00:00Z'),
        StackStatus: StackStatus as 'UPDATE_COMPLETE',
        Outputs: [],
      },
    ],
  })
  aws.cloudFormation.on(ListStackResourcesCommand).resolves({
    StackResourceSummaries: everyResource(account),
  })
  aws.dynamoDb.on(DescribeTableCommand).callsFake(({ TableName }) => ({
    Table: tables[TableName.replace(`${STACK}-`, '')].Properties,
  }))
}

/** Each resource of the template as CloudFormation lists it once it stands. */
export const everyResource = ({ template }: RecordedAccount) =>
  Object.entries<{ Type: string }>(template.Resources).map(([LogicalResourceId, { Type }]) => ({
    LogicalResourceId,
    ResourceType: Type,
    PhysicalResourceId: `${STACK}-${LogicalResourceId}`,
    LastUpdatedTimestamp: new Date('2026-11-22T00:00:00Z'),
    ResourceStatus: 'UPDATE_COMPLETE' as const,
  }))
