import type { Codec, Visitor } from '../model.ts'
import { type Tape, withTape } from './json-tape.ts'
import { visitDocument } from './json-walk.ts'
import { type Line, visitLines } from './lines.ts'
import { splice } from './splice.ts'
import { visitText } from './text.ts'

/** NDJSON: each record is one JSON text (RFC 8259) of any kind; a record that is none is free text. */
export const jsonCodec: Codec = {
  name: 'json',
  locate(payload, hits, visitor) {
    withTape((tape) => visitLines(payload, hits, visitor, (line) => visitJson(line, visitor, tape)))
  },
  splice
}

/** Hands over the touched fields of a record, or the whole record as text when it is no JSON or nested too deep. */
export function visitJson(line: Line, visitor: Visitor, tape: Tape): void {
  if (!visitDocument(line, visitor, tape)) visitText(line, visitor)
}
