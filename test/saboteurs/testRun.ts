/** Tests of this project, run in this process as often as asked, while files are other than they are stored. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createVitest, type TestCase, type TestModule } from 'vitest/node'
import { everywhere } from '../../vitest.config.ts'

export const ROOT = resolve(import.meta.dirname, '../..')

/** A test file, and of its tests those that are to run; all, if it is not said. */
export type Chosen = { readonly file: string; readonly testIds?: readonly string[] | undefined }

/** The texts of files, by their paths from the top. */
export type Replaced = Readonly<Record<string, string>>

export type Failure = {
  /** None where the file, or a hook for all its tests, failed. */
  readonly test: { readonly id: string; readonly name: string } | undefined
  readonly error: string
}

export type Ran = { readonly modules: readonly TestModule[]; readonly failure: Failure | undefined }

/** @param setupFile runs before each test file */
export async function startTestRuns({ setupFile }: { setupFile?: string } = {}) {
  const replaced = new Map<string, string>()
  const isolated = { pool: 'threads', isolate: true, fileParallelism: false } as const
  const vitest = await createVitest(
    'test',
    { config: false, root: ROOT, watch: false, bail: setupFile ? 0 : 1, reporters: [{}] },
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
        ...isolated,
        include: ['test/**/*.test.ts'],
        setupFiles: [...SETUP_FILES, ...(setupFile ? [setupFile] : [])].map((path) =>
          resolve(ROOT, path),
        ),
        // What is stored of a module must never be what it was replaced with.
        fsModuleCache: false,
        testTimeout: 15_000,
        hookTimeout: 15_000,
      },
    },
  )
  await vitest.standalone()

  return {
    /** Run these tests until one fails. */
    async run({ file, testIds }: Chosen, files: Replaced = {}): Promise<Ran> {
      const changed = [...replaced.keys(), ...Object.keys(files).map((path) => resolve(ROOT, path))]
      replaced.clear()
      for (const [path, text] of Object.entries(files)) replaced.set(resolve(ROOT, path), text)
      for (const path of changed) vitest.invalidateFile(path)
      // Else the failures of the run before would end this one.
      vitest.state.filesMap.clear()
      vitest.state.idMap.clear()
      vitest.state.errorsSet.clear()
      const project = vitest.getRootProject()
      const spec = project.createSpecification(
        resolve(ROOT, file),
        testIds && { testIds: [...testIds] },
      )
      const { testModules, unhandledErrors } = await vitest.runTestSpecifications([spec])
      return { modules: testModules, failure: failureOf(testModules, unhandledErrors) }
    },

    close: () => vitest.close(),
  }
}

/** Those of every test. */
const SETUP_FILES = ['test/nothingLeaks.ts']

export type TestRuns = Awaited<ReturnType<typeof startTestRuns>>

export const textOf = (path: string) => readFileSync(resolve(ROOT, path), 'utf8')

function failureOf(modules: readonly TestModule[], unhandled: unknown[]): Failure | undefined {
  for (const module of modules) {
    for (const test of module.children.allTests('failed')) {
      const { errors = [] } = test.result()
      return { test: { id: test.id, name: test.fullName }, error: named(errors[0]) }
    }
    const suites = [module, ...module.children.allSuites()]
    const error = suites.flatMap((suite) => suite.errors())[0]
    if (error) return { test: undefined, error: named(error) }
  }
  return unhandled.length > 0 ? { test: undefined, error: named(unhandled[0]) } : undefined
}

const named = (error: unknown): string => {
  const { name = 'Error', message = '' } = (error ?? {}) as { name?: string; message?: string }
  return `${name}: ${message}`
}

/** Every test of a file that was run, with what it told about itself. */
export const testsOf = (modules: readonly TestModule[]): TestCase[] =>
  modules.flatMap((module) => [...module.children.allTests()])
