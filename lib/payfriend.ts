import { Annotations, Stack, Tags } from 'aws-cdk-lib'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { isCarriedBy, textProviders } from '../functions/routes.ts'
import { Api } from './api.ts'
import { AuditTrail } from './auditTrail.ts'
import { bundleLambdas } from './bundle.ts'
import { Firewall } from './firewall.ts'
import { hasFirewall } from './firewallSettings.ts'
import { Lambdas } from './lambdas.ts'
import { Monitoring } from './monitoring/monitoring.ts'
import { type Outputs, outputsOf } from './outputs.ts'
import { bundlePage, type Page } from './page.ts'
import { tellOfName } from './pageName.ts'
import { ProviderSecret } from './providerSecret.ts'
import { PushSecret } from './pushSecret.ts'
import { unprotectedRemovalPolicy } from './retention.ts'
import { Ringing } from './ringing.ts'
import { SignIn, signInOrigins } from './signIn.ts'
import { Site } from './site.ts'
import type { StageSettings } from './stageSettings.ts'
import { SwitchesSecret } from './switchesSecret.ts'
import { Tables } from './tables.ts'

/** The construct's properties. Only `settings` is required. */
export type PayfriendProps = {
  /** The stage's settings, checked: `stageSettings('prod', { archiveLock: 'none' })`. */
  readonly settings: StageSettings
  /**
   * The user pool in which your payers sign in already: of the plan Essentials at least, with e-mail addresses.
   * Payfriend adds a client and a scope to it, and to a pool of the same stack the trigger that puts the e-mail into
   * the access token. The owner of any other pool has to set that trigger (`outputs.TokenClaimsArn`).
   * Its access tokens keep Cognito's scope, with which they can change the account (docs/adr/0091).
   *
   * @default a pool of Payfriend's own, with the accounts that `settings.signUp` lets be made
   */
  readonly userPool?: IUserPool
  /**
   * The managed login of `userPool`, if it has a domain already: `https://login.example.com`.
   *
   * @default a domain that Payfriend adds to the pool
   */
  readonly signInUrl?: string
  /**
   * The bus on which payments and changes of accounts are published (docs/guides/events.md).
   *
   * @default a bus of Payfriend's own
   */
  readonly eventBus?: IEventBus
  /**
   * A folder that holds `<name>/index.cjs` for every Lambda of the provider, for stages that share their bundles.
   *
   * @default bundled at synth
   */
  readonly lambdas?: string
  /**
   * The files of the page, from `bundlePage(settings.brand)`, for stages that share them.
   *
   * @default bundled at synth
   */
  readonly page?: Page
}

/**
 * One stage of Payfriend: page, API, sign-in, tables, audit trail, events and monitoring, in a stack of your own.
 *
 * ```ts
 * const payfriend = new Payfriend(this, 'Payfriend', { settings: stageSettings('shop', { archiveLock: 'none' }) })
 * new Rule(this, 'Approved', {
 *   eventBus: payfriend.eventBus,
 *   eventPattern: { source: ['payfriend'], detailType: ['payment.approved'], detail: { version: [1] } },
 * })
 * ```
 *
 * Its tables, user pool, secrets and archive outlive the stack unless `keepData` is false.
 */
export class Payfriend extends Construct {
  /** The page's address, `https://…`, without a slash at its end. */
  readonly siteUrl: string
  /** The API's own address, `https://…/api`, for which callbacks are signed; the page calls `/api` of its own address. */
  readonly apiUrl: string
  /** The bus on which payments and changes of accounts are published: the given one, or Payfriend's own. */
  readonly eventBus: IEventBus
  /** Values and commands for the operator: make `CfnOutput`s of them, as `examples/app.ts` does. */
  readonly outputs: Outputs

