import type { Hits, Located, Visitor } from '../model.ts'
import { type Document, findName, governing, locateString, touched } from './json-document.ts'
import { root } from './json-path.ts'
import { unescapeJson } from './json-string.ts'
import { maxContainers, readJson, type Tape, withTape } from './json-tape.ts'
import { visitMember, visitString, visitValue } from './json-walk.ts'
import type { Line } from './lines.ts'
import { pathOf, placeOf, type Step, stepTo } from './otlp-path.ts'
import { anyValue, type FieldType, keyValue, type MessageType } from './otlp-schema.ts'
import { type Governors, noGovernors, type PairName, type Reader, visitField } from './otlp-visit.ts'
import { visitText } from './text.ts'

/** Offset behind a byte order mark. */
export function textStart(payload: Uint8Array): number {
  return payload[0] === 0xef && payload[1] === 0xbb && payload[2] === 0xbf ? 3 : 0
}

/** Puts a request's tokens on an empty tape; false when it is no JSON object. */
export function readRequest(tape: Tape, payload: Uint8Array): boolean {
  return (
    readJson(tape, payload, textStart(payload), payload.length, maxContainers) && payload[tape.ints[0]] === openBrace
  )
}

/**
 * Hands over what hits touch in a request, as `locateProto` does; a payload that is no JSON object is one text. Members that the
 * definitions do not know are visited as any JSON. Returns the number of records.
 */
export function locateJson(payload: Uint8Array, request: MessageType, found: Hits, visitor: Visitor): number {
  let records = 0
  withTape((tape) => {
    const wanted = visitor.wantsNext()
    if (!readRequest(tape, payload)) return visitText(wholeLine(payload, found, wanted), visitor)
    const { hits, spots } = lookAhead(payload, tape, found)
    const line = { ...wholeLine(payload, hits, wanted), wanted }
    const view = { bytes: payload, start: 0, end: payload.length, origin: null, enclosing: null, depth: 0 }
    const doc = { ...view, hits, from: 0, to: hits.count, line, visitor, tape, quote: '"', at: 0, containers: outer }
    const walk: Walk = { doc, spots, spotAt: 0, records: 0 }
    walkUnits(walk, createReader(walk), request, 0)
    records = walk.records
    tape.top = 0
  })
  return records
}

/** Containers around the texts of a record, at least. */
const outer = 16
const openBrace = 0x7b
const openBracket = 0x5b

function wholeLine(payload: Uint8Array, hits: Hits, wanted: boolean): Line {
  const end = payload.length
  return { payload, record: () => 0, start: 0, end, recordEnd: end, hits, from: 0, to: hits.count, wanted }
}

interface Walk {
  readonly doc: Document & { line: Line }
  /** Offsets in pairs and arrays that must be looked at whether or not a hit says so; see Survey. */
  readonly spots: readonly number[]
  spotAt: number
  /** Records that began before. */
  records: number
}

/**
 * One pass over the tokens: notes names whose value does not come right behind them (behind `"key":"x","value"` the automaton looks for
 * one) and arrays, and drops the hits in the member name `key`, which is in every attribute.
 */
function lookAhead(payload: Uint8Array, tape: Tape, found: Hits): { hits: Hits; spots: number[] } {
  const { ints, top } = tape
  const spots: number[] = []
  const pairs = new Int32Array(2 * found.count)
  let at = 0
  let kept = 0
  const keepUntil = (end: number) => {
    for (; at < found.count && found.pairs[2 * at + 1] <= end; at++) {
      pairs[2 * kept] = found.pairs[2 * at]
      pairs[2 * kept++ + 1] = found.pairs[2 * at + 1]
    }
  }
  for (let t = 0; t + 3 < top; t += 3) {
    const start = ints[t]
    const length = ints[t + 1] - start
    if (length === 5) {
      if (payload[start + 1] !== 0x6b || !equals(payload, start + 1, 'key') || payload[ints[t + 3]] !== quote) continue
      keepUntil(start + 1)
      while (at < found.count && found.pairs[2 * at + 1] <= start + 4) at++
      if (!(t + 6 < top && isValueBehind(payload, ints[t + 4], ints[t + 6]))) spots.push(ints[t + 3])
    } else if (
      (length === 12 && equals(payload, start + 1, 'arrayValue')) ||
      (length === 13 && equals(payload, start + 1, 'array_value'))
    )
      spots.push(ints[t + 3])
  }
  keepUntil(payload.length)
  return { hits: { count: kept, pairs }, spots }
}

const quote = 0x22
/** White space between a name and `"value"` that the automaton looks across, in bytes. */
const maxGap = 32

function isValueBehind(payload: Uint8Array, end: number, start: number): boolean {
  return start - end <= maxGap && payload[start] === quote && equals(payload, start + 1, 'value"')
}

