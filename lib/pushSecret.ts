import { Validations } from 'aws-cdk-lib'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { Lambda } from './lambda.ts'
import { bindSecret } from './providerSecret.ts'
import { unprotectedRemovalPolicy } from './retention.ts'

/** Nearly six bits each, so more than the key that is made of them has. */
const SEED_LENGTH = 64

/**
 * The seed of the key by which push services know us. CloudFormation draws it, so that nobody has to set it up. It is a
 * secret of its own because a change of how it is drawn draws it anew, which ends every device's subscription.
 */
export class PushSecret extends Construct {
  readonly arn: string

  constructor(scope: Construct, id: string, { keepData }: { readonly keepData: boolean }) {
    super(scope, id)
    const secret = new CfnSecret(this, 'Secret', {
      description:
        'The seed of the key for Web Push. Leave it: another one ends every subscription',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'seed',
        passwordLength: SEED_LENGTH,
        excludePunctuation: true,
      },
    })
    secret.applyRemovalPolicy(unprotectedRemovalPolicy(keepData))
    this.arn = secret.ref
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Another seed would end every subscription, and a push has no authority.',
    })
  }

  /** Name the secret to a Lambda and let it read it, in one step. */
  bind(lambda: Lambda): void {
    bindSecret(lambda, 'PUSH_SECRET_ID', this.arn)
  }
}
