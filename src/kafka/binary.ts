/** Shorter strings hold no secret. */
const minString = 8
const newline = 10

/**
 * A copy of the same length in which what stands right before and behind strings of Avro and Protobuf is a line feed: their lengths are
 * letters and digits as often as not, which would look like a part of the text. Without the schema a length is taken for one where as many
 * bytes of text follow.
 */
export function withoutLengths(value: Buffer): Buffer {
  const copy = Buffer.from(value)
  for (let at = 0; at < value.length - minString; ) {
    const end = endOfString(value, at)
    if (end < 0) at++
    else {
      const width = value[at] < 0x80 ? 1 : 2
      copy.fill(newline, at, at + width)
      if (end < copy.length) copy[end] = newline
      at = end
    }
  }
  return copy
}

/** Where the string ends whose length stands at `at`, as a varint of one or two bytes (zigzag in Avro); -1: there is none. */
function endOfString(value: Buffer, at: number): number {
  const first = value[at]
  const width = first < 0x80 ? 1 : 2
  const length = width === 1 ? first : value[at + 1] < 0x80 ? (first & 0x7f) | (value[at + 1] << 7) : 0
  const start = at + width
  // Twice the length is what Avro writes.
  for (const candidate of length % 2 === 0 ? [length / 2, length] : [length]) {
    if (candidate >= minString && start + candidate <= value.length && isText(value, start, start + candidate)) {
      return start + candidate
    }
  }
  return -1
}

function isText(value: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = value[at]
    if (byte < 0x20 && byte !== 9 && byte !== newline && byte !== 13) return false
  }
  return true
}
