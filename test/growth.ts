/**
 * How many times as long the work `large` takes as `small`, by the best time of each. On a busy machine it takes many tries until both have run
 * undisturbed: it goes on until the quotient is below `enough`, where work that grows faster never gets.
 */
export function growth(enough: number, small: () => void, large: () => void): number {
  const works = [small, large].map((run) => ({ run, best: Number.POSITIVE_INFINITY }))
  const quotient = () => works[1].best / works[0].best
  for (let round = 0; round < 100 && (round < 5 || quotient() >= enough); round++) {
    for (const work of works) {
      const begin = performance.now()
      work.run()
      work.best = Math.min(work.best, performance.now() - begin)
    }
  }
  return quotient()
}
