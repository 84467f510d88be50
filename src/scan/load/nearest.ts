/** Nobody mistypes a longer name; the work is quadratic. */
const longestWord = 100

/**
 * The candidate that `word` was probably meant to be, or null: at most a third of its letters differ (insertion, removal, replacement,
 * two neighbours swapped; case does not count). For messages about mistyped names.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > longestWord) return null
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Optimal string alignment, three rows at a time. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : replaced
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, replaced, swapped))
    }
    before = row
    row = next
  }
  return row[b.length]
}
