import { TAIL } from '../kernel/layout.ts'
import { type ByteClass, classOf, isWord, unionOf } from '../pattern/char-class.ts'
import type { PatternAst, PatternNode } from '../pattern/pattern.ts'

/**
 * The bytes right before the tail in which every match ends: letters and digits, as many as the kernel looks for where it knows no literal
 * (kernel/assembly/tails.ts). Null when matches may end in something else.
 */
export function jointsOf({ root }: PatternAst): ByteClass | null {
  const whole = root.kind === 'group' ? root.node : root
  if (whole.kind !== 'concat') return null
  const last = whole.nodes[whole.nodes.length - 1]
  return isTail(last) ? lastBytes(whole.nodes.slice(0, -1)) : null
}

function isTail(node: PatternNode): boolean {
  return (
    node.kind === 'repeat' &&
    node.min >= TAIL &&
    node.node.kind === 'class' &&
    node.node.set.every((member, byte) => member === 0 || (isWord[byte] === 1 && byte !== 0x5f))
  )
}

/** What a sequence can end in; null: it may be empty. */
function lastBytes(nodes: readonly PatternNode[]): ByteClass | null {
  let set = classOf()
  for (const node of nodes.toReversed()) {
    const own = lastBytesOf(node)
    if (own !== null) set = unionOf(set, own)
    if (own !== null && !isOptional(node)) return set
  }
  return null
}

function isOptional(node: PatternNode): boolean {
  return node.kind === 'repeat' && node.min === 0
}

function lastBytesOf(node: PatternNode): ByteClass | null {
  switch (node.kind) {
    case 'literal':
      return classOf(node.bytes[node.bytes.length - 1])
    case 'class':
      return node.set
    case 'group':
    case 'repeat':
      return lastBytesOf(node.node)
    case 'concat':
      return lastBytes(node.nodes)
    case 'alternation':
      return node.nodes.map(lastBytesOf).reduce((all, set) => (all === null || set === null ? null : unionOf(all, set)))
    case 'assertion':
      return null
  }
}
