import { isUtf8 } from 'node:buffer'
import type { KafkaRecord } from './port.ts'

/** A text within a record: its value, its key, or one of its headers. */
export interface Segment {
  /** Index in the batch. */
  readonly record: number
  /** Index of the header; -1 for a value or a key. */
  readonly header: number
  /** Its bytes, without what stands before it in `line`. */
  readonly text: Buffer
  /** What names it, so that a header's name governs its value: `authorization: `. */
  readonly lead: Buffer
}

const newline = 10
const none = Buffer.alloc(0)

/** Where texts are joined: memory of its own for each batch costs as much as scanning it. Grows, up to `mostScratchBytes`. */
let scratch = Buffer.alloc(0)
const mostScratchBytes = 2 ** 22

function scratchOf(length: number): Buffer {
  if (length > mostScratchBytes) return Buffer.allocUnsafe(length)
  if (length > scratch.length) scratch = Buffer.allocUnsafeSlow(Math.max(length, 2 * scratch.length))
  return scratch.subarray(0, length)
}

/** Many small texts scanned in one call: each on a line of its own, or on several. Good until the next call. */
export function join(segments: readonly Segment[]): Buffer {
  const bytes = scratchOf(segments.reduce((sum, { lead, text }) => sum + lead.length + text.length + 1, 0))
  let at = 0
  for (const { lead, text } of segments) {
    if (lead.length > 0) at += lead.copy(bytes, at)
    at += text.copy(bytes, at)
    bytes[at++] = newline
  }
  return bytes
}

/** The texts again, from what the joined ones became; null where a text does not stand where it has to: lines were taken out. */
export function split(redacted: Uint8Array, segments: readonly Segment[]): (Buffer | null)[] | null {
  const bytes = Buffer.from(redacted.buffer, redacted.byteOffset, redacted.byteLength)
  const texts: (Buffer | null)[] = []
  let at = 0
  for (const { lead, text } of segments) {
    let end = at - 1
    for (let lines = countOf(text) + 1; lines > 0; lines--) {
      end = bytes.indexOf(newline, end + 1)
      if (end < 0) return null
    }
    const line = bytes.subarray(at, end)
    texts.push(line.subarray(0, lead.length).equals(lead) ? line.subarray(lead.length) : null)
    at = end + 1
  }
  return at === bytes.length ? texts : null
}

function countOf(text: Buffer): number {
  let count = 0
  for (let at = text.indexOf(newline); at >= 0; at = text.indexOf(newline, at + 1)) count++
  return count
}

/** Where a byte of the joined texts belongs, by binary search. */
export function locator(segments: readonly Segment[]): (at: number) => { segment: Segment; offset: number } {
  const starts = new Float64Array(segments.length)
  let at = 0
  segments.forEach(({ lead, text }, i) => {
    starts[i] = at
    at += lead.length + text.length + 1
  })
  return (position) => {
    let low = 0
    for (let high = segments.length - 1; low < high; ) {
      const middle = (low + high + 1) >> 1
      if (starts[middle] <= position) low = middle
      else high = middle - 1
    }
    const segment = segments[low]
    return { segment, offset: position - starts[low] - segment.lead.length }
  }
}

/** Confluent's wire format: a zero byte and the schema's id in front of the payload. Other serializers write the same. */
const schemaBytes = 5

/** How many bytes in front of a value are not its text. */
export function schemaPrefix(value: Buffer): number {
  return value.length > schemaBytes && value[0] === 0 ? schemaBytes : 0
}

export interface Values {
  readonly texts: Segment[]
  /** Indices of records whose values are no text (Avro, Protobuf, compressed): redaction must not move their bytes. */
  readonly binary: number[]
}

export function valuesOf(records: readonly KafkaRecord[]): Values {
  const texts: Segment[] = []
  const binary: number[] = []
  records.forEach(({ value }, record) => {
    if (value === null || value.length === 0) return
    const text = value.subarray(schemaPrefix(value))
    if (isUtf8(text) && !text.includes(0)) texts.push({ record, header: -1, text, lead: none })
    else binary.push(record)
  })
  return { texts, binary }
}

/** Keys and headers of the records, in their order. */
export function namesOf(records: readonly KafkaRecord[]): Segment[] {
  const segments: Segment[] = []
  records.forEach(({ key, headers }, record) => {
    if (key !== null && key.length > 0) segments.push({ record, header: -1, text: key, lead: none })
    headers.forEach(([name, value], header) => {
      if (value !== null && value.length > 0) {
        segments.push({ record, header, text: value, lead: Buffer.from(`${name.replaceAll('\n', ' ')}: `) })
      }
    })
  })
  return segments
}
