import { isUtf8 } from 'node:buffer'
import type { Field, Hits, Located, Visitor } from '../model.ts'
import { governing } from './json-document.ts'
import type { Place } from './json-path.ts'
import { type Tape, withTape } from './json-tape.ts'
import { visitEmbedded } from './json-walk.ts'
import type { Line } from './lines.ts'
import { pathOf, placeOf, type Step, stepTo } from './otlp-path.ts'
import { anyValue, type FieldType, keyValue, type MessageType } from './otlp-schema.ts'
import { noGovernors, type PairName, type Reader, visitField } from './otlp-visit.ts'
import { numberText, readField, type Survey, type WireField, wireGroup, wireLength, wireVarint } from './otlp-wire.ts'

/**
 * Hands over, in order, what hits or odd places touch in a well-formed request. What stands beside records (a resource, a scope, a metric's
 * name, ...) is visited like a record of its own; its index is that of the record that comes next.
 */
export function locateProto(
  payload: Uint8Array,
  request: MessageType,
  { spots, unknown }: Survey,
  hits: Hits,
  visitor: Visitor
): void {
  withTape((tape) => {
    const walk: Walk = {
      payload,
      hits,
      at: 0,
      spots: unknown.length === 0 ? spots : withUnknown(spots, unknown),
      spotAt: 0,
      records: 0,
      wanted: visitor.wantsNext(),
      visitor,
      tape,
      line: null
    }
    walkUnits(walk, createReader(walk), request, 0, payload.length)
  })
}

/** Unknown fields are looked at, too. */
function withUnknown(spots: Int32Array, unknown: Int32Array): Int32Array {
  const all = new Int32Array(spots.length + unknown.length / 2)
  all.set(spots)
  for (let i = 0; i < unknown.length; i += 2) all[spots.length + i / 2] = unknown[i]
  return all.sort()
}

interface Walk {
  readonly payload: Uint8Array
  readonly hits: Hits
  /** The first hit, and the first odd place, that is not passed yet. */
  at: number
  readonly spots: Int32Array
  spotAt: number
  /** Records that began before. */
  records: number
  wanted: boolean
  readonly visitor: Visitor
  readonly tape: Tape
  /** What is being visited. */
  line: Line | null
}

/** Steps over what nothing touches, without allocating: a payload may hold millions of empty records. */
function walkUnits(walk: Walk, reader: Reader<WireField>, type: MessageType, start: number, end: number): void {
  const { payload } = walk
  for (let at = start; at < end; ) {
    if (payload[at] < 0x80 && at + 2 <= end && payload[at + 1] === 0 && (payload[at] & 7) === wireLength) {
      // An empty field: nothing in it to look at.
      if (type.byNumber[payload[at] >> 3]?.type?.record === true) walk.records++
      at += 2
      continue
    }
    const node = readField(payload, at, end)
    if (node === null) throw new TypeError('a surveyed payload is well formed')
    at = node.next
    const field = fieldOf(type, node)
    if (field?.type?.structural === true) {
      walkUnits(walk, reader, field.type, node.start, node.end)
      continue
    }
    if (walk.wanted || touched(walk, node.from, node.next)) visitUnit(walk, reader, node, field)
    if (field?.type?.record === true) walk.records++
  }
}

function visitUnit(walk: Walk, reader: Reader<WireField>, node: WireField, field: FieldType | null): void {
  const { payload, hits, at: from, records, wanted } = walk
  const to = hitsUntil(hits, from, node.next)
  const { from: start, next: end } = node
  walk.line = { payload, record: () => records, start, end, recordEnd: end, hits, from, to, wanted }
  if (field === null) visitUnknown(walk, node, { parent: null, name: 'unknown', index: node.number, key: null })
  else if (field.type?.record === true)
    reader.each(node, field.type, null, (child, inner, index) =>
      visitField(reader, child, inner, stepTo(null, inner, index))
    )
  else visitField(reader, node, field, { parent: null, name: field.label, index: -1, key: null })
  walk.line = null
  walk.wanted = walk.visitor.wantsNext()
}

/** The definition of a field; null when it is unknown or has another wire type than it should. */
function fieldOf(type: MessageType, { number, wire }: WireField): FieldType | null {
  const field = number < type.byNumber.length ? type.byNumber[number] : undefined
  if (field === undefined) return null
  if (field.kind === 'message' || field.kind === 'string' || field.kind === 'bytes')
    return wire === wireLength ? field : null
  return (wire === wireLength && field.repeated) || wire === wires[field.kind] ? field : null
}

