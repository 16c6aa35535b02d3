/** What the owner sees of Payfriend at work: one log line a request, and counters of what matters. */
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics } from '@aws-lambda-powertools/metrics'
import { type Counted, type Measured, type Metric, metrics, NAMESPACE } from './metrics.ts'

// Each stage names itself, so that two in one account are told apart.
const serviceName = process.env.POWERTOOLS_SERVICE_NAME ?? 'payfriend'
const namespace = process.env.POWERTOOLS_METRICS_NAMESPACE ?? NAMESPACE

export const logger = new Logger({ serviceName })
const emitted = new Metrics({ namespace, serviceName })

export const count = (metric: Counted, times = 1) => {
  if (times > 0) add(metric, times)
}

/** Note how large something was, in the unit of its name. */
export const measure = (metric: Measured, value: number) => add(metric, value)

/** All that an invocation counts and measures becomes one line of its log, which is what it costs. */
const add = (metric: Metric, value: number) => emitted.addMetric(metric, metrics[metric], value)

/** Write out what was counted; once at the end of each invocation. */
export const flush = () => {
  if (emitted.hasStoredMetrics()) emitted.publishStoredMetrics()
}

/** A fault that changes no answer. Logged by its name alone, because a message may hold what no log should. */
export function reportFault(fault: unknown, ids: Readonly<Record<string, string>> = {}) {
  count('Fault')
  logger.error('Fault', { ...ids, fault: faultName(fault) })
}

export const faultName = (fault: unknown): string =>
  fault instanceof Error ? fault.name : typeof fault

/** Something that a security officer wants to know. Never given a code, a key, a token or a number. */
export function securityEvent(metric: Counted, details: Record<string, string | null>) {
  count(metric)
  logger.warn(metric, details)
}
