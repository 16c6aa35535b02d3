/** Each alarm with its threshold, the reason for it, and its section in the runbook. */
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch'
import { type Carriers, isCarriedBy, textProviders } from '../../functions/routes.ts'
import { type AlarmRule, AT_ONCE, FAULTS_MIN, QUARTER, TEN_MINUTES } from './alarmRule.ts'
import { consumerRules } from './consumerAlarms.ts'
import { filled, PERIOD, type StageMetrics } from './metrics.ts'
import { callbackRules, textRules } from './providerAlarms.ts'

/** Well below the Lambdas' time limit (`LAMBDA_SECONDS`), so that the alarm comes before requests fail. */
const SLOW_MS = 20_000
/** Pressing a button twice can exceed a route's throttle; this many are a flood, or the throttle is too low. */
const TURNED_AWAY_MIN = 50
/** At these loads on-demand tables are not throttled, and Lambdas only if the account's limit is too small. */
const THROTTLED_MIN = 5
/** Refused sign-ups in a quarter of an hour, with none that was let in: where strangers are refused, three are ordinary. */
const SIGN_UPS_REFUSED_MIN = 20

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

const ringRules = (
  own: StageMetrics['own'],
  { ringErrors, ringRuns }: Pick<StageMetrics, 'ringErrors' | 'ringRuns'>,
): AlarmRule[] => [
  {
    id: 'PushFault',
    what: 'Push services do not accept our key or our requests, so devices do not ring',
    heading: 'Alarm: push faults',
    metric: filled(own('PushFault'), QUARTER),
    // A browser that subscribed with another server's key causes one at each ring of its payer.
    threshold: FAULTS_MIN,
    periods: AT_ONCE,
  },
  {
    id: 'RingFails',
    what: 'The Lambda that rings devices fails, so they do not ring',
    heading: 'Alarm: rings fail',
    metric: ringErrors.with({ period: QUARTER }),
    threshold: FAULTS_MIN,
    periods: AT_ONCE,
  },
  {
    id: 'RingsSilent',
    what: 'In two periods of five minutes, one after the other, payments were started and no device was rung',
    heading: 'Alarm: rings are silent',
    metric: new MathExpression({
      expression: 'IF(FILL(runs, 0) == 0, FILL(started, 0), 0)',
      usingMetrics: { runs: ringRuns, started: own('PaymentStarted') },
      label: 'payments that nothing rang for',
      period: PERIOD,
    }),
    threshold: 1,
    // The call of a payment at a period's end is counted in the next, which is then not silent.
    periods: TEN_MINUTES,
  },
]

const signInRules = (
  { signInErrors, signUp }: Pick<StageMetrics, 'signInErrors' | 'signUp'>,
  refusesSignUps: boolean,
): AlarmRule[] => [
  {
    id: 'SignInFails',
    what: 'Nobody can sign in or stay signed in, because the Lambda that adds to the tokens fails',
    heading: 'Alarm: sign-in fails',
    metric: filled(signInErrors, QUARTER),
    threshold: FAULTS_MIN,
    periods: AT_ONCE,
  },
  ...(signUp
    ? [
        {
          id: 'SignUpFails',
          what: 'Every sign-up and invitation fails, or strangers try to sign up',
          heading: 'Alarm: sign-up fails',
          metric: new MathExpression({
            // A refusal is an error, so errors beside sign-ups that were let in are no sign of a fault.
            expression: 'IF(FILL(errors, 0) >= FILL(calls, 0), FILL(errors, 0), 0)',
            usingMetrics: signUp,
            label: 'sign-ups that failed',
            period: QUARTER,
          }),
          threshold: refusesSignUps ? SIGN_UPS_REFUSED_MIN : FAULTS_MIN,
          periods: AT_ONCE,
        },
      ]
    : []),
]
