/**
 * `npm run mutations`: commit each sabotage, in memory only, and see that a test of those named fails.
 *
 *     npm run mutations                    # all of them
 *     npm run mutations -- signature       # those whose name has this in it
 *     npm run mutations -- --third 2       # every third: each number from 0 to 2 has others
 *
 * Fails if one is not caught; if the line that it spoils is not there, exactly once; or if what failed was
 * no test.
 */
import { type Sabotage, sabotages } from './sabotages.ts'
import { startTestProcesses, textOf } from './testProcesses.ts'

const TIMEOUT_MS = 120_000

const [part = '', number = ''] = process.argv.slice(2)
const chosen = sabotages.filter(({ name }, i) =>
  part === '--third' ? i % 3 === Number(number) : name.includes(part),
)
const began = Date.now()
const processes = startTestProcesses()

// Whatever fails anyhow catches nothing.
const tests = [...new Set(chosen.flatMap(({ caughtBy }) => caughtBy))]
const [whole, found] = await Promise.all([
  Promise.all(tests.map(failsAsItIs)),
  Promise.all(chosen.map(missed)),
])
await processes.close()

const flaws = [...whole, ...found].filter((flaw) => flaw !== undefined)
for (const flaw of flaws) console.error(flaw)
const seconds = Math.round((Date.now() - began) / 1000)
console.log(
  `${found.filter((flaw) => !flaw).length} of ${chosen.length} sabotages caught in ${seconds} s`,
)
if (flaws.length > 0 || chosen.length === 0) process.exitCode = 1

async function failsAsItIs(file: string): Promise<string | undefined> {
  const answer = await processes.ask({ files: {}, chosen: [{ file }] }, TIMEOUT_MS)
  if (answer && !answer.failure) return undefined
  const { test, error } = answer?.failure ?? {}
  return `✗ ${file} fails as it is: ${test?.name ?? ''} ${error ?? 'no end'}`
}

/** Why a sabotage is not caught, if it is not. */
async function missed({ name, file, from, to, caughtBy }: Sabotage): Promise<string | undefined> {
  const text = textOf(file)
  const times = text.split(from).length - 1
  if (times !== 1) return `✗ ${name}: what it spoils is ${times} times in ${file}: ${from}`
  const files = { [file]: text.replace(from, () => to) }
  const answer = await processes.ask(
    { files, chosen: caughtBy.map((file) => ({ file })) },
    TIMEOUT_MS,
  )
  if (!answer) return `✗ ${name}: the tests do not end`
  const { failure } = answer
  if (!failure) return `✗ ${name}: NOT CAUGHT by ${caughtBy.join(', ')}`
  if (!failure.test || /^(Syntax|Reference)Error/.test(failure.error)) {
    return `✗ ${name}: not a test failed, but ${failure.file}: ${failure.error}`
  }
  console.log(`✓ ${name}\n    ${failure.file} > ${failure.test.name}`)
  return undefined
}
