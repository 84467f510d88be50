import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** By their size, as always, the short file that takes long is the last, and runs alone: those with a broker begin, but not all at once. */
class BrokersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const brokers = sorted.filter(startsBroker)
    const others = sorted.filter((file) => !startsBroker(file))
    return [...brokers.flatMap((file, i) => [file, ...others.slice(i, i + 1)]), ...others.slice(brokers.length)]
  }
}

function startsBroker({ moduleId }: TestSpecification): boolean {
  return moduleId.includes('/test/kafka/')
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/cli/command.ts'],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: BrokersFirst },
    // Slow is not wrong: on a busy machine a process takes seconds to start. A wait that is long costs nothing when all goes well.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
    reporters: ['default', './scripts/summary-reporter.mjs']
  }
})
