/**
 * `npm run bench:check` fails if a figure got worse by a fifth against the last release's, `bench/lastRelease.json`.
 * Each is a ratio of one run, so that another machine gives nearly the same: a Lambda's cold start of the bare SDK's, in
 * the processor's time. `npm run bench:check -- --release` writes the file anew.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { worse } from './worse.ts'

const LAST = join(import.meta.dirname, 'lastRelease.json')
/** `null` is a figure that could not be measured, as where there is no `/proc`. */
const ratios = z.record(
  z.string(),
  z
    .number()
    .nullable()
    .transform((value) => value ?? Number.NaN),
)
const released = z.strictObject({ coldStart: ratios })

const coldStart = coldStarts()
if (process.argv.includes('--release')) {
  writeFileSync(LAST, `${JSON.stringify({ coldStart }, undefined, 2)}\n`)
} else {
  const last = released.parse(JSON.parse(readFileSync(LAST, 'utf8')))
  const found = worse(last.coldStart, coldStart)
  for (const one of found) console.error(`✗ cold start of ${one}`)
  if (found.length > 0) process.exitCode = 1
  else console.log('✓ no figure got worse by a fifth')
}

function coldStarts() {
  const folder = mkdtempSync(join(tmpdir(), 'payfriend-ratios-'))
  try {
    const file = join(folder, 'ratios.json')
    const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'cold.ts')], {
      env: { ...process.env, RATIOS: file },
      stdio: 'inherit',
    })
    if (status !== 0) throw new Error(`bench/cold.ts ended with ${status}`)
    return ratios.parse(JSON.parse(readFileSync(file, 'utf8')))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
