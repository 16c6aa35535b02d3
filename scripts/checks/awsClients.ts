import { AccountClient } from '@aws-sdk/client-account'
import { ACMClient } from '@aws-sdk/client-acm'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SESv2Client } from '@aws-sdk/client-sesv2'
import { SNSClient } from '@aws-sdk/client-sns'
import { SSMClient } from '@aws-sdk/client-ssm'
import { STSClient } from '@aws-sdk/client-sts'
import { WAFV2Client } from '@aws-sdk/client-wafv2'

export type AwsClients = ReturnType<typeof awsClients>

/** The region of CloudFront's certificates and firewalls, and of the services that have only one. */
const GLOBAL = 'us-east-1'

/** The clients of AWS that the checks use, with the SDK's own credentials and region unless options name others. */
export function awsClients(said: { region: string | undefined; profile: string | undefined }) {
  const { region, profile } = said
  const config = { ...(region && { region }), ...(profile && { profile }), maxAttempts: 2 }
  const global = { ...config, region: GLOBAL }
  return {
    account: new AccountClient(global),
    buckets: new S3Client(config),
    certificates: new ACMClient(global),
    cloudFormation: new CloudFormationClient(config),
    cloudFront: new CloudFrontClient(global),
    cloudWatch: new CloudWatchClient(config),
    cognito: new CognitoIdentityProviderClient(config),
    dynamoDb: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
    firewall: new WAFV2Client(global),
    // Not in the stage's region, which may be one that the account has not enabled.
    identity: new STSClient(global),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    mail: new SESv2Client(config),
    parameters: new SSMClient(config),
    secrets: new SecretsManagerClient(config),
    topics: new SNSClient(config),
  }
}

/** An error of AWS by its name. */
export const isNamed = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name
