import type { Codec, Detector, Field, Hits, Match, Scanner, ScanResult, Trace, Visitor } from '../model.ts'
import { endsEscape, latin1 } from './bytes.ts'
import { type ByteClass, classOf, unionOf } from './char-class.ts'
import { checks } from './checks/index.ts'
import { compileJudge, type Judge } from './judge.ts'
import { minLengthOf, type PatternAst, parsePattern } from './pattern.ts'
import { reach, statesOf } from './pattern-states.ts'
import { findRuns } from './runs.ts'
import { createTextScan } from './scanner.ts'
import type { TextScan } from './text-scan.ts'
import { alphabetOf } from './token-literals.ts'
import { type Boundaries, compileBoundaries, compileWindowSearch, groupComesFirst, standsAlone } from './windows.ts'

type Withheld = ScanResult['withheld']

/** What a scanner of runs does with a payload; it keeps nothing from one to the next. */
export interface RunScanner {
  scan(payload: Uint8Array, codec: Codec): ScanResult
}

/**
 * Scans for detectors without keywords: no literal leads to what they find, only that it is long and made of few characters. Each one's
 * pattern is searched in every run of its alphabet that is as long as its shortest match, first in the raw payload; only records in
 * which something is found are then taken apart by the codec. A match is `possible`: nothing around it says that it is a secret.
 *
 * What is encoded (percent, base64, ...) is not looked into, and a run that JSON interrupts by an escape is two. The cost is linear, without
 * a budget per record: a detector looks at each byte a bounded number of times.
 */
export function createRunScanner(detectors: readonly Detector[], trace: Trace | null = null): RunScanner {
  const finders: readonly Find[] = detectors.map(compileFinder)
  const unlimited = { left: Number.POSITIVE_INFINITY }
  let scanned: Uint8Array = new Uint8Array(0)
  let matches: Match[] = []
  let withheld: Withheld = []

  function search(field: Field, into: Match[], told: Trace | null): void {
    const scan = createTextScan(scanned, field, told, unlimited, into)
    for (const find of finders) find(scan)
  }

  /** As the automaton's: where in the raw text something would be found. */
  function hitsIn(bytes: Uint8Array, start: number, end: number): Hits {
    const found: Match[] = []
    search(textOf(bytes, start, end), found, null)
    const ends = [...new Set(found.map((match) => match.end))].sort((a, b) => a - b)
    return { count: ends.length, pairs: Int32Array.from(ends.flatMap((at) => [0, at])) }
  }

  const visitor: Visitor = {
    field: (field) => search(field, matches, trace),
    scan: hitsIn,
    wantsNext: () => false,
    withhold: (field, reason) => withheld.push({ start: field.start, end: field.end, reason, field })
  }

  return {
    scan(payload, codec) {
      scanned = payload
      matches = []
      withheld = []
      const hits = hitsIn(payload, 0, payload.length)
      if (hits.count > 0) codec.locate(payload, hits, visitor)
      return { matches, withheld }
    }
  }
}

/** Both scanners as one. */
export function withRuns(main: Scanner, runs: RunScanner): Scanner {
  return {
    scan(payload, codec, carry) {
      const found = main.scan(payload, codec, carry)
      const more = runs.scan(payload, codec)
      if (more.matches.length === 0 && more.withheld.length === 0) return found
      // What neither could scan is one part.
      const others = more.withheld.filter(
        (part) => !found.withheld.some(({ start, end }) => start <= part.start && part.end <= end)
      )
      return { matches: [...found.matches, ...more.matches], withheld: [...found.withheld, ...others] }
    },
    countNewlines: (payload) => main.countNewlines(payload)
  }
}

type Find = (scan: TextScan) => void

function compileFinder(detector: Detector): Find {
  const ast = parsePattern(detector.pattern, detector.caseInsensitive)
  const boundaries = compileBoundaries(detector)
  const judge = compileJudge(detector, 'possible')
  const { root } = ast
  if (root.kind === 'group' && root.node.kind === 'repeat' && root.node.node.kind === 'class')
    return wholeRuns(root.node.node.set, root.node, boundaries, withFilters(detector, judge))
  const search = compileWindowSearch(detector, boundaries, judge)
  const shortest = minLengthOf(ast)
  const left = groupComesFirst(detector.pattern) ? boundaries.left : null
  const first = firstBytes(ast)
  return runsOf(alphabetOf(root), shortest, (scan, start, end) => {
    if (mayBegin(scan, start, end - shortest, first, left)) search(scan, start, end)
  })
}

/** What a match can begin with. */
function firstBytes(ast: PatternAst): ByteClass {
  const edges = [...reach([statesOf(ast, 1).start])].flatMap((state) => state.edges)
  return edges.map(({ set }) => set).reduce(unionOf, classOf())
}

/** Whether a match can begin in `[from, to]`: in most runs of digits it cannot, and RE2 need not be asked. */
function mayBegin(
  { bytes, start }: TextScan,
  from: number,
  to: number,
  first: ByteClass,
  left: ByteClass | null
): boolean {
  for (let at = from; at <= to; at++) {
    if (first[bytes[at]] === 0) continue
    if (left === null || at === start || left[bytes[at - 1]] === 0 || endsEscape(bytes, at, start)) return true
  }
  return false
}

/** Of a class alone, repeated, the run itself is the match: RE2 takes several microseconds to find out the same. */
function wholeRuns(
  set: ByteClass,
  { min, max }: { readonly min: number; readonly max: number },
  boundaries: Boundaries,
  judge: Judge
): Find {
  return runsOf(set, min, (scan, start, end) => {
    if (end - start <= max && standsAlone(scan, boundaries, start, end)) judge(scan, start, end)
  })
}

function runsOf(set: ByteClass, shortest: number, visit: Judge): Find {
  return (scan) => findRuns(scan.bytes, scan.start, scan.end, set, shortest, (start, end) => visit(scan, start, end))
}

/** Nearly all runs are names and paths, which a filter drops sooner than patterns of what is allowed. */
function withFilters({ checks: names }: Detector, judge: Judge): Judge {
  const filters = names.map((name) => checks[name]).filter(({ filter }) => filter === true)
  return (scan, start, end) => {
    const text = latin1(scan.bytes, start, end)
    if (filters.every(({ check }) => check(text) !== 'reject')) judge(scan, start, end)
  }
}

/** A stretch of bytes as a field of its own. */
function textOf(bytes: Uint8Array, start: number, end: number): Field {
  return {
    bytes,
    start,
    end,
    origin: null,
    enclosing: null,
    depth: 0,
    hits: { count: 0, pairs: new Int32Array(0) },
    from: 0,
    to: 0,
    role: 'text',
    key: null,
    quote: '',
    record: () => 0,
    recordStart: start,
    recordEnd: end,
    path: () => ''
  }
}
