import { Duration, Validations } from 'aws-cdk-lib'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { LAMBDA_SECONDS } from '../functions/core/limits.ts'
import { NAMESPACE, serviceOf } from '../functions/metrics.ts'
import { type LambdaName, lambdas, type Provider, type TriggerName } from '../functions/routes.ts'
import { Lambda } from './lambda.ts'
import type { ProviderSecret } from './providerSecret.ts'
import type { Tables } from './tables.ts'
import { routesOf } from './throttling.ts'

/** Where the provider is, and what of it is ours. */
export type ProviderSettings =
  | { readonly provider: 'authy'; readonly authyApiUrl: string }
  | {
      readonly provider: 'twilioVerify'
      readonly twilioVerify: {
        readonly apiUrl: string
        /** The Verify service in PSD2 mode, whose codes are bound to amount and payee. */
        readonly paymentsServiceSid: string
        readonly phonesServiceSid: string
      }
    }

/** What the Lambdas get of the stage's settings. */
type LambdaSettings = ProviderSettings & {
  readonly stage: string
  readonly currencies: readonly { readonly code: string; readonly digits: number }[]
  /** The most that can be sent at once in each of them, in whole units and decimals ("10000.00"). */
  readonly maxAmount: { readonly [code: string]: string }
  readonly paymentTtlSeconds: number
  readonly limits: {
    readonly textsPerHour: number
    readonly textsPerDay: number
    readonly provingTextsPerHour: number
    readonly provingTextsPerDay: number
    readonly textsPerDayForStage: number
    readonly openPayments: number
    readonly paymentsPerHour: number
  }
  /** ISO 3166; none named means all. */
  readonly phoneCountries: readonly string[]
  readonly signUp: {
    readonly policy: 'open' | 'domains' | 'closed'
    readonly domains: readonly string[]
  }
  readonly logLevel: string
  readonly logRetention: RetentionDays
}

export type LambdasProps = {
  readonly settings: LambdaSettings
  /** Holds `<name>/index.mjs` for every Lambda that there is with the provider. */
  readonly folder: string
  readonly tables: Tables
  readonly secret: ProviderSecret
  /** The API's address: `https://…/api`. */
  readonly apiUrl: string
  readonly siteUrl: string
  /** Somebody else's pool says itself who may have an account. */
  readonly hasOwnPool: boolean
}

/** Parts of the settings, each read by some Lambdas and by no others. */
type Need =
  | 'provider'
  | 'switches'
  | 'phones'
  | 'logo'
  | 'callback'
  | 'payment'
  | 'limits'
  | 'countries'
  | 'sessions'

/** With each provider, what of the settings a Lambda needs; one that is not named needs nothing. */
const NEEDS: Record<Provider, { readonly [Name in LambdaName]?: readonly Need[] }> = {
  authy: {
    sendPayment: ['provider', 'logo', 'payment', 'limits'],
    smsStart: ['provider', 'limits'],
    smsVerify: ['provider'],
    authyCallback: ['provider', 'callback'],
    phoneStart: ['provider', 'limits', 'countries'],
    phoneVerify: ['provider', 'sessions'],
    endSessions: ['sessions'],
    sweepPayments: ['provider'],
  },
  // No push, so a payment starts without the provider, but not without the switches beside its key; how it
  // ends is told to it, to end its code.
  twilioVerify: {
    sendPayment: ['switches', 'payment', 'limits'],
    cancelPayment: ['provider'],
    smsStart: ['provider', 'limits'],
    smsVerify: ['provider'],
    phoneStart: ['provider', 'phones', 'limits', 'countries'],
    phoneVerify: ['provider', 'phones', 'sessions'],
    endSessions: ['sessions'],
    sweepPayments: ['provider'],
  },
}

/** A processor of 1,769 MB is a whole one; below that, starting is what gets slower. */
const MEMORY_MB = 1024
const SWEEP_TIMEOUT_SECONDS = 55
const TRIGGER_MEMORY_MB = 256
/** Cognito waits no longer. */
const TRIGGER_TIMEOUT_SECONDS = 5

/** Every Lambda with what it is told and what it may do; the sweep with its clock. */
export class Lambdas extends Construct {
  /** Every route that there is with the provider, and the Lambda that it leads to. */
  readonly routed: readonly (ReturnType<typeof routesOf>[number] & { readonly lambda: Lambda })[]
  readonly sweep: Lambda
  readonly triggers: { readonly tokenClaims: Lambda; readonly signUpPolicy?: Lambda }
  private readonly endingSessions: Lambda[] = []
  private readonly props: LambdasProps

  constructor(scope: Construct, id: string, props: LambdasProps) {
    super(scope, id)
    this.props = props
    const { provider, signUp } = props.settings
    this.routed = routesOf(provider).map((route) => ({ ...route, lambda: this.create(route.name) }))
    const { policy, domains } = signUp
    this.triggers = {
      ...(props.hasOwnPool && {
        signUpPolicy: this.createTrigger('signUpPolicy', 'Who may have an account', {
          SIGN_UP: policy,
          ...(policy === 'domains' && { SIGN_UP_DOMAINS: domains.join(',') }),
        }),
      }),
      tokenClaims: this.createTrigger('tokenClaims', 'Verified e-mail into the access token', {}),
    }
    this.sweep = this.create('sweepPayments')
    this.everyMinute(this.sweep)
  }

