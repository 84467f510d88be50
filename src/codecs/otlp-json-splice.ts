import type { Edit } from '../model.ts'
import { withTape } from './json-tape.ts'
import { eachElement, eachMember, fieldNamed, nameText, readRequest, type Tokens } from './otlp-json.ts'
import { keyValue } from './otlp-schema.ts'
import { distinct } from './otlp-splice.ts'
import { splice } from './splice.ts'

/**
 * Makes edits in a request. One that leaves nothing of a value takes it out of its array, or puts `null` (to OTLP: absent) in its place.
 * Of two names of a list that would read the same, an edited one gets a suffix. Receivers refuse a request with a number, base64 or an id that
 * is none: an edited number or bytes value becomes a string, an edited id goes.
 */
export function spliceJson(payload: Uint8Array, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return payload
  let prepared = edits
  withTape((tape) => {
    if (!readRequest(tape, payload)) return
    const doc = { bytes: payload, tape }
    const valid = withValidTypes(doc, edits)
    prepared = withoutValues(doc, [...valid, ...suffixesIn(doc, edits)].sort(byPlace))
    tape.top = 0
  })
  return splice(payload, prepared)
}

function byPlace(a: Edit, b: Edit): number {
  return a.start - b.start || a.end - b.end
}

const typedMembers = new Set('intValue int_value doubleValue double_value bytesValue bytes_value'.split(' '))
const idMembers = new Set('traceId trace_id spanId span_id parentSpanId parent_span_id'.split(' '))

function withValidTypes(doc: Tokens, edits: readonly Edit[]): readonly Edit[] {
  const { ints, top } = doc.tape
  const more: Edit[] = []
  const gone = new Set<Edit>()
  let at = 0
  for (let t = 0; t + 3 < top && at < edits.length; t += 3) {
    const [start, end, value, valueEnd] = [ints[t], ints[t + 1], ints[t + 3], ints[t + 4]]
    while (at < edits.length && edits[at].start < start) at++
    if (at === edits.length || edits[at].start < value || edits[at].end > valueEnd) continue
    if (doc.bytes[start] !== 0x22 || doc.bytes[skipAhead(doc.bytes, end)] !== colon || doc.bytes[value] === 0x7b)
      continue
    const name = nameText(doc, t)
    if (typedMembers.has(name)) more.push({ start, end, replacement: Buffer.from('"stringValue"') })
    else if (idMembers.has(name)) {
      for (let i = at; i < edits.length && edits[i].end <= valueEnd; i++) gone.add(edits[i])
      more.push({ start: value, end: valueEnd, replacement: Buffer.from('""') })
    }
  }
  return more.length === 0 ? edits : [...edits.filter((edit) => !gone.has(edit)), ...more].sort(byPlace)
}

/** Edits that take a whole value, with what its array or member needs. */
function withoutValues({ bytes, tape }: Tokens, edits: readonly Edit[]): Edit[] {
  const out: Edit[] = []
  /** Where the elements dropped last begin, in `out`. */
  let t = 0
  for (const edit of edits) {
    const { ints, top } = tape
    while (t < top && (ints[t] < edit.start || (ints[t] === edit.start && ints[t + 1] !== edit.end))) t += 3
    const whole = edit.replacement.length === 0 && t < top && ints[t] === edit.start && edit.end > edit.start
    if (!whole) out.push(edit)
    else if (bytes[skipBack(bytes, edit.start)] === colon) out.push({ ...edit, replacement: Buffer.from('null') })
    else out.push(withoutElement(bytes, edit, out))
  }
  return out
}

const colon = 0x3a
const comma = 0x2c

/** The comma behind an element goes with it; behind the last one there is none, then that before it, and before those dropped with it. */
function withoutElement(bytes: Uint8Array, { start, end, replacement }: Edit, out: Edit[]): Edit {
  const next = skipAhead(bytes, end)
  if (bytes[next] === comma) return { start, end: next + 1, replacement }
  let from = start
  for (let last = out.at(-1); last !== undefined; last = out.at(-1)) {
    if (last.replacement.length > 0 || bytes[last.end - 1] !== comma || skipAhead(bytes, last.end) !== from) break
    from = last.start
    out.pop()
  }
  const before = skipBack(bytes, from)
  return { start: bytes[before] === comma ? before : from, end, replacement }
}

function skipAhead(bytes: Uint8Array, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] <= 0x20) at++
  return at
}

function skipBack(bytes: Uint8Array, from: number): number {
  let at = from - 1
  while (at > 0 && bytes[at] <= 0x20) at--
  return at
}

/** Walks, on the way to edits, to lists of names and values, of which a name was edited. */
function suffixesIn(doc: Tokens, edits: readonly Edit[]): Edit[] {
  const suffixes: Edit[] = []
  const { bytes, tape } = doc
  const { ints } = tape
  const visit = (t: number): void => {
    const byte = bytes[ints[t]]
    if ((byte !== 0x7b && byte !== 0x5b) || firstWithin(edits, ints[t], ints[t + 1]) < 0) return
    if (byte === 0x7b) eachMember(doc, t, (_, value) => visit(value))
    else {
      addSuffixes(doc, t, edits, suffixes)
      eachElement(doc, t, visit)
    }
  }
  visit(0)
  return suffixes
}

/** Index of the first edit in `[start, end)`, -1 when there is none. */
function firstWithin(edits: readonly Edit[], start: number, end: number): number {
  let low = 0
  let high = edits.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (edits[middle].start < start) low = middle + 1
    else high = middle
  }
  return low < edits.length && edits[low].end <= end ? low : -1
}

function addSuffixes(doc: Tokens, array: number, edits: readonly Edit[], suffixes: Edit[]): void {
  const { bytes, tape } = doc
  const { ints } = tape
  const taken = new Set<string>()
  const changed: { readonly text: string; readonly end: number }[] = []
  eachElement(doc, array, (pair) => {
    if (bytes[ints[pair]] !== 0x7b) return
    eachMember(doc, pair, (name, value) => {
      if (bytes[ints[value]] !== 0x22 || fieldNamed(doc, keyValue, name)?.name !== 'key') return
      const start = ints[value] + 1
      const end = ints[value + 1] - 1
      const own: Edit[] = []
      for (let i = firstWithin(edits, start, end); i >= 0 && i < edits.length && edits[i].end <= end; i++)
        own.push({ ...edits[i], start: edits[i].start - start, end: edits[i].end - start })
      const text = Buffer.from(splice(bytes.subarray(start, end), own)).toString('latin1')
      if (own.length === 0) taken.add(text)
      else changed.push({ text, end })
    })
  })
  for (const { text, suffix } of distinct(
    changed.map((name) => name.text),
    taken
  ))
    if (suffix !== '')
      suffixes.push({ start: changed[text].end, end: changed[text].end, replacement: Buffer.from(suffix) })
}
