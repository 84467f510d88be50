import type { ByteClass } from '../pattern/char-class.ts'

/**
 * Calls `visit` for every run of at least `min` bytes of a class in `bytes[from..to)`, at its full length, in order. Looks at about every
 * `min`-th byte where there are none: a run that long cannot hide between two looks.
 */
export function findRuns(
  bytes: Uint8Array,
  from: number,
  to: number,
  set: ByteClass,
  min: number,
  visit: (start: number, end: number) => void
): void {
  for (let at = from + min - 1; at < to; ) {
    if (set[bytes[at]] === 0) {
      at += min
      continue
    }
    // The byte before `low`, if any, was looked at before and is not in the class.
    const low = at - min + 1
    let start = at
    while (start > low && set[bytes[start - 1]] === 1) start--
    if (start > low) {
      at = start + min - 1
      continue
    }
    let end = at + 1
    while (end < to && set[bytes[end]] === 1) end++
    visit(start, end)
    at = end + min
  }
}
