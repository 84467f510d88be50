import RE2 from 're2'
import { describe, expect, test } from 'vitest'
import { type ByteClass, parseClass, sizeOf } from '../../src/scan/pattern/char-class.ts'
import {
  bodyAfterPrefix,
  groupCount,
  groupLastClass,
  maxLengthOf,
  minLengthOf,
  type PatternAst,
  PatternError,
  type PatternNode,
  parsePattern,
  prefixesOf
} from '../../src/scan/pattern/pattern.ts'
import fc from '../property.ts'
import {
  anchored,
  type Random,
  randomPattern,
  realisticPatterns,
  sampleMatch,
  seededRandom
} from './pattern-samples.ts'

const parse = (source: string) => parsePattern(source, false)

/** The tree in short: literals as text, classes by their size. */
function show(node: PatternNode): unknown {
  switch (node.kind) {
    case 'literal':
      return Buffer.from(node.bytes).toString()
    case 'class':
      return sizeOf(node.set)
    case 'group':
      return { group: show(node.node) }
    case 'concat':
      return node.nodes.map(show)
    case 'alternation':
      return { either: node.nodes.map(show) }
    case 'repeat':
      return { [`${node.min}-${node.max}${node.lazy ? ' lazy' : ''}`]: show(node.node) }
    case 'assertion':
      return { assertion: node.assertion }
  }
}

describe('parsePattern', () => {
  test.each([
    ['a\\.bc(x{2}|[0-9]{2,3}?)', ['a.bc', { group: { either: [{ '2-2': 'x' }, { '2-3 lazy': 10 }] } }]],
    ['(?:ab)c', 'abc'],
    ['(?:ab){2}c', [{ '2-2': 'ab' }, 'c']],
    ['ab?', ['a', { '0-1': 'b' }]],
    ['ab??', ['a', { '0-1 lazy': 'b' }]],
    ['é{2}', { '2-2': 'é' }],
    ['😀{2}', { '2-2': '😀' }],
    ['^(a|)\\b$', [{ assertion: '^' }, { group: { either: ['a', []] } }, { assertion: '\\b' }, { assertion: '$' }]],
    ['[.][\\^]', '.^'],
    ['.', 255],
    ['\\d\\D', [10, 246]],
    ['', []],
    ['\\x41\\xe9\\t\\/\\-\\_', 'Aé\t/-_'],
    ['a*b+c{2,}', [{ '0-Infinity': 'a' }, { '1-Infinity': 'b' }, { '2-Infinity': 'c' }]]
  ])('%s', (source, tree) => {
    expect(show(parse(source).root)).toEqual(tree)
  })

  test('folds case: literals to lower, classes to both', () => {
    expect(show(parsePattern('AbC[d][A-F0][^a-f]', true).root)).toEqual(['abc', 2, 13, 244])
  })

  test.each([
    ['ab(c*)', 'position 4: * has no upper bound; write {n,m}'],
    ['a+?b*', 'position 1: +? has no upper bound; write {n,m}'],
    ['[a-c]{20,}', 'position 5: {20,} has no upper bound; write {n,m}'],
    ['a{20,30}', null]
  ])('names the first unbounded quantifier: %s', (source, unbounded) => {
    expect(parse(source).unbounded).toBe(unbounded)
    expect(maxLengthOf(parse(source)) === Infinity).toBe(unbounded !== null)
  })

  test.each([
    ['*a', 0, 'nothing to repeat; write \\* for the character'],
    ['(?:|+)', 4, 'nothing to repeat; write \\+ for the character'],
    ['^?', 1, 'nothing to repeat; write \\? for the character'],
    ['\\b{2}', 2, 'nothing to repeat; write \\{ for the character'],
    ['a**', 2, 'a quantifier cannot be repeated'],
    ['a{2}{3}', 4, 'a quantifier cannot be repeated'],
    ['a{3,1}', 1, 'the numbers are out of order'],
    ['a{1001}', 1, 'RE2 repeats at most 1000 times, nested ones multiplied'],
    ['(?:a{100}){11}', 10, 'RE2 repeats at most 1000 times, nested ones multiplied'],
    ['a{', 1, '{ must be escaped unless it begins {n}, {n,m} or {n,}'],
    ['a{,5}', 1, '{ must be escaped unless it begins {n}, {n,m} or {n,}'],
    ['a}', 1, '} must be escaped'],
    ['a]', 1, '] must be escaped'],
    ['b(a', 1, 'the group has no closing )'],
    ['a)', 1, 'this ) closes no group'],
    ['x(?i)a', 1, 'inline flags are not supported; use caseInsensitive: true'],
    ['(?i:a)', 0, 'inline flags are not supported; use caseInsensitive: true'],
    ['(?P<n>a)', 0, 'named groups are not supported; write (...)'],
    ['(?<n>a)', 0, 'named groups are not supported; write (...)'],
    ['(?=a)', 0, 'look-around does not exist in RE2; boundaries test the neighbours'],
    ['(?<!a)', 0, 'look-around does not exist in RE2; boundaries test the neighbours'],
    ['(?>a)', 0, 'this kind of group is not supported; write (...) or (?:...)'],
    ['(a)\\1', 3, '\\1 is not supported'],
    ['\\pL', 0, '\\p is not supported'],
    ['\\Aa', 0, '\\A is not supported'],
    ['\\x{41}', 0, '\\x needs two hexadecimal digits'],
    ['\\é', 0, 'only ASCII punctuation can be escaped'],
    ['a\\', 1, 'a lone backslash; write \\\\ for the character'],
    ['a[b', 1, 'the class has no closing ]'],
    ['[]', 1, 'a class cannot be empty; write \\] for the character'],
    ['[aé]', 2, 'a class holds only ASCII characters'],
    ['[^\\s\\S]', 7, 'the class before here matches nothing'],
    ['\ud800', 0, 'half of a surrogate pair'],
    ['('.repeat(1001), 1000, 'groups are nested over 1000 deep']
  ])('refuses %.40s', (source, position, reason) => {
    const error = errorOf(() => parse(source))
    expect(error).toMatchObject({ name: 'PatternError', code: 'DETECTOR_INVALID', position, reason })
    expect(error.message).toBe(`position ${position}: ${reason}`)
  })

  test('refuses non-ASCII characters where case is ignored, which RE2 would fold too', () => {
    expect(errorOf(() => parsePattern('aé', true)).message).toBe(
      'position 1: a pattern that ignores case holds only ASCII characters'
    )
  })
})