const wires = { varint: wireVarint, fixed64: 1, fixed32: 5 } as const

function createReader(walk: Walk): Reader<WireField> {
  const { payload, visitor, tape } = walk
  const reader: Reader<WireField> = {
    get wanted() {
      return walk.wanted
    },
    touched: (node) => touched(walk, node.from, node.next),
    isMessage: () => true,
    each(message, type, step, visit) {
      let counts: number[] | null = null
      for (let at = message.start; at < message.end; ) {
        const node = readField(payload, at, message.end)
        if (node === null) throw new TypeError('a surveyed payload is well formed')
        at = node.next
        const field = fieldOf(type, node)
        if (field !== null) {
          if (!field.repeated || field.type === keyValue) visit(node, field, 0)
          else {
            counts ??= new Array<number>(type.byNumber.length).fill(0)
            visit(node, field, counts[field.number]++)
          }
        } else if (step !== null || type.record) {
          if (walk.wanted || touched(walk, node.from, node.next))
            visitUnknown(walk, node, { parent: step, name: 'unknown', index: node.number, key: null })
        }
      }
    },
    nameOf: (pair) => nameOf(walk, pair),
    textOf(value) {
      let text: WireField | null = null
      reader.each(value, anyValue, null, (node, field) => {
        text = field.name === 'string_value' ? node : null
      })
      return text === null ? null : { bytes: payload, start: (text as WireField).start, end: (text as WireField).end }
    },
    leaderOf(value) {
      const text = reader.textOf(value)
      return text === null ? null : governing(scanName(walk, text.start, text.end))
    },
    name(node, step) {
      const located = locate(walk, node.start, node.end)
      if (located.to > located.from) emit(walk, located, 'key', null, step)
    },
    id(node, step) {
      if (!isRandom(payload.subarray(node.start, node.end))) reader.text(node, noGovernors, step)
    },
    text(node, governors, step) {
      const located = locate(walk, node.start, node.end)
      const { key, outer } = governors
      const line = lineOf(walk)
      visitEmbedded(line, visitor, tape, located, key ?? outer, placeOf(step))
      // The hits in it were seen: only the outer name is new.
      if (key !== null && outer !== null)
        visitEmbedded(line, visitor, tape, { ...located, to: located.from }, outer, placeOf(step))
    },
    number(node, field, { key, outer }, step) {
      if (field.name !== 'int_value' && field.name !== 'double_value') return
      for (const governor of [key, outer]) if (governor !== null) emitNumber(walk, node, governor, step)
    },
    scalar() {}
  }
  return reader
}

/**
 * Whether an id is one: 16 or 8 bytes that are no text. Among the random bytes of a million ids a few read like `pw=` and a password, and an
 * id that was redacted tears its trace apart. What can be read as text is scanned: whatever wrote it there did not make an id.
 */
function isRandom(id: Uint8Array): boolean {
  return (id.length === 16 || id.length === 8) && !(isUtf8(id) && id.every((byte) => byte >= 0x20 && byte !== 0x7f))
}

function lineOf({ line }: Walk): Line {
  if (line === null) throw new TypeError('fields are visited within a unit')
  return line
}

/** Whether a hit ends, or an odd place begins, in `[start, end)`. Passes those before; ranges must be asked for in order. */
function touched(walk: Walk, start: number, end: number): boolean {
  const { hits, spots } = walk
  while (walk.at < hits.count && hits.pairs[2 * walk.at + 1] <= start) walk.at++
  if (walk.at < hits.count && hits.pairs[2 * walk.at + 1] <= end) return true
  while (walk.spotAt < spots.length && spots[walk.spotAt] < start) walk.spotAt++
  return walk.spotAt < spots.length && spots[walk.spotAt] < end
}

/** The text `payload[start..end)` with the hits in it, which are passed. */
function locate(walk: Walk, start: number, end: number): Located {
  const { payload, hits } = walk
  while (walk.at < hits.count && hits.pairs[2 * walk.at + 1] <= start) walk.at++
  const from = walk.at
  walk.at = hitsUntil(hits, from, end)
  return { bytes: payload, start, end, origin: null, enclosing: null, depth: 0, hits, from, to: walk.at }
}

