import type { Field, Located, Visitor } from '../model.ts'
import { type Document, findName, governing, locate, locateString, tokenBehind, touched } from './json-document.ts'
import {
  isFlag,
  isHeaderList,
  isHeaderName,
  isNamedMember,
  isNamingMember,
  isOption,
  isPairName,
  isWrapperMember
} from './json-names.ts'
import { type Place, pathOf, root } from './json-path.ts'
import { maxContainers, readJson, type Tape } from './json-tape.ts'
import type { Line } from './lines.ts'

/** How many documents may stand inside each other as strings; deeper ones are plain strings. */
const maxDocuments = 4
/** Containers in which values are held against two names; deeper ones only against the nearer, to stay linear. */
const maxTwice = 8

/** Hands over what hits touch in a record, in order; false when it is no JSON, before anything was handed over. */
export function visitDocument(line: Line, visitor: Visitor, tape: Tape): boolean {
  const { payload: bytes, start, end, hits, from, to } = line
  const top = tape.top
  if (!readJson(tape, bytes, start, end, maxContainers)) return false
  const view = { bytes, start, end, origin: null, enclosing: null, depth: 0 }
  visitValue({ ...view, hits, from, to, line, visitor, tape, quote: '"', at: from, containers: 0 }, top, null, root)
  tape.top = top
  return true
}

/** A text that another format holds, and that `key` governs: as JSON when it is an object or array, else as one field. */
export function visitEmbedded(
  line: Line,
  visitor: Visitor,
  tape: Tape,
  located: Located,
  key: Located | null,
  place: Place
): void {
  const doc = { ...located, line, visitor, tape, quote: '"', at: located.from, containers: 0 }
  if (visitInside(doc, key, place)) return
  if (key !== null || located.to > located.from || line.wanted) emit(doc, located, 'value', key, '', place)
}

/** Visits the value at token `t`, which `key` governs, and whatever is in it. */
export function visitValue(doc: Document, t: number, key: Located | null, place: Place): void {
  const byte = doc.bytes[doc.tape.ints[t]]
  if (byte === 0x22) visitString(doc, t, key, place)
  else if (byte === 0x7b) visitContainer(doc, t, key, place, visitObject)
  else if (byte === 0x5b) visitContainer(doc, t, key, place, visitArray)
  else visitBare(doc, t, key, place)
}

function visitContainer(doc: Document, t: number, key: Located | null, place: Place, visit: typeof visitObject): void {
  doc.containers++
  visit(doc, t, key, place)
  doc.containers--
}

function visitBare(doc: Document, t: number, key: Located | null, place: Place): void {
  const located = locate(doc, doc.tape.ints[t], doc.tape.ints[t + 1])
  if (key !== null || located.to > located.from) emit(doc, located, 'bare', key, doc.quote, place)
}

function visitObject(doc: Document, t: number, key: Located | null, place: Place): void {
  const { bytes, tape } = doc
  const stop = tape.ints[t + 2]
  let sibling: Located | null | undefined
  for (let name = t + 3, next = 0; name < stop; name = next) {
    const value = name + 3
    next = tokenBehind(doc, value)
    const start = tape.ints[name] + 1
    const end = tape.ints[name + 1] - 1
    let governor: Located | null = null
    let hitEnd = -1
    if (touched(doc, start, end)) {
      hitEnd = lastHitEnd(doc, end)
      governor = visitName(doc, name, { parent: place, bytes, start, end, hitEnd, text: null })
    } else if (isNamedMember(bytes, start, end)) {
      if (sibling === undefined) sibling = findNaming(doc, t)
      governor = sibling
    }
    const outer = key !== null && isWrapperMember(bytes, start, end) ? key : null
    if ((governor ?? outer) === null && !doc.line.wanted && !touched(doc, tape.ints[value], tape.ints[value + 1]))
      continue
    visitGoverned(doc, value, governor, outer, { parent: place, bytes, start, end, hitEnd, text: null })
  }
}

/**
 * Visits a value that may have two names, and holds it against both: the nearer one does not shield it from the outer, which alone is left when
 * the nearer one is redacted.
 */
function visitGoverned(doc: Document, t: number, nearer: Located | null, outer: Located | null, place: Place): void {
  visitValue(doc, t, nearer ?? outer, place)
  if (nearer === null || outer === null || doc.containers > maxTwice) return
  // The hits in it were seen: only the name is new.
  visitValue({ ...doc, from: doc.at, to: doc.at }, t, outer, place)
}

/** Visits one member of an object at `place`; its name may govern its value. */
export function visitMember(doc: Document, name: number, place: Place): void {
  const { bytes, tape } = doc
  const start = tape.ints[name] + 1
  const end = tape.ints[name + 1] - 1
  const hitEnd = touched(doc, start, end) ? lastHitEnd(doc, end) : -1
  const here = { parent: place, bytes, start, end, hitEnd, text: null }
  const governor = hitEnd < 0 ? null : visitName(doc, name, here)
  if (governor === null && !doc.line.wanted && !touched(doc, tape.ints[name + 3], tape.ints[name + 4])) return
  visitValue(doc, name + 3, governor, here)
}

