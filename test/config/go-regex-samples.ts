import type { GoNode } from '../../src/config/go-regex.ts'

/** A text that the regex matches; `random` gives numbers from 0 to below 1. Repeats without a bound go up to 40 beyond their least. */
export function sampleOf(node: GoNode, random: () => number): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]
  switch (node.kind) {
    case 'char': {
      const char = String.fromCodePoint(node.code)
      return node.fold && random() < 0.5 ? char.toUpperCase() : char
    }
    case 'class': {
      const members = Array.from({ length: 0x7f - 0x20 }, (_, i) => i + 0x20).filter((code) => node.set[code] === 1)
      return members.length === 0 ? String.fromCharCode(node.set.indexOf(1)) : String.fromCharCode(pick(members))
    }
    case 'assertion':
      return ''
    case 'group':
      return sampleOf(node.node, random)
    case 'concat':
      return node.nodes.map((part) => sampleOf(part, random)).join('')
    case 'alternation':
      return sampleOf(pick(node.nodes), random)
    case 'repeat': {
      const most = Math.min(node.max, node.min + 40)
      const times = node.min + Math.floor(random() * (most - node.min + 1))
      return Array.from({ length: times }, () => sampleOf(node.node, random)).join('')
    }
  }
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
