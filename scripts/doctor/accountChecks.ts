/** Looks at what the account allows: mails, and Lambdas at one time. */
import {
  type CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { GetAccountSettingsCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { GetAccountCommand, type SESv2Client } from '@aws-sdk/client-sesv2'
import { type Check, type Finding, known, right, unclear, wrong } from './check.ts'
import type { DeployedStage } from './deployedStage.ts'

type Clients = {
  readonly cognito: CognitoIdentityProviderClient
  readonly lambda: LambdaClient
  readonly ses: SESv2Client
}

/** A page of the API is several Lambdas at one time, and an account has begun with ten for all it does. */
const CONCURRENCY_MIN = 100
const CONCURRENCY_ASKED = 1000

export const accountChecks = (stage: DeployedStage, clients: Clients): Check[] => [
  {
    title: 'mail',
    needs: 'cognito-idp:DescribeUserPool and ses:GetAccount',
    look: (signal) => mail(stage, clients, signal),
  },
  {
    title: 'Lambda',
    needs: 'lambda:GetAccountSettings',
    look: (signal) => concurrency(stage, clients.lambda, signal),
  },
]

async function mail(
  stage: DeployedStage,
  { cognito, ses }: Clients,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const UserPoolId = stage.resource('AWS::Cognito::UserPool', /^UserPool$/)
  if (UserPoolId === undefined) {
    return unclear('the user pool is not of this stack', 'Look at how it sends mail where it is.')
  }
  const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId }), {
    abortSignal,
  })
  if (UserPool?.EmailConfiguration?.EmailSendingAccount !== 'DEVELOPER') {
    return known(
      "Cognito's own mailer sends invitations and codes, 50 a day at most",
      'The setting `sesIdentity` in payfriend.json sends them by Amazon SES.',
    )
  }
  const account = await ses.send(new GetAccountCommand({}), { abortSignal })
  const console = `https://console.aws.amazon.com/ses/home?region=${stage.region}#/account`
  if (!account.ProductionAccessEnabled) {
    return wrong(
      'Amazon SES is in its sandbox, and sends only to addresses that it has verified',
      `${console}, "Request production access"`,
    )
  }
  if (account.SendingEnabled === false) {
    return wrong(`Amazon SES has stopped sending (${account.EnforcementStatus})`, console)
  }
  return right(`Amazon SES sends, ${account.SendQuota?.Max24HourSend ?? 'some'} a day at most`)
}

async function concurrency(
  stage: DeployedStage,
  lambda: LambdaClient,
  abortSignal: AbortSignal,
): Promise<Finding> {
  const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}), { abortSignal })
  const limit = AccountLimit?.ConcurrentExecutions ?? 0
  if (limit >= CONCURRENCY_MIN) return right(`the account may run ${limit} at one time`)
  return wrong(
    `the account may run only ${limit} at one time, all its Lambdas together; beyond that people get errors`,
    stage.aws(
      `service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${CONCURRENCY_ASKED}`,
    ),
  )
}
