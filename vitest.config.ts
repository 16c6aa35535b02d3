import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // CommonJS packages are imported as Node does it.
    deps: { interopDefault: false },
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/temporary.ts', 'test/rights.ts'],
    // By itself vitest leaves one core idle, which is half of a small machine.
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Everything is logged and counted as in Lambda, and searched for what must not be there.
    setupFiles: ['test/nothingLeaks.ts'],
    env: { POWERTOOLS_LOG_LEVEL: 'DEBUG', POWERTOOLS_METRICS_DISABLED: 'false' },
  },
})
