/**
 * `npm run mutants`: change one place of a file after the other, and see whether a test fails.
 * A change that does not compile is no mutant: no test is run for it, and it does not count.
 *
 *     npm run mutants                               # the core and the adapters
 *     npm run mutants -- functions/core/money.ts    # these files only
 *     npm run mutants -- --resume                   # but for what was noticed before, in files that are the same
 *     npm run mutants -- --verbose                  # one line for each as it is tried
 *
 * Fails if fewer than 90 % are noticed, or if a survivor is not explained in
 * `test/mutation/mutants/survivors.ts`.
 */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { noteTests } from '../test/mutation/mutants/choosing.ts'
import { refusedByCompiler } from '../test/mutation/mutants/compiling.ts'
import { applied, type Mutant, mutantsOf } from '../test/mutation/mutants/mutantsOf.ts'
import { type Explained, explained } from '../test/mutation/mutants/survivors.ts'
import { startTestProcesses, textOf } from '../test/mutation/testProcesses.ts'

const SCORE_MIN = 90
const NOTED_IN = '.cache/mutants.json'
/** A mutant that makes the tests hang counts as noticed once they take this much longer than usual. */
const PATIENCE = { times: 4, ms: 40_000 }

type Fate = 'noticed' | 'survived' | 'endless' | 'not reached' | 'refused'
type Place = Omit<Explained, 'why'> & {
  readonly at: number
  readonly mutant: Mutant
  /** The whole file with the change. */
  readonly text: string
}
type Tried = Place & { readonly fate: Fate; readonly by: string }

const { values, positionals } = parseArgs({
  options: {
    resume: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const isWhole = positionals.length === 0
const files = (isWhole ? globSync('functions/{core,adapters}/**/*.ts') : positionals).sort()

const began = Date.now()
const places = files.flatMap(placesIn)
const refused = refusedByCompiler(places)
const noting = startTestProcesses({ isNoting: true })
const choosing = await noteTests(noting)
await noting.close()

const known: Record<string, string> =
  values.resume && existsSync(NOTED_IN) ? JSON.parse(readFileSync(NOTED_IN, 'utf8')) : {}
const processes = startTestProcesses()
const tried: Tried[] = []
const waiting = [...places]
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const one = { ...next, ...(await fateOf(next)) }
      tried.push(one)
      if (values.verbose) console.error(named(one))
      if (process.stderr.isTTY || tried.length % 100 === 0) progress()
    }
  }),
)
await processes.close()
save()
report()

function placesIn(file: string): Place[] {
  const text = textOf(file)
  return mutantsOf(text).map((mutant) => {
    const before = text.slice(0, mutant.start)
    const [line = ''] = text.slice(before.lastIndexOf('\n') + 1).split('\n', 1)
    return {
      file,
      line: line.trim(),
      at: before.split('\n').length,
      from: text.slice(mutant.start, mutant.end),
      to: mutant.to,
      mutant,
      text: applied(text, mutant),
    }
  })
}

async function fateOf(place: Place): Promise<{ fate: Fate; by: string }> {
  const { file, mutant, text } = place
  if (refused.has(place)) return { fate: 'refused', by: '' }
  const key = createHash('sha256').update(`${file}\0${text}`).digest('base64url')
  if (known[key] !== undefined) return { fate: 'noticed', by: known[key] }
  const { chosen, ms } = choosing.testsFor(file, mutant)
  if (chosen.length === 0) return { fate: 'not reached', by: '' }

  const patience = PATIENCE.ms + PATIENCE.times * ms
  const answer = await processes.ask({ files: { [file]: text }, chosen }, patience)
  if (!answer) return { fate: 'endless', by: '' }
  const { failure } = answer
  if (!failure) return { fate: 'survived', by: '' }
  choosing.noticed(file, failure.file)
  const by = `${failure.file} > ${failure.test?.name ?? failure.error}`
  known[key] = by
  return { fate: 'noticed', by }
}

function named({ file, at, fate, from, to, by }: Tried) {
  const change = `${JSON.stringify(from)} → ${JSON.stringify(to)}`
  return `${file}:${at} ${fate}: ${change}${by && `, by ${by}`}`
}

function progress() {
  save()
  const lost = tried.filter(isLost).length
  const minutes = ((Date.now() - began) / 60_000).toFixed(1)
  console.error(`${tried.length} of ${places.length}, ${lost} not noticed, ${minutes} min`)
}

function save() {
  mkdirSync(dirname(NOTED_IN), { recursive: true })
  writeFileSync(NOTED_IN, JSON.stringify(known, null, 1))
}

function isLost({ fate }: Tried) {
  return fate === 'survived' || fate === 'not reached'
}

function report() {
  const rows = [...files, 'all'].map((file) => {
    const own = tried.filter((one) => file === 'all' || one.file === file)
    const fates = (fate: Fate) => own.filter((one) => one.fate === fate).length
    const noticed = fates('noticed') + fates('endless')
    const mutants = own.length - fates('refused')
    return {
      file,
      mutants,
      noticed: fates('noticed'),
      endless: fates('endless'),
      survived: fates('survived'),
      'not reached': fates('not reached'),
      '%': mutants === 0 ? 100 : Number(((100 * noticed) / mutants).toFixed(1)),
    }
  })
  console.table(rows)

  const isThis = (one: Tried) => (other: Explained) =>
    one.file === other.file &&
    one.line === other.line &&
    one.from === other.from &&
    one.to === other.to
  const lost = tried.filter(isLost).sort((a, b) => a.file.localeCompare(b.file) || a.at - b.at)
  for (const one of lost) {
    const why = explained.find(isThis(one))?.why
    console.log(`${named(one)}\n    ${why ?? 'NOT EXPLAINED'}`)
  }
  const unexplained = lost.filter((one) => !explained.some(isThis(one)))
  const needless = explained.filter(
    (other) => files.includes(other.file) && !lost.some((one) => isThis(one)(other)),
  )
  for (const { file, line, from, to } of needless) {
    console.log(`explained, but noticed or gone: ${file}: ${line}: ${from} → ${to}`)
  }
  const { '%': score = 0, mutants = 0 } = rows.at(-1) ?? {}
  const minutes = ((Date.now() - began) / 60_000).toFixed(1)
  console.log(
    `${score} % of ${mutants} mutants noticed in ${minutes} min; ` +
      `${lost.length} not, of which ${unexplained.length} not explained`,
  )
  if (score < SCORE_MIN || unexplained.length > 0 || needless.length > 0) process.exitCode = 1
}
