/** Runs before each test file, in its process: notes which regions of the marked files each test reached. */
import { afterEach, beforeEach } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Regions that the test reached; and those reached before it, by its hooks or while files were loaded. */
    reached?: number[]
    reachedBefore?: number[]
  }
}

/** Without a call, since a test may watch those of a set, a list or a map. */
let reached: Record<number, true> = {}
let before: number[] = []
Object.assign(globalThis, {
  __reached: (region: number) => {
    reached[region] = true
  },
})

function taken(): number[] {
  const regions = Object.keys(reached).map(Number)
  reached = {}
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
