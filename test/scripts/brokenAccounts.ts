/** Test support: every way in which an account is not ready, and what `npm run preflight` says to it. */
import { GetRegionOptStatusCommand } from '@aws-sdk/client-account'
import { DescribeCertificateCommand } from '@aws-sdk/client-acm'
import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import {
  ListDistributionsCommand,
  ListOriginAccessControlsCommand,
  ListResponseHeadersPoliciesCommand,
} from '@aws-sdk/client-cloudfront'
import { DescribeResourcePoliciesCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeUserPoolDomainCommand } from '@aws-sdk/client-cognito-identity-provider'
import { ListEventBusesCommand } from '@aws-sdk/client-eventbridge'
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda'
import { GetObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import { GetAccountCommand, GetEmailIdentityCommand } from '@aws-sdk/client-sesv2'
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns'
import { GetParameterCommand } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { GetWebACLCommand } from '@aws-sdk/client-wafv2'
import { NAMED, type NamedType } from '../../scripts/checks/nameChecks.ts'
import { ofType, templateShape, textOf } from '../../scripts/checks/plan.ts'
import { synthesize } from '../lib/synthesized.ts'
import {
  ACCOUNT,
  everyResource,
  failure,
  NAME,
  REGION,
  type RecordedAccount,
  standing,
} from './recordedAccount.ts'

/** The name in the template of the first resource of this type. */
export function nameOf({ template }: RecordedAccount, type: NamedType): string {
  const [[, found] = []] = ofType(templateShape.parse(template), type)
  return textOf(NAMED[type].name.parse(found?.Properties), { account: ACCOUNT, region: REGION })
}

/** A list of CloudFront's, whose members have more than any check reads. */
export const items = (list: string, ...all: object[]) =>
  JSON.parse(JSON.stringify({ [list]: { Items: all } }))

/** The indexes that the next version would have. */
export const indexesOf = ({ template }: RecordedAccount) =>
  template.Resources.PaymentsTable.Properties.GlobalSecondaryIndexes as {
    IndexName: string
    KeySchema: { AttributeName: string }[]
  }[]

/** Settings that name no account, so that synth cannot know; AWS answers as if all were there. */
function ofOther({ settings }: RecordedAccount, what: 'certificate' | 'firewall') {
  delete settings.account
  const elsewhere = (arn: string) => arn.replace(ACCOUNT, '444455556666')
  const certificateArn = elsewhere(`arn:aws:acm:us-east-1:${ACCOUNT}:certificate/0000-1111`)
  if (what === 'certificate') settings.domain = { name: NAME, certificateArn }
  else settings.webAclArn = elsewhere(String(settings.webAclArn))
}

/** One thing that is not right: the line that tells it, and the next step. */
export const BROKEN: readonly (readonly [
  what: string,
  breaks: (account: RecordedAccount) => unknown,
  title: string,
  found: RegExp,
  next: RegExp,
])[] = [
  [
    'credentials of another account',
    (account) =>
      account.aws.identity.on(GetCallerIdentityCommand).resolves({ Account: '444455556666' }),
    'account',
    /are of 444455556666, and the settings name 111122223333/,
    /`account`/,
  ],
  [
    'a region that is not enabled',
    (account) =>
      account.aws.account.on(GetRegionOptStatusCommand).resolves({ RegionOptStatus: 'DISABLED' }),
    'region',
    /not enabled .*DISABLED/,
    /^aws account enable-region --region-name eu-west-1$/,
  ],
  [
    'no bootstrap',
    (account) =>
      account.aws.parameters.on(GetParameterCommand).rejects(failure('ParameterNotFound')),
    'bootstrap',
    /not in this account/,
    /^npx cdk bootstrap aws:\/\/111122223333\/eu-west-1$/,
  ],
  [
    'an old bootstrap',
    (account) =>
      account.aws.parameters.on(GetParameterCommand).resolves({ Parameter: { Value: '7' } }),
    'bootstrap',
    /version 7, and 8 is needed/,
    /^npx cdk bootstrap/,
  ],
  [
    "a new account's ten Lambdas",
    (account) =>
      account.aws.lambda
        .on(GetAccountSettingsCommand)
        .resolves({ AccountLimit: { ConcurrentExecutions: 10 } }),
    'Lambdas at one time',
    /^10 for the whole account/,
    /^aws service-quotas request-service-quota-increase .* --region eu-west-1 /,
  ],
  [
    'a logs policy that is full',
    (account) =>
      account.aws.logs.on(DescribeResourcePoliciesCommand).resolves({
        resourcePolicies: [
          { policyName: 'AWSLogDeliveryWrite20150319', policyDocument: 'x'.repeat(4921) },
        ],
      }),
    'logs policy',
    /has 4921 of 5120 characters/,
    /describe-resource-policies/,
  ],
  [
    'ten logs policies of others',
    (account) =>
      account.aws.logs.on(DescribeResourcePoliciesCommand).resolves({
        resourcePolicies: Array.from({ length: 10 }, (_, i) => ({ policyName: `other${i}` })),
      }),
    'logs policy',
    /there are 10 policies/,
    /describe-resource-policies/,
  ],
  [
    'a stack that never came up',
    (account) => standing(account, 'ROLLBACK_COMPLETE'),
    'stack',
    /never came up \(ROLLBACK_COMPLETE\)/,
    /^aws cloudformation update-termination-protection --no-enable-termination-protection .*, then aws cloudformation delete-stack --stack-name Payfriend-dev --region eu-west-1/,
  ],
  [
    'a stack that is being changed',
    (account) => standing(account, 'UPDATE_IN_PROGRESS'),
    'stack',
    /is being changed just now \(UPDATE_IN_PROGRESS\)$/,
    /^Wait .* aws cloudformation describe-stack-events --stack-name Payfriend-dev /,
  ],
  [
    'a stack whose update failed, and its way back too',
    (account) => standing(account, 'UPDATE_ROLLBACK_FAILED'),
    'stack',
    /^an update of Payfriend-dev failed, and so did its way back/,
    /^aws cloudformation describe-stack-events .*, then aws cloudformation continue-update-rollback --stack-name Payfriend-dev --region eu-west-1$/,
  ],
  [
    'a stack that was left in the middle of an update',
    (account) => standing(account, 'UPDATE_FAILED'),
    'stack',
    /^an update of Payfriend-dev failed and was left as it was/,
    /then aws cloudformation rollback-stack --stack-name Payfriend-dev --region eu-west-1, and run/,
  ],
  [
    'a stack that could not be deleted',
    (account) => standing(account, 'DELETE_FAILED'),
    'stack',
    /^Payfriend-dev could not be deleted to its end/,
    /then aws cloudformation delete-stack --stack-name Payfriend-dev/,
  ],
  [
    'a stack whose import failed, and its way back too',
    (account) => standing(account, 'IMPORT_ROLLBACK_FAILED'),
    'stack',
    /^an import into Payfriend-dev failed/,
    /adopts what was kept/,
  ],
  [
    'a stack in a state that AWS has added since',
    (account) => standing(account, 'PAUSED'),
    'stack',
    /is PAUSED, which this version does not know/,
    /describe-stack-events/,
  ],
  [
    'a stack that keeps its data, and would keep none any more',
    (account) => {
      standing(account)
      const { Resources } = synthesize({ ...account.settings, keepData: true }).json
      const kept = new Set(Object.keys(Resources))
      account.aws.cloudFormation.on(ListStackResourcesCommand).resolves({
        StackResourceSummaries: everyResource(account).filter(({ LogicalResourceId = '' }) =>
          kept.has(LogicalResourceId),
        ),
      })
    },
    'stack',
    /^Payfriend-dev keeps its data now, and would not any more: .*protection/,
    /`keepData`/,
  ],
  [
    "another pool with sign-in's address",
    (account) =>
      account.aws.cognito
        .on(DescribeUserPoolDomainCommand)
        .resolves({ DomainDescription: { UserPoolId: 'eu-west-1_Other' } }),
    "sign-in's address",
    /^the name payfriend-dev-111122223333 is taken$/,
    /old user pool/,
  ],
  [
    'a header policy of the same name',
    (account) =>
      account.aws.cloudFront.on(ListResponseHeadersPoliciesCommand).resolves(
        items('ResponseHeadersPolicyList', {
          ResponseHeadersPolicy: {
            Id: 'other',
            ResponseHeadersPolicyConfig: {
              Name: nameOf(account, 'AWS::CloudFront::ResponseHeadersPolicy'),
            },
          },
        }),
      ),
    'header policies',
    /^the name PayfrienddevSite\S+ is taken$/,
    /another region/,
  ],
  [
    'an origin access control of the same name',
    (account) => {
      const Name = nameOf(account, 'AWS::CloudFront::OriginAccessControl')
      account.aws.cloudFront
        .on(ListOriginAccessControlsCommand)
        .resolves(items('OriginAccessControlList', { Id: 'other', Name }))
    },
    'origin access',
    /^the name PayfrienddevSite\S+ is taken$/,
    /another region/,
  ],
  [
    'a bus of the same name',
    (account) => {
      const Name = nameOf(account, 'AWS::Events::EventBus')
      account.aws.events.on(ListEventBusesCommand).resolves({ EventBuses: [{ Name }] })
    },
    'event bus',
    /^the name Payfrienddev\S+ is taken$/,
    /EventBridge/,
  ],
  [
    'two new indexes',
    (account) => {
      standing(account)
      for (const one of indexesOf(account).slice(0, 2)) one.IndexName += '_2'
      const [first, second] = indexesOf(account)
      indexesOf(account).push(
        ...structuredClone([first, second]).flatMap((one) =>
          one ? [{ ...one, IndexName: one.IndexName.replace('_2', '') }] : [],
        ),
      )
    },
    'indexes',
    /^PaymentsTable: \+push_id_2, \+payer_2, and DynamoDB makes one/,
    /versions in between/,
  ],
  [
    'one index under another name, which are two changes',
    (account) => {
      standing(account)
      for (const one of indexesOf(account).slice(0, 1)) one.IndexName = 'by_push'
    },
    'indexes',
    /^PaymentsTable: \+by_push, -push_id, and DynamoDB makes one/,
    /versions in between/,
  ],
  [
    'an index with another key',
    (account) => {
      standing(account)
      for (const key of indexesOf(account)[0]?.KeySchema ?? []) key.AttributeName = 'status'
    },
    'indexes',
    /^PaymentsTable: push_id would change/,
    /another name/,
  ],
  [
    'a table with another key',
    (account) => {
      standing(account)
      account.template.Resources.UsersTable.Properties.KeySchema[0].AttributeName = 'payer_id'
    },
    'indexes',
    /^UsersTable would get another key/,
    /functions\/tables\.ts/,
  ],
  [
    "a number of the firewall's secret that the deployed Lambdas do not know",
    (account) => {
      standing(account)
      account.settings.originSecretNumber = 5
    },
    "firewall's secret",
    /^number 1 is deployed/,
    /originSecretNumber/,
  ],
  [
    'an archive that would no longer be locked',
    (account) => {
      standing(account)
      account.aws.buckets.on(GetObjectLockConfigurationCommand).resolves({
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1827 } } },
      })
    },
    "archive's lock",
    /^it is governance for 5 years now, and would be none/,
    /`archiveLock`/,
  ],
  [
    "SES's sandbox",
    (account) => account.aws.mail.on(GetAccountCommand).resolves({ SendingEnabled: true }),
    'mails',
    /sandbox/,
    /production access/,
  ],
  [
    'SES that has paused',
    (account) => account.aws.mail.on(GetAccountCommand).resolves({ ProductionAccessEnabled: true }),
    'mails',
    /paused/,
    /Reputation/,
  ],
  [
    'an identity that is not verified yet',
    (account) => account.aws.mail.on(GetEmailIdentityCommand).resolves({}),
    'mails',
    /not verified example\.com/,
    /^aws sesv2 get-email-identity --email-identity example\.com/,
  ],
  [
    'an identity that SES does not know',
    (account) => account.aws.mail.on(GetEmailIdentityCommand).rejects(failure('NotFoundException')),
    'mails',
    /knows no example\.com in eu-west-1/,
    /^aws sesv2 create-email-identity/,
  ],
  [
    'a certificate of another name',
    (account) =>
      account.aws.certificates
        .on(DescribeCertificateCommand)
        .resolves({ Certificate: { Status: 'ISSUED', DomainName: '*.example.org' } }),
    'certificate',
    /^it is for \*\.example\.org, and not for pay\.example\.com$/,
    /us-east-1/,
  ],
  [
    'a certificate that waits for its record',
    (account) =>
      account.aws.certificates
        .on(DescribeCertificateCommand)
        .resolves({ Certificate: { Status: 'PENDING_VALIDATION', DomainName: NAME } }),
    'certificate',
    /is PENDING_VALIDATION/,
    /CNAME/,
  ],
  [
    'no certificate of that ARN',
    (account) =>
      account.aws.certificates
        .on(DescribeCertificateCommand)
        .rejects(failure('ResourceNotFoundException')),
    'certificate',
    /there is none/,
    /us-east-1/,
  ],
  [
    "another distribution with the page's name, on the second page of a list",
    (account) =>
      account.aws.cloudFront
        .on(ListDistributionsCommand)
        .callsFake(({ Marker }) =>
          Marker === 'more'
            ? items('DistributionList', { Id: 'E2', Aliases: { Items: ['example.com', NAME] } })
            : { DistributionList: { Items: [{ Id: 'E1' }], NextMarker: 'more' } },
        ),
    "page's name",
    /^the distribution E2 of this account has pay\.example\.com already$/,
    /alternate domain names/,
  ],
  [
    'no such topic',
    (account) =>
      account.aws.topics.on(GetTopicAttributesCommand).rejects(failure('NotFoundException')),
    'alarm topic',
    /there is none/,
    /^aws sns create-topic/,
  ],
  [
    'a topic whose key CloudWatch may not use',
    (account) =>
      account.aws.topics.on(GetTopicAttributesCommand).resolves({
        Attributes: { KmsMasterKeyId: 'alias/aws/sns', SubscriptionsConfirmed: '1' },
      }),
    'alarm topic',
    /AWS's own key/,
    /cloudwatch\.amazonaws\.com/,
  ],
  [
    'no such firewall',
    (account) =>
      account.aws.firewall.on(GetWebACLCommand).rejects(failure('WAFNonexistentItemException')),
    'firewall',
    /there is none/,
    /global/,
  ],
  [
    'a certificate of another account',
    (account) => ofOther(account, 'certificate'),
    'certificate',
    /^it is of 444455556666, and CloudFront takes none of another$/,
    /us-east-1/,
  ],
  [
    'a firewall of another account',
    (account) => ofOther(account, 'firewall'),
    'firewall',
    /^it is of 444455556666, and CloudFront takes none of another$/,
    /global/,
  ],
]
