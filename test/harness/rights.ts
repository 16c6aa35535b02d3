/**
 * Test support: what the Lambdas used of their rights in a run of the whole suite. The embedded
 * database refuses a call beyond them; here a right that nothing used fails the run.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { lambdas } from '../../functions/routes.ts'

/** Vitest's global setup: what it gives back runs after the last test. */
export default function recordRights(project: TestProject) {
  const folder = mkdtempSync(join(tmpdir(), 'payfriend-rights-'))
  process.env.RIGHTS_RECORD = folder

  return async () => {
    const used = readdirSync(folder).map(decodeURIComponent)
    rmSync(folder, { recursive: true })
    if (!(await isWhole(project))) return
    const excess = excessOf(used)
    if (excess.length > 0) throw new Error(`Rights in functions/routes.ts:\n${excess.join('\n')}`)
  }
}

/** A sentence for each right that no call needed; `used` as the embedded database records it. */
export const excessOf = (used: readonly string[]): string[] =>
  Object.entries(lambdas).flatMap(([name, { rights }]) =>
    rights
      .filter((right) => !used.includes(`${name} ${right}`))
      .map((right) => `${name} may ${right}, and nothing in the whole suite used it.`),
  )

/**
 * Every test file ran, whatever was asked for on the command line, and none failed: a part of the
 * suite cannot use every right, and a failed run has failed already.
 */
async function isWhole({ vitest }: TestProject): Promise<boolean> {
  if (vitest.config.testNamePattern || vitest.config.project.length > 0) return false
  const ended = new Map(vitest.state.getTestModules().map((run) => [run.moduleId, run.state()]))
  const found = await Promise.all(vitest.projects.map((project) => project.globTestFiles()))
  return found
    .flatMap(({ testFiles }) => testFiles)
    .every((file) => /^(passed|skipped)$/.test(ended.get(file) ?? 'not run'))
}
