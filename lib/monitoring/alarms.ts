/** Each alarm with its threshold, the reason for it, and its page in the runbook. */
import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { Provider } from '../../functions/routes.ts'
import { filled, type StageMetrics } from './metrics.ts'

export type AlarmRule = {
  readonly id: string
  /** One sentence for the person on call. */
  readonly what: string
  /** The heading of its section in docs/guides/runbook.md. */
  readonly heading: string
  readonly metric: IMetric
  /** Rings at this and above … */
  readonly threshold: number
  /** … in so many of so many periods; in 2 of 3, where it is not said, so that one blip sets off no alarm. */
  readonly periods?: { readonly of: number; readonly alarming: number }
}

/**
 * A bug or an outage comes again; one odd request does not. So many in a quarter of an hour: with ten payments
 * a day, one person who tries again is all that there is to hear of it.
 */
const FAULTS_MIN = 3
const QUARTER = Duration.minutes(15)
/** The provider fails when this many calls do, and a fifth of all: one of thousands is ordinary. */
const PROVIDER_FAULTS_MIN = 3
const PROVIDER_FAULTS_SHARE = 0.2
/** So much of a day's texts within a quarter of an hour is no ordinary hour. */
const TEXTS_SHARE = 0.1
/** Well before a Lambda is cut off (`LAMBDA_SECONDS`): by then it is too late. */
const SLOW_MS = 20_000
/** What fails is tried again for two hours and then becomes a dead letter; the person on call has most of them left. */
const BEHIND_MS = 15 * 60_000
/** Somebody who presses a button twice meets a ceiling; this many are a flood, or a ceiling too low. */
const TURNED_AWAY_MIN = 50
/**
 * Of callbacks with a wrong signature in five minutes. Any stranger can send one, and it changes nothing. A wrong
 * key of our own does not wait for so many, because real answers name payments.
 */
const FORGED_MIN = 100
/** On demand nothing is throttled at these sizes, and a Lambda only where the account's limit is too small. */
const THROTTLED_MIN = 5

const AT_ONCE = { of: 1, alarming: 1 }

export function alarmRules(
  { own, ...metrics }: StageMetrics,
  stage: {
    readonly provider: Provider
    readonly textsPerDayForStage: number
    readonly hasConsumers: boolean
  },
): AlarmRule[] {
  return [
    {
      id: 'Faults',
      what: 'Payfriend fails: requests end in faults of its own',
      heading: 'Alarm: faults',
      metric: filled(own('Fault'), QUARTER),
      threshold: FAULTS_MIN,
      periods: AT_ONCE,
    },
    ...metrics.routedErrors.map((metric, i) => ({
      id: numbered('FailedLambdas', i),
      what: 'Lambdas crash, do not start or run out of time',
      heading: 'Alarm: failed Lambdas',
      metric: metric.with({ period: QUARTER }),
      threshold: FAULTS_MIN,
      periods: AT_ONCE,
    })),
    {
      id: 'SweepFails',
      what: 'The sweep fails, so payments may not end and lost callbacks are not found',
      heading: 'Alarm: the sweep fails',
      metric: metrics.sweepErrors,
      threshold: FAULTS_MIN,
    },
    {
      id: 'ProviderDown',
      what: 'The provider of texts and pushes fails a good part of its calls',
      heading: 'Alarm: provider down',
      metric: new MathExpression({
        // Calls that got nowhere, as without a key, are faults without a time.
        expression: `IF(FILL(faults, 0) >= ${PROVIDER_FAULTS_SHARE} * FILL(calls, 0), FILL(faults, 0), 0)`,
        usingMetrics: {
          faults: own('ProviderFault'),
          calls: own('ProviderMs', Stats.SAMPLE_COUNT),
        },
        label: 'faults of the provider',
        period: QUARTER,
      }),
      threshold: PROVIDER_FAULTS_MIN,
      periods: AT_ONCE,
    },
    {
      id: 'TextSpike',
      what: 'Far more texts and calls are asked for than usual, and each costs',
      heading: 'Alarm: text spike',
      metric: filled(own('TextAsked'), QUARTER),
      threshold: Math.ceil(TEXTS_SHARE * stage.textsPerDayForStage),
      // Money flows with each minute.
      periods: AT_ONCE,
    },
    ...metrics.slowestP99.map((metric, i) => ({
      id: numbered('SlowLambdas', i),
      what: 'Requests take so long that they are about to be cut off',
      heading: 'Alarm: slow Lambdas',
      metric,
      threshold: SLOW_MS,
    })),
    ...(['SmsOff', 'PaymentsOff'] as const).map((name) => ({
      id: name,
      what: 'Payers are turned away by a switch in the provider’s secret',
      heading: 'Alarm: a switch is on',
      metric: filled(own(name), QUARTER),
      // Turned on purpose it is known; this is for the one that is forgotten, or on by a spoiled secret.
      threshold: 1,
      periods: AT_ONCE,
    })),
    ...(stage.provider === 'authy' ? callbackRules(own) : []),
    ...(stage.hasConsumers ? consumerRules(own, metrics.consumersBehind) : []),
    {
      id: 'ApiThrottled',
      what: 'API Gateway turns requests away at the ceilings of the routes',
      heading: 'Alarm: requests turned away',
      metric: filled(metrics.apiThrottled),
      threshold: TURNED_AWAY_MIN,
    },
    {
      id: 'LambdasThrottled',
      what: 'The account may not run as many Lambdas at once as are called',
      heading: 'Alarm: Lambdas throttled',
      metric: filled(metrics.lambdasThrottled),
      threshold: THROTTLED_MIN,
    },
    {
      id: 'TablesThrottled',
      what: 'The tables of payments and payers refuse reads or writes',
      heading: 'Alarm: tables throttled',
      metric: metrics.tablesThrottled,
      threshold: THROTTLED_MIN,
    },
  ]
}

