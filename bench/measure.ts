// Runs cases in turns, so that a noisy moment of the machine falls on all of them, and tells their medians and ratios.

/** Something to measure, with the truth about what it must find. */
export interface Case {
  readonly name: string
  readonly bytes: number
  readonly lines: number
  /** Lines that hold a secret. */
  readonly planted: number
  /** What every run must return. */
  readonly expected: number
  /** Looks at all results, untimed; what is wrong with them, nothing when all is right. */
  verify(): string[]
  run(): number
}

export interface Row {
  readonly name: string
  readonly bytes: number
  readonly lines: number
  readonly planted: number
  /** Milliseconds of each round. */
  readonly samples: readonly number[]
  /** Time per byte as a multiple of the group's first case, the median over rounds; null without one. */
  readonly ratio: number | null
  /** Why the figures do not count. */
  readonly mistakes: readonly string[]
}

export interface Rounds {
  readonly warmUps: number
  readonly rounds: number
}

/** Measures the cases of a group against its first one. A wrong case is measured as well: its row says what is wrong. */
export function measureGroup(cases: readonly Case[], { warmUps, rounds }: Rounds): Row[] {
  const mistakes = cases.map((one) => one.verify())
  const wrong = cases.map(() => new Set<number>())
  const samples: number[][] = cases.map(() => [])
  for (let round = -warmUps; round < rounds; round++) {
    for (const [i, one] of cases.entries()) {
      const start = performance.now()
      const found = one.run()
      const ms = performance.now() - start
      if (round >= 0) samples[i].push(ms)
      if (found !== one.expected) wrong[i].add(found)
    }
  }
  return cases.map(({ name, bytes, lines, planted, expected }, i) => {
    const ratio = i === 0 ? null : ratioOf(samples[i], bytes, samples[0], cases[0].bytes)
    const counts = [...wrong[i]].map((found) => `${found} found, ${expected} expected`)
    return { name, bytes, lines, planted, samples: samples[i], ratio, mistakes: [...mistakes[i], ...counts] }
  })
}

function ratioOf(samples: readonly number[], bytes: number, base: readonly number[], baseBytes: number): number {
  return median(samples.map((ms, round) => ms / bytes / (base[round] / baseBytes)))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The least of several runs, in ms: the one that the machine disturbed least. */
export function bestMs(rounds: number, work: () => void): number {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    work()
    best = Math.min(best, performance.now() - start)
  }
  return best
}
