/** Checks of the account and the region: what has to be there before any stage, and what a new account has too little of. */
import { type AccountClient, GetRegionOptStatusCommand } from '@aws-sdk/client-account'
import { type CloudFrontClient, ListDistributionsCommand } from '@aws-sdk/client-cloudfront'
import {
  type CloudWatchLogsClient,
  DescribeResourcePoliciesCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { hasSiteLog } from '../../lib/siteLog.ts'
import { type AwsClients, isNamed } from './awsClients.ts'
import { type Check, right, unclear, wrong } from './check.ts'
import type { Plan } from './plan.ts'

export const accountChecks = (plan: Plan, clients: AwsClients): Check[] => [
  account(plan),
  region(plan, clients.account),
  cloudFront(clients.cloudFront),
  bootstrap(plan, clients.parameters),
  concurrency(plan, clients.lambda),
  logsPolicy(plan, clients.logs),
]

const account = ({ account, settings }: Plan): Check => ({
  title: 'account',
  look: async () =>
    settings.account === undefined || settings.account === account
      ? right(`it is ${account}`)
      : wrong(
          `these credentials are of ${account}, and the settings name ${settings.account}`,
          'Use credentials of that account, or change the setting `account`.',
        ),
})

const region = ({ region, aws }: Plan, client: AccountClient): Check => ({
  title: 'region',
  needs: ['account:GetRegionOptStatus'],
  async look(abortSignal) {
    // CloudFront refuses the bucket of its log there.
    if (!hasSiteLog(region)) {
      return wrong(
        `CloudFront writes no logs to a bucket in ${region}, and the deployment would fail`,
        'Choose a region that needs no opt-in, like eu-west-1: the page is served from everywhere all the same.',
      )
    }
    const command = new GetRegionOptStatusCommand({ RegionName: region })
    const { RegionOptStatus } = await client.send(command, { abortSignal })
    if (RegionOptStatus?.startsWith('ENABLED')) return right(`${region} is enabled`)
    return wrong(
      `${region} is not enabled in this account (${RegionOptStatus})`,
      aws(`account enable-region --region-name ${region}`).replace(/ --region \S+/, ''),
    )
  },
})

const cloudFront = (client: CloudFrontClient): Check => ({
  title: 'CloudFront',
  needs: ['cloudfront:ListDistributions'],
  async look(abortSignal) {
    const command = new ListDistributionsCommand({ MaxItems: 1 })
    const { DistributionList } = await client.send(command, { abortSignal })
    if (DistributionList?.Items?.length) return right('the account has distributions already')
    return unclear(
      'the account has no distribution, and nothing shows beforehand whether it may have one',
      'If the deployment says "Your account must be verified before you can add new CloudFront resources", open a case with AWS Support (service CloudFront, account verification); it takes some days.',
    )
  },
})

/** The newest that the synthesized manifest asks for: `cdk deploy` needs 6, the role that `cdk diff` looks with needs 8. */
const BOOTSTRAP_MIN = 8

const bootstrap = ({ account, region }: Plan, client: SSMClient): Check => ({
  title: 'bootstrap',
  needs: ['ssm:GetParameter'],
  async look(abortSignal) {
    const next = `npx cdk bootstrap aws://${account}/${region}`
    const command = new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' })
    try {
      const { Parameter } = await client.send(command, { abortSignal })
      const version = Number(Parameter?.Value)
      if (version >= BOOTSTRAP_MIN) return right(`CDK's own stack has version ${version}`)
      return wrong(`CDK's own stack has version ${version}, and ${BOOTSTRAP_MIN} is needed`, next)
    } catch (error) {
      if (!isNamed(error, 'ParameterNotFound')) throw error
      return wrong("CDK's own stack is not in this account and region", next)
    }
  },
})

/** Below it a busy minute of a few payers is refused. */
const CONCURRENT_MIN = 100

/** How many Lambdas may run at one time, all of the account's together. */
export const concurrency = ({ aws }: Pick<Plan, 'aws'>, client: LambdaClient): Check => ({
  title: 'Lambdas at one time',
  needs: ['lambda:GetAccountSettings'],
  async look(abortSignal) {
    const { AccountLimit } = await client.send(new GetAccountSettingsCommand(), { abortSignal })
    const most = AccountLimit?.ConcurrentExecutions
    if (most === undefined) return unclear('AWS names no limit', 'Run this again.')
    if (most >= CONCURRENT_MIN) return right(`${most} for the whole account`)
    return wrong(
      `${most} for the whole account, as a new one has; payers would be refused under little load`,
      `${aws('service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000')}   (hours to days)`,
    )
  },
})

/** API Gateway puts the log group of each API into one policy of this name. */
const DELIVERY = 'AWSLogDeliveryWrite20150319'
const POLICY_CHARACTERS_MAX = 5120
const VENDED = '/aws/vendedlogs/'
/** Some more than the ARN of a log group has. */
const ENTRY_CHARACTERS = 200
const POLICIES_MAX = 10

const logsPolicy = ({ aws }: Plan, client: CloudWatchLogsClient): Check => ({
  title: 'logs policy',
  needs: ['logs:DescribeResourcePolicies'],
  async look(abortSignal) {
    // More than there may be of them.
    const command = new DescribeResourcePoliciesCommand({ limit: 50 })
    const { resourcePolicies = [] } = await client.send(command, { abortSignal })
    const found = resourcePolicies.find(({ policyName }) => policyName === DELIVERY)
    const show = aws('logs describe-resource-policies')
    // One line stands for all groups of this prefix, as the API's has.
    if (found?.policyDocument?.includes(VENDED)) {
      return right(`it covers the log of every API (${VENDED}*)`)
    }
    if (!found && resourcePolicies.length >= POLICIES_MAX) {
      return wrong(
        `there are ${resourcePolicies.length} policies, and API Gateway needs one more for its log`,
        `${show}   (delete one that nothing needs)`,
      )
    }
    const length = found?.policyDocument?.length ?? 0
    if (length + ENTRY_CHARACTERS <= POLICY_CHARACTERS_MAX) {
      return right(`there is room for one more log (${length} of ${POLICY_CHARACTERS_MAX})`)
    }
    return wrong(
      `${DELIVERY} has ${length} of ${POLICY_CHARACTERS_MAX} characters, too many for one more log`,
      `${show}   (take log groups that are gone out of it, by put-resource-policy)`,
    )
  },
})
