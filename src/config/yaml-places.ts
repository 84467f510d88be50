import { isMap, isNode, isScalar, isSeq, type LineCounter, type Node } from 'yaml'

/** 1-based line of the value at `path`, or of the last one on the way that exists. */
export function lineOf(root: Node | null, path: readonly PropertyKey[], lines: LineCounter): number {
  let line = 1
  let node: unknown = root
  for (const key of path) {
    const next = childOf(node, key)
    if (next === null) break
    line = lines.linePos(next.offset).line
    node = next.value
  }
  return line
}

/** The offset is that of the key in a map, so that a long value is named by its first line. */
function childOf(node: unknown, key: PropertyKey): { value: unknown; offset: number } | null {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key)
    const offset = isNode(pair?.key) ? pair.key.range?.[0] : undefined
    return pair === undefined || offset === undefined ? null : { value: pair.value, offset }
  }
  if (!isSeq(node) || typeof key !== 'number') return null
  const value = node.items[key]
  const offset = isNode(value) ? value.range?.[0] : undefined
  return offset === undefined ? null : { value, offset }
}
