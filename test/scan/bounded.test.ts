import { describe, expect, test } from 'vitest'
import { type BoundedMatcher, compileBounded } from '../../src/scan/pattern/bounded.ts'
import { type PatternAst, parsePattern } from '../../src/scan/pattern/pattern.ts'
import fc from '../property.ts'
import {
  anchored,
  anchoredByRe2,
  type Random,
  randomPattern,
  realisticPatterns,
  sampleMatch,
  seededRandom
} from './pattern-samples.ts'

/** Group 1, or null where the pattern does not match. */
function groupOf(
  matcher: BoundedMatcher,
  bytes: Uint8Array,
  at: number,
  end: number,
  epoch = 0
): [number, number] | null {
  return matcher.match(bytes, at, end, epoch) ? [matcher.groupStart, matcher.groupEnd] : null
}

function compiled(source: string, caseInsensitive = false): BoundedMatcher {
  const matcher = compileBounded(parsePattern(source, caseInsensitive))
  if (matcher === null) throw new Error(`${source} needs RE2`)
  return matcher
}

describe('compileBounded', () => {
  test.each([
    ['(abc)', 'abc', [0, 3]],
    ['(abc)', 'abd', null],
    ['a(b)c', 'abc', [1, 2]],
    ['(a[0-9]{2,4})', 'a12345', [0, 5]],
    ['(a[0-9]{2,4})', 'a1', null],
    ['(a[0-9]{2,4})b', 'a12345b', null],
    ['(a[0-9]{2,4}?)', 'a12345', [0, 3]],
    ['([a-z]{1,3})-x', 'ab-x', [0, 2]],
    ['(a(?:b|bc))c?', 'abcc', [0, 2]],
    ['(a(?:bc|b))c?', 'abcc', [0, 3]],
    ['([a-z]{1,3}(?:-x|))', 'ab-y', [0, 2]],
    ['([a-z]{2,5}[a-z]{3})', 'abcdefghij', [0, 8]],
    ['(x(?:[0-9]{2}:){2}[0-9]{2})', 'x11:22:33', [0, 9]],
    ['(a|)', 'b', [0, 0]],
    ['()a', 'a', [0, 0]]
  ] as const)('%s on %s', (source, text, group) => {
    expect(groupOf(compiled(source), Buffer.from(text), 0, text.length)).toEqual(group)
  })

  test('ignores case when told to', () => {
    expect(groupOf(compiled('k-([a-f]{2})', true), Buffer.from('K-aF'), 0, 4)).toEqual([2, 4])
    expect(groupOf(compiled('k-([a-f]{2})'), Buffer.from('K-aF'), 0, 4)).toBe(null)
  })

  test.each([
    ['two groups', '(a)(b)'],
    ['no group', 'ab'],
    ['a group that only one way has', '(a)|b'],
    ['a group that is repeated', '(a){2}'],
    ['an assertion', '^(a)'],
    ['no upper bound', '(a+)'],
    ['a class with non-ASCII characters', '([^a]{2})'],
    ['any character', '(a.)'],
    ['a run that could give back to a literal', '([a-z]{2,4}z)'],
    ['a run that could give back to a class', '([a-z]{2,4}[a-f])'],
    ['a run that could give back past an optional part', '([a-z]{2,4}-?z)'],
    ['a choice that RE2 makes after the length of the run', '([a-z]{1,3}(?:[a-z]|-))'],
    ['over 64 ways', '((?:a|b){7})'],
    ['over 64 ways of a lazy run', '(a{1,70}?)']
  ])('leaves to RE2: %s', (_, source) => {
    expect(compileBounded(parsePattern(source, false))).toBe(null)
  })

  test.each(realisticPatterns)('bounded: $bounded for $source', ({ source, caseInsensitive, bounded }) => {
    expect(compileBounded(parsePattern(source, caseInsensitive === true)) !== null).toBe(bounded)
  })
})

describe('equals RE2', () => {
  test('on realistic patterns', () => {
    const cases = realisticPatterns
      .filter(({ bounded }) => bounded)
      .map(({ source, caseInsensitive }) => expectation(parsePattern(source, caseInsensitive === true)))
    const seen = { matches: 0, rejects: 0 }
    fc.assert(
      fc.property(fc.nat(cases.length - 1), fc.integer(), (index, seed) => {
        for (let i = 0; i < 4; i++) cases[index](seededRandom(seed + i), seen)
      }),
      { numRuns: 600 }
    )
    expect(Math.min(seen.matches, seen.rejects)).toBeGreaterThan(1000)
  })

  test('on random patterns', () => {
    const seen = { matches: 0, rejects: 0 }
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed)
        const source = randomPattern(random)
        const ast = parsePattern(source, random(4) === 0 && !source.includes('é'))
        if (compileBounded(ast) === null) return
        const check = expectation(ast)
        for (let i = 0; i < 12; i++) check(random, seen)
      }),
      { numRuns: 1500 }
    )
    expect(Math.min(seen.matches, seen.rejects)).toBeGreaterThan(1000)
  })
})

