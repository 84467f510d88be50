/** SHA-256 (FIPS 180-4) of a text of one character a byte. Own code: the core imports no node:crypto, and it hashes 77 bytes at a time. */
export function sha256(text: string): Uint8Array {
  const blocks = padded(text)
  const state = Uint32Array.from(initial)
  const words = new Uint32Array(64)
  for (let at = 0; at < blocks.length; at += 16) compress(state, words, blocks.subarray(at, at + 16))
  const out = new DataView(new ArrayBuffer(32))
  for (const [i, word] of state.entries()) out.setUint32(i * 4, word)
  return new Uint8Array(out.buffer)
}

/** The message, a 1 bit, zeros and the length in bits, as big-endian words. */
function padded(text: string): Uint32Array {
  const words = new Uint32Array(Math.ceil((text.length + 9) / 64) * 16)
  for (let i = 0; i < text.length; i++) words[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8)
  words[text.length >> 2] |= 0x80 << (24 - (text.length % 4) * 8)
  words[words.length - 1] = text.length * 8
  return words
}

function compress(state: Uint32Array, words: Uint32Array, block: Uint32Array): void {
  words.set(block)
  for (let i = 16; i < 64; i++)
    words[i] = words[i - 16] + small(words[i - 15], 7, 18, 3) + words[i - 7] + small(words[i - 2], 17, 19, 10)
  let [a, b, c, d, e, f, g, h] = state
  for (let i = 0; i < 64; i++) {
    const t1 = (h + big(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + constants[i] + words[i]) | 0
    const t2 = (big(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0]
  }
  ;[a, b, c, d, e, f, g, h].forEach((word, i) => {
    state[i] += word
  })
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

function big(word: number, x: number, y: number, z: number): number {
  return rotate(word, x) ^ rotate(word, y) ^ rotate(word, z)
}

function small(word: number, x: number, y: number, shift: number): number {
  return rotate(word, x) ^ rotate(word, y) ^ (word >>> shift)
}

const primes = firstPrimes(64)
/** Fractional parts of the square roots of the first 8 primes, and of the cube roots of the first 64. */
const initial = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)))
const constants = primes.map((prime) => fraction(Math.cbrt(prime)))

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime !== 0)) found.push(n)
  return found
}

function fraction(root: number): number {
  return Math.floor((root % 1) * 0x1_0000_0000)
}