  constructor(scope: Construct, id: string, props: PayfriendProps) {
    super(scope, id)
    const { settings, userPool, signInUrl, eventBus } = props
    const { stage, keepData, logRetentionDays, throttling, currencies } = settings
    // AWS's bill shows each stage's cost once the account's owner has made cost allocation tags of them.
    Tags.of(this).add('app', 'payfriend')
    Tags.of(this).add('stage', stage)

    const tables = new Tables(this, 'Tables', { keepData })
    const secrets = Object.fromEntries(
      textProviders
        .filter((one) => isCarriedBy(settings, one))
        .map((one) => [one, new ProviderSecret(this, one, { keepData })] as const),
    )
    const switches = new SwitchesSecret(this, 'Switches', { keepData })
    const pushSecret = new PushSecret(this, 'Push', { keepData })
    const api = new Api(this, 'Api', settings)
    const firewall = hasFirewall(settings) ? new Firewall(this, 'Firewall', settings) : undefined
    const site = new Site(this, 'Site', {
      api,
      firewall,
      connect: signInOrigins(settings, signInUrl),
      settings,
    })
    const folder = props.lambdas ?? bundleLambdas(settings)
    if (settings.codeCache && `${process.platform} ${process.arch}` !== 'linux arm64') {
      Annotations.of(this).addWarningV2(
        'payfriend:codeCache',
        `Lambda refuses code caches that were made on ${process.platform}, ${process.arch}: docs/guides/speed.md says where to make them.`,
      )
    }
    const lambdas = new Lambdas(this, 'Lambdas', {
      settings,
      folder,
      tables,
      secrets,
      switches,
      pushSecret,
      apiUrl: api.url,
      siteUrl: site.url,
      hasOwnPool: userPool === undefined,
    })
    for (const { open, lambda } of lambdas.routed) {
      // The provider calls the callback at the API's own address.
      if (open !== 'public') firewall?.bind(lambda, site.distribution)
    }
    const auditTrail = new AuditTrail(this, 'AuditTrail', {
      settings,
      folder,
      tables,
      ...(eventBus && { eventBus }),
    })
    const devicePush = lambdas.routed.find(({ name }) => name === 'devicePush')
    if (!devicePush) throw new Error('every deployment has this route')
    new Ringing(this, 'Ringing', {
      eventBus: auditTrail.eventBus,
      ringDevices: lambdas.ringDevices,
      devicePush: devicePush.lambda,
    })
    const signIn = new SignIn(this, 'SignIn', {
      settings,
      siteUrl: site.url,
      lambdas,
      ...(userPool && { userPool }),
      ...(signInUrl !== undefined && { signInUrl }),
    })
    const { tokenClaims, signUpPolicy } = lambdas.triggers
    const accessLog = api.serve({ lambdas, signIn, throttling, logRetentionDays })
    site.publish(props.page ?? bundlePage(settings.brand), {
      ...signIn.config,
      currencies,
      texts: settings.provider !== 'none',
      pushes: settings.provider === 'authy',
      paymentSeconds: settings.paymentTtlSeconds,
      phoneCountries: settings.phoneCountries,
    })

    new Monitoring(this, 'Monitoring', {
      settings,
      routed: lambdas.routed.map(({ lambda }) => lambda.function),
      sweep: lambdas.sweep.function,
      ringDevices: lambdas.ringDevices.function,
      triggers: {
        tokenClaims: tokenClaims.function,
        ...(signUpPolicy && { signUpPolicy }),
      },
      consumers: Object.values(auditTrail.lambdas).map((lambda) => lambda.function),
      tables: tables.all,
      accessLog,
    })

    this.siteUrl = site.url
    this.apiUrl = api.url
    this.eventBus = auditTrail.eventBus
    this.outputs = outputsOf({
      settings,
      region: Stack.of(this).region,
      site,
      api,
      signIn,
      auditTrail,
      tables,
      secrets: Object.values(secrets),
      switches,
    })
    // The logs stay with the data, and go with a stage that keeps none.
    for (const one of this.node.findAll()) {
      if (one instanceof LogGroup) one.applyRemovalPolicy(unprotectedRemovalPolicy(keepData))
    }
    tellOfName(this, settings)
  }
}
