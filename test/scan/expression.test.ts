// Against RE2, which shares nothing with it: where that cannot be loaded these tests fail, they never skip.
import RE2 from 're2'
import { describe, expect, test } from 'vitest'
import { compileExpression, type Expression } from '../../src/scan/pattern/expression.ts'
import { parseAllow, parsePattern } from '../../src/scan/pattern/pattern.ts'
import { expand } from '../../src/scan/template.ts'
import { openEnded } from '../../src/scan/token/windows.ts'
import { allPackDetectors } from '../own-detectors.ts'
import { type Random, randomPattern, sampleMatch, seededRandom } from './pattern-samples.ts'

/** Start of the match and group 1, or all of it when the group is left out. */
type Found = readonly [start: number, groupStart: number, groupEnd: number]

/** Every match, each behind the one before. */
function everyMatch(length: number, next: (at: number) => { found: Found; end: number } | null): Found[] {
  const all: Found[] = []
  for (let at = 0; at <= length; ) {
    const match = next(at)
    if (match === null) break
    all.push(match.found)
    at = Math.max(match.end, match.found[0] + 1)
  }
  return all
}

/** The text lies in a larger buffer, of which nothing may be seen. */
function own(expression: Expression, text: Buffer): Found[] {
  const bytes = Buffer.concat([Buffer.from('aZ'), text, Buffer.from('b9')])
  return everyMatch(text.length, (at) => {
    if (!expression.search(bytes, 2, 2 + text.length, 2 + at)) return null
    const { start, groupStart, groupEnd } = expression
    return { found: [start - 2, groupStart - 2, groupEnd - 2], end: groupEnd - 2 }
  })
}

function re2(expression: RE2, text: Buffer): Found[] {
  return everyMatch(text.length, (at) => {
    expression.lastIndex = at
    const match = expression.exec(text)
    if (match === null) return null
    const [whole, group = whole] = match.indices as unknown as [[number, number], [number, number]?]
    return { found: [match.index, ...group], end: group[1] }
  })
}

function expectSame(pattern: string, caseInsensitive: boolean, texts: readonly Buffer[]): number {
  const expression = compileExpression(parsePattern(pattern, caseInsensitive))
  const oracle = new RE2(pattern, caseInsensitive ? 'dgi' : 'dg')
  let matches = 0
  for (const text of texts) {
    const expected = re2(oracle, text)
    matches += expected.length
    const found = own(expression, text)
    if (JSON.stringify(found) !== JSON.stringify(expected))
      expect([pattern, text.toString('latin1'), found]).toEqual([pattern, text.toString('latin1'), expected])
  }
  return matches
}

const unbounded = ['*', '+', '*?', '+?', '{2,}']
const characters = ['a', 'b', 'B', '0', '-', 'c', 'A', 'é', '€', '😀', '\n', ' ', 'z', '1', '_'].map((one) =>
  Buffer.from(one)
)
/** No UTF-8; overlong forms and surrogates, which RE2 takes. */
const broken = [[0x80], [0xff], [0xc3], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0xbf, 0xbf, 0xbf]].map((one) =>
  Buffer.from(one)
)

function randomText(random: Random): Buffer {
  const one = () => (random(9) === 0 ? broken[random(broken.length)] : characters[random(characters.length)])
  return Buffer.concat(Array.from({ length: random(24) }, one))
}

/** With assertions, and repeats that have no end; not of what may be empty, where RE2 prefers ways of its own. */
function anyPattern(random: Random): string {
  let pattern = randomPattern(random)
  if (random(2) === 0)
    pattern = pattern.replace(/(?<!\))(?:\{\d+,\d+\}\??|\?\?)/g, () => unbounded[random(unbounded.length)])
  const [before, behind] = [['', '', '', '\\b', '^'][random(5)], ['', '', '', '\\b', '$'][random(5)]]
  return before + (random(8) === 0 ? pattern.replace('(?:', '(?:^|\\b') : pattern) + behind
}

test('finds what RE2 finds: random patterns, random texts', () => {
  let matches = 0
  for (let seed = 1; seed <= 3000; seed++) {
    const random = seededRandom(seed)
    const pattern = anyPattern(random)
    const fold = random(3) === 0 && !pattern.includes('é')
    const ast = parsePattern(pattern, fold)
    const sample = () => (ast.unbounded === null ? Buffer.from(sampleMatch(ast, random)) : Buffer.alloc(0))
    const texts = Array.from({ length: 8 }, (_, i) =>
      i % 2 === 0
        ? randomText(random)
        : Buffer.concat([randomText(random).subarray(0, 3), sample(), randomText(random)])
    )
    matches += expectSame(pattern, fold, texts)
  }
  expect(matches).toBeGreaterThan(50_000)
})

