import type { ByteClass } from '../scan/pattern/char-class.ts'
import type { PatternAst, PatternNode } from '../scan/pattern/pattern.ts'

/** What a class is filled with where it may be. */
const usual = Buffer.from('4k7Qp2Zx9dT5bW8n')

/** A text that the pattern matches, for the examples of a detector: the shortest, or with `more` repeats where they may be. */
export function sampleOf({ root }: PatternAst, more = 0): string {
  let filled = more
  const write = (node: PatternNode): readonly number[] => {
    switch (node.kind) {
      case 'literal':
        return node.bytes
      case 'class':
        return [memberOf(node.set, filled++)]
      case 'group':
        return write(node.node)
      case 'concat':
        return node.nodes.flatMap(write)
      case 'alternation':
        return write(node.nodes[more % node.nodes.length])
      case 'repeat':
        return Array.from({ length: Math.min(node.max, node.min + more) }).flatMap(() => write(node.node))
      case 'assertion':
        return []
    }
  }
  return Buffer.from(write(root)).toString()
}

function memberOf(set: ByteClass, turn: number): number {
  const fitting = usual.filter((byte) => set[byte] === 1)
  return fitting.length > 0 ? fitting[turn % fitting.length] : set.indexOf(1)
}
