// What stands behind a name in raw protobuf, seen without parsing the message. Source: opentelemetry-proto 1.11, common.proto.

/** A text of the payload, or one of the answers below. */
export interface TextRange {
  readonly start: number
  readonly end: number
}

/** A value that is no text, or something of another kind: it may hold anything. */
export const anything: TextRange = { start: -1, end: -1 }

/** `KeyValue.value`; what may follow a name in a list, `ArrayValue.values`, has the same tag as a text, `AnyValue.string_value`. */
const valueTag = 0x12
const stringTag = 0x0a

/**
 * The value of the attribute whose name ends at `at`, or the element behind the one that ends there: the text of an `AnyValue` that holds
 * nothing else. Null when the field that ends at `at` governs none.
 */
export function valueBehind(bytes: Uint8Array, at: number): TextRange | null {
  const tag = bytes[at]
  if (tag !== valueTag && tag !== stringTag) return null
  const inner = behindVarint(bytes, at + 1)
  const end = inner + varintAt(bytes, at + 1, inner)
  if (bytes[inner] !== stringTag) return anything
  const start = behindVarint(bytes, inner + 1)
  const textEnd = start + varintAt(bytes, inner + 1, start)
  if (textEnd === end && end <= bytes.length) return { start, end }
  // The next attribute: a name and its value.
  return tag === stringTag && textEnd < end && bytes[textEnd] === valueTag ? null : anything
}

function behindVarint(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] >= 0x80) at++
  return at + 1
}

function varintAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let i = end - 1; i >= start; i--) value = value * 128 + (bytes[i] & 0x7f)
  return value
}
