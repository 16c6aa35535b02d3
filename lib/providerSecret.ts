import { Validations } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { Provider } from '../functions/routes.ts'
import type { Lambda } from './lambda.ts'
import { removalPolicy } from './retention.ts'

/** What a provider's secret holds, and by what names it goes. The ids are for ever: another is another secret. */
const SECRETS = {
  authy: {
    id: 'Authy',
    variable: 'AUTHY_SECRET_ID',
    output: 'PutAuthyKey',
    holds: 'the API key of Authy',
    shape: '{"apiKey":"..."}',
  },
  twilioVerify: {
    id: 'TwilioVerify',
    variable: 'VERIFY_SECRET_ID',
    output: 'PutTwilioKey',
    holds: 'an API key of Twilio and its secret',
    shape: '{"apiKey":"SK...","apiKeySecret":"..."}',
  },
} as const satisfies Record<Provider, object>

/**
 * Where the owner puts the provider's key: a secret that is born empty, so that the key is never in a
 * template, a setting or an environment. It outlives the stack where data is kept.
 *
 * Its id is the provider's own, so that a stage that changes its provider gets a new secret and the old
 * one stays as it is.
 */
export class ProviderSecret extends Construct {
  readonly arn: string
  /** What the owner puts into it, in words. */
  readonly holds: string
  /** What it has to look like, as JSON with dots for the values. */
  readonly shape: string
  /** The name of the output that says how. */
  readonly output: string
  private readonly variable: string

  constructor(scope: Construct, provider: Provider, { keepData }: { readonly keepData: boolean }) {
    const { id, variable, output, holds, shape } = SECRETS[provider]
    super(scope, id)
    this.holds = holds
    this.shape = shape
    this.output = output
    this.variable = variable
    // The construct library's own secret always has a value made up for it.
    const secret = new CfnSecret(this, 'Secret', {
      description:
        `${holds.charAt(0).toUpperCase()}${holds.slice(1)}, as ${shape}; beside it the switches ` +
        'smsOff and paymentsOff (docs/guides/runbook.md)',
    })
    secret.applyRemovalPolicy(removalPolicy(keepData))
    this.arn = secret.ref
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The key is made in the console of its provider, which AWS cannot ask for a new one.',
    })
  }

  /** Name the secret to a Lambda and let it read it, in one step. */
  bind(lambda: Lambda): void {
    lambda.function.addEnvironment(this.variable, this.arn)
    lambda.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [this.arn] }),
    )
  }
}
