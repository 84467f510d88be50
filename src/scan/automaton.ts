// The prefilter: finds every occurrence of every literal in one pass over raw bytes. The pass runs in WebAssembly, see
// kernel/assembly/automaton.ts; here are its construction, and the pieces in which an input reaches the kernel's memory.

import type { Hits } from '../model.ts'
import type { Literal } from './kernel/guard.ts'
import { buildImage } from './kernel/image.ts'
import { AHEAD, BEHIND, DATA, PIECE } from './kernel/layout.ts'
import { instantiate } from './kernel/wasm.ts'

export type { ByteClass, Guard, Literal } from './kernel/guard.ts'

export interface Automaton {
  /**
   * The occurrences of all literals in `bytes[start..end)` whose guards agree, each exactly once, by end offset (in
   * `bytes`); at equal ends longer literals first, joints of wide tails before others, then by index. Nothing outside the range is looked at. `bytes` is
   * shorter than 2 GiB. The hits own their storage: scanning again while they are in use is safe.
   */
  scan(bytes: Uint8Array, start?: number, end?: number): Hits
  /** Bytes `\n` in `bytes[start..end)`. */
  countNewlines(bytes: Uint8Array, start?: number, end?: number): number
  readonly stats: { readonly states: number; readonly classes: number; readonly tableBytes: number }
}

interface Kernel {
  configure(warmUp: number, hits: number, bytesPerStream: number): void
  configureTails(joints: number, notes: number): void
  scan(size: number, behind: number, ahead: number, origin: number): number
  countNewlines(size: number): number
}

/** Shared by all scans without hits; most have none. */
const noHits: Hits = { count: 0, pairs: new Int32Array(0) }

/** Throws a RangeError for a literal or guard outside its limits (see Literal, Guard). */
export function buildAutomaton(literals: readonly Literal[]): Automaton {
  const { memory, states, tableBytes, hits, bytesPerStream, joints, tails } = buildImage(literals)
  const kernel = instantiate<Kernel>(memory)
  kernel.configure(states.longest - 1, hits, bytesPerStream)
  kernel.configureTails(joints, tails)
  const data = new Uint8Array(memory.buffer)
  const found = new Int32Array(memory.buffer, hits)

  /** Copies `bytes[from..to)` to the kernel so that `piece` lies at DATA. */
  function bring(bytes: Uint8Array, from: number, piece: number, to: number): void {
    data.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), DATA + from - piece)
  }

  return {
    scan(bytes, start = 0, end = bytes.length) {
      requireRange(bytes, start, end)
      const chunks: Int32Array[] = []
      for (let piece = start; piece < end; piece += PIECE) {
        const next = Math.min(piece + PIECE, end)
        const from = Math.max(piece - BEHIND, start)
        const to = Math.min(next + AHEAD, end)
        bring(bytes, from, piece, to)
        const count = kernel.scan(next - piece, piece - from, to - next, piece)
        if (count > 0) chunks.push(found.slice(0, 2 * count))
      }
      return chunks.length === 0 ? noHits : join(chunks)
    },
    countNewlines(bytes, start = 0, end = bytes.length) {
      requireRange(bytes, start, end)
      let total = 0
      for (let piece = start; piece < end; piece += PIECE) {
        const next = Math.min(piece + PIECE, end)
        bring(bytes, piece, piece, next)
        total += kernel.countNewlines(next - piece)
      }
      return total
    },
    stats: { states: states.count, classes: states.classes, tableBytes }
  }
}

function requireRange(bytes: Uint8Array, start: number, end: number): void {
  if (!(start >= 0 && start <= end && end <= bytes.length)) throw new RangeError(`no range: ${start} to ${end}`)
}

function join(chunks: readonly Int32Array[]): Hits {
  if (chunks.length === 1) return { count: chunks[0].length / 2, pairs: chunks[0] }
  const pairs = new Int32Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    pairs.set(chunk, at)
    at += chunk.length
  }
  return { count: pairs.length / 2, pairs }
}
