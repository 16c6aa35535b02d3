import { Validations } from 'aws-cdk-lib'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { Lambda } from './lambda.ts'
import { bindSecret } from './providerSecret.ts'
import { unprotectedRemovalPolicy } from './retention.ts'

/**
 * The owner's switches `paymentsOff` and `smsOff`, with every provider: in a secret, because Lambdas read it at run time,
 * so that a switch takes effect without a deployment. The template sets it to `{}`, which stops nothing. That must stay
 * the template's value: CloudFormation makes a new version of a secret only when this property changes, so until then no
 * deployment touches what the owner put there.
 */
export class SwitchesSecret extends Construct {
  readonly arn: string

  constructor(scope: Construct, id: string, { keepData }: { readonly keepData: boolean }) {
    super(scope, id)
    const secret = new CfnSecret(this, 'Secret', {
      description: 'The switches smsOff and paymentsOff (docs/guides/runbook.md)',
      secretString: '{}',
    })
    secret.applyRemovalPolicy(unprotectedRemovalPolicy(keepData))
    this.arn = secret.ref
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'It holds no credential, so there is nothing to rotate.',
    })
  }

  /** Name the secret to a Lambda and let it read it, in one step. */
  bind(lambda: Lambda): void {
    bindSecret(lambda, 'SWITCHES_SECRET_ID', this.arn)
  }
}
