/** Which tests are asked about a mutant: those that reach its place, the likeliest and quickest first. */
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import type { Chosen, Noted } from '../testProcess.ts'
import { type TestProcesses, textOf } from '../testProcesses.ts'
import type { Mutant } from './mutantsOf.ts'
import { markedFile, markedText, type Shown, shownIn } from './reached.ts'

/** What can use a file that is changed. */
const MARKED = '{functions,local}/**/*.ts'
/** The tests of what runs in Lambda; those that build, start or show the whole take too long to be asked. */
const TESTS = 'test/{core,adapters,functions}/**/*.test.ts'

/** So long the likeliest tests are asked about a mutant, though the first in any case. */
const ASKED_MS_MAX = 20_000
const START_MS = 400
const NOTE_TIMEOUT_MS = 180_000

export type Choosing = {
  /** The tests to ask about a mutant, and how long they take together. */
  testsFor(
    file: string,
    mutant: Mutant,
  ): { readonly chosen: readonly Chosen[]; readonly ms: number }
  /** A test of this file has noticed a mutant: it is asked earlier from now on. */
  noticed(file: string, by: string): void
}

/**
 * Run all tests once, each of which must pass, and note what they reach.
 *
 * @param noting processes that do so
 */
export async function noteTests(noting: TestProcesses): Promise<Choosing> {
  const marked = globSync(MARKED).map((file, i) => markedFile(file, textOf(file), i * 10_000))
  const files = Object.fromEntries(marked.map((one) => [one.file, markedText(one)]))
  const noted = await Promise.all(
    globSync(TESTS).map(async (file) => {
      const answer = await noting.ask({ files, chosen: [{ file }] }, NOTE_TIMEOUT_MS)
      if (!answer) throw new Error(`${file} does not end`)
      const { failure } = answer
      if (failure) {
        throw new Error(`${file} fails as it is: ${failure.test?.name ?? ''} ${failure.error}`)
      }
      return { file, tests: answer.noted }
    }),
  )
  const successes = new Map<string, number>()

  return {
    testsFor(file, mutant) {
      const own = marked.find((one) => one.file === file)
      if (!own) throw new Error(`${file} is not among ${MARKED}`)
      const shown = shownIn(mutant, own, marked)
      // Tests that are called as the file is know it best.
      const worth = ({ chosen, ms }: Asked) =>
        ((isOwn(file, chosen.file) ? 1000 : 1) + (successes.get(`${file} ${chosen.file}`) ?? 0)) /
        ms
      const asked = noted.flatMap((tests) => reaching(tests, shown, isOwn(file, tests.file)))
      let ms = 0
      const chosen: Chosen[] = []
      for (const one of asked.sort((a, b) => worth(b) - worth(a))) {
        if (chosen.length > 0 && ms + one.ms > ASKED_MS_MAX) continue
        ms += one.ms
        chosen.push(one.chosen)
      }
      return { chosen, ms }
    },

    noticed(file, by) {
      const pair = `${file} ${by}`
      successes.set(pair, (successes.get(pair) ?? 0) + 1)
    },
  }
}

const isOwn = (file: string, test: string) => basename(test, '.test.ts') === basename(file, '.ts')

type Asked = { readonly chosen: Chosen; readonly ms: number }

/** The tests of one file by which a mutant could be noticed: those that reach what it shows in. */
function reaching(
  { file, tests }: { readonly file: string; readonly tests: readonly Noted[] },
  { regions, isLoaded }: Shown,
  isOwn: boolean,
): Asked[] {
  const isIn = (reached: readonly number[]) => reached.some((region) => regions.has(region))
  // What a file's own tests see of it they see by themselves, too, as a constant that they import.
  const isAll = (isOwn && isLoaded) || tests.some(({ reachedBefore }) => isIn(reachedBefore))
  const found = tests.filter(({ reached }) => isAll || isIn(reached))
  if (found.length === 0) return []
  const testIds = found.map(({ testId }) => testId)
  const chosen = found.length === tests.length ? { file } : { file, testIds }
  return [{ chosen, ms: found.reduce((sum, { ms }) => sum + ms, START_MS) }]
}
