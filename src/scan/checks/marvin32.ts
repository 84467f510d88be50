/**
 * Marvin32, the checksum inside Microsoft's keys, as SymCrypt and .NET compute it: 32 bits, the halves of the state combined.
 * `seed` is 8 ASCII characters, read as a big-endian number (`Default0` = 0x44656661756C7430).
 */
export function marvin32(bytes: Uint8Array, seed: string): number {
  return marvin32Of(bytes, wordOf(seed, 0), wordOf(seed, 4))
}

/** The same with the seed as two 32-bit halves. */
export function marvin32Of(bytes: Uint8Array, high: number, low: number): number {
  const state = { low, high }
  const whole = bytes.length & ~3
  for (let i = 0; i < whole; i += 4)
    mix(state, bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24))
  mix(state, lastWord(bytes, whole))
  mix(state, 0)
  return (state.low ^ state.high) >>> 0
}

/** What is left after the whole words, then 0x80. */
function lastWord(bytes: Uint8Array, from: number): number {
  let word = 0x80 << ((bytes.length - from) * 8)
  for (let i = from; i < bytes.length; i++) word |= bytes[i] << ((i - from) * 8)
  return word
}

function mix(state: { low: number; high: number }, word: number): void {
  let { low, high } = state
  low = (low + word) | 0
  high ^= low
  low = (rotate(low, 20) + high) | 0
  high = rotate(high, 9) ^ low
  low = (rotate(low, 27) + high) | 0
  high = rotate(high, 19)
  state.low = low
  state.high = high
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}

function wordOf(seed: string, at: number): number {
  return (
    (seed.charCodeAt(at) << 24) |
    (seed.charCodeAt(at + 1) << 16) |
    (seed.charCodeAt(at + 2) << 8) |
    seed.charCodeAt(at + 3)
  )
}
