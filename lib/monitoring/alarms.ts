/** Each alarm with its threshold, the reason for it, and its section in the runbook. */
import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import { type Carriers, isCarriedBy, textProviders } from '../../functions/routes.ts'
import { filled, type StageMetrics } from './metrics.ts'

export type AlarmRule = {
  readonly id: string
  /** One sentence for the person on call. */
  readonly what: string
  /** The heading of its section in docs/guides/runbook.md. */
  readonly heading: string
  readonly metric: IMetric
  /** The alarm is on at this value and above … */
  readonly threshold: number
  /** … in `alarming` of `of` periods. Default: 2 of 3, so that one blip sets off no alarm. */
  readonly periods?: { readonly of: number; readonly alarming: number }
}

/**
 * Faults in a quarter of an hour. A bug or an outage repeats, one odd request does not; but with ten payments a day
 * the only sign of it may be one payer who tries again.
 */
const FAULTS_MIN = 3
const QUARTER = Duration.minutes(15)
/** The provider counts as down if this many calls fail, and a fifth of all: one failure in thousands is ordinary. */
const PROVIDER_FAULTS_MIN = 3
const PROVIDER_FAULTS_SHARE = 0.2
/** The share of the stage's daily limit of texts that is unusual within a quarter of an hour. */
const TEXTS_SHARE = 0.1
/** Well below the Lambdas' time limit (`LAMBDA_SECONDS`), so that the alarm comes before requests fail. */
const SLOW_MS = 20_000
/** A change becomes a dead letter after two hours; the person on call still has most of that time. */
const BEHIND_MS = 15 * 60_000
/** Pressing a button twice can exceed a route's throttle; this many are a flood, or the throttle is too low. */
const TURNED_AWAY_MIN = 50
/**
 * Callbacks with a wrong signature in five minutes. Any stranger can send one, and it changes nothing. If our own key
 * is wrong, the alarm for callbacks that name a payment comes first.
 */
const FORGED_MIN = 100
/** At these loads on-demand tables are not throttled, and Lambdas only if the account's limit is too small. */
const THROTTLED_MIN = 5

const AT_ONCE = { of: 1, alarming: 1 }

export function alarmRules(
  { own, ...metrics }: StageMetrics,
  stage: Carriers & {
    readonly textsPerDayForStage: number
    readonly hasConsumers: boolean
  },
): AlarmRule[] {
  const hasTexts = textProviders.some((one) => isCarriedBy(stage, one))
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
    ...(hasTexts ? textRules(own, stage.textsPerDayForStage) : []),
    ...metrics.slowestP99.map((metric, i) => ({
      id: numbered('SlowLambdas', i),
      what: 'Requests take so long that they are about to be cut off',
      heading: 'Alarm: slow Lambdas',
      metric,
      threshold: SLOW_MS,
    })),
    ...(hasTexts ? (['SmsOff', 'PaymentsOff'] as const) : (['PaymentsOff'] as const)).map(
      (name) => ({
        id: name,
        what: 'Payers are turned away by a switch in the secret of switches',
        heading: 'Alarm: a switch is on',
        metric: filled(own(name), QUARTER),
        // For a switch that was forgotten, or is on because the secret is spoilt.
        threshold: 1,
        periods: AT_ONCE,
      }),
    ),
    ...(isCarriedBy(stage, 'authy') ? callbackRules(own) : []),
    {
      id: 'NotMe',
      what: 'A payer said that they did not start a payment: somebody else may be signed in as them',
      heading: 'Alarm: a payer did not start it',
      metric: filled(own('NotMe'), QUARTER),
      // A payer who changed their mind says so with another button.
      threshold: 1,
      periods: AT_ONCE,
    },
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

/** The first alarm has no number, so that it keeps its id when there are more. */
const numbered = (id: string, i: number) => (i === 0 ? id : `${id}${i + 1}`)

/** Only where a provider is asked. */
const textRules = (own: StageMetrics['own'], textsPerDayForStage: number): AlarmRule[] => [
  {
    id: 'ProviderDown',
    what: 'The provider of texts and pushes fails a good part of its calls',
    heading: 'Alarm: provider down',
    metric: new MathExpression({
      // Calls that could not be made, as without a key, count as faults and have no duration.
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
    threshold: Math.ceil(TEXTS_SHARE * textsPerDayForStage),
    // At once, because each minute costs money.
    periods: AT_ONCE,
  },
]

const callbackRules = (own: StageMetrics['own']): AlarmRule[] => [
  {
    id: 'ForgedCallbacks',
    what: 'Many callbacks without a valid signature name no payment that exists',
    heading: 'Alarm: forged callbacks',
    metric: filled(own('CallbackForged')),
    threshold: FORGED_MIN,
    periods: AT_ONCE,
  },
  {
    id: 'CallbackForgedForPayment',
    what: 'A callback without a valid signature names a payment that exists',
    heading: 'Alarm: a forged callback for a payment',
    metric: filled(own('CallbackForgedForPayment'), QUARTER),
    // No stranger knows a payment's id: it is an attack, or our key is not the one in Authy's console.
    threshold: 1,
    periods: AT_ONCE,
  },
  {
    id: 'MismatchedCallbacks',
    what: 'A callback with a good signature shows another payment than the one stored, or makes no sense',
    heading: 'Alarm: mismatched callbacks',
    metric: filled(own('CallbackMismatched')),
    // It has a valid signature, so even one is never ordinary.
    threshold: 1,
    periods: AT_ONCE,
  },
  {
    id: 'PushesDenied',
    what: 'A payer denied three payments in a row: somebody else may be starting them',
    heading: 'Alarm: pushes denied in a row',
    metric: filled(own('PushesDenied'), QUARTER),
    // Two may be mistakes of the payer; a third means that another person uses the payer's account.
    threshold: 1,
    periods: AT_ONCE,
  },
]

const consumerRules = (own: StageMetrics['own'], behind: readonly IMetric[]): AlarmRule[] => [
  {
    id: 'ArchiveFaults',
    what: 'Entries of the audit trail cannot be written to the archive',
    heading: 'Alarm: archive faults',
    metric: filled(own('ArchiveFault')),
    // Writes are retried, so a fault that is still counted minutes later is no blip.
    threshold: 1,
  },
  {
    id: 'PublishFault',
    what: 'Events of payments and accounts cannot be published',
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
    what: 'A payment or an account was rewritten or removed, and not by Payfriend',
    heading: 'Alarm: a payment’s audit trail was touched',
    metric: filled(own(name)),
    // Payfriend never does this, so even one was done by hand.
    threshold: 1,
    periods: AT_ONCE,
  })),
]
