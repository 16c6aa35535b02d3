import { Annotations, Aws, Duration, Stack, Validations } from 'aws-cdk-lib'
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  type CfnUserPool,
  ClientAttributes,
  FeaturePlan,
  type IUserPool,
  LambdaVersion,
  ManagedLoginVersion,
  OAuthScope,
  ResourceServerScope,
  UserPool,
  UserPoolClientIdentityProvider,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito'
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { Brand } from './brand.ts'
import type { Lambda } from './lambda.ts'
import type { Lambdas } from './lambdas.ts'
import { loginLooks } from './loginLooks.ts'
import { INVITATION_DAYS, mails, sesEmail } from './mails.ts'
import { fixId, removalPolicy } from './retention.ts'

export type SignInSettings = {
  readonly stage: string
  readonly keepData: boolean
  readonly signUp: { readonly policy: 'open' | 'domains' | 'closed' }
  /** An e-mail address or domain verified in Amazon SES. Default: Cognito's own mailer. */
  readonly sesIdentity: string | undefined
  /** Always set if SES is used. */
  readonly region: string | undefined
  readonly changePasswordUrl: string | undefined
  readonly brand: Brand
}

/** Length is the only rule, because requiring symbols and capitals makes payers choose shorter passwords. */
const PASSWORD_CHARACTERS_MIN = 15
const ACCESS_TOKEN_MINUTES = 5
/** A tab's session ends when the tab is closed, and after a working day at the latest. */
const REFRESH_TOKEN_HOURS = 12
/** Within this time a renewal whose answer was lost can be repeated. */
const ROTATION_GRACE_SECONDS = 10

const SCOPE = { server: 'payfriend', name: 'pay' } as const

/** The user pool and its sign-in: Cognito's managed login, by OpenID Connect's code flow with PKCE. */
export class SignIn extends Construct {
  readonly issuer: string
  readonly poolId: string
  readonly clientId: string
  /** The scope that every route requires. */
  readonly scope = `${SCOPE.server}/${SCOPE.name}`
  /** The Lambda that the pool's owner has to set as its trigger, if the pool is not of this stack. */
  readonly leftTrigger: string | undefined
  /** The sign-in part of the page's `/config.json`. */
  readonly config: Readonly<Record<string, string>>

  constructor(
    scope: Construct,
    id: string,
    props: {
      readonly settings: SignInSettings
      readonly siteUrl: string
      readonly lambdas: Lambdas
      /** The owner's own pool, and the address of its managed login if it has a domain. */
      readonly userPool?: IUserPool
      readonly signInUrl?: string
    },
  ) {
    super(scope, id)
    const { settings, siteUrl, userPool, signInUrl } = props
    const { signUpPolicy, tokenClaims } = props.lambdas.triggers
    const pool = userPool ? this.reached(userPool) : this.pool(settings, siteUrl)
    if (userPool) this.tellOfScope()
    if (pool instanceof UserPool) {
      if (signUpPolicy) pool.addTrigger(UserPoolOperation.PRE_SIGN_UP, signUpPolicy.function)
      pool.addTrigger(
        UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG,
        tokenClaims.function,
        LambdaVersion.V2_0,
      )
    } else {
      this.leftTrigger = this.leaveTrigger(pool, tokenClaims)
    }

    props.lambdas.bindSessions(pool)

    const pay = new ResourceServerScope({ scopeName: SCOPE.name, scopeDescription: 'Pay' })
    const server = pool.addResourceServer('Server', { identifier: SCOPE.server, scopes: [pay] })
    const page = `${siteUrl}/`
    const client = pool.addClient('Page', {
      // A page cannot keep a secret; PKCE replaces it.
      generateSecret: false,
      // Named, because Cognito's default has ALLOW_REFRESH_TOKEN_AUTH, which it refuses together with rotation. SRP is
      // in that default too, so managed login is known to work with it. A token by SRP past managed login cannot pay,
      // because it lacks our scope; in a pool of our own it cannot change the account, because `tokenClaims` takes
      // Cognito's scope from it.
      authFlows: { userSrp: true },
      refreshTokenRotationGracePeriod: Duration.seconds(ROTATION_GRACE_SECONDS),
      oAuth: {
        flows: { authorizationCodeGrant: true, implicitCodeGrant: false, clientCredentials: false },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.resourceServer(server, pay)],
        callbackUrls: [page],
        logoutUrls: [page],
      },
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.minutes(ACCESS_TOKEN_MINUTES),
      idTokenValidity: Duration.minutes(ACCESS_TOKEN_MINUTES),
      refreshTokenValidity: Duration.hours(REFRESH_TOKEN_HOURS),
      readAttributes: new ClientAttributes().withStandardAttributes({
        email: true,
        emailVerified: true,
      }),
      writeAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
    })
    if (signInUrl === undefined) {
      pool.addDomain('Domain', {
        cognitoDomain: { domainPrefix: domainPrefix(settings) },
        managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
      })
    }
    // Without it managed login has no page to show for a new pool.
    new CfnManagedLoginBranding(this, 'Branding', {
      userPoolId: pool.userPoolId,
      clientId: client.userPoolClientId,
      ...loginLooks(settings.brand),
    })

