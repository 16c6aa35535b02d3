import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // CommonJS packages are imported as Node does it.
    deps: { interopDefault: false },
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/temporary.ts', 'test/rights.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The test of the logs turns them on again.
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' },
  },
})
