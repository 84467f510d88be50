/** Whether `text` matches `pattern`, in which `*` stands for any characters. Steps at most the product of the lengths. */
export function globText(pattern: string, text: string): boolean {
  return wildcard(pattern, text, '*', (a, b) => a === b)
}

/** Paths of dot-joined keys: `*` stands for anything within one key, `**` for any number of keys, also none. */
export function globPath(pattern: string, path: string): boolean {
  return wildcard(pattern.split('.'), path.split('.'), '**', globText)
}

/**
 * Greedy match that goes back to the last star only. No regular expression: the text is input, and V8's engine takes
 * exponential time on some of it.
 */
function wildcard(
  pattern: ArrayLike<string>,
  text: ArrayLike<string>,
  star: string,
  same: (pattern: string, text: string) => boolean
): boolean {
  let p = 0
  let t = 0
  let lastStar = -1
  let resume = 0
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === star) {
      lastStar = p++
      resume = t
    } else if (p < pattern.length && same(pattern[p], text[t])) {
      p++
      t++
    } else if (lastStar >= 0) {
      p = lastStar + 1
      t = ++resume
    } else return false
  }
  while (p < pattern.length && pattern[p] === star) p++
  return p === pattern.length
}
