/** What is counted of lines in logs, because nothing else counts it: what each line looks like. */
import { type IMetric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import {
  FilterPattern,
  type IFilterPattern,
  type ILogGroup,
  MetricFilter,
} from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { serviceOf } from '../../functions/metrics.ts'
import { lambdas } from '../../functions/routes.ts'
import { PERIOD } from './alarmRule.ts'

export type LogMetricsProps = {
  readonly stage: string
  /** API Gateway's own log, one JSON object a request. */
  readonly accessLog: ILogGroup
  /** Where there is a policy of sign-up. */
  readonly signUpLog: ILogGroup | undefined
  readonly hasFirewall: boolean
}

export function logMetrics(
  scope: Construct,
  { stage, accessLog, signUpLog, hasFirewall }: LogMetricsProps,
) {
  const counted = (
    id: string,
    metricName: string,
    logGroup: ILogGroup,
    filterPattern: IFilterPattern,
  ): IMetric =>
    new MetricFilter(scope, id, {
      logGroup,
      filterPattern,
      metricNamespace: serviceOf(stage),
      metricName,
    }).metric({ statistic: Stats.SUM, period: PERIOD })
  const { method, path } = lambdas.authyCallback.route

  return {
    // HTTP APIs count throttled requests among all other 4xx. Only the access log tells them apart: they have the
    // status 429 and no Lambda status.
    turnedAway: counted(
      'TurnedAway',
      'ApiThrottled',
      accessLog,
      FilterPattern.all(
        FilterPattern.stringValue('$.status', '=', '429'),
        FilterPattern.stringValue('$.lambdaStatus', '=', '-'),
      ),
    ),

    // A 5xx that no Lambda answered. A Lambda's own 503, as of a switch, has alarms of its own.
    unanswered: counted(
      'Unanswered',
      'ApiUnanswered',
      accessLog,
      FilterPattern.all(
        FilterPattern.stringValue('$.status', '=', '5*'),
        FilterPattern.any(
          FilterPattern.stringValue('$.answerStatus', '=', '-'),
          FilterPattern.stringValue('$.lambdaError', '!=', '-'),
        ),
      ),
    ),

    // A line of the Lambda's own, which it writes before it refuses.
    signUpRefused:
      signUpLog &&
      counted('SignUpRefused', 'SignUpRefused', signUpLog, FilterPattern.anyTerm('SignUpRefused')),

    // What only CloudFront can have sent, where a firewall stands. A callback comes past it rightly.
    cameThrough: hasFirewall
      ? counted(
          'CameThrough',
          'CameThrough',
          accessLog,
          FilterPattern.all(
            FilterPattern.stringValue('$.status', '=', '2*'),
            FilterPattern.stringValue('$.routeKey', '!=', `${method} ${path}`),
          ),
        )
      : undefined,
  }
}
