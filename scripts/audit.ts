/**
 * `npm run audit`: known weaknesses in the packages, by npm's own audit.
 *
 * In what is deployed a high one fails, anywhere a critical one. Where the registry has no audit, or
 * cannot be reached, it says that nothing was audited and lets the rest go on; whatever else fails.
 */
import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import * as z from 'zod'

const LEVELS = ['info', 'low', 'moderate', 'high', 'critical'] as const
export type Level = (typeof LEVELS)[number]

export type Verdict =
  | { readonly outcome: 'clean' }
  | { readonly outcome: 'found'; readonly names: readonly string[] }
  | { readonly outcome: 'notAudited' | 'failed'; readonly why: string }

/** What `npm audit --json` prints when it was answered. */
const report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(
    z.string(),
    z.object({ name: z.string(), severity: z.enum(LEVELS), range: z.string() }),
  ),
  metadata: z.object({
    vulnerabilities: z.object({ total: z.number() }),
    dependencies: z.object({ total: z.number().positive() }),
  }),
})

/** What it prints when it was not. */
const failure = z.object({ message: z.string(), statusCode: z.number().optional() })

/** The registry has no such address: proxies and mirrors often don't. */
const NO_ENDPOINT = [404, 405, 501]
const UNREACHABLE = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|E(HOST|NET)UNREACH)\b/

/** What `npm audit --json` said, judged from its text alone: its exit code says less. */
export function verdictOf(text: string, level: Level): Verdict {
  const answer = jsonOf(text)
  const { success, data } = report.safeParse(answer)
  if (success) {
    const found = Object.values(data.vulnerabilities)
    if (found.length !== data.metadata.vulnerabilities.total) {
      return { outcome: 'failed', why: 'the report counts other weaknesses than it names' }
    }
    const names = found
      .filter(({ severity }) => LEVELS.indexOf(severity) >= LEVELS.indexOf(level))
      .map(({ name, severity, range }) => `${name} ${range} (${severity})`)
    return names.length > 0 ? { outcome: 'found', names } : { outcome: 'clean' }
  }
  const failed = failure.safeParse(answer)
  if (!failed.success) return { outcome: 'failed', why: 'npm printed no report' }
  const { message, statusCode } = failed.data
  const unasked =
    statusCode === undefined ? UNREACHABLE.test(message) : NO_ENDPOINT.includes(statusCode)
  return { outcome: unasked ? 'notAudited' : 'failed', why: message }
}

/** A sentence for whoever reads the log, and whether the run may go on. */
export function tell(what: string, level: Level, verdict: Verdict): { ok: boolean; said: string } {
  switch (verdict.outcome) {
    case 'clean':
      return { ok: true, said: `Audit: nothing known of ${level} or worse in ${what}.` }
    case 'found':
      return {
        ok: false,
        said: `Audit: ${level} or worse in ${what}: ${verdict.names.join(', ')}.`,
      }
    case 'notAudited':
      return { ok: true, said: `NOTHING WAS AUDITED in ${what}: ${verdict.why}` }
    case 'failed':
      return { ok: false, said: `The audit of ${what} failed: ${verdict.why}` }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function npmAudit(options: readonly string[]): Promise<string> {
  return new Promise((done) => {
    execFile(
      'npm',
      ['audit', '--json', ...options],
      {
        cwd: resolve(import.meta.dirname, '..'),
        shell: process.platform === 'win32',
        maxBuffer: 2 ** 26,
      },
      (_, stdout) => done(stdout),
    )
  })
}

if (import.meta.main) {
  for (const [what, level, options] of [
    ['what is deployed', 'high', ['--omit=dev']],
    ['all packages', 'critical', []],
  ] as const) {
    const { ok, said } = tell(what, level, verdictOf(await npmAudit(options), level))
    console[ok ? 'log' : 'error'](said)
    if (!ok) process.exitCode = 1
  }
}
