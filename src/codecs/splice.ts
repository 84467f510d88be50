import type { Edit } from '../model.ts'

/**
 * The payload with the edits made; the same object when there are none. Throws a RangeError for edits that are out of
 * order, overlap or leave the payload: redacting the wrong bytes must not go unnoticed.
 */
export function splice(payload: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return payload
  const out = Buffer.allocUnsafe(splicedLength(payload, edits))
  const source = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
  let from = 0
  let at = 0
  for (const { start, end, replacement } of edits) {
    at += source.copy(out, at, from, start)
    out.set(replacement, at)
    at += replacement.length
    from = end
  }
  source.copy(out, at, from)
  return out
}

function splicedLength(payload: Uint8Array, edits: readonly Edit[]): number {
  let length = payload.length
  let from = 0
  for (const { start, end, replacement } of edits) {
    if (!(start >= from && end >= start && end <= payload.length)) throw new RangeError(`no edit: ${start} to ${end}`)
    length += replacement.length - (end - start)
    from = end
  }
  return length
}
