import type { Edit } from '../model.ts'
import { anyValue, type FieldType, keyValue, type MessageType } from './otlp-schema.ts'
import { encodeVarint, readField, type WireField, wireGroup, wireLength } from './otlp-wire.ts'
import { splice } from './splice.ts'

/**
 * Makes edits in a well-formed message. Edits are ordered and disjoint; each lies within one string or bytes value, or covers a field as a
 * whole (a number of an AnyValue: what replaces it becomes a string; any other: its new encoding, or nothing), or is empty and stands
 * where a field of a message begins (a field to insert). Lengths are written anew only on the way to what changed; every other byte stays.
 * An edited id goes: receivers refuse a request with one of another length. Throws a RangeError for an edit that is none of these.
 */
export function spliceProto(payload: Uint8Array, request: MessageType, edits: readonly Edit[]): Uint8Array {
  if (edits.length === 0) return payload
  const plan: Plan = { payload, edits, at: 0, out: [] }
  planMessage(plan, request, 0, payload.length)
  if (plan.at < edits.length) throw new RangeError(`no edit: ${edits[plan.at].start} to ${edits[plan.at].end}`)
  return splice(payload, plan.out)
}

interface Plan {
  readonly payload: Uint8Array
  readonly edits: readonly Edit[]
  /** The first edit that is not planned yet. */
  at: number
  /** Edits of plain bytes. */
  readonly out: Edit[]
}

/** Plans the edits in `[start, end)`, the content of a message of this type (null: unknown); returns by how much it grows. */
function planMessage(plan: Plan, type: MessageType | null, start: number, end: number): number {
  const { payload, edits } = plan
  let growth = 0
  for (let at = start; at < end && plan.at < edits.length && edits[plan.at].start <= end; ) {
    const node = readField(payload, at, end)
    if (node === null) throw new TypeError('a surveyed payload is well formed')
    at = node.next
    growth += insertedAt(plan, node.from)
    const edit = edits[plan.at]
    const field = type?.byNumber[node.number] ?? null
    // Into an empty record, which ends where it begins.
    const into =
      edit !== undefined && edit.end === node.start && node.end === node.start && field?.type?.record === true
    if (edit === undefined || (edit.start >= node.next && !into)) continue
    if (edit.start === node.from) growth += planWhole(plan, type, node)
    else growth += planWithin(plan, field, node)
  }
  return growth + insertedAt(plan, end)
}

/** Plans empty edits at a place between fields. */
function insertedAt(plan: Plan, at: number): number {
  let growth = 0
  for (; plan.at < plan.edits.length; plan.at++) {
    const edit = plan.edits[plan.at]
    if (edit.start !== at || edit.end !== at) break
    growth += push(plan, edit)
  }
  return growth
}

function push(plan: Plan, edit: Edit): number {
  plan.out.push(edit)
  return edit.replacement.length - (edit.end - edit.start)
}

function planWhole(plan: Plan, type: MessageType | null, node: WireField): number {
  const edit = plan.edits[plan.at++]
  if (edit.end !== node.next) throw new RangeError(`no edit: ${edit.start} to ${edit.end}`)
  if (type !== anyValue || node.wire === wireLength) return push(plan, edit)
  return push(plan, { ...edit, replacement: stringValue(edit.replacement) })
}

/** AnyValue.string_value */
export function stringValue(text: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(0x0a, ...encodeVarint(text.length)), text])
}

function planWithin(plan: Plan, field: FieldType | null, node: WireField): number {
  const { start, end, wire } = node
  if (wire === wireGroup) return planMessage(plan, null, start, end)
  const index = plan.out.length
  const inner =
    wire === wireLength && field?.type ? planMessage(plan, field.type, start, end) : planLeaf(plan, field, start, end)
  const lengthStart = lengthOffset(plan.payload, node)
  const length = encodeVarint(end - start + inner)
  if (inner === 0) return 0
  plan.out.splice(index, 0, { start: lengthStart, end: start, replacement: Uint8Array.from(length) })
  return inner + length.length - (start - lengthStart)
}

/** Plans the edits of a string or bytes value. */
function planLeaf(plan: Plan, field: FieldType | null, start: number, end: number): number {
  const first = plan.out.length
  let growth = 0
  for (; plan.at < plan.edits.length && plan.edits[plan.at].end <= end; plan.at++) {
    const edit = plan.edits[plan.at]
    if (edit.start < start) throw new RangeError(`no edit: ${edit.start} to ${edit.end}`)
    growth += push(plan, edit)
  }
  if (field?.kind !== 'bytes' || !/_id$/.test(field.name)) return growth
  plan.out.length = first
  return push(plan, { start, end, replacement: new Uint8Array(0) })
}

