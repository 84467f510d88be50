import { anyValue, keyValue, type MessageType, messages } from './otlp-schema.ts'

// The wire format of protobuf, by byte ranges; nothing is decoded:
//
//   message = field*
//   field   = tag value        tag = varint of number << 3 | wire type
//   value   = varint (wire type 0) | 8 bytes (1) | varint length, so many bytes (2) | field* end tag (3, a group) | 4 bytes (5)

export const wireVarint = 0
export const wireFixed64 = 1
export const wireLength = 2
export const wireGroup = 3
export const wireFixed32 = 5

/** How many messages may lie inside each other. Receivers stop at 100, as protobuf's own libraries do, or earlier. */
export const maxMessages = 100

/** In bytes: 64 bits. */
const longestVarint = 10

/** Where the varint read last ended; -1 when there was none: cut off, longer than 10 bytes, or above 2^53. */
export let behind = 0

/** The varint at `at`. Encodings longer than needed are valid. */
export function readVarint(bytes: Uint8Array, at: number, end: number): number {
  let value = 0
  const stop = Math.min(end, at + longestVarint)
  for (let i = at, scale = 1; i < stop; i++, scale *= 128) {
    const byte = bytes[i]
    value += (byte & 0x7f) * scale
    if (byte < 0x80) {
      behind = i + 1
      return value
    }
  }
  behind = -1
  return 0
}

export function encodeVarint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  bytes.push(rest)
  return bytes
}

/** A field that has a length: a text, bytes or a message in parts. `tag`: its number and wire type. */
export function delimited(tag: number, parts: readonly Uint8Array[]): Uint8Array[] {
  let length = 0
  for (const part of parts) length += part.length
  return [Uint8Array.from([...encodeVarint(tag), ...encodeVarint(length)]), ...parts]
}

/** One field of a message that is known to be well formed. */
export interface WireField {
  /** Offset of the tag. */
  readonly from: number
  readonly number: number
  readonly wire: number
  /** The value; of wire type 2 what stands behind the length, of a group what stands before its end tag. */
  readonly start: number
  readonly end: number
  /** Offset behind the field; differs from `end` for a group. */
  readonly next: number
}

/** The field at `at`; null when it is malformed or does not end by `end`. */
export function readField(bytes: Uint8Array, at: number, end: number, depth = 0): WireField | null {
  const first = bytes[at]
  if (at + 2 <= end && first < 0x80 && first > 7 && (first & 7) === wireLength && bytes[at + 1] < 0x80) {
    // Most fields.
    const next = at + 2 + bytes[at + 1]
    return next > end ? null : { from: at, number: first >> 3, wire: wireLength, start: at + 2, end: next, next }
  }
  const tag = readVarint(bytes, at, end)
  const number = Math.floor(tag / 8)
  if (behind < 0 || number === 0 || number >= 2 ** 29) return null
  const wire = tag % 8
  let start = behind
  let next = -1
  if (wire === wireVarint) {
    readVarint(bytes, start, end)
    next = behind
  } else if (wire === wireFixed64) next = start + 8
  else if (wire === wireFixed32) next = start + 4
  else if (wire === wireLength) {
    const length = readVarint(bytes, start, end)
    start = behind
    next = start < 0 ? -1 : start + length
  } else if (wire === wireGroup) return readGroup(bytes, at, number, start, end, depth)
  return next < 0 || next > end ? null : { from: at, number, wire, start, end: next, next }
}

function readGroup(
  bytes: Uint8Array,
  from: number,
  number: number,
  start: number,
  end: number,
  depth: number
): WireField | null {
  if (depth >= maxMessages) return null
  for (let at = start; at < end; ) {
    const tag = readVarint(bytes, at, end)
    if (behind > 0 && tag === number * 8 + 4) return { from, number, wire: wireGroup, start, end: at, next: behind }
    const field = readField(bytes, at, end, depth + 1)
    if (field === null) return null
    at = field.next
  }
  return null
}

/** What one pass over a request saw. */
export interface Survey {
  /** Offset of the first field that is malformed; -1 when there is none, else nothing behind it was looked at. */
  readonly malformed: number
  readonly records: number
  /**
   * Offsets of names of pairs that must be looked at even when no hit says so, in order: their value does not stand right behind them, or
   * they hold bytes that names seldom hold. The automaton does not recognise those as names.
   */
  readonly spots: Int32Array
  /** Fields the definitions do not know, and known ones of another wire type: start and end, in order. */
  readonly unknown: Int32Array
}

// What a tag below 256 means in a message, by `message id << 8 | tag`.
const isUnknown = 0
const isVarint = 1
const isFixed64 = 2
const isFixed32 = 3
const isLeaf = 4
const isKey = 5
/** Codes from here on: a message, by its id. */
const firstMessage = 16
const isPair = firstMessage + keyValue.id

const codes = compileCodes()
const isRecord = Uint8Array.from(messages, ({ record }) => (record ? 1 : 0))
/** Bytes that the automaton takes as part of a name; behind others it looks for a separator, which protobuf has not. */
const isNameByte = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x80 || /[\w.-]/.test(String.fromCharCode(byte)) ? 1 : 0
)

