import { Duration, Validations } from 'aws-cdk-lib'
import type { IUserPool } from 'aws-cdk-lib/aws-cognito'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { LAMBDA_SECONDS } from '../functions/core/limits.ts'
import { serviceOf } from '../functions/metrics.ts'
import {
  type LambdaName,
  lambdas,
  type RouteName,
  type TextProvider,
  type TriggerName,
  textProviders,
} from '../functions/routes.ts'
import { Lambda } from './lambda.ts'
import { environmentOf, type LambdaSettings } from './lambdaEnvironment.ts'
import { needsOf } from './lambdaNeeds.ts'
import type { ProviderSecret } from './providerSecret.ts'
import type { PushSecret } from './pushSecret.ts'
import type { SwitchesSecret } from './switchesSecret.ts'
import type { Tables } from './tables.ts'
import { routesOf } from './throttling.ts'

export type LambdasProps = {
  readonly settings: LambdaSettings
  /** Holds `<name>/index.cjs` for every Lambda of the providers. */
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
    const needs = needsOf(name, settings)
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
        SERVICE_NAME: serviceOf(settings.stage),
        LOG_LEVEL: settings.logLevel,
        ...environmentOf(needs, this.props),
      },
      logRetentionDays: settings.logRetentionDays,
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
      logRetentionDays: settings.logRetentionDays,
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
