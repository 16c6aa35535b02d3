/** Whether Lambdas start with V8's code cache, where it is deployed (docs/adr/0102). */
import { type CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch'
import { DIMENSION, type Metric, NAMESPACE, serviceOf } from '../../functions/metrics.ts'
import { type Check, known, right } from './check.ts'
import type { DeployedStage } from './deployedStage.ts'

const DAY_MS = 24 * 3_600_000
const MetricName: Metric = 'CodeCacheRefused'

export function codeCacheCheck(
  { stack, hasCodeCache }: DeployedStage,
  cloudWatch: CloudWatchClient,
): Check {
  return {
    title: 'code caches',
    needs: ['cloudwatch:GetMetricStatistics'],
    async look(abortSignal) {
      if (!hasCodeCache) return right('there are none, because `codeCache` is off')
      const now = Date.now()
      const { Datapoints = [] } = await cloudWatch.send(
        new GetMetricStatisticsCommand({
          Namespace: NAMESPACE,
          MetricName,
          Dimensions: [{ Name: DIMENSION, Value: serviceOf(stack.replace(/^Payfriend-/, '')) }],
          StartTime: new Date(now - DAY_MS),
          EndTime: new Date(now),
          Period: DAY_MS / 1000,
          Statistics: ['Sum'],
        }),
        { abortSignal },
      )
      const refused = Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0)
      if (refused === 0) return right('none was refused in the last 24 hours')
      return known(
        `${refused} environments started without theirs in the last 24 hours, a little slower`,
        'Logs Insights tells the `lambda` and the `reason`: message = "CodeCacheRefused". If V8 refused it, deploy again from AWS’s current image (docs/guides/speed.md), or take out `codeCache`.',
      )
    },
  }
}
