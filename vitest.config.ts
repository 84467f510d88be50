import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Property tests on a busy machine: slow is not wrong.
    testTimeout: 60_000,
    reporters: ['default', './scripts/summary-reporter.mjs']
  }
})
