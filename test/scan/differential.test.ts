/**
 * The compiled set (automaton, guards, hand-written matchers, windows) against a naive search of every pattern over every line, with
 * boundaries tested by hand. For toys the oracle runs on V8's expressions, which share nothing with RE2; those of the package would take V8
 * for ever.
 */
import RE2 from 're2'
import { describe, expect, test } from 'vitest'
import { textCodec } from '../../src/codecs/text.ts'
import type { Detector } from '../../src/model.ts'
import { checks } from '../../src/scan/checks/index.ts'
import { loadDetectors } from '../../src/scan/load/load.ts'
import { compileBounded } from '../../src/scan/pattern/bounded.ts'
import { parsePattern } from '../../src/scan/pattern/pattern.ts'
import { createScanner } from '../../src/scan/scanner.ts'
import { expand } from '../../src/scan/template.ts'
import { createRandom, type Random } from '../../src/scan/template-random.ts'
import { tokenLiteralsOf } from '../../src/scan/token/token-literals.ts'
import { detectors } from '../own-detectors.ts'

type Span = readonly [start: number, end: number]

interface Oracle {
  readonly detector: Detector
  /** Every match of group 1 in a line (one character a byte) that stands alone. */
  find(line: string): Span[]
  /** Whether group 1 of a match that begins somewhere can be exactly there. */
  allows(line: string, span: Span): boolean
}

/** Ends an escape or a colour (`ESC [ 1 m`; no other `[1m` is in the tests), so that what stands before is no neighbour. */
const escapeBefore = /(?:%[0-9a-f]{2}|%25[0-9a-f]{2}|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\[nrtbf]|\[[0-9;]{0,16}m)$/i

function oracleOf(detector: Detector, Expression: RegExpConstructor | typeof RE2): Oracle {
  const { pattern, caseInsensitive, boundaries } = detector
  const flags = caseInsensitive ? 'di' : 'd'
  const left = boundaries.left === '' ? null : new RegExp(`[${boundaries.left}]`)
  const right = boundaries.right === '' ? null : new RegExp(`[${boundaries.right}]`)
  const sticky = new Expression(pattern, `${flags}y`)
  const global = new Expression(pattern, `${flags}g`)
  /** Where the matcher is hand-written, it looks at every place; RE2 goes on behind a match. */
  const everywhere =
    tokenLiteralsOf(detector)[0].leads && compileBounded(parsePattern(pattern, caseInsensitive)) !== null

  function standsAlone(line: string, [start, end]: Span): boolean {
    if (right !== null && end < line.length && right.test(line[end])) return false
    return left === null || start === 0 || !left.test(line[start - 1]) || escapeBefore.test(line.slice(0, start))
  }

  function matchAt(line: string, at: number): Span | null {
    sticky.lastIndex = at
    const match = sticky.exec(line)
    return match === null ? null : groupOf(match)
  }

  function findEverywhere(line: string): Span[] {
    return Array.from(line, (_, at) => matchAt(line, at)).filter(
      (span) => span !== null && standsAlone(line, span)
    ) as Span[]
  }

  function findNext(line: string): Span[] {
    const spans: Span[] = []
    global.lastIndex = 0
    for (let match = global.exec(line); match !== null; match = global.exec(line)) {
      const span = groupOf(match)
      const alone = standsAlone(line, span)
      if (alone) spans.push(span)
      global.lastIndex = alone ? Math.max(span[1], match.index + 1) : match.index + 1
    }
    return spans
  }

  return {
    detector,
    find: (line) => {
      if (!global.test(line)) return []
      global.lastIndex = 0
      return (everywhere ? findEverywhere(line) : findNext(line)).filter(([start, end]) =>
        isKept(detector, line.slice(start, end))
      )
    },
    allows(line, [start, end]) {
      if (!standsAlone(line, [start, end])) return false
      for (let at = start; at >= Math.max(0, start - detector.maxLength); at--) {
        const span = matchAt(line, at)
        if (span !== null && span[0] === start && span[1] === end) return true
      }
      return false
    }
  }
}

function groupOf(match: RegExpExecArray): Span {
  const span = match.indices?.[1]
  if (span === undefined) throw new TypeError('no group 1')
  return span
}

function isKept(detector: Detector, secret: string): boolean {
  if (detector.allow.some((pattern) => new RegExp(pattern).test(secret))) return false
  return detector.checks.every((name) => checks[name].check(secret) !== 'reject')
}

/** What the scanner finds in the text itself, not in what is encoded in it; by detector, sorted, each once. */
function scanned(scanner: ReturnType<typeof createScanner>, text: Buffer): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const { detector, start, end, field } of scanner.scan(text, textCodec).matches) {
    // A text with an origin came out of an encoding, or shows what a redaction uncovers.
    if (field.origin !== null) continue
    const spans = found.get(detector.id) ?? new Set()
    found.set(detector.id, spans.add(`${start}-${end}`))
  }
  return found
}

