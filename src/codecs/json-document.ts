import type { Hits, Located, Visitor } from '../model.ts'
import { maxName } from './json-names.ts'
import { unescapeJson } from './json-string.ts'
import type { Tape } from './json-tape.ts'
import type { Line } from './lines.ts'

/** One valid JSON text whose tokens are on the tape: a record, or what a string in it holds. */
export interface Document extends Located {
  readonly line: Line
  readonly visitor: Visitor
  readonly tape: Tape
  /** `"`, escaped to the depth. */
  readonly quote: string
  /** The first hit that is not passed yet; the walk moves it on, in order. */
  at: number
  /** Containers around the value being visited, also those of outer documents. */
  containers: number
}

/** The token behind the value at token `t`. */
export function tokenBehind(doc: Document, t: number): number {
  const { ints } = doc.tape
  const byte = doc.bytes[ints[t]]
  return byte === 0x7b || byte === 0x5b ? ints[t + 2] : t + 3
}

/** Whether a hit ends in `bytes[start..end)`. Passes those before; ranges must be asked for in order of their start. */
export function touched(doc: Document, start: number, end: number): boolean {
  const { pairs } = doc.hits
  while (doc.at < doc.to && pairs[2 * doc.at + 1] <= start) doc.at++
  return doc.at < doc.to && pairs[2 * doc.at + 1] <= end
}

/** The text `bytes[start..end)` with the hits in it, which are passed. */
export function locate(doc: Document, start: number, end: number): Located {
  const { bytes, enclosing, depth, hits } = doc
  touched(doc, start, end)
  const from = doc.at
  while (doc.at < doc.to && hits.pairs[2 * doc.at + 1] <= end) doc.at++
  const origin = doc.origin === null ? null : doc.origin.subarray(start - doc.start, end - doc.start + 1)
  return { bytes, start, end, origin, enclosing, depth, hits, from, to: doc.at }
}

/** What is scanned behind a decoded name: key words count only where something is assigned to them. */
const assignment = Uint8Array.from('":"0', (character) => character.charCodeAt(0))

/** The string at token `t`; decoded and scanned anew when it holds an escape. */
export function locateString(doc: Document, t: number, isName: boolean): Located {
  const { tape, visitor, depth, enclosing } = doc
  const start = tape.ints[t] + 1
  const end = tape.ints[t + 1] - 1
  if (tape.ints[t + 2] === 0) return locate(doc, start, end)
  const spare = isName ? assignment.length : 0
  const { bytes, length, origin } = unescapeJson(doc.bytes, start, end, doc.origin, doc.start, spare)
  if (isName) bytes.set(assignment, length)
  const hits = visitor.scan(bytes, 0, length + spare)
  return { bytes, start: 0, end: length, origin, enclosing, depth, hits, from: 0, to: countUntil(hits, length) }
}

function countUntil(hits: Hits, end: number): number {
  let to = hits.count
  while (to > 0 && hits.pairs[2 * to - 1] > end) to--
  return to
}

/** The string at token `t` as a name of other values, wherever it stands; what the walk has passed stays as it is. */
export function findName(doc: Document, t: number): Located | null {
  const { at } = doc
  const { ints } = doc.tape
  doc.at = firstHitBehind(doc, ints[t] + 1)
  const located = touched(doc, ints[t] + 1, ints[t + 1] - 1) ? governing(locateString(doc, t, true)) : null
  doc.at = at
  return located
}

function firstHitBehind(doc: Document, start: number): number {
  let low = doc.from
  let high = doc.to
  while (low < high) {
    const middle = (low + high) >>> 1
    if (doc.hits.pairs[2 * middle + 1] <= start) low = middle + 1
    else high = middle
  }
  return low
}

/** Null for a text that cannot govern another. The limit bounds what a name with many hits costs that governs many values. */
export function governing(name: Located): Located | null {
  return name.to > name.from && name.end - name.start <= maxName ? name : null
}
