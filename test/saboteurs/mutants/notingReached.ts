/** Runs before each test file, in its process: notes which regions of the marked files each test reached. */
import { afterEach, beforeEach } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Regions that the test reached; and those reached before it, by its hooks or while files were loaded. */
    reached?: number[]
    reachedBefore?: number[]
  }
}

let reached = new Set<number>()
let before: number[] = []
Object.assign(globalThis, { __reached: (region: number) => void reached.add(region) })

function taken(): number[] {
  const regions = [...reached]
  reached = new Set()
  return regions
}

// As a setup file's these are the outermost hooks; those of a test itself count as the test.
beforeEach(() => {
  before = taken()
})
afterEach(({ task }) => {
  task.meta.reachedBefore = before
  task.meta.reached = taken()
})