function equals(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}

function walkUnits(walk: Walk, reader: Reader<number>, type: MessageType, t: number): void {
  const { doc } = walk
  eachMember(doc, t, (name, value) => {
    const field = fieldNamed(doc, type, name)
    if (field?.type?.structural === true) {
      eachElement(doc, value, (element) => {
        if (doc.bytes[doc.tape.ints[element]] === openBrace) walkUnits(walk, reader, field.type as MessageType, element)
        else visitUnit(walk, reader, name, element, null)
      })
    } else if (field?.type?.record === true) {
      eachElement(doc, value, (element) => {
        visitUnit(walk, reader, name, element, field)
        walk.records++
      })
    } else if (field?.repeated === true)
      eachElement(doc, value, (element) => visitUnit(walk, reader, name, element, field))
    else visitUnit(walk, reader, name, value, field)
  })
}

export function eachMember(doc: Tokens, t: number, visit: (name: number, value: number) => void): void {
  const { ints } = doc.tape
  const stop = ints[t + 2]
  for (let name = t + 3, next = 0; name < stop; name = next) {
    next = behindToken(doc.bytes, ints, name + 3)
    visit(name, name + 3)
  }
}

/** A JSON text whose tokens are on the tape. */
export type Tokens = Pick<Document, 'bytes' | 'tape'>

function behindToken(bytes: Uint8Array, ints: Int32Array, t: number): number {
  const byte = bytes[ints[t]]
  return byte === openBrace || byte === openBracket ? ints[t + 2] : t + 3
}

/** The elements of an array, or the one value that stands in its place. */
export function eachElement(doc: Tokens, t: number, visit: (element: number, index: number) => void): void {
  const { ints } = doc.tape
  if (doc.bytes[ints[t]] !== openBracket) {
    visit(t, 0)
    return
  }
  const stop = ints[t + 2]
  for (let element = t + 3, index = 0, next = 0; element < stop; element = next, index++) {
    next = behindToken(doc.bytes, ints, element)
    visit(element, index)
  }
}

export function fieldNamed(doc: Tokens, type: MessageType, name: number): FieldType | null {
  const { bytes, tape } = doc
  const start = tape.ints[name] + 1
  const length = tape.ints[name + 1] - 1 - start
  if (tape.ints[name + 2] === 1) return type.byName.get(nameText(doc, name)) ?? null
  for (const field of type.fields) {
    if (field.jsonName.length === length && equals(bytes, start, field.jsonName)) return field
    if (field.name.length === length && equals(bytes, start, field.name)) return field
  }
  return null
}

/** Longest name of a field, in bytes. */
const maxFieldName = 40

export function nameText({ bytes, tape: { ints } }: Tokens, t: number): string {
  const start = ints[t] + 1
  const end = ints[t + 1] - 1
  if (end - start > 6 * maxFieldName) return ''
  if (ints[t + 2] === 0) return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
  const unescaped = unescapeJson(bytes, start, end, null, 0, 0)
  return Buffer.from(unescaped.bytes.subarray(0, unescaped.length)).toString('latin1')
}

/** Visits a record, or what stands beside records; what is no field of OTLP, or not of its form, as any JSON. */
function visitUnit(walk: Walk, reader: Reader<number>, name: number, t: number, field: FieldType | null): void {
  const { doc, records } = walk
  const { ints } = doc.tape
  const whole = field === null ? ints[name] : ints[t]
  if (!doc.line.wanted && !isTouched(walk, whole, ints[t + 1])) return
  const { hits, at: from } = doc
  let to = from
  while (to < hits.count && hits.pairs[2 * to + 1] <= ints[t + 1]) to++
  const range = { start: ints[t], end: ints[t + 1], recordEnd: ints[t + 1] }
  doc.line = { ...doc.line, ...range, record: () => records, from, to }
  const label: Step = { parent: null, name: field?.label ?? 'unknown', index: -1, key: null }
  if (field === null) {
    if (t === name + 3) visitMember(doc, name, root)
    else visitValue(doc, t, null, placeOf(label))
  } else if (field.type?.record === true)
    reader.each(t, field.type, null, (child, inner, index) =>
      visitField(reader, child, inner, stepTo(null, inner, index))
    )
  else visitField(reader, t, field, label)
  doc.line = { ...doc.line, wanted: doc.visitor.wantsNext() }
}

function isTouched(walk: Walk, start: number, end: number): boolean {
  if (touched(walk.doc, start, end)) return true
  const { spots } = walk
  while (walk.spotAt < spots.length && spots[walk.spotAt] < start) walk.spotAt++
  return walk.spotAt < spots.length && spots[walk.spotAt] < end
}

