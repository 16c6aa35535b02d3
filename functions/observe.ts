/**
 * Logs and metrics: one log line per request, and the counts of `metrics.ts`.
 *
 * The lines are written here and not by a library, because a library for them took 3 % of a cold start (docs/adr/0102).
 */
import {
  type Counted,
  DIMENSION,
  type Measured,
  type Metric,
  metrics,
  NAMESPACE,
} from './metrics.ts'

// Each stage has its own service name, so that two stages in one account are told apart.
const service = process.env.SERVICE_NAME ?? 'payfriend'
const isCounting = process.env.METRICS_DISABLED !== 'true'

const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT']
const lowest = process.env.LOG_LEVEL?.toUpperCase() ?? 'INFO'

/** Writes a line of JSON where its level is logged. `details` cannot replace the line's own fields. */
const logged = (level: string) =>
  LEVELS.indexOf(level) < LEVELS.indexOf(lowest)
    ? () => {}
    : (message: string, details: Readonly<Record<string, unknown>> = {}) => {
        const own = { level, message, timestamp: new Date().toISOString(), service }
        write({ ...own, ...details, ...own })
      }

export const logger = {
  debug: logged('DEBUG'),
  info: logged('INFO'),
  warn: logged('WARN'),
  error: logged('ERROR'),
}

/** To the stream itself: in Lambda `console` puts text before a line, and then the line is no JSON. */
const write = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`)

const values = new Map<Metric, number[]>()

export const count = (metric: Counted, times = 1) => {
  if (times > 0) add(metric, times)
}

/** Record a value in the metric's unit. */
export const measure = (metric: Measured, value: number) => add(metric, value)

/** CloudWatch refuses a line with more values of one metric. */
const VALUES_MAX = 100

function add(metric: Metric, value: number) {
  const all = values.get(metric) ?? []
  all.push(value)
  values.set(metric, all)
  if (all.length >= VALUES_MAX) flush()
}

// The loader of the bundle says why (lib/codeCache.ts): once an environment, with the first request's metrics.
const { CODE_CACHE_REFUSED: reason, AWS_LAMBDA_FUNCTION_NAME: lambda } = process.env
if (reason) {
  count('CodeCacheRefused')
  logger.warn('CodeCacheRefused', { lambda, reason })
}

/**
 * Write the metrics to the log as one line, because each line costs; call it once at the end of each invocation. Those of a
 * busy one are written earlier too.
 * CloudWatch reads the line as its embedded metric format.
 */
export function flush() {
  if (values.size === 0) return
  const found = Object.fromEntries(
    [...values].map(([name, all]) => [name, all.length === 1 ? all[0] : all]),
  )
  values.clear()
  if (!isCounting) return
  const Metrics = (Object.keys(found) as Metric[]).map((Name) => ({ Name, Unit: metrics[Name] }))
  const directive = { Namespace: NAMESPACE, Dimensions: [[DIMENSION]], Metrics }
  write({
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [directive] },
    [DIMENSION]: service,
    ...found,
  })
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
