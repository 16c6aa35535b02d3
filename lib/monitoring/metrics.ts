/** The metrics of a running stage: those that its Lambdas count, and those that AWS collects. */
import { Duration } from 'aws-cdk-lib'
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { DIMENSION, NAMESPACE, type Metric as Name, serviceOf } from '../../functions/metrics.ts'

/** CloudWatch allows no more metrics in one alarm. */
export const METRICS_IN_ALARM_MAX = 10

const PERIOD = Duration.minutes(5)

export type StageMetrics = ReturnType<typeof stageMetrics>

export type MetricsProps = {
  readonly stage: string
  /** The Lambdas of routes, whose answer the page or the provider waits for. */
  readonly routed: readonly IFunction[]
  readonly sweep: IFunction
  /** The Lambdas that consume the tables' streams, if there are any. */
  readonly consumers: readonly IFunction[]
  readonly tables: readonly Pick<ITable, 'metric'>[]
  /** API Gateway's own log, one JSON object a request. */
  readonly accessLog: ILogGroup
}

export function stageMetrics(scope: Construct, props: MetricsProps) {
  const { stage, routed, sweep, consumers, tables, accessLog } = props
  // HTTP APIs count throttled requests among all other 4xx. Only the access log tells them apart: they have the
  // status 429 and no Lambda status.
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
    /** A metric that the Lambdas count, by its name in their code. */
    own: (name: Name, statistic: string = Stats.SUM, period = PERIOD): Metric =>
      new Metric({
        namespace: NAMESPACE,
        metricName: name,
        dimensionsMap: { [DIMENSION]: serviceOf(stage) },
        statistic,
        period,
      }),

    /** Calls without an answer: a crash, a failed start, a timeout. One metric for each alarm. */
    routedErrors: inAlarms(routed).map((some, i) =>
      joined(
        'SUM',
        'Lambdas that failed',
        some,
        (one) => one.metricErrors({ period: PERIOD }),
        i * METRICS_IN_ALARM_MAX,
      ),
    ),
    /** The 99th percentile of the slowest Lambda. One metric for each alarm. */
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
    /** How far each consumer is behind the streams. */
    consumersBehind: consumers.map((one) =>
      one.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: PERIOD }),
    ),

    apiThrottled: turnedAway.metric({ statistic: Stats.SUM, period: PERIOD }),
    /** Of the whole AWS account and region, because all its Lambdas share one concurrency limit. */
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
 * The same metric, with 0 for periods without data. CloudWatch would otherwise evaluate earlier periods instead, so
 * that an alarm stayed on for three times its time, and one of DynamoDB's metrics for ever.
 */
export const filled = (metric: IMetric, period = PERIOD): MathExpression =>
  new MathExpression({ expression: 'FILL(counted, 0)', usingMetrics: { counted: metric }, period })

/** Split a list into as few parts as possible, each small enough for one alarm. */
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

/** Combine many metrics into one. Their ids are numbered from `first`, because ids must differ within a graph. */
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