function compileCodes(): Uint8Array {
  const table = new Uint8Array(messages.length << 8)
  for (const { id, byNumber } of messages) {
    for (const field of byNumber) {
      if (field === undefined) continue
      const set = (wire: number, code: number) => {
        table[(id << 8) | (field.number << 3) | wire] = code
      }
      if (field.type !== null) set(wireLength, firstMessage + field.type.id)
      else if (field.kind === 'string' || field.kind === 'bytes')
        set(wireLength, id === keyValue.id && field.number === 1 ? isKey : isLeaf)
      else {
        if (field.repeated) set(wireLength, isLeaf)
        if (field.kind === 'varint') set(wireVarint, isVarint)
        else if (field.kind === 'fixed64') set(wireFixed64, isFixed64)
        else set(wireFixed32, isFixed32)
      }
    }
  }
  return table
}

const ends = new Int32Array(maxMessages)
const types = new Uint8Array(maxMessages)

/**
 * Walks every field of a request: proves that it is well formed, counts records, notes what must be looked at. One long function, because
 * its state stays in registers that way; it runs on every payload.
 */
export function survey(bytes: Uint8Array, request: MessageType): Survey {
  const spots = createList()
  const unknown = createList()
  let records = 0
  let depth = 0
  let type = request.id
  let end = bytes.length
  let first = 0 // where the innermost message begins
  let at = 0
  for (;;) {
    while (at === end) {
      if (depth === 0) return { malformed: -1, records, spots: spots.take(), unknown: unknown.take() }
      end = ends[--depth]
      type = types[depth]
    }
    const from = at
    let tag = bytes[at++]
    if (tag > 0x7f) {
      tag = readVarint(bytes, from, end)
      if (behind < 0) {
        at = from
        break
      }
      at = behind
    }
    const code = tag < 256 ? codes[(type << 8) | tag] : isUnknown
    if (code >= isLeaf) {
      let length = at < end ? bytes[at++] : 0x80
      if (length > 0x7f) {
        length = readVarint(bytes, at - 1, end)
        at = behind
        if (at < 0) {
          at = from
          break
        }
      }
      if (length > end - at) {
        at = from
        break
      }
      const stop = at + length
      if (code < firstMessage) {
        if (code === isKey && !(from === first && (stop === end || bytes[stop] === 0x12) && isName(bytes, at, stop)))
          spots.add(from)
        at = stop
        continue
      }
      if (code === isPair && isPlainPair(bytes, at, stop)) {
        at = stop
        continue
      }
      if (depth === maxMessages - 1) {
        at = from
        break
      }
      ends[depth] = end
      types[depth++] = type
      type = code - firstMessage
      end = stop
      first = at
      records += isRecord[type]
    } else if (code === isVarint) {
      const value = at
      while (at < end && bytes[at] > 0x7f) at++
      if (at++ >= end || at - value > longestVarint) {
        at = from
        break
      }
    } else if (code === isFixed64) at += 8
    else if (code === isFixed32) at += 4
    else {
      const field = readField(bytes, from, end)
      if (field === null) {
        at = from
        break
      }
      unknown.add(from)
      unknown.add(field.next)
      at = field.next
    }
    if (at > end) {
      at = from
      break
    }
  }
  return { malformed: at, records, spots: spots.take(), unknown: unknown.take() }
}

function isName(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start
  while (at < end && isNameByte[bytes[at]] === 1) at++
  return at === end
}

/** Most pairs are a name and a string of less than 128 bytes together: one step instead of five. */
function isPlainPair(bytes: Uint8Array, start: number, end: number): boolean {
  const value = start + 2 + bytes[start + 1]
  const length = end - value - 4
  return (
    end - start < 128 &&
    bytes[start] === 0x0a &&
    length >= 0 &&
    bytes[value] === 0x12 &&
    bytes[value + 1] === length + 2 &&
    bytes[value + 2] === 0x0a &&
    bytes[value + 3] === length &&
    isName(bytes, start + 2, value)
  )
}

interface List {
  add(value: number): void
  /** Copies what was added. */
  take(): Int32Array
}

const empty = new Int32Array(0)

function createList(): List {
  let values = empty
  let count = 0
  return {
    add(value) {
      if (count === values.length) {
        const grown = new Int32Array(Math.max(64, 2 * count))
        grown.set(values)
        values = grown
      }
      values[count++] = value
    },
    take: () => values.subarray(0, count)
  }
}

/** The text of a number in an AnyValue, as JSON writes it. */
export function numberText(bytes: Uint8Array, { number, start, end }: WireField): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  if (number === anyValue.byName.get('double_value')?.number) return String(view.getFloat64(start, true))
  let value = 0n
  for (let i = end - 1; i >= start; i--) value = (value << 7n) | BigInt(bytes[i] & 0x7f)
  return String(BigInt.asIntN(64, value))
}