  /** Name the pool to who ends sessions, and let them do that and nothing else with its accounts. */
  bindSessions({ userPoolId, userPoolArn }: IUserPool): void {
    for (const { function: it, role } of this.endingSessions) {
      it.addEnvironment('USER_POOL_ID', userPoolId)
      role.addToPrincipalPolicy(
        new PolicyStatement({
          actions: ['cognito-idp:AdminUserGlobalSignOut'],
          resources: [userPoolArn],
        }),
      )
    }
  }

  private create(name: LambdaName): Lambda {
    const { folder, settings, tables, secret } = this.props
    const lambda = lambdas[name]
    const needs = NEEDS[settings.provider][name] ?? []
    const route = 'route' in lambda ? `${lambda.route.method} ${lambda.route.path}` : 'every minute'
    const created = new Lambda(this, capital(name), {
      folder,
      name,
      description: `Payfriend ${settings.stage}: ${name}, ${route}`,
      memoryMb: MEMORY_MB,
      timeoutSeconds: 'route' in lambda ? LAMBDA_SECONDS : SWEEP_TIMEOUT_SECONDS,
      environment: {
        POWERTOOLS_SERVICE_NAME: serviceOf(settings.stage),
        POWERTOOLS_METRICS_NAMESPACE: NAMESPACE,
        POWERTOOLS_LOG_LEVEL: settings.logLevel,
        ...Object.assign({}, ...needs.map((need) => this.environment(need))),
      },
      logRetention: settings.logRetention,
    })
    tables.bind(created, lambda.rights)
    if (needs.includes('provider') || needs.includes('switches')) secret.bind(created)
    if (needs.includes('sessions')) this.endingSessions.push(created)
    if ('route' in lambda) {
      Validations.of(created).acknowledge({
        id: 'Serverless-LambdaDLQ',
        reason: 'API Gateway waits for the answer; a queue is only for what nobody waits for.',
      })
    }
    return created
  }

  private environment(need: Need): Record<string, string> {
    const { settings, apiUrl, siteUrl } = this.props
    switch (need) {
      case 'provider':
        return settings.provider === 'authy'
          ? { AUTHY_API_URL: settings.authyApiUrl }
          : {
              VERIFY_API_URL: settings.twilioVerify.apiUrl,
              VERIFY_PAYMENTS_SERVICE: settings.twilioVerify.paymentsServiceSid,
            }
      // They are in the provider's secret, whose name is all that is told of them; and the pool, whose name
      // is told once it is there.
      case 'switches':
      case 'sessions':
        return {}
      case 'phones':
        return settings.provider === 'twilioVerify'
          ? { VERIFY_PHONES_SERVICE: settings.twilioVerify.phonesServiceSid }
          : {}
      case 'logo':
        return { LOGO_URL: `${siteUrl}/logo.png` }
      case 'callback':
        return { PUBLIC_URL: apiUrl }
      case 'payment':
        return {
          PAYMENT_TTL_SECONDS: String(settings.paymentTtlSeconds),
          MAX_AMOUNT: Object.entries(settings.maxAmount)
            .map(([code, most]) => `${code}:${most}`)
            .join(','),
          CURRENCIES: settings.currencies.map(({ code }) => code).join(','),
        }
      case 'limits':
        return {
          TEXTS_PER_HOUR: String(settings.limits.textsPerHour),
          TEXTS_PER_DAY: String(settings.limits.textsPerDay),
          PROVING_TEXTS_PER_HOUR: String(settings.limits.provingTextsPerHour),
          PROVING_TEXTS_PER_DAY: String(settings.limits.provingTextsPerDay),
          TEXTS_PER_DAY_FOR_STAGE: String(settings.limits.textsPerDayForStage),
          OPEN_PAYMENTS: String(settings.limits.openPayments),
          PAYMENTS_PER_HOUR: String(settings.limits.paymentsPerHour),
        }
      case 'countries':
        return { PHONE_COUNTRIES: settings.phoneCountries.join(',') }
    }
  }

  private createTrigger(
    name: TriggerName,
    description: string,
    environment: Record<string, string>,
  ): Lambda {
    const { folder, settings } = this.props
    const created = new Lambda(this, capital(name), {
      folder,
      name,
      description: `Payfriend ${settings.stage}: ${description}`,
      memoryMb: TRIGGER_MEMORY_MB,
      timeoutSeconds: TRIGGER_TIMEOUT_SECONDS,
      environment,
      logRetention: settings.logRetention,
    })
    Validations.of(created).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'Cognito waits for the answer; a queue is only for what nobody waits for.',
    })
    return created
  }

  private everyMinute(sweep: Lambda): void {
    // The next minute's run is the second try; older runs would only do the same at the same time.
    sweep.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) })
    const rule = new Rule(this, 'EveryMinute', {
      description: 'Ends what is due and asks about silent pushes',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(sweep.function, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
      ],
    })
    const reason = 'A lost run is made good by the next, so there is nothing to keep.'
    for (const id of ['Serverless-LambdaDLQ', 'Serverless-LambdaAsyncFailureDestination']) {
      Validations.of(sweep).acknowledge({ id, reason })
    }
    Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason })
  }
}

const capital = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`
