import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SESv2Client } from '@aws-sdk/client-sesv2'

export type AwsClients = ReturnType<typeof awsClients>

/** Every part of AWS that is asked; who asks and where is found as the SDK finds it, unless it is said. */
export function awsClients(said: { region: string | undefined; profile: string | undefined }) {
  const { region, profile } = said
  const config = { ...(region && { region }), ...(profile && { profile }), maxAttempts: 2 }
  return {
    cloudFormation: new CloudFormationClient(config),
    cognito: new CognitoIdentityProviderClient(config),
    dynamoDb: new DynamoDBClient(config),
    lambda: new LambdaClient(config),
    s3: new S3Client(config),
    secrets: new SecretsManagerClient(config),
    ses: new SESv2Client(config),
  }
}