/** The first has the name alone, so that an alarm that is there stays when there are more. */
const numbered = (id: string, i: number) => (i === 0 ? id : `${id}${i + 1}`)

const callbackRules = (own: StageMetrics['own']): AlarmRule[] => [
  {
    id: 'ForgedCallbacks',
    what: 'Many callbacks come whose signatures are wrong, for no payment that is there',
    heading: 'Alarm: forged callbacks',
    metric: filled(own('CallbackForged')),
    threshold: FORGED_MIN,
    periods: AT_ONCE,
  },
  {
    id: 'CallbackForgedForPayment',
    what: 'A callback without a good signature names a payment that is there',
    heading: 'Alarm: a forged callback for a payment',
    metric: filled(own('CallbackForgedForPayment'), QUARTER),
    // No stranger knows a payment's id: it is a forger, or a key that is not the one of Authy's console.
    threshold: 1,
    periods: AT_ONCE,
  },
  {
    id: 'MismatchedCallbacks',
    what: 'A callback with a good signature shows another payment than the one stored, or makes no sense',
    heading: 'Alarm: mismatched callbacks',
    metric: filled(own('CallbackMismatched')),
    // It is signed: there is no ordinary way to even one.
    threshold: 1,
    periods: AT_ONCE,
  },
  {
    id: 'PushesDenied',
    what: 'A payer denied three payments in a row: somebody else may be starting them',
    heading: 'Alarm: pushes denied in a row',
    metric: filled(own('PushesDenied'), QUARTER),
    // Two may be a mistake and the fright after it; the third is somebody in that payer's account.
    threshold: 1,
    periods: AT_ONCE,
  },
]

const consumerRules = (own: StageMetrics['own'], behind: readonly IMetric[]): AlarmRule[] => [
  {
    id: 'ArchiveFaults',
    what: 'Pages of the archive of payments and accounts cannot be written',
    heading: 'Alarm: archive faults',
    metric: filled(own('ArchiveFault')),
    // Tried again and again, so that one that is still there some minutes later is no blip.
    threshold: 1,
  },
  {
    id: 'PublishFault',
    what: 'What becomes of payments and accounts cannot be published',
    heading: 'Alarm: publishing faults',
    metric: filled(own('PublishFault')),
    threshold: 1,
  },
  ...behind.map((metric, i) => ({
    id: `Behind${i}`,
    what: 'A Lambda that consumes the streams of payments and payers is far behind them',
    heading: 'Alarm: far behind the payments',
    metric,
    threshold: BEHIND_MS,
  })),
  ...(['AuditTrailRewritten', 'AuditTrailRemoved'] as const).map((name) => ({
    id: name,
    what: 'A payment or an account was rewritten or removed past all of Payfriend’s own ways',
    heading: 'Alarm: a payment’s audit trail was touched',
    metric: filled(own(name)),
    // Nothing of ours does it: even one is somebody's hand.
    threshold: 1,
    periods: AT_ONCE,
  })),
]
