import { Validations } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { TextProvider } from '../functions/routes.ts'
import type { Lambda } from './lambda.ts'
import { unprotectedRemovalPolicy } from './retention.ts'

/** Each provider's secret: its contents and names. The ids must not change: a new id makes a new, empty secret. */
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
} as const satisfies Record<TextProvider, object>

/**
 * The secret for the provider's key. It is created empty and the owner fills it in, so that the key is never
 * in a template, a setting or an environment. If data is kept, it outlives the stack.
 *
 * Each provider has its own id, so that a stage that changes its provider gets a new secret and the old
 * one stays as it is.
 */
export class ProviderSecret extends Construct {
  readonly arn: string
  /** The content that the owner puts into it, in words. */
  readonly holds: string
  /** Its form, as JSON with dots for the values. */
  readonly shape: string
  /** The name of the output with the command that fills it. */
  readonly output: string
  private readonly variable: string

  constructor(
    scope: Construct,
    provider: TextProvider,
    { keepData }: { readonly keepData: boolean },
  ) {
    const { id, variable, output, holds, shape } = SECRETS[provider]
    super(scope, id)
    this.holds = holds
    this.shape = shape
    this.output = output
    this.variable = variable
    // Not the library's `Secret`, which always generates a value.
    const secret = new CfnSecret(this, 'Secret', {
      description: `${holds.charAt(0).toUpperCase()}${holds.slice(1)}, as ${shape}`,
    })
    secret.applyRemovalPolicy(unprotectedRemovalPolicy(keepData))
    this.arn = secret.ref
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The key is made in the console of its provider, so AWS cannot rotate it.',
    })
  }

  /** Name the secret to a Lambda and let it read it, in one step. */
  bind(lambda: Lambda): void {
    bindSecret(lambda, this.variable, this.arn)
  }
}

/** Name a secret to a Lambda by this variable and let it read it, in one step. */
export function bindSecret(lambda: Lambda, variable: string, arn: string): void {
  lambda.function.addEnvironment(variable, arn)
  lambda.role.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [arn] }),
  )
}