/** Compares both all over random texts, within one epoch a text. */
function expectation(ast: PatternAst): (random: Random, seen: { matches: number; rejects: number }) => void {
  const expression = anchored(ast.source, ast.caseInsensitive)
  const matcher = compiled(ast.source, ast.caseInsensitive)
  let epoch = 0
  return (random, seen) => {
    const bytes = Buffer.from(randomText(ast, random))
    epoch++
    for (let i = 0; i <= bytes.length && i < 60; i++) {
      const at = random(4) === 0 ? random(bytes.length + 1) : i
      const end = random(3) === 0 ? at + random(bytes.length - at + 1) : bytes.length
      const wanted = anchoredByRe2(expression, bytes, at, end)
      if (wanted === null) seen.rejects++
      else seen.matches++
      for (const found of [groupOf(matcher, bytes, at, end), groupOf(matcher, bytes, at, end, epoch)]) {
        // Asserted only where they differ: a hundred thousand assertions would take seconds.
        if (String(found) === String(wanted)) continue
        expect({ pattern: ast.source, text: bytes.toString('latin1'), at, end, group: found }).toMatchObject({
          group: wanted
        })
      }
    }
  }
}

/** Matches with damage, neighbours and each other. */
function randomText(ast: PatternAst, random: Random): number[] {
  const text = [...noise(random), ...damage(sampleMatch(ast, random), random), ...noise(random)]
  return random(3) === 0 ? [...text, ...sampleMatch(ast, random)] : text
}

const neighbours = [...'ab0-_.=/ zZ:,"', 'é', '😀'].map((text) => [...Buffer.from(text)])

function noise(random: Random): number[] {
  if (random(12) === 0) return [0x80 + random(128)]
  return Array.from({ length: random(3) }, () => neighbours[random(neighbours.length)]).flat()
}

function damage(match: number[], random: Random): number[] {
  const at = random(match.length + 1)
  switch (random(6)) {
    case 0:
      return match.slice(0, at)
    case 1:
      return match.toSpliced(at, 1)
    case 2:
      return match.toSpliced(at, 1, ...neighbours[random(neighbours.length)])
    case 3:
      return match.toSpliced(at, 0, ...match.slice(at, at + 1 + random(30)))
    default:
      return match
  }
}

describe('limits', () => {
  test('never reads outside of [at, end)', () => {
    const source = '(k(?:[a-f]{2,80}|[0-9]{3})-(?:xy|x)z?)'
    const matcher = compiled(source)
    const ast = parsePattern(source, false)
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed)
        const bytes = Uint8Array.from([...noise(random), ...damage(sampleMatch(ast, random), random), 0x61, 0x78, 0x7a])
        const at = random(bytes.length)
        const end = at + random(bytes.length - at + 1)
        const read: number[] = []
        const watched = new Proxy(bytes, {
          get(target, key) {
            read.push(Number(key))
            return Reflect.get(target, key)
          }
        })
        matcher.match(watched, at, end)
        matcher.match(watched, at, end, seed || 1)
        expect(read.filter((index) => !(index >= at && index < end))).toEqual([])
      }),
      { numRuns: 500 }
    )
  })

  test('reads the bytes of a long run once, when calls share an epoch', () => {
    const matcher = compiled('(eyJ[\\w-]{10,900}\\.eyJ[\\w-]{10,900})')
    const bytes = Buffer.from('-eyJ'.repeat(2000))
    let reads = 0
    const watched = new Proxy(bytes, {
      get(target, key) {
        reads++
        return Reflect.get(target, key)
      }
    })
    for (let at = 1; at < bytes.length; at += 4) expect(matcher.match(watched, at, bytes.length, 7)).toBe(false)
    // Three of the literal, and one at which the run was left before.
    expect(reads).toBeLessThan(3 * bytes.length)
  })

  test('forgets at a new epoch', () => {
    const matcher = compiled('(a[a-z]{2,100})')
    const bytes = Buffer.from('abcdef')
    expect(groupOf(matcher, bytes, 0, 6, 1)).toEqual([0, 6])
    bytes.write('abc.ef')
    expect(groupOf(matcher, bytes, 0, 6, 2)).toEqual([0, 3])
    expect(groupOf(matcher, bytes, 0, 6)).toEqual([0, 3])
  })
})
