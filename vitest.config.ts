import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** What every test has, in whatever project. */
export const everywhere = {
  // CommonJS packages are imported as Node does it.
  deps: { interopDefault: false },
  // A test that looks at nothing proves nothing; one that looks again does so as long as a slow machine may need.
  expect: { requireAssertions: true, poll: { timeout: 10_000 } },
  testTimeout: 120_000,
  hookTimeout: 120_000,
  // Everything is logged and counted as in Lambda, and searched for what must not be there.
  setupFiles: ['test/harness/leakScan.ts'],
  env: { LOG_LEVEL: 'DEBUG', METRICS_DISABLED: 'false' },
}

const allOf = (...folders: string[]) => folders.map((folder) => `test/${folder}/**/*.test.ts`)

/** Broken on purpose, chance, and what is bundled: long, and run whole before a release. */
const proof = [
  ...allOf('fuzz', 'modelBased'),
  ...[
    'bundles',
    'crashes',
    'deviceCrashes',
    'deviceRaces',
    'lib/checks',
    'lib/specification',
    'races',
  ].map((name) => `test/${name}.test.ts`),
]
/** A browser, the whole of Payfriend on this machine, or a script that a person starts. */
const e2e = allOf('journeys', 'local', 'scripts')
/** The Lambdas on the embedded database and the pretend phone. */
const lambda = [
  ...allOf('examples', 'handlers'),
  ...['leakScan', 'confirmations', 'events', 'openapi', 'rights', 'storage'].map(
    (name) => `test/${name}.test.ts`,
  ),
  // It needs a client of secrets that nobody has used.
  'test/adapters/hangingSecret.test.ts',
]
/** All the rest: whatever is new, too. */
const unit = ['test/**/*.test.ts']

export default defineConfig({
  test: {
    globalSetup: ['test/harness/temporary.ts', 'test/harness/rights.ts'],
    // By itself vitest leaves one core idle, which is half of a small machine.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...everywhere,
          name: 'unit',
          include: unit,
          exclude: [...lambda, ...e2e, ...proof],
          // Most of a short test's time is its worker's start.
          isolate: false,
        },
      },
      { test: { ...everywhere, name: 'lambda', include: lambda } },
      {
        test: {
          ...everywhere,
          name: 'e2e',
          include: e2e,
          // More than half of a journey's time it waits for the browser to draw.
          maxWorkers: 2 * availableParallelism(),
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...everywhere, name: 'proof', include: proof } },
    ],
  },
})
