import { Duration, Validations } from 'aws-cdk-lib'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import { LAMBDA_SECONDS } from '../functions/core/limits.ts'
import { NAMESPACE, serviceOf } from '../functions/metrics.ts'
import {
  type LambdaName,
  lambdas,
  type Provider,
  type RouteName,
  type TextProvider,
  type TriggerName,
  textProviders,
} from '../functions/routes.ts'
import { Lambda } from './lambda.ts'
import type { ProviderSecret } from './providerSecret.ts'
import type { PushSecret } from './pushSecret.ts'
import type { SwitchesSecret } from './switchesSecret.ts'
import type { Tables } from './tables.ts'
import { routesOf } from './throttling.ts'

/** The two services of Twilio Verify, and its address. */
type VerifyServices = {
  readonly apiUrl: string
  /** The Verify service in PSD2 mode, whose codes are bound to amount and payee. */
  readonly paymentsServiceSid: string
  readonly phonesServiceSid: string
}

/** The provider and the former one, with the settings of each. */
export type ProviderSettings =
  | {
      readonly provider: 'authy'
      readonly authyApiUrl: string
      readonly formerProvider: 'twilioVerify' | undefined
      readonly twilioVerify: VerifyServices | undefined
    }
  | {
      readonly provider: 'twilioVerify'
      readonly twilioVerify: VerifyServices
      readonly formerProvider: 'authy' | undefined
      readonly authyApiUrl: string | undefined
    }
  | {
      readonly provider: 'none'
      readonly formerProvider: TextProvider | undefined
      readonly authyApiUrl: string | undefined
      readonly twilioVerify: VerifyServices | undefined
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
  readonly firstDevice: 'invitation' | 'sign-in'
  readonly deviceWaitHours: number
  readonly textsBesideDevice: boolean
  /** The hosts of the push services that may be called. */
  readonly pushHosts: readonly string[]
  readonly signUp: {
    readonly policy: 'open' | 'domains' | 'closed'
    readonly domains: readonly string[]
  }
  readonly logLevel: string
  readonly logRetention: RetentionDays
}

export type LambdasProps = {
  readonly settings: LambdaSettings
  /** Holds `<name>/index.mjs` for every Lambda of the providers. */
  readonly folder: string
  readonly tables: Tables
  /** The secret of each provider, current and former. */
  readonly secrets: { readonly [P in TextProvider]?: ProviderSecret | undefined }
  readonly switches: SwitchesSecret
  readonly pushSecret: PushSecret
  /** The API's address: `https://…/api`. */
  readonly apiUrl: string
  readonly siteUrl: string
  /** False with the owner's own pool, which has its own rules for who may have an account. */
  readonly hasOwnPool: boolean
}

/** The parts of the settings; each is given only to the Lambdas that read it. */
type Need =
  | TextProvider
  | 'switches'
  | 'phones'
  | 'logo'
  | 'callback'
  | 'payment'
  | 'limits'
  | 'countries'
  | 'devices'
  | 'sessions'
  | 'push'
  | 'site'

type Needs = { readonly [Name in LambdaName]?: readonly Need[] }

/** The settings that each Lambda needs with every provider; a Lambda that is not named needs none. */
const NEEDS: Needs = {
  sendPayment: ['switches', 'payment', 'limits', 'devices'],
  smsStart: ['switches', 'limits', 'devices'],
  smsVerify: ['devices'],
  profile: ['devices'],
  phoneStart: ['switches', 'limits', 'countries'],
  phoneVerify: ['sessions', 'devices'],
  endSessions: ['sessions'],
  deviceInvite: ['devices'],
  deviceEnrol: ['site', 'devices'],
  deviceLeave: ['switches', 'limits', 'devices'],
  deviceConfirm: ['devices'],
  deviceRemove: ['devices'],
  listApprovals: ['site', 'devices'],
  decideApproval: ['site', 'devices'],
  devicePush: ['site', 'devices', 'push'],
  ringDevices: ['site', 'devices', 'push'],
}

/** What they need of their provider besides. */
const OF_PROVIDER: Record<Provider, Needs> = {
  authy: {
    sendPayment: ['authy', 'logo'],
    smsStart: ['authy'],
    smsVerify: ['authy'],
    authyCallback: ['authy', 'callback'],
    phoneStart: ['authy'],
    phoneVerify: ['authy'],
    deviceLeave: ['authy'],
    deviceConfirm: ['authy'],
    sweepPayments: ['authy'],
  },
  // No push, so starting a payment does not call the provider. A cancelled payment's code is ended at the provider.
  twilioVerify: {
    cancelPayment: ['twilioVerify'],
    smsStart: ['twilioVerify'],
    smsVerify: ['twilioVerify'],
    phoneStart: ['twilioVerify', 'phones'],
    phoneVerify: ['twilioVerify', 'phones'],
    deviceLeave: ['twilioVerify'],
    deviceConfirm: ['twilioVerify'],
    sweepPayments: ['twilioVerify'],
  },
  none: {},
}

/** What they need of the former provider, so that open payments end as they were started. */
const OF_FORMER: Record<TextProvider, Needs> = {
  authy: {
    smsStart: ['authy'],
    smsVerify: ['authy'],
    authyCallback: ['authy', 'callback'],
    sweepPayments: ['authy'],
  },
  twilioVerify: {
    cancelPayment: ['twilioVerify'],
    smsStart: ['twilioVerify'],
    smsVerify: ['twilioVerify'],
    sweepPayments: ['twilioVerify'],
  },
}

