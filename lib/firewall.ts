import { CfnDynamicReference, CfnDynamicReferenceService, Validations } from 'aws-cdk-lib'
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import type { Lambda } from './lambda.ts'

/** Six bits each. */
const SECRET_LENGTH = 64
const WINDOW_SECONDS = 300
const TOO_MANY_REQUESTS = 429

export type FirewallSettings = {
  readonly stage: string
  /** The owner's own web ACL. */
  readonly webAclArn: string | undefined
  /** What one address may send in five minutes, if the web ACL is Payfriend's own. */
  readonly requestsPerAddress: number | undefined
  readonly originSecretNumber: number
}

/**
 * The firewall in front of page and API, and the secret by which the API's Lambdas know what came through it: API
 * Gateway answers at an address of its own too, where no firewall can stand (docs/adr/0092).
 */
export class Firewall extends Construct {
  readonly webAclArn: string
  /** What CloudFront sends with each request to the API. */
  readonly secret: string
  /** What the Lambdas take: that, and what CloudFront sends after the next turn. */
  private readonly taken: string

  constructor(scope: Construct, id: string, settings: FirewallSettings) {
    super(scope, id)
    const { webAclArn, requestsPerAddress, originSecretNumber } = settings
    this.webAclArn = webAclArn ?? this.webAcl(settings.stage, requestsPerAddress)
    this.secret = this.drawn(originSecretNumber)
    // Drawn one deployment ahead, so that no request is refused while CloudFront begins to send it.
    this.taken = `${this.secret},${this.drawn(originSecretNumber + 1)}`
  }

  /** Have a Lambda refuse what the distribution did not send, in one step, and not before it is sent the secret. */
  bind(lambda: Lambda, distribution: IDistribution): void {
    lambda.function.addEnvironment('ORIGIN_SECRETS', this.taken)
    // Updated after the distribution, and CloudFormation waits until CloudFront has that everywhere.
    lambda.function.node.addDependency(distribution)
  }

  /** A secret that CloudFormation draws, as a reference that it resolves where it stands; the template has no value. */
  private drawn(number: number): string {
    const secret = new CfnSecret(this, `Secret${number}`, {
      description:
        'What CloudFront shows to the API. Turn it by the setting originSecretNumber, never by hand',
      generateSecretString: { passwordLength: SECRET_LENGTH, excludePunctuation: true },
    })
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'It is turned by a deployment, because the distribution and the Lambdas must follow.',
    })
    const { SECRETS_MANAGER } = CfnDynamicReferenceService
    return new CfnDynamicReference(SECRETS_MANAGER, `${secret.ref}:SecretString:::`).toString()
  }

  private webAcl(stage: string, limit: number | undefined): string {
    if (limit === undefined) throw new Error('a firewall needs a web ACL or a rate')
    // A sample of requests would hold payers' tokens.
    const visibilityConfig = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
    })
    const acl = new CfnWebACL(this, 'WebAcl', {
      description: `Payfriend ${stage}: requests by address`,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibilityConfig(`payfriend-${stage}`),
      rules: [
        {
          name: 'RequestsPerAddress',
          priority: 0,
          statement: {
            rateBasedStatement: {
              limit,
              aggregateKeyType: 'IP',
              evaluationWindowSec: WINDOW_SECONDS,
            },
          },
          action: { block: { customResponse: { responseCode: TOO_MANY_REQUESTS } } },
          visibilityConfig: visibilityConfig(`payfriend-${stage}-requests-per-address`),
        },
      ],
    })
    return acl.attrArn
  }
}
