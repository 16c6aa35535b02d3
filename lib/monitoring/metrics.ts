/** The metrics of a running stage: those that its Lambdas count, and those that AWS collects. */
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { ITable } from 'aws-cdk-lib/aws-dynamodb'
import {
  type CfnEventSourceMapping,
  EventSourceMapping,
  type IFunction,
  MetricType,
} from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { DIMENSION, NAMESPACE, type Metric as Name, serviceOf } from '../../functions/metrics.ts'
import { PERIOD } from './alarmRule.ts'
import { logMetrics } from './logMetrics.ts'

/** CloudWatch allows no more metrics in one alarm. */
export const METRICS_IN_ALARM_MAX = 10

export type StageMetrics = ReturnType<typeof stageMetrics>

export type MetricsProps = {
  readonly stage: string
  /** The Lambdas of routes, whose answer the page or the provider waits for. */
  readonly routed: readonly IFunction[]
  readonly sweep: IFunction
  readonly ringDevices: IFunction
  /** The Lambdas that Cognito calls; with the owner's own pool there is no policy of sign-up. */
  readonly triggers: {
    readonly tokenClaims: IFunction
    readonly signUpPolicy?: { readonly function: IFunction; readonly log: ILogGroup }
  }
  /** The Lambdas that consume the tables' streams, if there are any. */
  readonly consumers: readonly IFunction[]
  /** With the names of their indexes. */
  readonly tables: readonly {
    readonly table: Pick<ITable, 'metric' | 'tableName'>
    readonly indexes: readonly string[]
  }[]
  /** API Gateway's own log, one JSON object a request. */
  readonly accessLog: ILogGroup
  readonly hasFirewall: boolean
}

export function stageMetrics(scope: Construct, props: MetricsProps) {
  const { stage, routed, sweep, ringDevices, triggers, consumers, tables, accessLog, hasFirewall } =
    props
  const { signUpPolicy } = triggers
  const logged = logMetrics(scope, { stage, accessLog, signUpLog: signUpPolicy?.log, hasFirewall })

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
    sweepRuns: sweep.metricInvocations({ period: PERIOD }),
    ringErrors: ringDevices.metricErrors({ period: PERIOD }),
    ringRuns: ringDevices.metricInvocations({ period: PERIOD }),
    signInErrors: triggers.tokenClaims.metricErrors({ period: PERIOD }),
    /** A refused sign-up is an error too, because a Lambda has no other way to refuse one. */
    signUp: signUpPolicy &&
      logged.signUpRefused && {
        errors: signUpPolicy.function.metricErrors({ period: PERIOD }),
        refused: logged.signUpRefused,
      },
    /** How far each consumer is behind the streams. */
    consumersBehind: consumers.map((one) =>
      one.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: PERIOD }),
    ),

    /** Whether each consumer looks for changes of each table: counted at each look, also when there is nothing. */
    looks: consumers.flatMap(mappingsOf).map((mapping) => ({
      ...namesOf(mapping),
      looks: ofMapping(mapping, 'PolledEventCount', Stats.SAMPLE_COUNT),
    })),
    /** Changes that a consumer gave up: those that became dead letters, and those that could not even become one. */
    setAside: consumers
      .flatMap(mappingsOf)
      .flatMap((mapping) => [
        ofMapping(mapping, 'OnFailureDestinationDeliveredEventCount'),
        ofMapping(mapping, 'DroppedEventCount'),
      ]),

    /** Only where a firewall stands. */
    cameThrough: logged.cameThrough,
    apiUnanswered: logged.unanswered,
    apiThrottled: logged.turnedAway,
    /** Of the whole AWS account and region, because all its Lambdas share one concurrency limit. */
    lambdasThrottled: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Throttles',
      statistic: Stats.SUM,
      period: PERIOD,
    }),
    /** By tables and by each of their indexes, of which a table's own metric knows nothing. One for each alarm. */
    tablesThrottled: inAlarms(tables.flatMap(throttlesOf)).map((some, i) =>
      joined('SUM', 'throttled by tables', some, (metric) => metric, i * METRICS_IN_ALARM_MAX),
    ),
  }
}

/**
 * The same metric, with 0 for periods without data. CloudWatch would otherwise evaluate earlier periods instead, so
 * that an alarm stayed on for three times its time, and one of DynamoDB's metrics for ever.
 */
export const filled = (metric: IMetric, period = PERIOD): MathExpression =>
  new MathExpression({ expression: 'FILL(counted, 0)', usingMetrics: { counted: metric }, period })

function throttlesOf({ table, indexes }: MetricsProps['tables'][number]): Metric[] {
  const dimensions = [
    { TableName: table.tableName },
    ...indexes.map((name) => ({ TableName: table.tableName, GlobalSecondaryIndexName: name })),
  ]
  return dimensions.flatMap((dimensionsMap) =>
    ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
      table.metric(name, { dimensionsMap, statistic: Stats.SUM, period: PERIOD }),
    ),
  )
}

/** What connects a consumer to the streams. */
const mappingsOf = (consumer: IFunction): EventSourceMapping[] =>
  consumer.node.findAll().filter((part) => part instanceof EventSourceMapping)

/** The names of the consumer and of the table, as in the ids of their constructs. */
function namesOf(mapping: EventSourceMapping): { readonly consumer: string; readonly of: string } {
  const [consumer, , of] = mapping.node.scopes.slice(-3)
  return { consumer: consumer?.node.id ?? '', of: of?.node.id ?? '' }
}

/** A metric of a mapping. Lambda counts these only for mappings that ask for it. */
function ofMapping(
  mapping: EventSourceMapping,
  metricName: string,
  statistic: string = Stats.SUM,
): Metric {
  const resource = mapping.node.defaultChild as CfnEventSourceMapping
  resource.metricsConfig = { metrics: [MetricType.EVENT_COUNT] }
  return new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { EventSourceMappingUUID: mapping.eventSourceMappingId },
    statistic,
    period: PERIOD,
  })
}

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