function errorOf(run: () => unknown): PatternError {
  try {
    run()
  } catch (error) {
    if (error instanceof PatternError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('what is known of a pattern', () => {
  test.each(realisticPatterns)('$source', (pattern) => {
    const ast = parsePattern(pattern.source, pattern.caseInsensitive === true)
    expect(groupCount(ast)).toBe(1)
    expect([minLengthOf(ast), maxLengthOf(ast)]).toEqual(pattern.lengths)
    expect(prefixesOf(ast)).toEqual(pattern.prefixes)
    const bodies = (pattern.prefixes ?? []).map((prefix) => bodyAfterPrefix(ast, prefix).min)
    expect([...new Set(bodies)]).toEqual(pattern.body)
    expect(groupLastClass(ast)).toEqual(pattern.last === null ? null : parseClass(pattern.last))
  })

  test.each([
    ['(a)(?:b)([c-e])', 2],
    ['abc', 0],
    ['(?:(a)|(b)){2}', 2]
  ])('groupCount %s', (source, count) => {
    expect(groupCount(parse(source))).toBe(count)
  })

  test.each([
    ['', 0, 0],
    ['aé', 3, 3],
    ['[^a]{2,3}', 2, 12],
    ['.|abc', 1, 4],
    ['^\\bab$', 2, 2],
    ['(?:ab|c){2,4}?d?', 2, 9],
    ['(?:)*', 0, 0],
    ['(?:a*){0}', 0, Number.NaN],
    ['a*', 0, Infinity]
  ])('lengths of %s', (source, min, max) => {
    expect([minLengthOf(parse(source)), maxLengthOf(parse(source))]).toEqual([min, max])
  })

  test.each([
    ['a[b-d]', null],
    ['(a[b-d])e', 'b-d'],
    ['(ab|[cd])', null],
    ['([ab]|x[cd])', 'a-d'],
    ['([ab][0-9]?)', 'ab0-9'],
    ['([ab]{2,3}(?:-[0-9]{1,2})?)', 'ab0-9'],
    ['([ab]=?)', null],
    ['([ab](?:[cd]|))', 'a-d'],
    ['([ab](?:)\\b[cd]{0})', 'ab'],
    ['(?:x|([ab]))', 'ab'],
    ['(?:([ab])){2}', 'ab'],
    ['([^a])', '^a'],
    ['()', null]
  ])('groupLastClass %s', (source, last) => {
    expect(groupLastClass(parse(source))).toEqual(last === null ? null : parseClass(last))
  })

  test('groupLastClass folds case', () => {
    expect(groupLastClass(parsePattern('([a-f])', true))).toEqual(parseClass('a-fA-F'))
  })

  test.each([
    ['abc[0-9]', ['abc']],
    ['[0-9]abc', null],
    ['', null],
    ['a?b', ['ab', 'b']],
    ['a?', null],
    ['abc(?:d|[0-9])', ['abc']],
    ['(?:ab|abc)', ['ab']],
    ['xy{2}[zw]!', ['xyyz!', 'xyyw!'].toSorted()],
    ['xy[zw]', ['xy']],
    ['^\\bab', ['ab']],
    ['ab*', ['a']],
    ['ab+', ['ab']],
    ['é[0-9]', ['é']],
    ['(?:é|è)a', ['éa', 'èa']],
    [`a{100}`, ['a'.repeat(64)]],
    [`${'é'.repeat(40)}`, ['é'.repeat(32)]],
    [`a${'é'.repeat(40)}`, [`a${'é'.repeat(31)}`]],
    ['(?:[a-h]x){2}', [...'abcdefgh'].flatMap((a) => [...'abcdefgh'].map((b) => `${a}x${b}x`))],
    ['(?:[a-h]x){3}', [...'abcdefgh'].flatMap((a) => [...'abcdefgh'].map((b) => `${a}x${b}x`))]
  ])('prefixesOf %s', (source, prefixes) => {
    expect(prefixesOf(parse(source))).toEqual(prefixes)
  })

  test('prefixesOf gives lower case where case is ignored', () => {
    expect(prefixesOf(parsePattern('Key[AB]-[0-9]', true))).toEqual(['keya-', 'keyb-'])
  })

  test.each([
    ['ab[0-9]{5}', 'ab', 5, '0-9'],
    ['ab[0-9]{5}[a-f]?', 'ab', 5, '0-9'],
    ['ab[0-9]{2}[a-f]{2,4}', 'ab', 4, '0-9a-f'],
    ['ab[0-9]{2}.{9}', 'ab', 2, '0-9'],
    ['ab.{9}', 'ab', 9, null],
    ['ab[0-9]{400}', 'ab', 32, '0-9'],
    ['ab[0-9]{2,3}-x', 'ab', 4, '0-9x\\-'],
    ['(?:abc|abd[0-9])', 'ab', 1, 'cd'],
    ['ab', 'ab', 0, ''],
    ['ab[0-9]', 'zz', 0, ''],
    [`a{80}`, 'a'.repeat(70), 0, '']
  ])('bodyAfterPrefix %s %s', (source, prefix, min, after) => {
    const body = bodyAfterPrefix(parse(source), prefix)
    expect(body.min).toBe(min)
    if (after === null) expect(sizeOf(body.after)).toBe(255)
    else expect(body.after).toEqual(parseClass(after))
  })
})

test.each([
  ['(?:M[Tj]|N[DT])[AE][w-z][0-9]{4}', 'MT', ['AE', 'w-z']],
  ['ab[0-9]x?[a-c]{3}', 'ab', ['0-9', 'a-cx']],
  ['ab[0-9]', 'ab', ['0-9']],
  ['ab', 'ab', []]
])('bodyAfterPrefix %s %s: what its first two bytes can be', (source, prefix, next) => {
  expect(bodyAfterPrefix(parse(source), prefix).next).toEqual(next.map(parseClass))
})

test('bodyAfterPrefix counts characters of several bytes as such, wherever they may end', () => {
  const { min, after } = bodyAfterPrefix(parse('.[0-9]{5}'), '€')
  expect(min).toBe(5)
  expect([...after.keys()].filter((byte) => byte < 0x80 && after[byte] === 1)).toEqual([...Buffer.from('0123456789')])
})

const seeds = { numRuns: 800 }

/** A random or realistic pattern, and a source of random choices. */
function randomCase(seed: number): { ast: PatternAst; random: Random } {
  const random = seededRandom(seed)
  const realistic = random(4) === 0 ? realisticPatterns[random(realisticPatterns.length)] : null
  const source = realistic?.source ?? randomPattern(random)
  const fold = realistic === null ? random(4) === 0 && !source.includes('é') : realistic.caseInsensitive === true
  return { ast: parsePattern(source, fold), random }
}

const isAsciiUpper = (byte: number) => byte >= 0x41 && byte <= 0x5a
const folded = (bytes: readonly number[]) => bytes.map((byte) => (isAsciiUpper(byte) ? byte | 0x20 : byte))
const beginsWith = (bytes: readonly number[], prefix: Buffer) => prefix.every((byte, i) => bytes[i] === byte)

describe('for random patterns and their matches', () => {
  test('RE2 accepts the pattern and matches what the tree describes', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { ast, random } = randomCase(seed)
        const whole = new RE2(`^(?:${ast.source})$`, ast.caseInsensitive ? 'i' : '')
        for (let i = 0; i < 5; i++) expect(whole.test(Buffer.from(sampleMatch(ast, random)))).toBe(true)
      }),
      seeds
    )
  })

  test('lengths, prefixes and bodies rule no match out', () => {
    let prefixed = 0
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { ast, random } = randomCase(seed)
        const prefixes = prefixesOf(ast)
        if (prefixes !== null) prefixed++
        for (let i = 0; i < 10; i++) {
          const match = sampleMatch(ast, random)
          expect(match.length).toBeGreaterThanOrEqual(minLengthOf(ast))
          expect(match.length).toBeLessThanOrEqual(maxLengthOf(ast))
          if (prefixes !== null) expectPrefix(ast, prefixes, match)
        }
      }),
      seeds
    )
    expect(prefixed).toBeGreaterThan(seeds.numRuns / 4)
  })

  test('what the parser accepts RE2 accepts too, and with the same meaning', () => {
    let accepted = 0
    const soup = fc.array(
      fc.constantFrom(...'ab1-^]$.|?{},:\\', '[', '(?:', '(', ')', ')', '[a-', '\\d', '{2}', '\\b', 'é'),
      {
        minLength: 1,
        maxLength: 9
      }
    )
    fc.assert(
      fc.property(soup, fc.integer(), (parts, seed) => {
        const ast = parsedOrNull(parts.join(''))
        if (ast === null) return
        accepted++
        const expression = anchored(ast.source, false)
        if (/[\^$]|\\b/.test(ast.source)) return
        expect(expression.test(Buffer.from(sampleMatch(ast, seededRandom(seed))))).toBe(true)
      }),
      { numRuns: 3000 }
    )
    expect(accepted).toBeGreaterThan(300)
  })
})

function expectPrefix(ast: PatternAst, prefixes: readonly string[], match: readonly number[]): void {
  const text = ast.caseInsensitive ? folded(match) : match
  const fitting = prefixes.map((prefix) => Buffer.from(prefix)).filter((prefix) => beginsWith(text, prefix))
  expect(fitting).toHaveLength(1)
  const [prefix] = fitting
  const { min, after } = bodyAfterPrefix(ast, prefix.toString())
  const body = match.slice(prefix.length, prefix.length + min)
  expect(body).toHaveLength(min)
  expect(outsideOf(after, body)).toEqual([])
}

function outsideOf(set: ByteClass, bytes: readonly number[]): number[] {
  return bytes.filter((byte) => set[byte] === 0)
}

function parsedOrNull(source: string): PatternAst | null {
  try {
    return parse(source)
  } catch (error) {
    if (error instanceof PatternError) return null
    throw error
  }
}
