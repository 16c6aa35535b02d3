/** A process that runs tests on files that are other than they are stored. Asked by `testProcesses.ts`. */
import { type Chosen, type Failure, type Replaced, startTestRuns, testsOf } from './testRun.ts'

export type Question = {
  readonly files: Replaced
  readonly chosen: readonly Chosen[]
  /** Tell what each test reached, too; then all run, whatever fails. */
  readonly isNoting?: boolean
}

/** The first failure, and where; none if all tests passed. */
export type Answer = {
  readonly failure: (Failure & { readonly file: string }) | undefined
  readonly noted: readonly Noted[]
}

/** A test that passed: how long it took, and which regions it and all before it reached. */
export type Noted = {
  readonly file: string
  readonly testId: string
  readonly ms: number
  readonly reached: readonly number[]
  readonly reachedBefore: readonly number[]
}

const isNoting = process.argv.includes('--noting')
const runs = await startTestRuns(
  isNoting ? { setupFile: 'test/saboteurs/mutants/notingReached.ts' } : {},
)
process.on('message', async (question: Question) => {
  process.send?.(await (isNoting ? note(question) : attempt(question)))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')

async function attempt({ files, chosen }: Question): Promise<Answer> {
  for (const one of chosen) {
    const failure = await failureIn(one, files)
    if (failure) return { failure: { ...failure, file: one.file }, noted: [] }
  }
  return { failure: undefined, noted: [] }
}

/** Tests of which it is known that they pass without those before them in their file. */
const standAlone = new Set<string>()

async function failureIn(one: Chosen, files: Replaced): Promise<Failure | undefined> {
  const { failure } = await runs.run(one, files)
  if (!failure || !one.testIds) return failure
  // A test that only fails for want of another one has found nothing.
  const name = `${one.file} ${failure.test?.id}`
  if (standAlone.has(name)) return failure
  if ((await runs.run(one)).failure) return (await runs.run({ file: one.file }, files)).failure
  standAlone.add(name)
  return failure
}

async function note({ files, chosen }: Question): Promise<Answer> {
  const noted: Noted[] = []
  for (const one of chosen) {
    const { modules, failure } = await runs.run(one, files)
    if (failure) return { failure: { ...failure, file: one.file }, noted }
    for (const test of testsOf(modules)) {
      const { reached = [], reachedBefore = [] } = test.meta()
      const ms = test.diagnostic()?.duration ?? 0
      noted.push({ file: one.file, testId: test.id, ms, reached, reachedBefore })
    }
  }
  return { failure: undefined, noted }
}
