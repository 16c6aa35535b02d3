import { RemovalPolicy, Validations } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { Lambda } from './lambda.ts'

/**
 * Where the owner puts Authy's API key: a secret `{"apiKey":"…"}` that is born empty, so that the key is
 * never in a template, a setting or an environment. It outlives the stack.
 */
export class AuthySecret extends Construct {
  readonly arn: string

  constructor(scope: Construct, id: string) {
    super(scope, id)
    // The construct library's own secret always has a value made up for it.
    const secret = new CfnSecret(this, 'Secret', {
      description: 'The API key of Authy, as {"apiKey":"..."}',
    })
    secret.applyRemovalPolicy(RemovalPolicy.RETAIN)
    this.arn = secret.ref
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The key is made in the console of Authy, which AWS cannot ask for a new one.',
    })
  }

  /** Name the secret to a Lambda and let it read it, in one step. */
  bind(lambda: Lambda): void {
    lambda.function.addEnvironment('AUTHY_SECRET_ID', this.arn)
    lambda.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.arn] }),
    )
  }
}
