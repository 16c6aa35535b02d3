/** What the owner sees of Payfriend at work: one log line a request, and counters of what matters. */
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'

// Each stage names itself, so that two in one account are told apart.
const serviceName = process.env.POWERTOOLS_SERVICE_NAME ?? 'payfriend'
const namespace = process.env.POWERTOOLS_METRICS_NAMESPACE ?? 'Payfriend'

export const logger = new Logger({ serviceName })
const metrics = new Metrics({ namespace, serviceName })

/** Everything that is counted. */
export type Metric =
  | 'PaymentStarted'
  | 'PaymentApproved'
  | 'PaymentDenied'
  | 'PaymentExpired'
  | 'PaymentFailed'
  | 'PaymentCancelled'
  | 'TextAsked'
  | 'CodeWrong'
  | 'PhoneVerified'
  | 'CallbackForged'
  | 'CallbackMismatched'
  | 'CallbackNotUnderstood'
  | 'CallbackTimeless'
  | 'ProviderFault'
  | 'Fault'

export const count = (metric: Metric, times = 1) => {
  if (times > 0) metrics.addMetric(metric, MetricUnit.Count, times)
}

/** Write out what was counted; once at the end of each invocation. */
export const flush = () => {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
}

/** Something that a security officer wants to know. Never given a code, a key, a token or a number. */
export function securityEvent(metric: Metric, details: Record<string, string | null>) {
  count(metric)
  logger.warn(metric, details)
}
