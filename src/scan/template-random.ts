/** Numbers for examples: seeded, so that every run of a test sees the same tokens. Not for secrets. */
export interface Random {
  /** An integer in `[0, below)`. */
  below(below: number): number
  /** `length` characters of `alphabet`. */
  text(alphabet: string, length: number): string
  bytes(length: number): Uint8Array
}

/** mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for text that only has to look random. */
export function createRandom(seed: number): Random {
  let state = Math.imul(seed | 0, 0x9e3779b1) ^ 0x5bd1e995
  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    text: (alphabet, length) => Array.from({ length }, () => alphabet[below(alphabet.length)]).join(''),
    bytes: (length) => Uint8Array.from({ length }, () => below(256))
  }
}
