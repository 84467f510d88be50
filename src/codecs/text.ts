import type { Codec, Visitor } from '../model.ts'
import { type Line, visitLines } from './lines.ts'
import { splice } from './splice.ts'

/** Lines of free text: each touched record is one field. */
export const textCodec: Codec = {
  name: 'text',
  locate(payload, hits, visitor) {
    visitLines(payload, hits, visitor, (line) => visitText(line, visitor))
  },
  splice
}

/** Hands a whole record over as one text. */
export function visitText(line: Line, visitor: Visitor): void {
  const { payload, start, end, hits, from, to, recordEnd } = line
  visitor.field({
    bytes: payload,
    start,
    end,
    origin: null,
    enclosing: null,
    depth: 0,
    hits,
    from,
    to,
    role: 'text',
    key: null,
    quote: '',
    record: line.record,
    recordStart: start,
    recordEnd,
    path: noPath
  })
}

function noPath(): string {
  return ''
}
