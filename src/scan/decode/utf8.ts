/** Writes a code point as UTF-8 and returns the offset behind it; surrogates become U+FFFD. */
export function writeUtf8(out: Uint8Array, start: number, codePoint: number): number {
  const point = codePoint >= 0xd800 && codePoint <= 0xdfff ? 0xfffd : codePoint
  if (point < 0x80) {
    out[start] = point
    return start + 1
  }
  const tail = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3
  out[start] = leads[tail] | (point >> (6 * tail))
  for (let i = 1; i <= tail; i++) out[start + i] = 0x80 | ((point >> (6 * (tail - i))) & 0x3f)
  return start + tail + 1
}

/** By the number of bytes that follow. */
const leads = [0, 0xc0, 0xe0, 0xf0]