/** End of the last hit in a touched name that ends at `end`. */
function lastHitEnd({ hits, at, to }: Document, end: number): number {
  let i = at
  while (i < to && hits.pairs[2 * i + 1] <= end) i++
  return hits.pairs[2 * i - 1]
}

/** Visits a touched member name; returns it when it governs the value. */
function visitName(doc: Document, t: number, place: Place): Located | null {
  const name = locateString(doc, t, true)
  if (name.to > name.from) emit(doc, name, 'key', null, '', place)
  return governing(name)
}

/** The touched string that names what its sibling holds, wherever it stands in the object. */
function findNaming(doc: Document, t: number): Located | null {
  const { ints } = doc.tape
  const stop = ints[t + 2]
  for (let name = t + 3; name < stop; name = tokenBehind(doc, name + 3)) {
    if (doc.bytes[ints[name + 3]] !== 0x22) continue
    if (!isNamingMember(doc.bytes, ints[name] + 1, ints[name + 1] - 1)) continue
    const located = findName(doc, name + 3)
    if (located !== null) return located
  }
  return null
}

function visitArray(doc: Document, t: number, key: Located | null, place: Place): void {
  const { bytes, tape } = doc
  const stop = tape.ints[t + 2]
  const isPair = stop === t + 9 && bytes[tape.ints[t + 3]] === 0x22 && bytes[tape.ints[t + 6]] === 0x22
  const inHeaders = place.bytes !== null && isHeaderList(place.bytes, place.start, place.end)
  /** The element before, when it names this one. */
  let leader: Located | null = null
  for (let element = t + 3, index = 0, next = 0; element < stop; element = next, index++) {
    next = tokenBehind(doc, element)
    const start = tape.ints[element] + 1
    const end = tape.ints[element + 1] - 1
    const isString = bytes[start - 1] === 0x22
    if (
      leader !== null &&
      isString &&
      isOption(bytes, start, end) &&
      isOption(leader.bytes, leader.start, leader.end)
    ) {
      leader = null
    }
    const governor = leader
    leader = null
    const hit = touched(doc, start - 1, end + 1)
    if (hit && isString && leads(bytes, start, end, isPair && index === 0, inHeaders && index % 2 === 0)) {
      leader = findName(doc, element)
    }
    if ((governor ?? key) === null && !hit && !doc.line.wanted) continue
    const here = { parent: place, bytes: null, start: index, end: index, hitEnd: -1, text: null }
    visitGoverned(doc, element, governor, key, here)
  }
}

/** Whether an element names the next one: an option, the first of a pair, or a header's name. */
function leads(bytes: Uint8Array, start: number, end: number, firstOfPair: boolean, header: boolean): boolean {
  if (isFlag(bytes, start, end)) return true
  return (firstOfPair && isPairName(bytes, start, end)) || (header && isHeaderName(bytes, start, end))
}

export function visitString(doc: Document, t: number, key: Located | null, place: Place): void {
  const located = locateString(doc, t, false)
  if (doc.depth < maxDocuments && visitNested(doc, located, key, place)) return
  if (key !== null || located.to > located.from || doc.line.wanted) emit(doc, located, 'value', key, '', place)
}

/** A string that is itself a JSON object or array is visited instead of the string. */
function visitNested(outer: Document, located: Located, key: Located | null, place: Place): boolean {
  if (!isBracketed(located.bytes, located.start, located.end)) return false
  const { line, visitor, tape, containers } = outer
  const quote = `\\${outer.quote.replaceAll('\\', '\\\\')}`
  const depth = outer.depth + 1
  return visitInside({ ...located, line, visitor, tape, quote, depth, at: located.from, containers }, key, place)
}

function visitInside(doc: Document, key: Located | null, place: Place): boolean {
  const { tape, bytes, start, end } = doc
  if (!isBracketed(bytes, start, end)) return false
  const top = tape.top
  if (!readJson(tape, bytes, start, end, maxContainers - doc.containers)) return false
  visitValue(doc, top, key, place)
  tape.top = top
  return true
}

/** Most strings are not, which is cheaper to see than that they are no JSON. */
function isBracketed(bytes: Uint8Array, start: number, end: number): boolean {
  let from = start
  while (from < end && bytes[from] <= 0x20) from++
  if (from === end || (bytes[from] !== 0x7b && bytes[from] !== 0x5b)) return false
  let to = end
  while (bytes[to - 1] <= 0x20) to--
  return bytes[to - 1] === bytes[from] + 2
}

function emit(
  doc: Document,
  located: Located,
  role: Field['role'],
  key: Located | null,
  quote: string,
  place: Place
): void {
  const { line } = doc
  // Written out: a spread costs more than all the rest.
  doc.visitor.field({
    bytes: located.bytes,
    start: located.start,
    end: located.end,
    origin: located.origin,
    enclosing: located.enclosing,
    depth: located.depth,
    hits: located.hits,
    from: located.from,
    to: located.to,
    role,
    key,
    quote,
    record: line.record,
    recordStart: line.start,
    recordEnd: line.recordEnd,
    path: () => pathOf(place)
  })
}
