import type { Located } from '../model.ts'
import { isFlag, isHeaderList, isHeaderName, isOption, isPairName, isWrapperMember } from './json-names.ts'
import type { Place } from './json-path.ts'
import { type Step, stepTo } from './otlp-path.ts'
import { anyValue, arrayValue, type FieldType, keyValue, keyValueList, type MessageType } from './otlp-schema.ts'

// How the fields of a record are visited, in both encodings of OTLP: what a name governs, and where a value stands.

/** The names that govern a value. The nearer one does not shield it from the outer. */
export interface Governors {
  readonly key: Located | null
  readonly outer: Located | null
}

export const noGovernors: Governors = { key: null, outer: null }

/** The name of a pair, as it stands in the payload; null when the pair has none. */
export interface PairName {
  readonly place: Place
  /** The name, when a hit says that it may govern a value. */
  readonly governing: Located | null
}

/** Reads one encoding. A node is a value and where it stands; nodes must be asked for in the order of the payload. */
export interface Reader<N> {
  /** Every field is handed over, whether or not a hit falls in it. */
  readonly wanted: boolean
  /** Whether a hit or an odd place lies in the node. */
  touched(node: N): boolean
  /** False for what should be a message and is none, which JSON allows. */
  isMessage(node: N): boolean
  /** Visits the fields of a message. `index` counts the elements of a repeated field. */
  each(
    message: N,
    type: MessageType,
    step: Step | null,
    visit: (node: N, field: FieldType, index: number) => void
  ): void
  nameOf(pair: N): PairName | null
  /** The string in an AnyValue; null when it holds something else. */
  textOf(value: N): { readonly bytes: Uint8Array; readonly start: number; readonly end: number } | null
  /** The string in an AnyValue as the name of what follows it. */
  leaderOf(value: N): Located | null
  /** Hand over: a pair's name, an id of a trace or span, a string, a number of an AnyValue, any other number. */
  name(node: N, step: Step): void
  id(node: N, step: Step): void
  text(node: N, governors: Governors, step: Step): void
  number(node: N, field: FieldType, governors: Governors, step: Step): void
  scalar(node: N, step: Step): void
}

/** Visits one field, which no name governs, and what is in it. */
export function visitField<N>(reader: Reader<N>, node: N, field: FieldType, step: Step): void {
  if (!reader.wanted && !reader.touched(node)) return
  const { type, kind } = field
  if (type === keyValue) visitPair(reader, node, null, step)
  else if (type === anyValue) visitAny(reader, node, noGovernors, step)
  else if (type !== null)
    reader.each(node, type, step, (child, inner, index) => visitField(reader, child, inner, stepTo(step, inner, index)))
  else if (kind === 'string') reader.text(node, noGovernors, step)
  // Ids are the only bytes outside of an AnyValue.
  else if (kind === 'bytes') reader.id(node, step)
  else reader.scalar(node, step)
}

/** A name and its value. `inherited` governs the pair as a whole, as `password` does in `password: { value: x }`. */
function visitPair<N>(reader: Reader<N>, pair: N, inherited: Located | null, parent: Step): void {
  const name = reader.nameOf(pair)
  const step = name === null ? parent : { parent, name: null, index: -1, key: name.place }
  const key = name?.governing ?? null
  const outer = inherited !== null && name !== null && isWrapper(name.place) ? inherited : null
  reader.each(pair, keyValue, step, (child, field) => {
    if (field.name === 'value') visitAny(reader, child, { key, outer }, step)
    else if (!reader.wanted && !reader.touched(child)) return
    else if (field.name === 'key') reader.name(child, step)
    else reader.scalar(child, step)
  })
}

function isWrapper({ bytes, start, end }: Place): boolean {
  return bytes !== null && isWrapperMember(bytes, start, end)
}

function visitAny<N>(reader: Reader<N>, value: N, governors: Governors, step: Step): void {
  const governor = governors.key ?? governors.outer
  if (governor === null && !reader.wanted && !reader.touched(value)) return
  if (!reader.isMessage(value)) {
    reader.text(value, governors, step)
    return
  }
  reader.each(value, anyValue, step, (child, field) => {
    if (field.name === 'array_value') visitArray(reader, child, governors, step)
    else if (field.name === 'kvlist_value')
      reader.each(child, keyValueList, step, (pair) => {
        if (governor !== null || reader.wanted || reader.touched(pair)) visitPair(reader, pair, governor, step)
      })
    else if (field.kind === 'string' || field.kind === 'bytes') reader.text(child, governors, step)
    else reader.number(child, field, governors, step)
  })
}

/** What governs an array governs its elements; beside that, an element may name the next: `["--password", "x"]`. */
function visitArray<N>(reader: Reader<N>, array: N, governors: Governors, step: Step): void {
  if ((governors.key ?? governors.outer) === null && !reader.wanted && !reader.touched(array)) return
  const count = countElements(reader, array)
  const inHeaders = step.key?.bytes != null && isHeaderList(step.key.bytes, step.key.start, step.key.end)
  let leader: Located | null = null
  reader.each(array, arrayValue, step, (element, _, index) => {
    const here = { parent: step, name: null, index, key: null }
    const text = reader.textOf(element)
    const isSwitch = text !== null && isOption(text.bytes, text.start, text.end)
    const key = leader !== null && !(isSwitch && isOption(leader.bytes, leader.start, leader.end)) ? leader : null
    leader = null
    if (text !== null && index + 1 < count && leads(text, count === 2 && index === 0, inHeaders && index % 2 === 0))
      leader = reader.leaderOf(element)
    visitAny(reader, element, key === null ? governors : { key, outer: governors.key ?? governors.outer }, here)
  })
}

function countElements<N>(reader: Reader<N>, array: N): number {
  let count = 0
  reader.each(array, arrayValue, null, () => count++)
  return count
}

/** Whether an element names the next one: an option, the first of a pair, or a header's name. */
function leads(
  { bytes, start, end }: { readonly bytes: Uint8Array; readonly start: number; readonly end: number },
  firstOfPair: boolean,
  header: boolean
): boolean {
  if (isFlag(bytes, start, end)) return true
  return (firstOfPair && isPairName(bytes, start, end)) || (header && isHeaderName(bytes, start, end))
}