/** With 1,769 MB a Lambda has a whole processor; with less, mainly its start gets slower. */
const MEMORY_MB = 1024
const SWEEP_TIMEOUT_SECONDS = 55
/** What calls a Lambda without a route, and how long it may run. */
const CALLED = {
  sweepPayments: { by: 'every minute', timeoutSeconds: SWEEP_TIMEOUT_SECONDS },
  // Two tries of three seconds, one beside the other for all devices.
  ringDevices: { by: 'at each event that rings', timeoutSeconds: LAMBDA_SECONDS },
} as const satisfies Record<Exclude<LambdaName, RouteName>, object>

const TRIGGER_MEMORY_MB = 256
/** Cognito waits no longer than this. */
const TRIGGER_TIMEOUT_SECONDS = 5

/** Every Lambda with its environment and rights, and the sweep's schedule. */
export class Lambdas extends Construct {
  /** Every route of the provider and its Lambda. */
  readonly routed: readonly (ReturnType<typeof routesOf>[number] & { readonly lambda: Lambda })[]
  readonly sweep: Lambda
  readonly ringDevices: Lambda
  readonly triggers: { readonly tokenClaims: Lambda; readonly signUpPolicy?: Lambda }
  private readonly endingSessions: Lambda[] = []
  private readonly props: LambdasProps

  constructor(scope: Construct, id: string, props: LambdasProps) {
    super(scope, id)
    this.props = props
    const { signUp } = props.settings
    this.routed = routesOf(props.settings).map((route) => ({
      ...route,
      lambda: this.create(route.name),
    }))
    const { policy, domains } = signUp
    this.triggers = {
      ...(props.hasOwnPool && {
        signUpPolicy: this.createTrigger('signUpPolicy', 'Who may have an account', {
          SIGN_UP: policy,
          ...(policy === 'domains' && { SIGN_UP_DOMAINS: domains.join(',') }),
        }),
      }),
      tokenClaims: this.createTrigger(
        'tokenClaims',
        'Verified e-mail into the access token',
        props.hasOwnPool ? {} : { USER_POOL: 'shared' },
      ),
    }
    this.sweep = this.create('sweepPayments')
    this.everyMinute(this.sweep)
    this.ringDevices = this.create('ringDevices')
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
    const { folder, settings, tables, secrets, switches, pushSecret } = this.props
    const lambda = lambdas[name]
    const needs = this.needsOf(name)
    const { by, timeoutSeconds } =
      name in CALLED
        ? CALLED[name as keyof typeof CALLED]
        : { by: routeOf(lambda), timeoutSeconds: LAMBDA_SECONDS }
    const created = new Lambda(this, capital(name), {
      folder,
      name,
      description: `Payfriend ${settings.stage}: ${name}, ${by}`,
      memoryMb: MEMORY_MB,
      timeoutSeconds,
      environment: {
        POWERTOOLS_SERVICE_NAME: serviceOf(settings.stage),
        POWERTOOLS_METRICS_NAMESPACE: NAMESPACE,
        POWERTOOLS_LOG_LEVEL: settings.logLevel,
        ...Object.assign({}, ...needs.map((need) => this.environment(need))),
      },
      logRetention: settings.logRetention,
    })
    tables.bind(created, lambda.rights)
    for (const provider of textProviders) {
      if (needs.includes(provider)) secrets[provider]?.bind(created)
    }
    if (needs.includes('switches')) switches.bind(created)
    if (needs.includes('push')) pushSecret.bind(created)
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

  private needsOf(name: LambdaName): readonly Need[] {
    const { provider, formerProvider } = this.props.settings
    const all = [
      NEEDS[name],
      OF_PROVIDER[provider][name],
      formerProvider && OF_FORMER[formerProvider][name],
    ]
    return [...new Set(all.flatMap((needs) => needs ?? []))]
  }

  private environment(need: Need): Record<string, string> {
    const { settings, apiUrl, siteUrl } = this.props
    switch (need) {
      case 'authy':
        return settings.authyApiUrl === undefined ? {} : { AUTHY_API_URL: settings.authyApiUrl }
      case 'twilioVerify':
        return settings.twilioVerify === undefined
          ? {}
          : {
              VERIFY_API_URL: settings.twilioVerify.apiUrl,
              VERIFY_PAYMENTS_SERVICE: settings.twilioVerify.paymentsServiceSid,
            }
      case 'phones':
        return settings.twilioVerify === undefined
          ? {}
          : { VERIFY_PHONES_SERVICE: settings.twilioVerify.phonesServiceSid }
      // `SwitchesSecret.bind` names the secret. The pool is created later, and `bindSessions` names it.
      case 'switches':
      case 'sessions':
        return {}
      case 'devices':
        return {
          FIRST_DEVICE: settings.firstDevice,
          DEVICE_WAIT_HOURS: String(settings.deviceWaitHours),
          TEXTS_BESIDE_DEVICE: String(settings.textsBesideDevice),
        }
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
      case 'push':
        return { PUSH_HOSTS: settings.pushHosts.join(',') }
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

const routeOf = (lambda: (typeof lambdas)[LambdaName]) =>
  'route' in lambda ? `${lambda.route.method} ${lambda.route.path}` : ''

const capital = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`
