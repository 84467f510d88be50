import RE2 from 're2'
import { describe, expect, test } from 'vitest'
import { parseGoRegex } from '../../src/config/go-regex.ts'
import { boundRepeats } from '../../src/config/go-regex-bounds.ts'
import { casingOf, writeDialect } from '../../src/config/go-regex-dialect.ts'
import { requiredLiterals } from '../../src/config/required-literals.ts'
import { parsePattern } from '../../src/scan/pattern/pattern.ts'
import { openEnded } from '../../src/scan/token/windows.ts'
import fc from '../property.ts'
import { sampleOf, seeded } from './go-regex-samples.ts'

const written = (regex: string, secret = 0, caseInsensitive = false) =>
  writeDialect(boundRepeats(parseGoRegex(regex)), secret, caseInsensitive).pattern

describe('syntax', () => {
  const rows: [what: string, regex: string, pattern: string][] = [
    ['plain text', 'abc', '(abc)'],
    ['escaped punctuation', String.raw`a\.b\-c\/d`, String.raw`(a\.b-c/d)`],
    ['braces that begin no count', 'a{b}{,3}', String.raw`(a\{b\}\{,3\})`],
    ['a hexadecimal escape', String.raw`[\x60'"]\x41\x{42}`, '(["\'`]AB)'],
    ['an octal escape', String.raw`\101`, '(A)'],
    ['control characters', String.raw`\a\t\r`, String.raw`(\x07\x09\x0d)`],
    ['classes by letter', String.raw`\d\w\s\D`, String.raw`(\d\w[\x09\x0a\x0c\x0d ][^0-9])`],
    ['POSIX classes', '[[:alpha:]_][[:^digit:]]', '([A-Z_a-z][^0-9])'],
    ['a class with brackets and hyphens', String.raw`[]a\]-][-x][x-]`, String.raw`([\-\]a][\-x][\-x])`],
    ['a negated class', String.raw`[^"\s]`, String.raw`([^\x09\x0a\x0c\x0d "])`],
    ['any character', 'a.b(?s).', String.raw`(a[^\x0a]b[\s\S])`],
    ['groups that capture nothing', '(?:ab|c)d', '((?:ab|c)d)'],
    ['groups that capture', 'a(b)(?P<n>c)(?<m>d)', '(abcd)'],
    ['flags of a group', '(?i:a)b', '([aA]b)'],
    ['flags to the end of a group', '(a(?i)b|c)d', '((?:a[bB]|[cC])d)'],
    ['flags that are taken back', '(?i)a(?-i:B)[c]', '([aA]B[Cc])'],
    ['quoted text', String.raw`\Qa.b\E+c`, String.raw`(a\.b{1,256}c)`],
    ['anchors', String.raw`\Aa\z|^b$`, '(^a$|^b$)'],
    ['word boundaries', String.raw`\ba\b|a\B`, String.raw`(\ba\b|a)`],
    ['lazy repeats', 'a{2,5}?b??c{3}?', '(a{2,5}?b??c{3})'],
    ['ungreedy flags', '(?U)a{2,5}b{2,5}?', '(a{2,5}?b{2,5})'],
    ['an empty alternative', 'a(?:b|)', '(a(?:b|))'],
    ['characters beyond ASCII', 'é[^a]', '(é[^a])']
  ]
  test.each(rows)('takes %s', (_, regex, pattern) => {
    expect(written(regex)).toBe(pattern)
    expect(() => parsePattern(pattern, false)).not.toThrow()
    expect(() => new RE2(regex)).not.toThrow()
  })

  test('keeps the group that is asked for', () => {
    expect(written('a(b(c))(d)', 1)).toBe('a(bc)d')
    expect(written('a(b(c))(d)', 2)).toBe('ab(c)d')
    expect(written('(?:a|(b){2})', 1)).toBe('a|(b){2}')
  })

  test.each([
    ['(?=a)', 'position 0: look-around, and other groups that Go does not know'],
    ['a(?<!b)', 'position 1: look-around, and other groups that Go does not know'],
    ['(a', 'position 2: a group has no closing )'],
    ['a)', 'position 1: this ) closes no group'],
    ['[a', 'position 2: a class has no closing ]'],
    ['[[:foo:]]', 'position 1: there is no class [:foo:]'],
    ['*a', 'position 0: nothing to repeat before *'],
    ['a**', 'position 2: a quantifier behind a quantifier'],
    ['a{3,2}', 'position 6: the numbers are out of order'],
    ['[z-a]', 'position 4: a range is out of order'],
    [String.raw`\pL`, String.raw`position 2: \p has no counterpart`],
    ['a\\', 'position 1: a lone backslash'],
    [String.raw`\xZ`, String.raw`position 2: \x needs two hexadecimal digits`]
  ])('refuses %s', (regex, message) => {
    expect(() => parseGoRegex(regex)).toThrow(new Error(message))
  })
})

