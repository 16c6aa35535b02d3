import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

export type AwsClients = ReturnType<typeof awsClients>

/** The clients of AWS that the checks use, with the SDK's own credentials and region unless options name others. */
export function awsClients(said: { region: string | undefined; profile: string | undefined }) {
  const { region, profile } = said
  const config = { ...(region && { region }), ...(profile && { profile }), maxAttempts: 2 }
  return {
    cloudFormation: new CloudFormationClient(config),
    lambda: new LambdaClient(config),
    secrets: new SecretsManagerClient(config),
  }
}
