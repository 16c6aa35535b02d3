/** Logs and metrics: one log line per request, and the counts of `metrics.ts`. */
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { type Counted, type Measured, type Metric, metrics, NAMESPACE } from './metrics.ts'

// Each stage has its own service name, so that two stages in one account are told apart.
const serviceName = process.env.POWERTOOLS_SERVICE_NAME ?? 'payfriend'
const namespace = process.env.POWERTOOLS_METRICS_NAMESPACE ?? NAMESPACE

export const logger = new Logger({ serviceName })
const emitted = new Metrics({ namespace, serviceName })

export const count = (metric: Counted, times = 1) => {
  if (times > 0) add(metric, times)
}

/** Record a value in the metric's unit. */
export const measure = (metric: Measured, value: number) => add(metric, value)

/** All metrics of an invocation become one log line, because each line costs. */
const add = (metric: Metric, value: number) => emitted.addMetric(metric, metrics[metric], value)

/** Write the metrics to the log; call it once at the end of each invocation. */
export const flush = () => {
  if (emitted.hasStoredMetrics()) emitted.publishStoredMetrics()
}

/**
 * Log and count a fault that changes no answer. Only its name is logged, because a message may hold a number or a
 * code.
 */
export function reportFault(fault: unknown, ids: Readonly<Record<string, string>> = {}) {
  count('Fault')
  logger.error('Fault', { ...ids, fault: faultName(fault) })
}

export const faultName = (fault: unknown): string =>
  fault instanceof Error ? fault.name : typeof fault

/** Log and count a security event. `details` must hold no code, key, token or number. */
export function securityEvent(metric: Counted, details: Record<string, string | null>) {
  count(metric)
  logger.warn(metric, details)
}