/** Index of the first hit from `from` on that ends behind `end`. */
function hitsUntil({ pairs, count }: Hits, from: number, end: number): number {
  let to = from
  while (to < count && pairs[2 * to + 1] <= end) to++
  return to
}

/** The last name of a pair, which is the one that counts, wherever it stands; what the walk has passed stays as it is. */
function nameOf(walk: Walk, pair: WireField): PairName | null {
  const { payload, hits } = walk
  let name: WireField | null = null
  let plain = true
  for (let at = pair.start; at < pair.end; ) {
    const field = readField(payload, at, pair.end)
    if (field === null) break
    if (fieldOf(keyValue, field)?.name === 'key') {
      name = field
      plain = at === pair.start && (field.next === pair.end || payload[field.next] === valueTag)
    }
    at = field.next
  }
  if (name === null) return null
  const { start, end } = name
  const from = firstHitBehind(walk, start)
  const to = hitsUntil(hits, from, end)
  const isOdd = !plain || spotIn(walk, name.from)
  const located = isOdd
    ? scanName(walk, start, end)
    : { bytes: payload, start, end, origin: null, enclosing: null, depth: 0, hits, from, to }
  const place: Place = {
    parent: null,
    bytes: payload,
    start,
    end,
    hitEnd: to > from ? hits.pairs[2 * to - 1] : located.to > located.from ? end : -1,
    text: null
  }
  return { place, governing: governing(located) }
}

/** The tag of KeyValue.value. */
const valueTag = 0x12

function spotIn({ spots }: Walk, offset: number): boolean {
  let low = 0
  let high = spots.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (spots[middle] < offset) low = middle + 1
    else high = middle
  }
  return low < spots.length && spots[low] === offset
}

function firstHitBehind({ hits }: Walk, start: number): number {
  let low = 0
  let high = hits.count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (hits.pairs[2 * middle + 1] <= start) low = middle + 1
    else high = middle
  }
  return low
}

/** What is scanned behind a name: key words count only where something is assigned to them. */
const assignment = Uint8Array.from('":"0', (character) => character.charCodeAt(0))

/** A name behind which the automaton sees no value. */
function scanName({ payload, visitor }: Walk, start: number, end: number): Located {
  const length = end - start
  const bytes = new Uint8Array(length + assignment.length)
  bytes.set(payload.subarray(start, end))
  bytes.set(assignment, length)
  const hits = visitor.scan(bytes, 0, bytes.length)
  const origin = Int32Array.from({ length: length + 1 }, (_, i) => start + i)
  return {
    bytes,
    start: 0,
    end: length,
    origin,
    enclosing: null,
    depth: 0,
    hits,
    from: 0,
    to: hitsUntil(hits, 0, length)
  }
}

/** The bytes of a field that nobody described are scanned as text, those in a group one by one. */
function visitUnknown(walk: Walk, node: WireField, step: Step): void {
  const { payload, visitor } = walk
  if (node.wire === wireLength) {
    const { start, end } = node
    const hits = visitor.scan(payload, start, end)
    const view = { bytes: payload, start, end, origin: null, enclosing: null, depth: 0 }
    if (hits.count > 0 || walk.wanted) emit(walk, { ...view, hits, from: 0, to: hits.count }, 'value', null, step)
  }
  if (node.wire !== wireGroup) return
  for (let at = node.start; at < node.end; ) {
    const inner = readField(payload, at, node.end)
    if (inner === null) return
    visitUnknown(walk, inner, step)
    at = inner.next
  }
}

const noHits: Hits = { count: 0, pairs: new Int32Array(0) }

/** A number goes as a whole, with its tag: what replaces it is a string. */
function emitNumber(walk: Walk, node: WireField, key: Located, step: Step): void {
  const bytes = Buffer.from(numberText(walk.payload, node))
  const enclosing = { start: node.from, end: node.next }
  const origin = new Int32Array(bytes.length + 1).fill(node.from)
  origin[bytes.length] = node.next
  const view = { bytes, start: 0, end: bytes.length, origin, enclosing, depth: 0 }
  emit(walk, { ...view, hits: noHits, from: 0, to: 0 }, 'bare', key, step)
}

function emit(walk: Walk, located: Located, role: Field['role'], key: Located | null, step: Step): void {
  const { record, start, recordEnd } = lineOf(walk)
  const path = () => pathOf(step)
  walk.visitor.field({ ...located, role, key, quote: '', record, recordStart: start, recordEnd, path })
}
