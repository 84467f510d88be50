import { type JsonMembers, type JsonTree, parseTree } from './json-tree.ts'
import { type ViewLimits, viewOf, wholeValue } from './view.ts'

/** A value as one line of JSON. */
export interface Written {
  readonly json: string
  /** Something in it cannot be looked at: the value may not be used as it is. */
  readonly withheld: boolean
}

/**
 * As JSON.stringify, but throws nothing of the value's, and knows more: errors, maps, bytes (one character each), numbers of any size. Throws a
 * RangeError for a value with more nodes than the limit.
 */
export function writeTree(value: unknown, limits: ViewLimits = wholeValue): Written {
  const parents: object[] = []
  let withheld = false
  let nodes = 0

  function write(item: unknown): string | null {
    if (++nodes > limits.nodes) throw new RangeError('too many nodes')
    const view = viewOf(item, parents, limits)
    if (view.kind === 'none') return null
    if (view.kind === 'text') return view.json
    if (view.kind === 'marker') {
      withheld ||= view.withheld
      return JSON.stringify(view.text)
    }
    parents.push(item as object)
    const parts =
      view.kind === 'list'
        ? view.items.map((one) => write(one) ?? 'null')
        : view.entries.flatMap(([key, one]) => member(key, write(one)))
    parents.pop()
    return view.kind === 'list' ? `[${parts.join(',')}]` : `{${parts.join(',')}}`
  }

  return { json: write(value) ?? 'null', withheld }
}

function member(key: string, json: string | null): string[] {
  return json === null ? [] : [`${JSON.stringify(key)}:${json}`]
}

/**
 * The value as `json`, which is what became of it as `writeTree` wrote it, says. What did not change stays the very object that it was; what
 * did is a copy. Throws a SyntaxError for what is no JSON.
 */
export function rebuildTree(value: unknown, json: string, limits: ViewLimits = wholeValue): unknown {
  const parents: object[] = []

  function rebuild(item: unknown, tree: JsonTree): unknown {
    const view = viewOf(item, parents, limits)
    if (view.kind === 'none') return item
    if (view.kind === 'marker') return view.text
    if (view.kind === 'text') return scalar(item, view.json, tree)
    parents.push(item as object)
    const rebuilt = view.kind === 'list' ? rebuildList(item, view, tree) : rebuildMap(item, view, tree)
    parents.pop()
    return rebuilt
  }

  function rebuildList(item: unknown, view: ListView, tree: JsonTree): unknown {
    if (!Array.isArray(tree) || tree.length !== view.items.length) return plain(tree)
    const items = view.items.map((one, i) => rebuild(one, tree[i]))
    return items.every((one, i) => Object.is(one, view.items[i])) ? item : view.make(items)
  }

  function rebuildMap(item: unknown, view: MapView, tree: JsonTree): unknown {
    const written = view.entries.filter(([, one]) => viewOf(one, parents, limits).kind !== 'none')
    if (!isMembers(tree) || tree.members.length !== written.length) return plain(tree)
    const entries = written.map(([, one], i) => [tree.members[i][0], rebuild(one, tree.members[i][1])] as const)
    const same = entries.every(([key, one], i) => key === written[i][0] && Object.is(one, written[i][1]))
    return same ? item : view.make(withDistinctKeys(entries))
  }

  return rebuild(value, parseTree(json))
}

type ViewOf<K> = Extract<ReturnType<typeof viewOf>, { kind: K }>
type ListView = ViewOf<'list'>
type MapView = ViewOf<'map'>

function scalar(item: unknown, json: string, tree: JsonTree): unknown {
  if (tree === JSON.parse(json)) return item
  return item instanceof Uint8Array && typeof tree === 'string'
    ? Uint8Array.from(Buffer.from(tree, 'latin1'))
    : plain(tree)
}

function plain(tree: JsonTree): unknown {
  if (Array.isArray(tree)) return tree.map(plain)
  if (!isMembers(tree)) return tree
  return Object.fromEntries(withDistinctKeys(tree.members.map(([key, value]) => [key, plain(value)])))
}

function isMembers(tree: JsonTree): tree is JsonMembers {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree)
}

/** Two names that read the same, as both were redacted, stay two. */
function withDistinctKeys(entries: readonly (readonly [string, unknown])[]): [string, unknown][] {
  const taken = new Set<string>()
  return entries.map(([key, value]) => {
    let name = key
    for (let n = 2; taken.has(name); n++) name = `${key} (${n})`
    taken.add(name)
    return [name, value]
  })
}
