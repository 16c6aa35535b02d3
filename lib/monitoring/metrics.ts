/** The metrics of a running stage: those that its Lambdas count, and those that AWS keeps by itself. */
import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { DIMENSION, NAMESPACE, type Metric as Name, serviceOf } from '../../functions/metrics.ts'

/** CloudWatch takes no more in one alarm. */
export const METRICS_IN_ALARM_MAX = 10

const PERIOD = Duration.minutes(5)

export type StageMetrics = ReturnType<typeof stageMetrics>

export type MetricsProps = {
  readonly stage: string
  /** Those that a payer, the page or the provider waits for. */
  readonly routed: readonly IFunction[]
  readonly sweep: IFunction
  /** Those that consume the tables' streams, where there are any. */
  readonly consumers: readonly IFunction[]
  readonly tables: readonly Pick<ITable, 'metric'>[]
  /** API Gateway's own log, one JSON object a request. */
  readonly accessLog: ILogGroup
}

export function stageMetrics(scope: Construct, props: MetricsProps) {
  const { stage, routed, sweep, consumers, tables, accessLog } = props
  // HTTP APIs count a request that met a ceiling among all other 4xx: only their log tells it apart, by
  // the Lambda that was not called.
  const turnedAway = new MetricFilter(scope, 'TurnedAway', {
    logGroup: accessLog,
    filterPattern: FilterPattern.all(
      FilterPattern.stringValue('$.status', '=', '429'),
      FilterPattern.stringValue('$.lambdaStatus', '=', '-'),
    ),
    metricNamespace: serviceOf(stage),
    metricName: 'ApiThrottled',
  })

  return {
    /** One that the Lambdas count, by the name by which they do. */
    own: (name: Name, statistic: string = Stats.SUM, period = PERIOD): Metric =>
      new Metric({
        namespace: NAMESPACE,
        metricName: name,
        dimensionsMap: { [DIMENSION]: serviceOf(stage) },
        statistic,
        period,
      }),

    /** What ended without an answer: a crash, a start that failed, a timeout. One for each alarm's worth. */
    routedErrors: inAlarms(routed).map((some, i) =>
      joined(
        'SUM',
        'Lambdas that failed',
        some,
        (one) => one.metricErrors({ period: PERIOD }),
        i * METRICS_IN_ALARM_MAX,
      ),
    ),
    /** The 99th percentile of the slowest Lambda, of each alarm's worth. */
    slowestP99: inAlarms(routed).map((some, i) =>
      joined(
        'MAX',
        'slowest Lambda, p99',
        some,
        (one) => one.metricDuration({ statistic: Stats.p(99), period: PERIOD }),
        i * METRICS_IN_ALARM_MAX,
      ),
    ),
    sweepErrors: sweep.metricErrors({ period: PERIOD }),
    /** How far behind the payments each consumer is. */
    consumersBehind: consumers.map((one) =>
      one.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: PERIOD }),
    ),

    apiThrottled: turnedAway.metric({ statistic: Stats.SUM, period: PERIOD }),
    /** Of the whole account and region: its Lambdas share what it may run at once. */
    lambdasThrottled: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Throttles',
      statistic: Stats.SUM,
      period: PERIOD,
    }),
    tablesThrottled: joined(
      'SUM',
      'throttled by tables',
      tables.flatMap((table) => [
        table.metric('ReadThrottleEvents', { statistic: Stats.SUM, period: PERIOD }),
        table.metric('WriteThrottleEvents', { statistic: Stats.SUM, period: PERIOD }),
      ]),
      (metric) => metric,
    ),
  }
}

/**
 * The same, and 0 where nothing was counted. What is missing CloudWatch would make up for from before, so that
 * an alarm went on for three times its time; one of DynamoDB's metrics would never be over.
 */
export const filled = (metric: IMetric, period = PERIOD): MathExpression =>
  new MathExpression({ expression: 'FILL(counted, 0)', usingMetrics: { counted: metric }, period })

/** As few parts as there can be, none larger than one alarm takes. */
function inAlarms<T>(all: readonly T[]): T[][] {
  const parts = Math.ceil(all.length / METRICS_IN_ALARM_MAX)
  return Array.from({ length: parts }, (_, i) =>
    all.slice(i * METRICS_IN_ALARM_MAX, (i + 1) * METRICS_IN_ALARM_MAX),
  )
}

const EXPRESSIONS = {
  SUM: (all: string) => `FILL(SUM([${all}]), 0)`,
  MAX: (all: string) => `MAX([${all}])`,
}

/** One number of many metrics, which are numbered from `first`: one graph takes each number once. */
function joined<T>(
  how: keyof typeof EXPRESSIONS,
  label: string,
  all: readonly T[],
  metricOf: (one: T) => IMetric,
  first = 0,
): MathExpression {
  const usingMetrics = Object.fromEntries(all.map((one, i) => [`m${first + i}`, metricOf(one)]))
  return new MathExpression({
    expression: EXPRESSIONS[how](Object.keys(usingMetrics).join(', ')),
    usingMetrics,
    label,
    period: PERIOD,
  })
}
