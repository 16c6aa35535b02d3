/** Each alarm with its threshold, the reason for it, and its section in the runbook. */
import { type Carriers, isCarriedBy, textProviders } from '../../functions/routes.ts'
import { type AlarmRule, AT_ONCE, FAULTS_MIN, QUARTER, TEN_MINUTES } from './alarmRule.ts'
import { consumerRules } from './consumerAlarms.ts'
import { firewallRules } from './firewallAlarms.ts'
import { filled, type StageMetrics } from './metrics.ts'
import { callbackRules, textRules } from './providerAlarms.ts'
import { ringRules } from './ringAlarms.ts'
import { signInRules } from './signInAlarms.ts'

/** Well below the Lambdas' time limit (`LAMBDA_SECONDS`), so that the alarm comes before requests fail. */
const SLOW_MS = 20_000
/** Pressing a button twice can exceed a route's throttle; this many are a flood, or the throttle is too low. */
const TURNED_AWAY_MIN = 50
/** At these loads on-demand tables are not throttled, and Lambdas only if the account's limit is too small. */
const THROTTLED_MIN = 5

export function alarmRules(
  { own, ...metrics }: StageMetrics,
  stage: Carriers & {
    readonly textsPerDayForStage: number
    readonly hasConsumers: boolean
    /** Whether the policy of sign-up refuses strangers; elsewhere it refuses nobody, or Cognito does it. */
    readonly refusesSignUps: boolean
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
    {
      id: 'SweepSilent',
      what: 'The sweep, which runs every minute, has not run for ten minutes',
      heading: 'Alarm: the sweep is silent',
      metric: filled(metrics.sweepRuns),
      threshold: 1,
      periods: TEN_MINUTES,
      kind: 'heartbeat',
    },
    ...ringRules(own, metrics),
    ...signInRules(metrics, stage.refusesSignUps),
    ...(metrics.cameThrough ? firewallRules(own, metrics.cameThrough) : []),
    {
      id: 'ApiUnanswered',
      what: 'API Gateway answers requests with faults of its own, because no Lambda answers it',
      heading: 'Alarm: API Gateway fails',
      metric: filled(metrics.apiUnanswered, QUARTER),
      threshold: FAULTS_MIN,
      periods: AT_ONCE,
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
    ...(stage.hasConsumers ? consumerRules(own, metrics) : []),
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
    ...metrics.tablesThrottled.map((metric, i) => ({
      id: numbered('TablesThrottled', i),
      what: 'The tables of payments and payers, or their indexes, refuse reads or writes',
      heading: 'Alarm: tables throttled',
      metric,
      threshold: THROTTLED_MIN,
    })),
  ]
}

/** The first alarm has no number, so that it keeps its id when there are more. */
const numbered = (id: string, i: number) => (i === 0 ? id : `${id}${i + 1}`)
