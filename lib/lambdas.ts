import { Duration, Validations } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { type LambdaName, lambdas, type TriggerName } from '../functions/routes.ts'
import type { AuthySecret } from './authySecret.ts'
import { Lambda } from './lambda.ts'
import type { Tables } from './tables.ts'

/** What the Lambdas are told of the stage's settings. */
export type LambdaSettings = {
  readonly stage: string
  readonly currencies: readonly { readonly code: string; readonly digits: number }[]
  /** The most that can be sent at once, in whole units and decimals ("10000.00"). */
  readonly maxAmount: string
  readonly paymentTtlSeconds: number
  readonly limits: {
    readonly textsPerHour: number
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
  readonly authyApiUrl: string
  readonly logLevel: string
  readonly logRetention: RetentionDays
}

export type LambdasProps = {
  readonly settings: LambdaSettings
  /** Holds `<name>/index.mjs` for every Lambda. */
  readonly folder: string
  readonly tables: Tables
  readonly authySecret: AuthySecret
  /** The API's address: `https://…/api`. */
  readonly apiUrl: string
  readonly siteUrl: string
}

/** Parts of the settings, each read by some Lambdas and by no others. */
type Need = 'authy' | 'logo' | 'callback' | 'payment' | 'limits' | 'countries'

const NEEDS: Record<LambdaName, readonly Need[]> = {
  sendPayment: ['authy', 'logo', 'payment', 'limits'],
  listPayments: [],
  paymentStatus: [],
  cancelPayment: [],
  smsStart: ['authy', 'limits'],
  smsVerify: ['authy'],
  authyCallback: ['authy', 'callback'],
  profile: [],
  phoneStart: ['authy', 'limits', 'countries'],
  phoneVerify: ['authy'],
  sweepPayments: ['authy'],
}

/** A processor of 1,769 MB is a whole one; below that, starting is what gets slower. */
const MEMORY_MB = 1024
/** Four calls of the provider (a change of phone), 3 s each at most, and the table's; API Gateway waits 30 s. */
const TIMEOUT_SECONDS = 28
const SWEEP_TIMEOUT_SECONDS = 55
const TRIGGER_MEMORY_MB = 256
/** Cognito waits no longer. */
const TRIGGER_TIMEOUT_SECONDS = 5

/** Every Lambda with what it is told and what it may do; the sweep with its clock. */
export class Lambdas extends Construct {
  readonly byName: Readonly<Record<LambdaName, Lambda>>
  readonly triggers: Readonly<Record<TriggerName, Lambda>>
  private readonly props: LambdasProps

  constructor(scope: Construct, id: string, props: LambdasProps) {
    super(scope, id)
    this.props = props
    this.byName = {
      sendPayment: this.create('sendPayment'),
      listPayments: this.create('listPayments'),
      paymentStatus: this.create('paymentStatus'),
      cancelPayment: this.create('cancelPayment'),
      smsStart: this.create('smsStart'),
      smsVerify: this.create('smsVerify'),
      authyCallback: this.create('authyCallback'),
      profile: this.create('profile'),
      phoneStart: this.create('phoneStart'),
      phoneVerify: this.create('phoneVerify'),
      sweepPayments: this.create('sweepPayments'),
    }
    const { policy, domains } = props.settings.signUp
    this.triggers = {
      signUpPolicy: this.createTrigger('signUpPolicy', 'Who may have an account', {
        SIGN_UP: policy,
        ...(policy === 'domains' && { SIGN_UP_DOMAINS: domains.join(',') }),
      }),
      tokenClaims: this.createTrigger('tokenClaims', 'Verified e-mail into the access token', {}),
    }
    this.everyMinute(this.byName.sweepPayments)
  }

  private create(name: LambdaName): Lambda {
    const { folder, settings, tables, authySecret } = this.props
    const lambda = lambdas[name]
    const needs = NEEDS[name]
    const route = 'route' in lambda ? `${lambda.route.method} ${lambda.route.path}` : 'every minute'
    const created = new Lambda(this, capital(name), {
      folder,
      name,
      description: `Payfriend ${settings.stage}: ${name}, ${route}`,
      memoryMb: MEMORY_MB,
      timeoutSeconds: 'route' in lambda ? TIMEOUT_SECONDS : SWEEP_TIMEOUT_SECONDS,
      environment: {
        POWERTOOLS_SERVICE_NAME: `payfriend-${settings.stage}`,
        POWERTOOLS_METRICS_NAMESPACE: 'Payfriend',
        POWERTOOLS_LOG_LEVEL: settings.logLevel,
        ...Object.assign({}, ...needs.map((need) => this.environment(need))),
      },
      logRetention: settings.logRetention,
    })
    tables.bind(created, lambda.rights)
    if (needs.includes('authy')) authySecret.bind(created)
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
      case 'authy':
        return { AUTHY_API_URL: settings.authyApiUrl }
      case 'logo':
        return { LOGO_URL: `${siteUrl}/logo.png` }
      case 'callback':
        return { PUBLIC_URL: apiUrl }
      case 'payment':
        return {
          PAYMENT_TTL_SECONDS: String(settings.paymentTtlSeconds),
          MAX_AMOUNT: settings.maxAmount,
          CURRENCIES: settings.currencies.map(({ code }) => code).join(','),
        }
      case 'limits':
        return {
          TEXTS_PER_HOUR: String(settings.limits.textsPerHour),
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
