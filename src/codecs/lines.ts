import type { Hits, Visitor } from '../model.ts'

/** One record of a payload whose records end with `\n`. Offsets are in the payload. */
export interface Line {
  readonly payload: Uint8Array
  /** 0-based; counted on demand, see Field. */
  record(): number
  readonly start: number
  /** Offset of the `\n`, or the payload's end. A `\r` before it belongs to the text, but not to the record. */
  readonly end: number
  readonly recordEnd: number
  /** Hits `from..to` of `hits` end in the text. */
  readonly hits: Hits
  readonly from: number
  readonly to: number
  /** The visitor asked for the record, whether or not a hit falls in it. */
  readonly wanted: boolean
}

const newline = 0x0a
const carriageReturn = 0x0d

/**
 * Visits, in order, the records in which a hit ends and those the visitor wants. Asks `wantsNext` once before the first
 * record and once after each visited one. What lies between them is only searched for newlines, by memchr.
 */
export function visitLines(payload: Uint8Array, hits: Hits, visitor: Visitor, visit: (line: Line) => void): void {
  const buffer = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  const { pairs, count } = hits
  let next = 0 // start of the first record behind the visited ones
  let from = 0
  const indexOf = countRecords(buffer)
  for (let wanted = visitor.wantsNext(); ; wanted = visitor.wantsNext()) {
    while (from < count && pairs[2 * from + 1] <= next) from++
    if (!wanted && from === count) return
    const start = wanted ? next : lineStart(buffer, next, pairs[2 * from + 1] - 1)
    if (start >= payload.length) return
    const end = lineEnd(buffer, start)
    const to = hitsUntil(hits, from, end)
    const recordEnd = end > start && payload[end - 1] === carriageReturn ? end - 1 : end
    visit({
      payload,
      record: () => indexOf(start),
      start,
      end,
      recordEnd,
      hits,
      from,
      to,
      wanted
    })
    from = to
    next = end + 1
  }
}

/** The index of the record that begins at an offset. Most are never asked for: only findings tell it. */
function countRecords(buffer: Buffer): (start: number) => number {
  let counted = 0
  let index = 0
  return (start) => {
    index = start < counted ? countNewlines(buffer, 0, start) : index + countNewlines(buffer, counted, start)
    counted = start
    return index
  }
}

/** Start of the record that holds offset `at`; `next` is the start of this or an earlier one. */
function lineStart(buffer: Buffer, next: number, at: number): number {
  return at <= next ? next : buffer.lastIndexOf(newline, at - 1) + 1
}

function lineEnd(buffer: Buffer, start: number): number {
  const end = buffer.indexOf(newline, start)
  return end < 0 ? buffer.length : end
}

/** Index of the first hit from `from` on that ends behind `end`. */
function hitsUntil(hits: Hits, from: number, end: number): number {
  let to = from
  while (to < hits.count && hits.pairs[2 * to + 1] <= end) to++
  return to
}

/** Lines of at least this length, in bytes, are found faster one by one. */
const shortLine = 128
/** How much is counted by words before the next line is found by itself, in bytes. */
const block = 2048

/**
 * Newlines in `bytes[start..end)`, where `end` is the start of a line. Payloads with few hits pass at the speed of this:
 * long lines go at memchr's, short ones four bytes at a time.
 */
export function countNewlines(bytes: Buffer, start: number, end: number): number {
  let count = 0
  for (let at = start; at < end; ) {
    const next = bytes.indexOf(newline, at) + 1
    count++
    const to = next - at < shortLine && end - next >= 64 ? Math.min(next + block, end) : next
    count += newlinesByWords(bytes, next, to)
    at = to
  }
  return count
}

function newlinesByWords(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return 0
  let count = 0
  let at = start
  for (; at < end && ((bytes.byteOffset + at) & 3) !== 0; at++) if (bytes[at] === newline) count++
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >> 2)
  for (let from = 0; from < words.length; from += 255) count += newlinesInWords(words, from)
  for (at += words.length * 4; at < end; at++) if (bytes[at] === newline) count++
  return count
}

/** At most 255 words, so that the four counters in one integer cannot overflow. */
function newlinesInWords(words: Int32Array, from: number): number {
  const to = Math.min(from + 255, words.length)
  let counters = 0
  for (let i = from; i < to; i++) {
    const other = words[i] ^ 0x0a0a0a0a
    // The high bit of each byte is clear exactly where `other` is zero.
    const nonZero = ((other & 0x7f7f7f7f) + 0x7f7f7f7f) | other
    counters = (counters + ((~nonZero & 0x80808080) >>> 7)) | 0
  }
  return (counters & 0xff) + ((counters >>> 8) & 0xff) + ((counters >>> 16) & 0xff) + (counters >>> 24)
}