/** Behind the tag. */
function lengthOffset(payload: Uint8Array, { from }: WireField): number {
  let at = from
  while (payload[at] > 0x7f) at++
  return at + 1
}

/**
 * The edits, and what keeps names apart in a list of names and values: of two that would read the same, an edited one gets a suffix, so
 * that no reader loses a value. Names that nobody edited stay as they are.
 */
export function keepApart(payload: Uint8Array, request: MessageType, edits: readonly Edit[]): readonly Edit[] {
  const suffixes: Edit[] = []
  findLists(payload, request, 0, payload.length, { edits, at: 0 }, suffixes)
  if (suffixes.length === 0) return edits
  return [...edits, ...suffixes].sort((a, b) => a.start - b.start || a.end - b.end)
}

interface Cursor {
  readonly edits: readonly Edit[]
  at: number
}

/** Looks, on the way to edits, for messages in which a name of a pair was edited. */
function findLists(
  payload: Uint8Array,
  type: MessageType,
  start: number,
  end: number,
  cursor: Cursor,
  suffixes: Edit[]
): void {
  const { edits } = cursor
  const pairs: WireField[] = []
  let edited = false
  for (let at = start; at < end; ) {
    const node = readField(payload, at, end)
    if (node === null) return
    at = node.next
    const inner = type.byNumber[node.number]?.type ?? null
    if (inner === null || node.wire !== wireLength) continue
    if (inner === keyValue) pairs.push(node)
    while (cursor.at < edits.length && edits[cursor.at].end <= node.from) cursor.at++
    if (cursor.at === edits.length) {
      if (!edited) return
      continue
    }
    const edit = edits[cursor.at]
    if (edit.start >= node.next || edit.start <= node.from) continue
    edited ||= inner === keyValue && nameEdits(payload, node, edits, cursor.at).length > 0
    findLists(payload, inner, node.start, node.end, cursor, suffixes)
  }
  if (edited) addSuffixes(payload, pairs, edits, suffixes)
}

function nameOf(payload: Uint8Array, pair: WireField): WireField | null {
  let name: WireField | null = null
  for (let at = pair.start; at < pair.end; ) {
    const field = readField(payload, at, pair.end)
    if (field === null) return null
    if (field.number === 1 && field.wire === wireLength) name = field
    at = field.next
  }
  return name
}

function nameEdits(payload: Uint8Array, pair: WireField, edits: readonly Edit[], from: number): Edit[] {
  const name = nameOf(payload, pair)
  if (name === null) return []
  const found: Edit[] = []
  for (let i = from; i < edits.length && edits[i].start < name.end; i++)
    if (edits[i].start >= name.start && edits[i].end <= name.end) found.push(edits[i])
  return found
}

function addSuffixes(payload: Uint8Array, pairs: readonly WireField[], edits: readonly Edit[], suffixes: Edit[]): void {
  const taken = new Set<string>()
  const changed: { readonly text: string; readonly end: number }[] = []
  let from = 0
  for (const pair of pairs) {
    while (from < edits.length && edits[from].end <= pair.start) from++
    const name = nameOf(payload, pair)
    if (name === null) continue
    const own = nameEdits(payload, pair, edits, from)
    const text = Buffer.from(
      splice(
        payload.subarray(name.start, name.end),
        own.map((edit) => ({ ...edit, start: edit.start - name.start, end: edit.end - name.start }))
      )
    ).toString('latin1')
    if (own.length === 0) taken.add(text)
    else changed.push({ text, end: name.end })
  }
  for (const { text, suffix } of distinct(
    changed.map((name) => name.text),
    taken
  ))
    if (suffix !== '') suffixes.push(suffixAt(changed[text].end, suffix))
}

function suffixAt(end: number, suffix: string): Edit {
  return { start: end, end, replacement: Buffer.from(suffix) }
}

/** For each name, by index, what makes it unlike all before and those `taken`: nothing, `.2`, `.3`, ... */
export function distinct(
  names: readonly string[],
  taken: Set<string>
): { readonly text: number; readonly suffix: string }[] {
  const next = new Map<string, number>()
  return names.map((name, text) => {
    let suffix = ''
    for (let n = next.get(name) ?? 2; taken.has(name + suffix); n++) {
      suffix = `.${n}`
      next.set(name, n)
    }
    taken.add(name + suffix)
    return { text, suffix }
  })
}
