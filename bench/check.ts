/**
 * `npm run bench:check` fails if a figure got worse by a fifth against the last release's, `bench/lastRelease.json`, or if a
 * cold start is above its aim, however slow it was before (`aims.ts`).
 * Each is a ratio of one run, in the processor's time, so that another machine gives nearly the same and what else it does
 * matters little. `npm run bench:check -- --release` writes the file anew.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { MEASURED, whatFails, whatIsNew } from './worse.ts'

const LAST = join(import.meta.dirname, 'lastRelease.json')
/** `null` is a figure that could not be measured, as where there is no `/proc`. */
const ratios = z.record(
  z.string(),
  z
    .number()
    .nullable()
    .transform((value) => value ?? Number.NaN),
)
const released = z.record(z.string(), ratios)

const now = Object.fromEntries(
  Object.entries(MEASURED).map(([what, script]) => [what, ratiosOf(script)]),
)
if (process.argv.includes('--release')) {
  writeFileSync(LAST, `${JSON.stringify(now, undefined, 2)}\n`)
} else {
  const last = released.parse(JSON.parse(readFileSync(LAST, 'utf8')))
  const found = whatFails(last, now)
  for (const one of whatIsNew(last, now)) console.log(`– ${one}`)
  for (const one of found) console.error(`✗ ${one}`)
  if (found.length > 0) process.exitCode = 1
  else console.log('✓ no figure got worse by a fifth, and no cold start is above its aim')
}

function ratiosOf(script: string) {
  const folder = mkdtempSync(join(tmpdir(), 'payfriend-ratios-'))
  try {
    const file = join(folder, 'ratios.json')
    const { status } = spawnSync(process.execPath, [join(import.meta.dirname, script)], {
      env: { ...process.env, SECONDS: '5', CONNECTIONS: '8', RATIOS: file },
      stdio: 'inherit',
    })
    if (status !== 0) throw new Error(`bench/${script} ended with ${status}`)
    return ratios.parse(JSON.parse(readFileSync(file, 'utf8')))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
