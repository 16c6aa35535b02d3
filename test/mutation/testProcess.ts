/** A process that runs tests on files that are other than they are stored. Asked by `testProcesses.ts`. */
import { resolve } from 'node:path'
import { createVitest, type TestModule } from 'vitest/node'
import { everywhere } from '../../vitest.config.ts'

/** A test file, and of its tests those that are to run; all, if it is not said. */
export type Chosen = { readonly file: string; readonly testIds?: readonly string[] | undefined }

export type Question = {
  /** The texts of files, by their paths from the top. */
  readonly files: Readonly<Record<string, string>>
  readonly chosen: readonly Chosen[]
}

/** The first failure, and where; none if all tests passed. */
export type Answer = {
  readonly failure: (Failure & { readonly file: string }) | undefined
  readonly noted: readonly Noted[]
}

type Failure = {
  /** None where the file, or a hook for all its tests, failed. */
  readonly test: { readonly id: string; readonly name: string } | undefined
  readonly error: string
}

/** A test that passed: how long it took, and which regions it and all before it reached. */
export type Noted = {
  readonly testId: string
  readonly ms: number
  readonly reached: readonly number[]
  readonly reachedBefore: readonly number[]
}

const ROOT = resolve(import.meta.dirname, '../..')
/** Tell what each test reached, too; then all run, whatever fails. */
const isNoting = process.argv.includes('--noting')
const replaced = new Map<string, string>()
const setupFiles = isNoting ? ['test/mutation/mutants/notingReached.ts'] : []
const vitest = await createVitest(
  'test',
  { config: false, root: ROOT, watch: false, bail: isNoting ? 0 : 1, reporters: [{}] },
  {
    server: { watch: null },
    plugins: [
      {
        name: 'payfriend:replaced',
        enforce: 'pre',
        load: (id) => replaced.get(id.replace(/\?.*$/, '')) ?? null,
      },
    ],
    test: {
      ...everywhere,
      include: ['test/**/*.test.ts'],
      pool: 'threads',
      isolate: true,
      fileParallelism: false,
      setupFiles: [...everywhere.setupFiles, ...setupFiles],
      // What is stored of a module must never be what it was replaced with.
      fsModuleCache: false,
      testTimeout: 15_000,
      hookTimeout: 15_000,
    },
  },
)
await vitest.standalone()

process.on('message', async (question: Question) => process.send?.(await answer(question)))
process.on('disconnect', () => process.exit())
process.send?.('ready')

async function answer({ files, chosen }: Question): Promise<Answer> {
  const noted: Noted[] = []
  for (const one of chosen) {
    const { modules, failure } = await run(one, files)
    const found = failure && (await foundBy(one, failure, files))
    if (found) return { failure: { ...found, file: one.file }, noted }
    if (isNoting) noted.push(...modules.flatMap(notedOf))
  }
  return { failure: undefined, noted }
}

/** Tests of which it is known that they pass without those before them in their file. */
const standAlone = new Set<string>()

/** A test that only fails for want of another one of its file has found nothing. */
async function foundBy(chosen: Chosen, failure: Failure, files: Question['files']) {
  if (!chosen.testIds) return failure
  const name = `${chosen.file} ${failure.test?.id}`
  if (standAlone.has(name)) return failure
  if ((await run(chosen, {})).failure) return (await run({ file: chosen.file }, files)).failure
  standAlone.add(name)
  return failure
}

/** Run these tests until one fails. */
async function run({ file, testIds }: Chosen, files: Question['files']) {
  const changed = [...replaced.keys(), ...Object.keys(files).map((path) => resolve(ROOT, path))]
  replaced.clear()
  for (const [path, text] of Object.entries(files)) replaced.set(resolve(ROOT, path), text)
  for (const path of changed) vitest.invalidateFile(path)
  // Else the failures of the run before would end this one.
  vitest.state.filesMap.clear()
  vitest.state.idMap.clear()
  vitest.state.errorsSet.clear()
  const specification = vitest
    .getRootProject()
    .createSpecification(resolve(ROOT, file), testIds && { testIds: [...testIds] })
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification])
  return { modules: testModules, failure: failureOf(testModules, unhandledErrors) }
}

function failureOf(modules: readonly TestModule[], unhandled: unknown[]): Failure | undefined {
  for (const module of modules) {
    for (const test of module.children.allTests('failed')) {
      const error = inWords(test.result().errors?.[0])
      return { test: { id: test.id, name: test.fullName }, error }
    }
  }
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
  const [error] = [...suites.flatMap((suite) => suite.errors()), ...unhandled]
  return error === undefined ? undefined : { test: undefined, error: inWords(error) }
}

function inWords(error: unknown): string {
  const { name = 'Error', message = '' } = (error ?? {}) as { name?: string; message?: string }
  return `${name}: ${message}`
}

const notedOf = (module: TestModule): Noted[] =>
  [...module.children.allTests()].map((test) => {
    const { reached = [], reachedBefore = [] } = test.meta()
    return { testId: test.id, ms: test.diagnostic()?.duration ?? 0, reached, reachedBefore }
  })