function createReader(walk: Walk): Reader<number> {
  const { doc } = walk
  const { bytes, tape } = doc
  const isObject = (t: number) => bytes[tape.ints[t]] === openBrace
  const reader: Reader<number> = {
    get wanted() {
      return doc.line.wanted
    },
    touched: (t) => isTouched(walk, tape.ints[t], tape.ints[t + 1]),
    isMessage: isObject,
    each(message, type, step, visit) {
      const counting = step === null && !type.record
      if (!isObject(message)) {
        if (!counting) visitValue(doc, message, null, step === null ? root : placeOf(step))
        return
      }
      eachMember(doc, message, (name, value) => {
        const field = fieldNamed(doc, type, name)
        if (field === null) {
          if (!counting) visitMember(doc, name, step === null ? root : placeOf(step))
        } else if (field.repeated) eachElement(doc, value, (element, index) => visit(element, field, index))
        else visit(value, field, 0)
      })
    },
    nameOf: (pair) => nameOf(doc, pair),
    textOf(value) {
      const t = stringIn(reader, value)
      return t < 0 || bytes[tape.ints[t]] !== quote
        ? null
        : { bytes, start: tape.ints[t] + 1, end: tape.ints[t + 1] - 1 }
    },
    leaderOf(value) {
      const t = stringIn(reader, value)
      return t < 0 ? null : governing(scanName(doc, t))
    },
    name(t, step) {
      const { record, start: recordStart, recordEnd } = doc.line
      if (bytes[tape.ints[t]] !== quote) return visitValue(doc, t, null, placeOf(step))
      const located = locateString(doc, t, false)
      if (located.to === located.from) return
      const path = () => pathOf(step)
      doc.visitor.field({ ...located, role: 'key', key: null, quote: '', record, recordStart, recordEnd, path })
    },
    // Hexadecimal, which reads like no secret.
    id: (t, step) => reader.text(t, noGovernors, step),
    text(t, { key, outer: second }: Governors, step) {
      const { at } = doc
      visitValue(doc, t, key ?? second, placeOf(step))
      if (key === null || second === null || bytes[tape.ints[t]] !== quote) return
      // The hits in it were seen: only the outer name is new.
      const behind = doc.at
      doc.at = doc.to
      visitString(doc, t, second, placeOf(step))
      doc.at = Math.max(at, behind)
    },
    number: (t, _, governors, step) => reader.text(t, governors, step),
    scalar: (t, step) => visitValue(doc, t, null, placeOf(step))
  }
  return reader
}

/** The token of `stringValue` in an AnyValue; -1 when there is none. */
function stringIn(reader: Reader<number>, value: number): number {
  let found = -1
  if (reader.isMessage(value))
    reader.each(value, anyValue, null, (t, field) => {
      found = field.name === 'string_value' ? t : -1
    })
  return found
}

/** The last name of a pair, which is the one that counts, wherever it stands; what the walk has passed stays as it is. */
function nameOf(doc: Document, pair: number): PairName | null {
  const { bytes, tape } = doc
  const { ints } = tape
  if (bytes[ints[pair]] !== openBrace) return null
  let found = -1
  eachMember(doc, pair, (name, value) => {
    if (bytes[ints[value]] === quote && fieldNamed(doc, keyValue, name)?.name === 'key') found = value
  })
  if (found < 0) return null
  const start = ints[found] + 1
  const end = ints[found + 1] - 1
  const isPlain = found + 3 < ints[pair + 2] && isValueBehind(bytes, ints[found + 1], ints[found + 3])
  const name = isPlain ? findName(doc, found) : governing(scanName(doc, found))
  return {
    place: { parent: null, bytes, start, end, hitEnd: name === null ? -1 : end, text: null },
    governing: name
  }
}

/** What is scanned behind a name: key words count only where something is assigned to them. */
const assignment = Uint8Array.from('":"0', (character) => character.charCodeAt(0))

/** A name behind which the automaton sees no value. */
function scanName(doc: Document, t: number): Located {
  const { ints } = doc.tape
  if (ints[t + 2] === 1) {
    const { at } = doc
    const located = locateString(doc, t, true)
    doc.at = at
    return located
  }
  const start = ints[t] + 1
  const length = ints[t + 1] - 1 - start
  const bytes = new Uint8Array(length + assignment.length)
  bytes.set(doc.bytes.subarray(start, start + length))
  bytes.set(assignment, length)
  const hits = doc.visitor.scan(bytes, 0, bytes.length)
  let to = hits.count
  while (to > 0 && hits.pairs[2 * to - 1] > length) to--
  const origin = Int32Array.from({ length: length + 1 }, (_, i) => start + i)
  return { bytes, start: 0, end: length, origin, enclosing: null, depth: 0, hits, from: 0, to }
}
