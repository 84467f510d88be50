// What JSON can hold of a JavaScript value: the one way in which values are looked at, to be written and to be put together again.

/** How much of a value is looked at. */
export interface ViewLimits {
  /** Levels. What is deeper is withheld, or left as it is where nobody will look at it either. */
  readonly depth: number
  readonly beyond: 'withheld' | 'left'
  /** Objects, lists and scalars in all: what two others hold counts twice, as it is written twice. */
  readonly nodes: number
}

export const wholeValue: ViewLimits = { depth: 32, beyond: 'withheld', nodes: 200_000 }

/** `text`: a scalar, as JSON. `marker`: stands for what cannot be looked at. `none`: nothing of it is ever written. */
export type View =
  | { readonly kind: 'text'; readonly json: string }
  | { readonly kind: 'marker'; readonly text: string; readonly withheld: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'list'; readonly items: readonly unknown[]; make(items: unknown[]): unknown }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, unknown])[]; make(entries: Entry[]): unknown }

type Entry = readonly [key: string, value: unknown]

const none: View = { kind: 'none' }
const circular: View = { kind: 'marker', text: '[Circular]', withheld: false }
const tooDeep: View = { kind: 'marker', text: '[WITHHELD:depth]', withheld: true }
const unreadable: View = { kind: 'marker', text: '[WITHHELD:error]', withheld: true }

/** Looks at one level of a value. `parents` are the objects it lies in. Never throws: what throws is withheld. */
export function viewOf(value: unknown, parents: readonly object[], limits: ViewLimits): View {
  try {
    return look(value, parents, limits)
  } catch {
    return unreadable
  }
}

function look(value: unknown, parents: readonly object[], { depth, beyond }: ViewLimits): View {
  switch (typeof value) {
    case 'string':
      return text(value)
    case 'boolean':
      return { kind: 'text', json: String(value) }
    case 'number':
      return { kind: 'text', json: Number.isFinite(value) ? String(value) : 'null' }
    case 'bigint':
      return { kind: 'text', json: String(value) }
    case 'object':
      if (value === null) return { kind: 'text', json: 'null' }
      if (parents.includes(value)) return circular
      if (parents.length < depth) return lookInto(value)
      return beyond === 'left' ? none : tooDeep
    default:
      return none
  }
}

function text(value: string): View {
  return { kind: 'text', json: JSON.stringify(value) }
}

function lookInto(value: object): View {
  if (Array.isArray(value)) return { kind: 'list', items: value, make: (items) => items }
  if (value instanceof Uint8Array) return text(latin1(value))
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return none
  if (value instanceof Map)
    return mapView(
      [...value].map(([key, item]) => [String(key), item]),
      (all) => new Map(all)
    )
  if (value instanceof Set) return { kind: 'list', items: [...value], make: (items) => new Set(items) }
  if (value instanceof Error) return errorView(value)
  if (value instanceof RegExp || value instanceof URL || value instanceof URLSearchParams) return text(String(value))
  if (value instanceof String || value instanceof Number || value instanceof Boolean)
    return look(value.valueOf(), [], wholeValue)
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return jsonView(value, toJSON.call(value, ''))
  return mapView(entriesOf(value), plainObject)
}

/** An object is what it says that it is: what it hides from JSON is not written. */
function jsonView(value: object, said: unknown): View {
  if (said === value || typeof said === 'function') return mapView(entriesOf(value), plainObject)
  if (typeof said !== 'object' || said === null) return look(said, [], wholeValue)
  return mapView(entriesOf(said), plainObject)
}

function mapView(entries: readonly Entry[], make: (entries: Entry[]) => unknown): View {
  return { kind: 'map', entries, make }
}

/** Objects without own members that list them, such as `Headers`. */
function entriesOf(value: object): Entry[] {
  const own = Object.entries(value)
  const { entries } = value as { entries?: unknown }
  if (own.length > 0 || typeof entries !== 'function') return own
  return [...(entries.call(value) as Iterable<Entry>)].map(([key, item]) => [String(key), item])
}

function plainObject(entries: readonly Entry[]): object {
  return Object.fromEntries(entries)
}

const ofErrors = ['name', 'message', 'stack', 'cause', 'errors']

/** Formatters look at members of errors that are not listed; what takes an error's place is one to them as well. */
function errorView(error: Error): View {
  const hidden: Entry[] = ofErrors.filter((key) => key in error).map((key) => [key, error[key as keyof Error]])
  const own = Object.entries(error).filter(([key]) => !ofErrors.includes(key))
  const make = (entries: readonly Entry[]): object =>
    Object.defineProperties(
      Object.create(Object.getPrototypeOf(error)),
      Object.fromEntries(entries.map(([key, value]) => [key, describe(value, !ofErrors.includes(key))]))
    )
  return mapView([...hidden, ...own], make)
}

function describe(value: unknown, enumerable: boolean): PropertyDescriptor {
  return { value, enumerable, writable: true, configurable: true }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
