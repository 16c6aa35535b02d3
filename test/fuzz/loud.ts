/** Imported before everything else, because the handlers' logger reads the environment once: logs and metrics as in Lambda. */
process.env.POWERTOOLS_LOG_LEVEL = 'DEBUG'
process.env.POWERTOOLS_METRICS_DISABLED = 'false'