describe('every pattern of the package finds what RE2 finds', () => {
  const patterned = allPackDetectors.filter(({ pattern }) => pattern !== '')

  /** Its examples and counter-examples, filled in twice, cut at random and with bytes of other kinds in them. */
  function textsOf({ examples, counterExamples }: (typeof patterned)[number], random: Random): Buffer[] {
    return [...examples, ...counterExamples].flatMap((template) => {
      const { text, spans } = expand(template, 1 + random(1000))
      const bytes = Buffer.from(text)
      const at = random(bytes.length)
      const noise = Buffer.concat([bytes.subarray(0, at), randomText(random), bytes.subarray(at)])
      return [bytes, noise, noise.subarray(random(4)), ...spans.map((span) => bytes.subarray(...span))]
    })
  }

  test('in windows, and on values', () => {
    let matches = 0
    patterned.forEach((detector, seed) => {
      const texts = textsOf(detector, seededRandom(seed))
      const pattern = openEnded(detector.pattern)
      matches += expectSame(pattern, detector.caseInsensitive, texts)
      matches += expectSame(`^(?:${pattern})$`, detector.caseInsensitive, texts)
    })
    expect(matches).toBeGreaterThan(2 * patterned.length)
  })

  test('on the texts of the next detectors', () => {
    patterned.forEach((detector, i) => {
      const others = [1, 2, 3].flatMap((by) => textsOf(patterned[(i + by) % patterned.length], seededRandom(i)))
      expectSame(openEnded(detector.pattern), detector.caseInsensitive, others)
    })
  })

  test('what is allowed is', () => {
    const allowed = patterned.filter(({ allow }) => allow.length > 0)
    let matches = 0
    allowed.forEach((detector, seed) => {
      for (const pattern of detector.allow) {
        const random = seededRandom(seed)
        const ast = parseAllow(pattern)
        const expression = compileExpression(ast)
        const oracle = new RE2(pattern)
        const samples = [1, 2, 3].map(() => Buffer.from(sampleMatch(ast, random)))
        for (const text of [...textsOf(detector, random), ...samples]) {
          const expected = oracle.test(text)
          if (expected) matches++
          const found = expression.search(text, 0, text.length, 0)
          if (found !== expected)
            expect([pattern, text.toString('latin1'), found]).toEqual([pattern, text.toString('latin1'), expected])
        }
      }
    })
    expect(matches).toBeGreaterThan(500)
  })
})

describe('flags of allow patterns', () => {
  test.each([
    ['(?i)ab', 'xAb', true],
    ['^(?i:ab|c)-d$', 'AB-d', true],
    ['^(?i:ab|c)-d$', 'C-D', false],
    ['(?i:[a-f]{2})[a-f]', 'AFf', true],
    ['(?i:[a-f]{2})[a-f]', 'AFF', false],
    ['(?i:a(?:b)c)d', 'ABCd', true]
  ])('%s on %s', (pattern, text, matches) => {
    const bytes = Buffer.from(text)
    expect(compileExpression(parseAllow(pattern)).search(bytes, 0, bytes.length, 0)).toBe(matches)
    expect(new RE2(pattern).test(text)).toBe(matches)
  })

  test('are none of detector patterns', () => {
    expect(() => parsePattern('(?i:a)', false)).toThrow('inline flags are not supported')
  })
})

describe('linear time', () => {
  test.each([
    ['what backtracking takes for ever', '((?:a?){30}a{30})$', 'a'.repeat(29), 2000],
    ['nested repeats', '((?:a*)*)b', 'a', 2000],
    ['a match in sight at every byte', '(a.*b.*c)', 'ab', 2000]
  ])('%s', (_, pattern, unit, count) => {
    const bytes = Buffer.from(unit.repeat(count))
    expect(compileExpression(parsePattern(pattern, false)).search(bytes, 0, bytes.length, 0)).toBe(
      pattern.includes('$')
    )
  })

  test('more states than are remembered', () => {
    const random = seededRandom(1)
    const text = Buffer.from(Array.from({ length: 60_000 }, () => 0x61 + random(2)))
    // Every word of a and b, 13 long, is a state of its own.
    expect(expectSame('(a[ab]{12}c)', false, [text, Buffer.concat([text, Buffer.from('c')])])).toBeLessThan(2)
  })
})
