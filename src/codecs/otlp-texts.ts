import type { MessageType } from './otlp-schema.ts'
import { behind, readField, readVarint, wireFixed32, wireFixed64, wireLength, wireVarint } from './otlp-wire.ts'

/** Hands over every text (and what else is bytes) of a well-formed request, in order. Allocates nothing; linear. */
export function visitTexts(
  bytes: Uint8Array,
  type: MessageType,
  start: number,
  end: number,
  visit: (start: number, end: number) => void
): void {
  for (let at = start; at < end; ) {
    const from = at
    let tag = bytes[at++]
    if (tag > 0x7f) {
      tag = readVarint(bytes, from, end)
      at = behind
    }
    const wire = tag & 7
    if (wire === wireLength) {
      let length = bytes[at++]
      if (length > 0x7f) {
        length = readVarint(bytes, at - 1, end)
        at = behind
      }
      const number = Math.floor(tag / 8)
      const field = number < type.byNumber.length ? type.byNumber[number] : undefined
      if (field === undefined || field.kind === 'string' || field.kind === 'bytes') visit(at, at + length)
      else if (field.type !== null) visitTexts(bytes, field.type, at, at + length, visit)
      at += length
    } else if (wire === wireVarint) {
      while (bytes[at++] > 0x7f) {}
    } else if (wire === wireFixed64) at += 8
    else if (wire === wireFixed32) at += 4
    else at = readField(bytes, from, end)?.next ?? end
  }
}
