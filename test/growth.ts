/**
 * How many times as long the work `large` takes as `small`, by the best time of each on the processor: what others do meanwhile does not count.
 * It goes on until the quotient is below `enough`, where work that grows faster never gets.
 */
export function growth(enough: number, small: () => void, large: () => void): number {
  const works = [small, large].map((run) => ({ run, best: Number.POSITIVE_INFINITY }))
  const quotient = () => works[1].best / works[0].best
  for (let round = 0; round < 100 && (round < 5 || quotient() >= enough); round++) {
    for (const work of works) {
      const begin = cpuTime()
      work.run()
      work.best = Math.min(work.best, Math.max(1, cpuTime() - begin))
    }
  }
  return quotient()
}

/** Of this process, in microseconds. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
