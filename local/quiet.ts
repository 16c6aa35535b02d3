/**
 * Imported before the handlers, whose logger reads the environment once: on a laptop warnings and
 * errors are shown, and counters are not. Both can be set otherwise.
 */
process.env.POWERTOOLS_LOG_LEVEL ??= 'WARN'
process.env.POWERTOOLS_METRICS_DISABLED ??= 'true'
