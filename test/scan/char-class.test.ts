import RE2 from 're2'
import { describe, expect, test } from 'vitest'
import {
  areDisjoint,
  classOf,
  complementOf,
  foldOf,
  isWide,
  parseClass,
  sameClass,
  sizeOf,
  unionOf
} from '../../src/scan/pattern/char-class.ts'
import { PatternError } from '../../src/scan/pattern/pattern-error.ts'

const bytesOf = (text: string) => classOf(...Buffer.from(text))

describe('parseClass', () => {
  test.each([
    ['', ''],
    ['a', 'a'],
    ['a-e', 'abcde'],
    ['A-C0-2_-', 'ABC012_-'],
    ['-ab', '-ab'],
    ['ab\\-c', 'ab-c'],
    ['+-\\-', '+,-'],
    ['+--', '+,-'],
    ['\\d', '0123456789'],
    ['\\s', ' \t\n\r\f'],
    ['a^', 'a^'],
    ['\\^a', '^a'],
    ['\\]\\[\\\\', '][\\'],
    ['[', '['],
    ['\\x41-\\x43', 'ABC'],
    ['\\t\\n\\v\\f\\r', '\t\n\v\f\r'],
    ['\\dA-F', '0123456789ABCDEF'],
    ['.$|(){}*+?', '.$|(){}*+?']
  ])('%s', (text, members) => {
    expect(parseClass(text)).toEqual(bytesOf(members))
  })

  test('a negated class holds the bytes of non-ASCII characters, any other none of them', () => {
    expect(parseClass('^a-z')).toEqual(complementOf(parseClass('a-z')))
    expect(isWide(parseClass('^a-z'))).toBe(true)
    expect(isWide(parseClass('\\W'))).toBe(true)
    expect(isWide(parseClass('^\\W'))).toBe(false)
    expect(isWide(parseClass('\\w'))).toBe(false)
  })

  test.each([
    ['a-c-e', 3, '- inside a class must be escaped, unless it comes first or last'],
    ['\\w-x', 2, '- inside a class must be escaped, unless it comes first or last'],
    ['a-\\d', 1, 'a range cannot end in a class escape; write \\- for the character'],
    ['z-a', 0, 'the range is out of order'],
    ['é', 0, 'a class holds only ASCII characters'],
    ['\\xe9', 0, 'a class holds only ASCII characters'],
    ['\\x4', 0, '\\x needs two hexadecimal digits'],
    ['a]b', 1, '] must be escaped'],
    [']', 0, 'a class cannot be empty; write \\] for the character'],
    ['^', 1, 'a class cannot be empty; write \\] for the character'],
    ['[:alpha:]', 0, 'POSIX classes such as [:alpha:] are not supported'],
    ['\\b', 0, '\\b is not supported'],
    ['a--', 0, 'the range is out of order'],
    ['a\\', 0, 'the class has no closing ]']
  ])('refuses %s', (text, position, reason) => {
    expect(() => parseClass(text)).toThrow(`position ${position}: ${reason}`)
    expect(() => parseClass(text)).toThrow(PatternError)
  })

  test.each(['a-z', '^a-z', '\\w.-', '\\D', '^\\S', '\\x00-\\x1f', ' -~', '^\\d\\s', '-', '\\W_'])(
    'agrees with RE2 on every ASCII character: %s',
    (text) => {
      const expression = new RE2(`^[${text}]`)
      const set = parseClass(text)
      const members = Array.from({ length: 128 }, (_, byte) => (expression.test(Buffer.from([byte])) ? 1 : 0))
      expect([...set.subarray(0, 128)]).toEqual(members)
      expect(isWide(set)).toBe(expression.test(Buffer.from('é')))
    }
  )
})

test('set operations', () => {
  expect(unionOf(bytesOf('ab'), bytesOf('bc'))).toEqual(bytesOf('abc'))
  expect(foldOf(bytesOf('aZ1['))).toEqual(bytesOf('aAzZ1['))
  expect(foldOf(bytesOf('@[`{'))).toEqual(bytesOf('@[`{'))
  expect(sameClass(bytesOf('ab'), bytesOf('ba'))).toBe(true)
  expect(sameClass(bytesOf('ab'), bytesOf('a'))).toBe(false)
  expect(areDisjoint(bytesOf('ab'), bytesOf('cd'))).toBe(true)
  expect(areDisjoint(bytesOf('ab'), bytesOf('bc'))).toBe(false)
  expect(sizeOf(complementOf(bytesOf('ab')))).toBe(254)
  expect(sizeOf(parseClass(''))).toBe(0)
})
