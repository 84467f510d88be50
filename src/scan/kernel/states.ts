// The Aho-Corasick construction: literals → a complete automaton over byte classes, independent of the kernel.

import { MAX_LITERAL } from './layout.ts'

export interface States {
  /** States are numbered by depth: the few that real text visits lie side by side, in few pages of memory. The start state is 0. */
  readonly count: number
  /** The first state of each depth, and behind the last one `count`. */
  readonly levels: readonly number[]
  /** By state: the state that it continues, by which class, and the state of its longest proper suffix. */
  readonly parent: Int32Array
  readonly label: Uint8Array
  readonly suffix: Int32Array
  /** Literals that end in a state, longer ones first: those of `state` are `outputs[outputStarts[state]..outputStarts[state + 1])`. */
  readonly outputs: Int32Array
  readonly outputStarts: Int32Array
  /** Classes of bytes that no literal tells apart; class 0 are the bytes in no literal. */
  readonly classes: number
  readonly classOf: Uint8Array
  readonly longest: number
}

/** Folds ASCII case. Throws a RangeError for a literal of less than 2 or more than 64 bytes. */
export function buildStates(texts: readonly Uint8Array[]): States {
  texts.forEach(requireLength)
  const folded = texts.map((text) => text.map(fold))
  const { classes, classOf } = classify(folded)
  const trie = grow(folded, classOf)
  const suffix = findSuffixes(trie)
  const { count, levels, parent, label } = trie
  return {
    ...{ count, levels, parent, label, suffix },
    ...completeOutputs(trie, suffix),
    classes,
    classOf,
    longest: Math.max(1, trie.levels.length - 2)
  }
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

interface Trie extends Pick<States, 'count' | 'levels' | 'parent' | 'label'> {
  /** By state, without those of suffixes. */
  readonly ends: readonly number[][]
  /** The state that continues another by a class, when there is one. */
  readonly child: (state: number, label: number) => number | undefined
}

function grow(folded: readonly Uint8Array[], classOf: Uint8Array): Trie {
  const most = folded.reduce((sum, text) => sum + text.length, 1)
  const parent = new Int32Array(most)
  const label = new Uint8Array(most)
  const ends: number[][] = [[]]
  const children = new Map<number, number>()
  const reached = new Int32Array(folded.length)
  const levels = [0, 1]
  let growing = folded.map((_, literal) => literal)
  for (let depth = 0; growing.length > 0; depth++) {
    for (const literal of growing) {
      const byClass = classOf[folded[literal][depth]]
      const edge = reached[literal] * 256 + byClass
      let state = children.get(edge)
      if (state === undefined) {
        state = ends.push([]) - 1
        children.set(edge, state)
        parent[state] = reached[literal]
        label[state] = byClass
      }
      reached[literal] = state
      if (depth === folded[literal].length - 1) ends[state].push(literal)
    }
    growing = growing.filter((literal) => folded[literal].length > depth + 1)
    levels.push(ends.length)
  }
  const child = (state: number, by: number) => children.get(state * 256 + by)
  const count = ends.length
  return { count, levels, parent: parent.subarray(0, count), label: label.subarray(0, count), ends, child }
}

function findSuffixes({ count, parent, label, child, levels }: Trie): Int32Array {
  const suffix = new Int32Array(count)
  for (let state = levels[2]; state < count; state++) {
    let shorter = suffix[parent[state]]
    let next = child(shorter, label[state])
    while (next === undefined && shorter !== 0) {
      shorter = suffix[shorter]
      next = child(shorter, label[state])
    }
    suffix[state] = next ?? 0
  }
  return suffix
}

/** What ends in the longest proper suffix ends here, too. */
function completeOutputs({ count, ends }: Trie, suffix: Int32Array): Pick<States, 'outputs' | 'outputStarts'> {
  const outputs: number[] = []
  const outputStarts = new Int32Array(count + 1)
  for (let state = 0; state < count; state++) {
    outputs.push(...ends[state])
    const shorter = suffix[state]
    for (let at = outputStarts[shorter]; shorter > 0 && at < outputStarts[shorter + 1]; at++) outputs.push(outputs[at])
    outputStarts[state + 1] = outputs.length
  }
  return { outputs: Int32Array.from(outputs), outputStarts }
}
