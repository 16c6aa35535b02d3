/**
 * `npm run costs`: let payments happen on the laptop's parts, count what each uses, read the stack's template,
 * and write `COSTS.md` and its chart. With `--kept` it reckons anew from what was recorded before, as for
 * other prices or assumptions.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Provider, providers } from '../functions/routes.ts'
import { bundlePage } from '../lib/page.ts'
import { recordJourneys } from './costs/journeys.ts'
import type { OfProvider, Recording } from './costs/recording.ts'
import { CHART, costsChart, costsText } from './costs/report.ts'
import { stackOf } from './costs/stack.ts'

const RECORDING = new URL('./costs/recording.json', import.meta.url)
const TOP = new URL('../', import.meta.url)

const { values } = parseArgs({ options: { kept: { type: 'boolean', default: false } } })
const recording: Recording = values.kept
  ? JSON.parse(readFileSync(RECORDING, 'utf8'))
  : await recordAll()
if (!values.kept) writeFileSync(RECORDING, `${JSON.stringify(recording, null, 2)}\n`)
writeFileSync(new URL('COSTS.md', TOP), costsText(recording))
writeFileSync(new URL(CHART, TOP), costsChart(recording))

async function recordAll(): Promise<Recording> {
  const recorded: Partial<Record<Provider, OfProvider>> = {}
  for (const provider of providers) {
    recorded[provider] = { ...(await recordJourneys(provider)), stack: stackOf(provider) }
  }
  const files = [...bundlePage().values()].map(({ body }) => body.byteLength)
  return {
    on: new Date().toISOString().slice(0, 10),
    // The last is the page's settings, `config.json`.
    page: { files: files.length + 1, bytes: files.reduce((sum, bytes) => sum + bytes, 0) },
    providers: recorded as Record<Provider, OfProvider>,
  }
}
