import type { Signal } from '../model.ts'
import { type MessageType, requests } from './otlp-schema.ts'
import { encodeVarint, readField } from './otlp-wire.ts'

/**
 * A request in protobuf as two, by halves of its records; what records share stands in both. null when it has fewer than two records, or is
 * malformed. Records keep their order and their bytes.
 */
export function splitOtlp(payload: Uint8Array, signal: Signal): readonly [Uint8Array, Uint8Array] | null {
  const request = requests[signal]
  const records = countRecords(payload, request)
  if (records < 2) return null
  const half = Math.ceil(records / 2)
  return [cut(payload, request, 0, half), cut(payload, request, half, records)]
}

/** 0 as well for what is malformed. */
function countRecords(message: Uint8Array, type: MessageType): number {
  let records = 0
  const valid = eachField(message, type, (part) => {
    if (part.kind === 'record') records++
    else if (part.kind === 'structure') records += countRecords(part.content, part.type)
  })
  return valid ? records : 0
}

/** The message with records `from..to` of it alone. */
function cut(message: Uint8Array, type: MessageType, from: number, to: number): Uint8Array {
  const parts: Uint8Array[] = []
  let index = 0
  eachField(message, type, (part) => {
    if (part.kind !== 'structure') {
      if (part.kind === 'other' || (index >= from && index < to)) parts.push(part.bytes)
      if (part.kind === 'record') index++
      return
    }
    const inside = countRecords(part.content, part.type)
    if (index < to && index + inside > from)
      parts.push(...resized(part, cut(part.content, part.type, from - index, to - index)))
    index += inside
  })
  return Buffer.concat(parts)
}

/** A field under its old number with new content. */
function resized({ number }: { readonly number: number }, content: Uint8Array): Uint8Array[] {
  return [Uint8Array.from([...encodeVarint(number * 8 + 2), ...encodeVarint(content.length)]), content]
}

type Part =
  | { readonly kind: 'other' | 'record'; readonly bytes: Uint8Array }
  | { readonly kind: 'structure'; readonly number: number; readonly type: MessageType; readonly content: Uint8Array }

function eachField(message: Uint8Array, type: MessageType, visit: (part: Part) => void): boolean {
  for (let at = 0; at < message.length; ) {
    const field = readField(message, at, message.length)
    if (field === null) return false
    const inner = field.wire === 2 ? (type.byNumber[field.number]?.type ?? null) : null
    if (inner?.structural === true) {
      const content = message.subarray(field.start, field.end)
      visit({ kind: 'structure', number: field.number, type: inner, content })
    } else visit({ kind: inner?.record === true ? 'record' : 'other', bytes: message.subarray(field.from, field.next) })
    at = field.next
  }
  return true
}
