import type { Edit, Signal } from '../model.ts'
import { withTape } from './json-tape.ts'
import { eachElement, eachMember, fieldNamed, nameText, readRequest, type Tokens } from './otlp-json.ts'
import { type MessageType, requests } from './otlp-schema.ts'
import { spliceProto, stringValue } from './otlp-splice.ts'
import { delimited, readField, type WireField, wireLength } from './otlp-wire.ts'
import { splice } from './splice.ts'

/** Detector ids by the index of the record they were found in. */
export type Annotations = ReadonlyMap<number, readonly string[]>

/** The attribute that annotated records carry: an array of detector ids. */
export const annotationKey = 'logveil.detectors'

/** Adds the attribute to records of a well-formed request; ids that are there already stay, each is there once. */
export function annotateProto(payload: Uint8Array, signal: Signal, annotations: Annotations): Uint8Array {
  const edits: Edit[] = []
  let records = 0
  const walk = (type: MessageType, start: number, end: number): void => {
    for (let at = start; at < end; ) {
      const node = readField(payload, at, end)
      if (node === null) return
      at = node.next
      const inner = type.byNumber[node.number]?.type ?? null
      if (inner === null || node.wire !== wireLength) continue
      if (inner.structural) walk(inner, node.start, node.end)
      if (!inner.record) continue
      const ids = annotations.get(records++)
      if (ids !== undefined && ids.length > 0) edits.push(annotateRecord(payload, inner, node, ids))
    }
  }
  if (annotations.size > 0) walk(requests[signal], 0, payload.length)
  return spliceProto(payload, requests[signal], edits)
}

function annotateRecord(payload: Uint8Array, type: MessageType, record: WireField, ids: readonly string[]): Edit {
  const number = type.attributes?.number ?? 0
  for (let at = record.start; at < record.end; ) {
    const pair = readField(payload, at, record.end)
    if (pair === null) break
    at = pair.next
    const known = pair.number === number && pair.wire === wireLength ? idsOf(payload, pair) : null
    if (known !== null) return { start: pair.from, end: pair.next, replacement: attribute(number, merged(known, ids)) }
  }
  return { start: record.start, end: record.start, replacement: attribute(number, merged([], ids)) }
}

function merged(known: readonly string[], ids: readonly string[]): string[] {
  return [...new Set([...known, ...ids])]
}

function attribute(number: number, ids: readonly string[]): Uint8Array {
  const array = Buffer.concat(ids.map((id) => lengthField(1, stringValue(Buffer.from(id)))))
  const value = lengthField(2, lengthField(5, array))
  return lengthField(number, Buffer.concat([lengthField(1, Buffer.from(annotationKey)), value]))
}

function lengthField(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat(delimited((number << 3) | wireLength, [content]))
}

/** The ids in a pair that is the annotation; null for another pair. */
function idsOf(payload: Uint8Array, pair: WireField): string[] | null {
  const name = fieldIn(payload, pair, 1)
  if (name === null || textOf(payload, name) !== annotationKey) return null
  const value = fieldIn(payload, pair, 2)
  const array = value === null ? null : fieldIn(payload, value, 5)
  const ids: string[] = []
  for (let at = array?.start ?? 0; array !== null && at < array.end; ) {
    const element = readField(payload, at, array.end)
    if (element === null) break
    const text = element.wire === wireLength ? fieldIn(payload, element, 1) : null
    if (text !== null) ids.push(textOf(payload, text))
    at = element.next
  }
  return ids
}

function fieldIn(payload: Uint8Array, message: WireField, number: number): WireField | null {
  let found: WireField | null = null
  for (let at = message.start; at < message.end; ) {
    const field = readField(payload, at, message.end)
    if (field === null) return null
    if (field.number === number && field.wire === wireLength) found = field
    at = field.next
  }
  return found
}

function textOf(payload: Uint8Array, { start, end }: WireField): string {
  return Buffer.from(payload.subarray(start, end)).toString()
}

/** Adds the attribute to records of a JSON request; what is no such request stays as it is. */
export function annotateJson(payload: Uint8Array, signal: Signal, annotations: Annotations): Uint8Array {
  if (annotations.size === 0) return payload
  const edits: Edit[] = []
  withTape((tape) => {
    if (!readRequest(tape, payload)) return
    const doc = { bytes: payload, tape }
    let records = 0
    const walk = (type: MessageType, t: number): void => {
      if (payload[tape.ints[t]] !== 0x7b) return
      eachMember(doc, t, (name, value) => {
        const inner = fieldNamed(doc, type, name)?.type ?? null
        if (inner?.structural) eachElement(doc, value, (element) => walk(inner, element))
        if (!inner?.record) return
        eachElement(doc, value, (record) => {
          const ids = annotations.get(records++)
          if (ids !== undefined && ids.length > 0 && payload[tape.ints[record]] === 0x7b)
            edits.push(annotateObject(doc, inner, record, ids))
        })
      })
    }
    walk(requests[signal], 0)
    tape.top = 0
  })
  return splice(payload, edits)
}

function annotateObject(doc: Tokens, type: MessageType, record: number, ids: readonly string[]): Edit {
  const { bytes, tape } = doc
  const { ints } = tape
  let list = -1
  eachMember(doc, record, (name, value) => {
    if (fieldNamed(doc, type, name) === type.attributes) list = value
  })
  if (list < 0) {
    const isEmpty = ints[record + 2] === record + 3
    return insertion(ints[record] + 1, `"attributes":[${pairText(ids)}]${isEmpty ? '' : ','}`)
  }
  if (bytes[ints[list]] !== 0x5b) return { ...insertion(ints[list], `[${pairText(ids)}]`), end: ints[list + 1] }
  let edit: Edit | null = null
  eachElement(doc, list, (pair) => {
    const known = edit === null ? idsOfPair(doc, pair) : null
    if (known !== null) edit = { ...insertion(ints[pair], pairText(merged(known, ids))), end: ints[pair + 1] }
  })
  const isEmpty = ints[list + 2] === list + 3
  return edit ?? insertion(ints[list] + 1, `${pairText(ids)}${isEmpty ? '' : ','}`)
}

function insertion(at: number, text: string): Edit {
  return { start: at, end: at, replacement: Buffer.from(text) }
}

function pairText(ids: readonly string[]): string {
  const values = merged([], ids).map((stringValue) => ({ stringValue }))
  return JSON.stringify({ key: annotationKey, value: { arrayValue: { values } } })
}

function idsOfPair(doc: Tokens, pair: number): string[] | null {
  const { bytes, tape } = doc
  const text = Buffer.from(bytes.subarray(tape.ints[pair], tape.ints[pair + 1])).toString()
  if (bytes[tape.ints[pair]] !== 0x7b || !isAnnotation(doc, pair)) return null
  const { value } = JSON.parse(text) as { value?: { arrayValue?: { values?: { stringValue?: unknown }[] } } }
  const values = value?.arrayValue?.values
  return Array.isArray(values)
    ? values.flatMap((item) => (typeof item?.stringValue === 'string' ? [item.stringValue] : []))
    : []
}

function isAnnotation(doc: Tokens, pair: number): boolean {
  let found = false
  eachMember(doc, pair, (name, value) => {
    if (nameText(doc, name) === 'key' && doc.bytes[doc.tape.ints[value]] === 0x22)
      found = nameText(doc, value) === annotationKey
  })
  return found
}