    this.poolId = pool.userPoolId
    this.clientId = client.userPoolClientId
    this.issuer = `${issuerOrigin}/${pool.userPoolId}`
    const signInPages = signInUrl ?? domainOrigin(settings)
    const scopes = `openid email ${this.scope}`
    this.config = {
      issuer: this.issuer,
      clientId: this.clientId,
      scope: scopes,
      redirectPath: '/',
      signOutUrl: `${signInPages}/logout?client_id=${this.clientId}&logout_uri=${page}`,
      changePasswordUrl:
        settings.changePasswordUrl ??
        `${signInPages}/forgotPassword?client_id=${this.clientId}&response_type=code` +
          `&scope=${scopes.replaceAll(' ', '+')}&redirect_uri=${page}`,
    }
  }

  /** A pool of another stack is imported by its ARN: with our trigger and client each stack would need the other. */
  private reached(pool: IUserPool): IUserPool {
    if (Stack.of(pool) === Stack.of(this)) return pool
    return UserPool.fromUserPoolId(this, 'NamedPool', pool.userPoolId)
  }

  private tellOfScope(): void {
    Annotations.of(this).addWarningV2(
      'payfriend:sharedPool',
      'Access tokens of this user pool keep the scope aws.cognito.signin.user.admin, which its other clients may need: who has a payer’s password can change that payer’s account past managed login (docs/adr/0091).',
    )
  }

  /** This stack cannot change the triggers of an imported pool, so its owner has to set this one. */
  private leaveTrigger(pool: IUserPool, tokenClaims: Lambda): string {
    tokenClaims.function.addPermission('UserPool', {
      principal: new ServicePrincipal('cognito-idp.amazonaws.com'),
      sourceArn: pool.userPoolArn,
    })
    Annotations.of(this).addWarningV2(
      'payfriend:tokenClaims',
      'This user pool is not of this stack: set the Lambda tokenClaims as its pre-token-generation trigger, version V2_0, or nobody can pay.',
    )
    return tokenClaims.function.functionArn
  }

  private pool(settings: SignInSettings, siteUrl: string): UserPool {
    const { stage, signUp, sesIdentity, region, keepData, brand } = settings
    const pool = new UserPool(this, 'Pool', {
      userPoolName: `payfriend-${stage}`,
      ...mails(siteUrl, brand),
      // The plan with managed login and custom claims in access tokens.
      featurePlan: FeaturePlan.ESSENTIALS,
      selfSignUpEnabled: signUp.policy !== 'closed',
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      // The old address stays until the new one is verified.
      keepOriginal: { email: true },
      standardAttributes: { email: { required: true, mutable: true } },
      passwordPolicy: {
        minLength: PASSWORD_CHARACTERS_MIN,
        requireDigits: false,
        requireLowercase: false,
        requireUppercase: false,
        requireSymbols: false,
        tempPasswordValidity: Duration.days(INVITATION_DAYS),
      },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      ...(sesIdentity && { email: sesEmail(sesIdentity, region, brand) }),
      deletionProtection: keepData,
      removalPolicy: removalPolicy(keepData),
    })
    fixId(pool.node.defaultChild as CfnUserPool, 'UserPool')
    if (keepData && sesIdentity === undefined) {
      Annotations.of(this).addWarningV2(
        'payfriend:mailer',
        "Cognito's own mailer sends 50 mails a day for the whole account, and any stranger can use them up by “forgot password”; then nobody is invited. The setting `sesIdentity` has Amazon SES send them (docs/guides/threats.md).",
      )
    }
    for (const [id, reason] of [
      ['COG1', 'Fifteen characters of any kind; ASVS 6.2.5 forbids rules of composition.'],
      ['COG2', "A session alone pays nothing: every payment is approved on the payer's own phone."],
      ['COG8', 'Threat protection costs money for each user, so the owner decides.'],
    ] as const) {
      Validations.of(pool).acknowledge({ id: `AwsSolutions-${id}`, reason })
    }
    return pool
  }
}

/** The origins that the page calls for sign-in; known before the pool is created. */
export const signInOrigins = (
  settings: Pick<SignInSettings, 'stage'>,
  signInUrl = domainOrigin(settings),
): string[] => [issuerOrigin, signInUrl]

const issuerOrigin = `https://cognito-idp.${Aws.REGION}.${Aws.URL_SUFFIX}`

/** A domain prefix must be unique among all AWS accounts of a region. */
const domainPrefix = ({ stage }: Pick<SignInSettings, 'stage'>) =>
  `payfriend-${stage}-${Aws.ACCOUNT_ID}`

const domainOrigin = (settings: Pick<SignInSettings, 'stage'>) =>
  `https://${domainPrefix(settings)}.auth.${Aws.REGION}.amazoncognito.com`
