import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Slow is not wrong: on a busy machine a process takes seconds to start. A wait that is long costs nothing when all goes well.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    reporters: ['default', './scripts/summary-reporter.mjs']
  }
})
