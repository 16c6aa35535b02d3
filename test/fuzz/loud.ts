/** Imported before everything else, because the handlers' logger reads the environment once: logs and metrics as in Lambda. */
process.env.LOG_LEVEL = 'DEBUG'
process.env.METRICS_DISABLED = 'false'
