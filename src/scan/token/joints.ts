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
  const [before, last] = whole.nodes.slice(-2)
  return isTail(last) ? lastBytes(before) : null
}

function isTail(node: PatternNode): boolean {
  return (
    node.kind === 'repeat' &&
    node.min >= TAIL &&
    node.node.kind === 'class' &&
    node.node.set.every((member, byte) => member === 0 || (isWord[byte] === 1 && byte !== 0x5f))
  )
}

function lastBytes(node: PatternNode): ByteClass | null {
  switch (node.kind) {
    case 'literal':
      return classOf(node.bytes[node.bytes.length - 1])
    case 'class':
      return node.set
    case 'group':
      return lastBytes(node.node)
    case 'concat':
      return lastBytes(node.nodes[node.nodes.length - 1])
    case 'alternation':
      return node.nodes.map(lastBytes).reduce((all, set) => (all === null || set === null ? null : unionOf(all, set)))
    case 'repeat':
      return node.min === 0 ? null : lastBytes(node.node)
    case 'assertion':
      return null
  }
}
