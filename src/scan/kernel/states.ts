// The Aho-Corasick construction: literals → a complete automaton over byte classes, independent of the kernel.

import { MAX_LITERAL } from './layout.ts'

export interface States {
  readonly count: number
  /** Classes of bytes that no literal tells apart; class 0 are the bytes in no literal. */
  readonly classes: number
  readonly classOf: Uint8Array
  /** `next[state * classes + class]`; the start state is 0. */
  readonly next: Int32Array
  /** Literals that end in the state, by state; longer ones first. Most are empty. */
  readonly outputs: readonly (readonly number[])[]
  readonly longest: number
}

const none: readonly number[] = []

/** Folds ASCII case. Throws a RangeError for a literal of less than 2 or more than 64 bytes. */
export function buildStates(texts: readonly Uint8Array[]): States {
  texts.forEach(requireLength)
  const folded = texts.map((text) => text.map(fold))
  const { classes, classOf } = classify(folded)
  const trie = grow(folded, classes, classOf)
  complete(trie, classes)
  return { ...trie, classes, classOf, longest: texts.reduce((most, text) => Math.max(most, text.length), 1) }
}

function requireLength(text: Uint8Array, index: number): void {
  if (text.length < 2 || text.length > MAX_LITERAL) {
    throw new RangeError(`literal ${index} has ${text.length} bytes; 2 to ${MAX_LITERAL} are possible`)
  }
}

function fold(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte
}

/** Bytes of logs, the frequent ones first: their columns share a cache line, so that of most rows only that one is ever read. */
const frequent = new TextEncoder().encode('"e:t0r1,s.aio 2cdnp_l43875h-u6m9fgwzqyk/b][xv}{)(j\\=>;+&%*\'?$@<')

function classify(folded: readonly Uint8Array[]): Pick<States, 'classes' | 'classOf'> {
  const used = new Set(folded.flatMap((text) => [...text]))
  const classOf = new Uint8Array(256)
  let classes = 1
  for (const byte of [...frequent, ...used]) if (used.has(byte) && classOf[byte] === 0) classOf[byte] = classes++
  for (let byte = 0x41; byte <= 0x5a; byte++) classOf[byte] = classOf[fold(byte)]
  return { classes, classOf }
}

interface Trie {
  count: number
  readonly next: Int32Array
  readonly outputs: (readonly number[])[]
}

/** Numbers the states by depth: the few that real text visits lie side by side, in few pages of memory. */
function grow(folded: readonly Uint8Array[], classes: number, classOf: Uint8Array): Trie {
  const most = folded.reduce((sum, text) => sum + text.length, 1)
  const next = new Int32Array(most * classes)
  const outputs: (readonly number[])[] = [none]
  const reached = new Int32Array(folded.length)
  let growing = folded.map((_, literal) => literal)
  for (let depth = 0; growing.length > 0; depth++) {
    for (const literal of growing) {
      const text = folded[literal]
      const edge = reached[literal] * classes + classOf[text[depth]]
      if (next[edge] === 0) next[edge] = outputs.push(none) - 1
      reached[literal] = next[edge]
      if (depth === text.length - 1) outputs[next[edge]] = [...outputs[next[edge]], literal]
    }
    growing = growing.filter((literal) => folded[literal].length > depth + 1)
  }
  return { count: outputs.length, next, outputs }
}

/** Breadth first, as they are numbered: a missing edge leads where it leads from the longest proper suffix, whose outputs also are ours. */
function complete({ count, next, outputs }: Trie, classes: number): void {
  const suffix = new Int32Array(count)
  for (let state = 1; state < count; state++) {
    const row = state * classes
    const fallback = suffix[state] * classes
    if (outputs[suffix[state]].length > 0) outputs[state] = [...outputs[state], ...outputs[suffix[state]]]
    for (let c = 0; c < classes; c++) {
      const target = next[row + c]
      if (target <= state) next[row + c] = next[fallback + c]
      else suffix[target] = next[fallback + c]
    }
  }
}
