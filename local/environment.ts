/**
 * Imported before everything else, because the handlers' logger reads the environment once: takes in
 * the file `.env` where there is one, and on a laptop shows warnings and errors, and no counters,
 * unless told otherwise.
 */
import { existsSync } from 'node:fs'

if (existsSync('.env')) process.loadEnvFile()
process.env.POWERTOOLS_LOG_LEVEL ??= 'WARN'
process.env.POWERTOOLS_METRICS_DISABLED ??= 'true'
