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

/** The provider's address and the stage's own services there. */
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

/** The stage's settings that the Lambdas read. */
type LambdaSettings = ProviderSettings & {
  readonly stage: string
  readonly currencies: readonly { readonly code: string; readonly digits: number }[]
  /** The largest amount of a payment in each currency, in whole units and decimals ("10000.00"). */
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
  /** ISO 3166; an empty list means all countries. */
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
  /** Holds `<name>/index.mjs` for every Lambda of the provider. */
  readonly folder: string
  readonly tables: Tables
  readonly secret: ProviderSecret
  /** The API's address: `https://…/api`. */
  readonly apiUrl: string
  readonly siteUrl: string
  /** False with the owner's own pool, which has its own rules for who may have an account. */
  readonly hasOwnPool: boolean
}

/** The parts of the settings; each is given only to the Lambdas that read it. */
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
  | 'site'

/** The same with every provider. */
const DEVICE_NEEDS = {
  deviceEnrol: ['site'],
  deviceLeave: ['provider', 'limits'],
  deviceConfirm: ['provider'],
  listApprovals: ['site'],
  decideApproval: ['site'],
} as const satisfies { readonly [Name in LambdaName]?: readonly Need[] }

/** The settings that each Lambda needs with each provider; a Lambda that is not named needs none. */
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
    ...DEVICE_NEEDS,
  },
  // No push, so starting a payment does not call the provider, but reads the switches beside its key. A cancelled
  // payment's code is ended at the provider.
  twilioVerify: {
    sendPayment: ['switches', 'payment', 'limits'],
    cancelPayment: ['provider'],
    smsStart: ['provider', 'limits'],
    smsVerify: ['provider'],
    phoneStart: ['provider', 'phones', 'limits', 'countries'],
    phoneVerify: ['provider', 'phones', 'sessions'],
    endSessions: ['sessions'],
    sweepPayments: ['provider'],
    ...DEVICE_NEEDS,
  },
}

/** With 1,769 MB a Lambda has a whole processor; with less, mainly its start gets slower. */
const MEMORY_MB = 1024
const SWEEP_TIMEOUT_SECONDS = 55
const TRIGGER_MEMORY_MB = 256
/** Cognito waits no longer than this. */
const TRIGGER_TIMEOUT_SECONDS = 5

/** Every Lambda with its environment and rights, and the sweep's schedule. */
export class Lambdas extends Construct {
  /** Every route of the provider and its Lambda. */
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

  /** Name the pool to the Lambdas that end sessions, with the rights for this and no others. */
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
        reason:
          'API Gateway waits for the answer; only asynchronous calls can use a dead-letter queue.',
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
      // The switches are in the provider's secret, which `secret.bind` names. The pool is created later, and
      // `bindSessions` names it.
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
      case 'site':
        return { SITE_URL: siteUrl }
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
      reason: 'Cognito waits for the answer; only asynchronous calls can use a dead-letter queue.',
    })
    return created
  }

  private everyMinute(sweep: Lambda): void {
    // No retry: the run of the next minute does the same work.
    sweep.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) })
    const rule = new Rule(this, 'EveryMinute', {
      description: 'Ends payments that are due and asks the provider about unanswered pushes',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(sweep.function, { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
      ],
    })
    const reason = 'The next run does the work of a lost one, so no event has to be kept.'
    for (const id of ['Serverless-LambdaDLQ', 'Serverless-LambdaAsyncFailureDestination']) {
      Validations.of(sweep).acknowledge({ id, reason })
    }
    Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason })
  }
}

const capital = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`
