/**
 * `npm run model -- --minutes 10 --seed N`: run sequences against the handlers, in each deployment by turns, until the
 * time is up or one fails. A failing sequence is shortened and printed with the way to replay it; the exit code is 1.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { Tally } from '../test/modelBased/commands.ts'

// Set before the logger is loaded, because thousands of forged callbacks and provider faults would be logged.
process.env.LOG_LEVEL ??= 'SILENT'
process.env.METRICS_DISABLED ??= 'true'
const { runModel, RULES } = await import('../test/modelBased/modelBased.ts')
const { pick } = await import('../test/modelBased/jobs.ts')

/** Defaults: the number of sequences on one world, and their length. */
const SEQUENCES = 40
const LENGTH = 16
/** Two at once, so that one works while the other waits for the database. */
const AT_ONCE = 2
const TOLD_EVERY_MS = 5000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    length: { type: 'string', default: String(LENGTH) },
    /** For a replay: the deployment, and the path from the seed. */
    rules: { type: 'string', default: '0' },
    path: { type: 'string' },
    'replay-path': { type: 'string' },
  },
})
const seed = Number(values.seed)
const length = Number(values.length)
const began = performance.now()
const endsAt = began + Number(values.minutes) * 60_000
const tally: Tally = new Map()
let found: string | undefined

if (values.path === undefined) await goOn()
else {
  const rules = pick(RULES, Number(values.rules))
  const { path, 'replay-path': replayPath } = values
  const where = { seed, path, ...(replayPath !== undefined && { replayPath }) }
  found = await runModel({ rules, ...where, sequences: 1, length, tally })
}
console.log(summary())
console.log(found ?? '\nNothing was found.')
process.exitCode = found === undefined ? 0 : 1

async function goOn() {
  console.log(`seed ${seed}, ${values.minutes} minutes`)
  const told = setInterval(() => console.log(progress()), TOLD_EVERY_MS)
  const goesOn = () => found === undefined && performance.now() < endsAt
  let rounds = 0
  const line = async () => {
    while (goesOn()) {
      const round = rounds++
      const rules = pick(RULES, round)
      const options = { rules, seed: seed + round, sequences: SEQUENCES, length, tally, goesOn }
      found ??= await runModel(options)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, line))
  clearInterval(told)
}

function progress(): string {
  const sum = (start: string) =>
    [...tally].reduce((all, [name, times]) => (name.startsWith(start) ? all + times : all), 0)
  const each = ['approved', 'denied', 'failed', 'cancelled', 'expired']
  return [
    `${((performance.now() - began) / 1000).toFixed(0)} s`,
    `${sum('sequences')} sequences`,
    `${sum('action:')} actions`,
    `${sum('races')} races`,
    each.map((status) => `${sum(`end: ${status}`)} ${status}`).join(' '),
    `${sum('invariants')} checks`,
  ].join(', ')
}

function summary(): string {
  const all = [...tally].sort(([a], [b]) => (a < b ? -1 : 1))
  const width = Math.max(0, ...all.map(([name]) => name.length))
  const lines = all.map(([name, times]) => `${name.padEnd(width)} ${String(times).padStart(8)}`)
  return [...lines, '', progress()].join('\n')
}
