import { beginSearch, endSearch, marks, matchAt } from './backtrack.ts'
import { compileMayMatch } from './lazy-dfa.ts'
import type { PatternAst } from './pattern.ts'
import { compileProgram, firstBytes, op } from './program.ts'

/** A pattern to search with. What it found last stands in it until its next search. */
export interface Expression {
  /** Finds the leftmost match in the text `bytes[from..to)` that begins at or behind `at`; false when there is none. */
  search(bytes: Uint8Array, from: number, to: number, at: number): boolean
  /** Range of the match in `bytes`. */
  readonly start: number
  readonly end: number
  /** Of group 1; of the match where that leaves the group out. */
  readonly groupStart: number
  readonly groupEnd: number
}

/**
 * A pattern of the dialect (pattern.ts), also with unbounded repeats. Finds what RE2 finds, in texts that are no UTF-8 as well; only that to
 * ignore case means ASCII's. Linear: it backtracks, but where ways part it writes down that this place of the pattern was tried at this
 * offset, and tries it no more. Before that, an automaton that grows with what it meets looks whether there may be a match at all; nearly
 * always there is none.
 */
export function compileExpression(ast: PatternAst): Expression {
  const program = compileProgram(ast)
  const anchored = program.kind[program.start] === op.begin
  const mayMatch = compileMayMatch(program, anchored)
  const first = firstBytes(program)
  const found = {
    start: -1,
    end: -1,
    groupStart: -1,
    groupEnd: -1,
    search(bytes: Uint8Array, from: number, to: number, at: number) {
      if (at > to || !mayMatch(bytes, at, to)) return false
      const last = anchored ? at : to
      let start = at - 1
      let end = -1
      beginSearch(program, at, to)
      while (end < 0 && start < last)
        if (++start === to || first[bytes[start]] === 1) end = matchAt(program, bytes, from, to, start)
      endSearch(program)
      found.start = start
      found.end = end
      found.groupStart = marks[1] < 0 ? start : marks[0]
      found.groupEnd = marks[1] < 0 ? end : marks[1]
      return end >= 0
    }
  }
  return found
}
