/** A string's bytes without its escapes, and the payload offset at which each begins, with one more for the end. */
export interface Unescaped {
  readonly bytes: Uint8Array
  readonly length: number
  readonly origin: Int32Array
}

/**
 * Takes the JSON escapes off `bytes[start..end)`, which readJson has found valid. `origin[i - base]` is the payload offset
 * of `bytes[i]`; without it `bytes` is the payload. All bytes that an escape (or pair of surrogates) stands for begin
 * where it begins. A lone surrogate becomes U+FFFD. `bytes` of the result has `spare` more bytes behind `length`, and no others: who looks a
 * byte too far must not find what another text left.
 */
export function unescapeJson(
  bytes: Uint8Array,
  start: number,
  end: number,
  origin: Int32Array | null,
  base: number,
  spare: number
): Unescaped {
  // Escapes never grow: `\u0800` are 6 bytes for at most 3.
  const out = Buffer.allocUnsafe(end - start + spare)
  const first = reserve(end - start + 1)
  const offsets = places
  let length = 0
  let at = start
  while (at < end) {
    const byte = bytes[at]
    offsets[first + length] = at
    if (byte !== backslash) {
      out[length++] = byte
      at++
    } else if (bytes[at + 1] !== 0x75) {
      out[length++] = shortEscapes[bytes[at + 1]]
      at += 2
    } else {
      const point = codePoint(bytes, at, end)
      const next = writeUtf8(out, length, point)
      while (length < next) offsets[first + length++] = at
      at += point > 0xffff ? 12 : 6
    }
  }
  offsets[first + length] = end
  used = first + length + 1
  // A pass of its own: a test of `origin` for every byte doubles the time.
  if (origin !== null) for (let i = first; i < used; i++) offsets[i] = origin[offsets[i] - base]
  return { bytes: out.subarray(0, length + spare), length, origin: offsets.subarray(first, used) }
}

/** Origins are cut from one array: to allocate each costs more than to decode a short string. */
let places = new Int32Array(0)
let used = 0

/** Offset in `places` of `count` entries that are not in use. */
function reserve(count: number): number {
  if (used + count > places.length) {
    places = new Int32Array(Math.max(count, 16384))
    used = 0
  }
  return used
}

/** What the `\uXXXX` at `at` stands for, together with a second one when the two are a pair of surrogates. */
function codePoint(bytes: Uint8Array, at: number, end: number): number {
  const unit = hexUnit(bytes, at + 2)
  if (unit < 0xd800 || unit > 0xdfff) return unit
  if (unit > 0xdbff || at + 12 > end || bytes[at + 6] !== backslash || bytes[at + 7] !== 0x75) return 0xfffd
  const low = hexUnit(bytes, at + 8)
  return low < 0xdc00 || low > 0xdfff ? 0xfffd : 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
}

const backslash = 0x5c

/** By the letter behind the backslash. */
const shortEscapes = new Uint8Array(256)
for (const [letter, text] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  shortEscapes[letter.charCodeAt(0)] = text.charCodeAt(0)
}

/** The number that four hex digits make. */
function hexUnit(bytes: Uint8Array, at: number): number {
  return (nibble(bytes[at]) << 12) | (nibble(bytes[at + 1]) << 8) | (nibble(bytes[at + 2]) << 4) | nibble(bytes[at + 3])
}

function nibble(digit: number): number {
  return digit <= 0x39 ? digit - 0x30 : (digit | 0x20) - 0x57
}

/** Writes a code point and returns the offset behind it. */
function writeUtf8(out: Uint8Array, start: number, point: number): number {
  let at = start
  if (point < 0x80) out[at++] = point
  else if (point < 0x800) out[at++] = 0xc0 | (point >> 6)
  else if (point < 0x10000) {
    out[at++] = 0xe0 | (point >> 12)
    out[at++] = 0x80 | ((point >> 6) & 0x3f)
  } else {
    out[at++] = 0xf0 | (point >> 18)
    out[at++] = 0x80 | ((point >> 12) & 0x3f)
    out[at++] = 0x80 | ((point >> 6) & 0x3f)
  }
  if (point >= 0x80) out[at++] = 0x80 | (point & 0x3f)
  return at
}