/** Lines with their offsets; no text of the tests ends with `\r`. */
function linesOf(text: string): { line: string; offset: number }[] {
  let offset = 0
  return text.split('\n').map((line) => {
    const placed = { line, offset }
    offset += line.length + 1
    return placed
  })
}

describe('toy detectors', () => {
  const definitions: {
    pattern: string
    keywords: string[]
    caseInsensitive?: boolean
    boundaries?: object
    example: string
  }[] = [
    { pattern: '(tok_[a-z0-9]{8,12})', keywords: ['tok_'], example: 'tok_abcd1234' },
    { pattern: '(tok_[a-z]{3}_[a-z0-9]{4})', keywords: ['tok_'], example: 'tok_abc_ab12' },
    { pattern: '(key-[A-F0-9]{4}-[A-F0-9]{4})', keywords: ['key-'], example: 'key-AB12-CD34' },
    { pattern: '([0-9]{4}_sfx)', keywords: ['_sfx'], example: '1234_sfx' },
    { pattern: '([a-c]{2,6}_mid_[a-c]{2,6})', keywords: ['_mid_'], example: 'ab_mid_cab' },
    { pattern: '(abc[0-9]{3,5}z)', keywords: ['abc'], caseInsensitive: true, example: 'aBc123Z' },
    { pattern: '([a-c]{3}-kw-[0-9]{2})', keywords: ['-kw-'], caseInsensitive: true, example: 'ABC-Kw-12' },
    { pattern: '(any_[a-c0-2]{4})', keywords: ['any_'], boundaries: { left: '', right: '' }, example: 'any_ab12' },
    {
      pattern: '(own_[a-c]{4,6})',
      keywords: ['own_'],
      boundaries: { left: 'a-z._-', right: 'A-Z0-9' },
      example: 'own_abca'
    },
    { pattern: '((?:aa1|bb22|ccc)_[xyz]{2,6})', keywords: ['aa1', 'bb22', 'ccc'], example: 'aa1_xyz' },
    { pattern: '(opt(?:-[0-9]{2})?_[a-c]{3})', keywords: ['opt'], example: 'opt-12_abc' },
    { pattern: 'pre:([a-f]{4,8});', keywords: ['pre:'], example: 'pre:[[abcdef]];' },
    { pattern: '(grp_[a-c]{3,6})=[0-9]{2}', keywords: ['grp_'], example: '[[grp_abca]]=12' },
    { pattern: '(lz_[a-c]{2,6}?[0-9]{2})', keywords: ['lz_'], example: 'lz_ab12' },
    { pattern: '(any_(?:[a-c]{2}\\.){1,3}[a-c]{2})', keywords: ['any_'], example: 'any_ab.ca' },
    { pattern: '(x[0-9]{1,3}y_end)', keywords: ['y_end'], example: 'x12y_end' },
    { pattern: '[a-c]{1,3}>([a-c0-9]{4})_gz', keywords: ['_gz'], example: 'ab>[[a12b]]_gz' },
    {
      pattern: '[a-c]{1,2}([a-c0-9]{2,6})_hz',
      keywords: ['_hz'],
      boundaries: { left: 'a', right: '' },
      example: 'aab[[cb1]]_hz'
    },
    { pattern: '(mx_[a-c]{20,40})', keywords: ['mx_'], example: `mx_${'abcab'.repeat(5)}` }
  ]
  const content = {
    provider: 'toy',
    name: 'Toy',
    references: ['https://example.test/toy'],
    detectors: definitions.map(({ example, ...definition }, i) => ({
      id: `toy-${i}`,
      name: 'Toy',
      severity: 'low',
      ...definition,
      examples: Array(2).fill(example.includes('[[') ? example : `[[${example}]]`),
      counterExamples: ['none']
    }))
  }
  const { placed, mistakes } = loadDetectors([{ file: 'toy.yaml', content, lineOf: () => 0 }])
  const toys = placed.map(({ detector }) => detector)
  const oracles = toys.map((toy) => oracleOf(toy, RegExp))
  const scanner = createScanner(toys)

  const fragments = [
    'tok_',
    'tok_abc_',
    'TOK_',
    'key-',
    'KEY-',
    'AB12',
    'CD34-',
    '-',
    '_',
    '_sfx',
    '1234',
    '12345',
    '_mid_',
    'ab',
    'abc',
    'cab',
    'abcab',
    'ABC',
    'aBC',
    '123',
    'z',
    'Z',
    '-kw-',
    '-KW-',
    'any_',
    'own_',
    'aa1',
    'bb22',
    'ccc',
    '_xyz',
    'xyzx',
    'opt',
    'opt-12',
    '-12',
    'pre:',
    'abcdef',
    ';',
    'grp_',
    '=12',
    'lz_',
    'x12',
    'y_end',
    'mx_',
    'abcababcababcababcabab',
    'abcdabcd',
    '12',
    '.',
    'ab.',
    '>',
    'a12b',
    '_gz',
    'ab>',
    'a1',
    'a1-',
    'ab1_hz',
    'aabcb_hz',
    ' ',
    ' ',
    ' ',
    '\n',
    '\n',
    '"',
    '=',
    ':',
    ',',
    '%3D',
    '\\n',
    '\\u003d',
    '\\x3d',
    '\x1b[1m',
    '\xe9',
    '\0'
  ]

  const whole = definitions.map(({ example }) => example.replace(/\[\[|\]\]/g, ''))

  /** Fragments, and whole tokens of which sometimes the end is cut off. */
  function randomText(random: Random): string {
    const pick = (list: readonly string[]) => list[random.below(list.length)]
    return Array.from({ length: 400 }, () => {
      if (random.below(4) > 0) return pick(fragments)
      const token = pick(whole)
      return random.below(3) > 0 ? token : token.slice(0, -1 - random.below(3))
    }).join('')
  }

  test('have no mistake', () => {
    expect(mistakes).toEqual([])
    expect(toys).toHaveLength(definitions.length)
    // Both ways of matching are there, more than once.
    const ways = toys.map(
      (toy) => tokenLiteralsOf(toy)[0].leads && compileBounded(parsePattern(toy.pattern, false)) !== null
    )
    expect([ways.filter(Boolean).length, ways.filter((way) => !way).length]).toEqual([13, 6])
  })

  test('are found exactly where the naive search finds them', () => {
    const counts = toys.map(() => 0)
    for (let seed = 1; seed <= 150; seed++) {
      const text = randomText(createRandom(seed))
      const found = scanned(scanner, Buffer.from(text, 'latin1'))
      oracles.forEach(({ detector, find }, i) => {
        const expected = new Set(
          linesOf(text).flatMap(({ line, offset }) =>
            find(line).map(([start, end]) => `${start + offset}-${end + offset}`)
          )
        )
        counts[i] += expected.size
        const actual = found.get(detector.id) ?? new Set()
        expect([seed, detector.pattern, [...actual].sort()]).toEqual([seed, detector.pattern, [...expected].sort()])
      })
    }
    // The texts are worth it.
    expect(counts.map((count) => count >= 20)).toEqual(counts.map(() => true))
  })

  test('also alone, line by line, and wherever in a larger buffer', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const text = randomText(createRandom(seed))
      const whole = scanned(scanner, Buffer.from(text, 'latin1'))
      for (const toy of toys) {
        const alone = scanned(createScanner([toy]), Buffer.from(text, 'latin1')).get(toy.id) ?? new Set()
        expect([toy.pattern, [...alone].sort()]).toEqual([toy.pattern, [...(whole.get(toy.id) ?? [])].sort()])
      }
      const padded = Buffer.from(`tok_abcd${text}1234_sfx`, 'latin1').subarray(8, 8 + text.length)
      expect(scanned(scanner, padded)).toEqual(whole)
      const byLine = linesOf(text).flatMap(({ line, offset }) =>
        [...scanned(scanner, Buffer.from(line, 'latin1'))].flatMap(([id, spans]) =>
          [...spans].map(
            (span) =>
              `${id} ${span
                .split('-')
                .map((at) => Number(at) + offset)
                .join('-')}`
          )
        )
      )
      expect(byLine.sort()).toEqual(
        [...whole].flatMap(([id, spans]) => [...spans].map((span) => `${id} ${span}`)).sort()
      )
    }
  })
})

