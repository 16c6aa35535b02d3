/**
 * Imported before everything else, because the handlers' logger reads the environment once. It loads
 * the file `.env` if there is one, and unless the environment says otherwise sets the log to warnings
 * and errors without metrics.
 */
import { existsSync } from 'node:fs'

if (existsSync('.env')) process.loadEnvFile()
process.env.LOG_LEVEL ??= 'WARN'
process.env.METRICS_DISABLED ??= 'true'
