/** The name that is at most two slips of the keyboard away, or begins the same way; null when none is. */
export function nearest(typed: string, names: readonly string[]): string | null {
  const [best] = names
    .map((name) => ({ name, slips: name.startsWith(typed) ? 0 : distance(typed.slice(0, 40), name) }))
    .sort((a, b) => a.slips - b.slips)
  return best !== undefined && best.slips <= 2 ? best.name : null
}

/** Levenshtein distance: characters to put in, take out or replace. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    above = row
  }
  return above[b.length]
}