describe('bounds', () => {
  test.each([
    ['a*b+c{5,}', '(a{0,256}b{1,256}c{5,256})'],
    ['a{64,}b{20,}', '(a{64,1000}b{20,320})'],
    ['(?:a+b)*', '((?:a{1,31}b){0,31})'],
    ['(?:a{1,100}b)+', '((?:a{1,100}b){1,10})'],
    ['(?:(?:a*)*)*', '((?:(?:a{0,10}){0,10}){0,10})'],
    ['(?:a+|(?:b|c+){4})d*', '((?:a{1,256}|(?:b|c{1,250}){4})d{0,256})']
  ])('of %s', (regex, pattern) => {
    expect(written(regex)).toBe(pattern)
    expect(parsePattern(pattern, false).unbounded).toBe(null)
  })

  test('are refused where RE2 would count too many', () => {
    expect(() => written('(?:a{500,}){3}')).toThrow(
      new Error('repeats are nested so that RE2 would count more than 1000')
    )
  })
})

describe('letter case', () => {
  test.each([
    ['abc[0-9]', 'exact'],
    ['a(?i)[b-c]', 'exact'],
    ['[a-z]', 'exact'],
    ['(?i)abc[a-z]', 'folded'],
    ['(?i)a[0-9a-fA-F]', 'folded'],
    ['(?i)a(?-i:b)', 'mixed'],
    ['(?i:a)[b-c]', 'mixed']
  ])('of %s is %s', (regex, casing) => {
    expect(casingOf(parseGoRegex(regex))).toBe(casing)
  })
})

describe('literals', () => {
  test.each([
    ['(abc[a-z]{8})', ['abc']],
    ['(a[bc]d[0-9]{8})', ['abd', 'acd']],
    ['(?:abc|defg)[0-9]{1,5}', ['abc', 'defg']],
    ['(?:abc|[a-z]{3})', null],
    ['[0-9]{10}xyz?', null],
    ['[0-9]{10}xyz(?:wv)?[0-9a-f]', ['xyz', 'xyzwv']],
    ['a[0-9]bcde[0-9]{3}fghijk', ['fghijk']],
    ['a?bcd', ['bcd', 'abcd']],
    ['(?:ab){3,5}', ['ababab']],
    ['[a-z]{1,9}', null],
    ['é[0-9]{3}', null]
  ])('of %s', (pattern, literals) => {
    expect(requiredLiterals(parsePattern(pattern, false))).toEqual(literals)
  })

  test('are in lower case where case does not matter', () => {
    expect(requiredLiterals(parsePattern('ABC[de]', true))).toEqual(['abcd', 'abce'])
  })
})

describe('what is written', () => {
  const pieces = ['a', 'B', '\\d', '[a-f]', '[^x]', '.', 'key', '\\.', '(?i:q)', '-', 'é'].map((piece) =>
    fc.constant(piece)
  )
  const { regex } = fc.letrec<{ regex: string; atom: string }>((tie) => ({
    atom: fc.oneof(
      { maxDepth: 3 },
      ...pieces,
      tie('regex').map((inner) => `(?:${inner})`),
      tie('regex').map((inner) => `(${inner})`)
    ),
    regex: fc
      .array(fc.tuple(tie('atom'), fc.constantFrom('', '', '', '?', '*', '+', '{2}', '{1,3}', '{2,}', '+?')), {
        minLength: 1,
        maxLength: 4
      })
      .map((parts) => parts.map(([atom, count]) => atom + count))
      .chain((parts) => fc.boolean().map((either) => parts.join(either ? '|' : '')))
  }))

  test('matches what the regex does, and holds its literals', () => {
    fc.assert(
      fc.property(regex, fc.nat(), (source, seed) => {
        const node = boundRepeats(parseGoRegex(source))
        const { pattern } = writeDialect(node, 0, false)
        const text = sampleOf(node, seeded(seed))
        expect(new RE2(`^(?:${source})$`).test(text)).toBe(true)
        expect(new RE2(`^(?:${openEnded(pattern)})$`).test(text)).toBe(true)
        const literals = requiredLiterals(parsePattern(pattern, false), { shortest: 1 })
        if (literals !== null) expect(literals.some((literal) => text.includes(literal))).toBe(true)
      }),
      { seed: 7, numRuns: 300 }
    )
  })
})
