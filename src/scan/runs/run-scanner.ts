import type { Codec, Detector, Field, Hits, Match, Scanner, ScanResult, Trace, Visitor } from '../../model.ts'
import { endsEscape, latin1 } from '../bytes.ts'
import { checks } from '../checks/index.ts'
import { compileJudge, type Judge } from '../judge.ts'
import { type ByteClass, classOf, unionOf } from '../pattern/char-class.ts'
import { alphabetOf, minLengthOf, type PatternAst, parsePattern } from '../pattern/pattern.ts'
import { reach, statesOf } from '../pattern/pattern-states.ts'
import { createTextScan } from '../scanner.ts'
import type { TextScan } from '../text-scan.ts'
import {
  type Boundaries,
  compileBoundaries,
  compileWindowSearch,
  groupComesFirst,
  standsAlone
} from '../token/windows.ts'
import { findRuns } from './runs.ts'

type Withheld = ScanResult['withheld']

/** Ids of traces look like secrets, are none, and hold records together; those of OTLP have to stay hexadecimal. */
const traceId = /(?:^|[.\]])(?:dd\.)?(?:trace|span|parent_?span)_?id$/i

/** What a scanner of runs does with a payload; it keeps nothing from one to the next. */
export interface RunScanner {
  scan(payload: Uint8Array, codec: Codec): ScanResult
}

/**
 * Scans for detectors without keywords: no literal leads to what they find, only that it is long and made of few characters. Each one's
 * pattern is searched in every run of its alphabet that is as long as its shortest match, first in the raw payload; only records in
 * which something is found are then taken apart by the codec. A match of one class, repeated, is `possible`: only its alphabet and length
 * say what it is. A pattern with more shape finds what is `likely`.
 *
 * What is encoded (percent, base64, ...) is not looked into, and a run that JSON interrupts by an escape is two. The cost is linear, without
 * a budget per record: a detector looks at each byte a bounded number of times.
 */
export function createRunScanner(detectors: readonly Detector[], trace: Trace | null = null): RunScanner {
  const finders = detectors.map(compileFinder)
  const unlimited = { left: Number.POSITIVE_INFINITY }
  let scanned: Uint8Array = new Uint8Array(0)
  let matches: Match[] = []
  let withheld: Withheld = []

  function search(field: Field, into: Match[], told: Trace | null): void {
    const scan = createTextScan(scanned, field, told, unlimited, into)
    for (const { alphabet, shortest, judge } of finders)
      findRuns(scan.bytes, scan.start, scan.end, alphabet, shortest, (start, end) => judge(scan, start, end))
  }

  /** As the automaton's: where in the raw text something would be found. */
  function hitsIn(bytes: Uint8Array, start: number, end: number): Hits {
    const found: Match[] = []
    search(textOf(bytes, start, end), found, null)
    return hitsAt(found.map((match) => match.end))
  }

  /**
   * Between texts of a binary format stand tags and lengths that look like a part of them: what a run holds cannot be told. So every text in
   * it that is long enough gets a hit.
   */
  function hitsOfRuns(bytes: Uint8Array): Hits {
    const ends: number[] = []
    for (const { alphabet, shortest } of finders) {
      findRuns(bytes, 0, bytes.length, alphabet, shortest, (start, end) => {
        for (let at = start + shortest; at <= end; at += shortest) ends.push(at)
      })
    }
    return hitsAt(ends)
  }

  const visitor: Visitor = {
    field(field) {
      const found: Match[] = []
      search(field, found, trace)
      if (found.length > 0 && !traceId.test(field.path())) matches.push(...found)
    },
    scan: hitsIn,
    wantsNext: () => false,
    withhold: (field, reason) => withheld.push({ start: field.start, end: field.end, reason, field })
  }

  return {
    scan(payload, codec) {
      scanned = payload
      matches = []
      withheld = []
      const hits = codec.binary === true ? hitsOfRuns(payload) : hitsIn(payload, 0, payload.length)
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

function hitsAt(ends: readonly number[]): Hits {
  const sorted = [...new Set(ends)].sort((a, b) => a - b)
  return { count: sorted.length, pairs: Int32Array.from(sorted.flatMap((at) => [0, at])) }
}

/** Which runs a detector looks at, and how. */
interface Finder {
  readonly alphabet: ByteClass
  /** Of a run, in bytes. */
  readonly shortest: number
  readonly judge: Judge
}

function compileFinder(detector: Detector): Finder {
  const ast = parsePattern(detector.pattern, detector.caseInsensitive)
  const boundaries = compileBoundaries(detector)
  const { root } = ast
  const shortest = minLengthOf(ast)
  const alphabet = alphabetOf(root)
  if (root.kind === 'group' && root.node.kind === 'repeat' && root.node.node.kind === 'class')
    return {
      alphabet,
      shortest,
      judge: wholeRuns(root.node.max, boundaries, withFilters(detector, compileJudge(detector, 'possible')))
    }
  const search = compileWindowSearch(detector, boundaries, compileJudge(detector, 'likely'))
  const left = groupComesFirst(detector.pattern) ? boundaries.left : null
  const first = firstBytes(ast)
  return {
    alphabet,
    shortest,
    judge(scan, start, end) {
      if (mayBegin(scan, start, end - shortest, first, left)) search(scan, start, end)
    }
  }
}

/** Of a class alone, repeated, the run itself is the match: a search takes longer to find out the same. */
function wholeRuns(max: number, boundaries: Boundaries, judge: Judge): Judge {
  return (scan, start, end) => {
    if (end - start <= max && standsAlone(scan, boundaries, start, end)) judge(scan, start, end)
  }
}

/** What a match can begin with. */
function firstBytes(ast: PatternAst): ByteClass {
  const edges = [...reach([statesOf(ast, 1).start])].flatMap((state) => state.edges)
  return edges.map(({ set }) => set).reduce(unionOf, classOf())
}

/** Whether a match can begin in `[from, to]`: in most runs of digits it cannot, and no search is needed. */
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