/** Before a tail, what ends an escape (`\\nacme_...`) is none of the name, though a pattern may take it for its first letter. */
function beginsInEscape(line: string, start: number): boolean {
  return line[start - 1] === '\\' && 'nrtbf'.includes(line[start])
}

describe('the detectors of the package', () => {
  const tokens = detectors.filter(({ context, matcher }) => context === 'anywhere' && matcher === 'pattern')
  const oracles = tokens.map((token) => oracleOf(token, RE2))
  // Of a token that is known by its vendor's literal nobody looks for a tail: those that do are asked alone.
  const [tailed, others] = [true, false].map((yes) =>
    tokens.filter(({ keywords }) => yes === keywords.every((keyword) => keyword.length === 1))
  )
  const scanners = [createScanner(tailed), createScanner(others)]

  const before = [
    '',
    'INFO ',
    'x=',
    '"',
    "'",
    '{"a":"',
    '(',
    'https://example.test/?k=',
    'a,',
    'X_',
    '_',
    '-',
    '.',
    '%3D',
    '\\n',
    '\t',
    'é'
  ]
  const after = [
    '',
    ' ok',
    '&z=1',
    '"',
    "'",
    '"}',
    ')',
    '.',
    ',',
    ';',
    '\\n',
    ' and then nothing',
    '-',
    '_',
    'x',
    '%26',
    '@h',
    'é'
  ]

  /** An example of every detector, also cut off, in capitals, twice, or with another character in it. */
  function corpus(seed: number): string {
    const random = createRandom(seed)
    const pick = <T>(list: readonly T[]): T => list[random.below(list.length)]
    return tokens
      .flatMap((detector) => {
        const { text, spans } = expand(pick([...detector.examples, ...detector.counterExamples]), seed)
        const bytes = Buffer.from(text)
        const some = spans.length === 0 || random.below(3) === 0 ? text : bytes.subarray(...pick(spans)).toString()
        const changed = pick<(some: string) => string>([
          (it) => it,
          (it) => it,
          (it) => it,
          (it) => it.slice(0, random.below(it.length)),
          (it) => it.slice(random.below(4)),
          (it) => it.toUpperCase(),
          (it) => `${it} ${it}`,
          (it) => it + it.slice(-3),
          (it) => it.replace(/[A-Za-z0-9](?=[^A-Za-z0-9]*$)/, '!')
        ])(some)
        return `${pick(before)}${changed}${pick(after)}`.split('\n')
      })
      .map((line) => line.replace(/\r$/, ''))
      .join('\n')
  }

  test('the search in parts finds all that the naive one does, and nothing that the pattern does not match', () => {
    let total = 0
    for (let seed = 1; seed <= 3; seed++) {
      const bytes = Buffer.from(corpus(seed))
      const text = bytes.toString('latin1')
      const lines = linesOf(text)
      const found = new Map(scanners.flatMap((scanner) => [...scanned(scanner, bytes)]))
      const missed: string[] = []
      const invented: string[] = []
      for (const { detector, find, allows } of oracles) {
        const actual = found.get(detector.id) ?? new Set()
        for (const { line, offset } of lines) {
          for (const [first, end] of find(line)) {
            const start = tailed.includes(detector) && beginsInEscape(line, first) ? first + 1 : first
            if (!isKept(detector, line.slice(start, end))) continue
            total++
            if (!actual.has(`${start + offset}-${end + offset}`)) missed.push(`${detector.id} at ${start} of ${line}`)
          }
        }
        for (const span of actual) {
          const [start, end] = span.split('-').map(Number)
          const { line, offset } = lines.findLast((one) => one.offset <= start) ?? lines[0]
          if (!allows(line, [start - offset, end - offset]))
            invented.push(`${detector.id} at ${start - offset} of ${line}`)
        }
      }
      expect({ seed, missed, invented }).toEqual({ seed, missed: [], invented: [] })
    }
    expect(total).toBeGreaterThan(450)
  })
})
