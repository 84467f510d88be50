import { describe, expect, test } from 'vitest'
import {
  containsOwnPlaceholder,
  isPlaceholder,
  overlapsOwnPlaceholder,
  ownPlaceholderEnd
} from '../../src/scan/placeholders.ts'
import { growth } from '../growth.ts'
import fc from '../property.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const whole = (text: string) => isPlaceholder(utf8(text), 0, utf8(text).length)

describe('isPlaceholder', () => {
  test.each([
    '[REDACTED]',
    '[REDACTED:github-pat-classic]',
    '[REDACTED:github-pat-classic:k1.AbC_-123]',
    `[REDACTED:private-key:enc:${'Ab_-'.repeat(100)}]`,
    '[WITHHELD:size]',
    '*',
    '**',
    '****',
    '********************',
    '*'.repeat(1000),
    '****-****-****',
    'xxx',
    'XXXXXXXX',
    'xxxx-xxxx-xxxx-xxxx',
    'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx',
    '•••',
    '●●●●',
    '████████',
    '…',
    '...',
    '###',
    '---',
    '____',
    '****1234',
    'sk-****',
    'sk-abcd********************wxyz',
    `AKIA${'X'.repeat(16)}`,
    'xoxb-xxxxxxxxxxxx-xxxx',
    'AKIA••••••••ABCD',
    'REDACTED',
    'redacted',
    'Filtered',
    '<redacted>',
    '<REDACTED>',
    '(redacted)',
    '[FILTERED]',
    '[Filtered]',
    '[MASKED]',
    '<masked>',
    '[hidden]',
    '<hidden>',
    '<secret>',
    '<password>',
    '[sensitive]',
    '[sensitive data]',
    '[PROTECTED]',
    '[CENSORED]',
    '**REDACTED**',
    '***REDACTED***',
    '--- redacted ---',
    '__HIDDEN__',
    '__REDACTED__',
    '%REDACTED%',
    '{{redacted}}',
    '[redacted]',
    '[REDACTED_API_KEY]',
    '[REDACTED by proxy 7]',
    '<redacted:sha256:0123abcd>',
    'REDACTED_API_KEY',
    'password_redacted',
    '&lt;redacted&gt;',
    '%5BFILTERED%5D',
    '%3Credacted%3E',
    '\\u003credacted\\u003e',
    '"[REDACTED]"',
    "'****'",
    '"<redacted>"'
  ])('%s stands in for a secret', (text) => {
    expect(whole(text)).toBe(true)
  })

  test.each([
    '',
    'hunter2',
    'secret',
    'hidden',
    'password',
    'xx',
    'redacted1x7',
    'REDACTED-x9Qf7',
    '[REDACTED]x9Qf7',
    '[REDACTED] x9Qf7',
    '<redacted> <x9Qf7>',
    '[x9Qf7]',
    '<x9Qf7>',
    'hunter2***',
    'p***word!',
    'pa**word',
    'aXxB9xXx',
    'xxAbc9dExx',
    '*x9Qf7kLm*',
    'unredacted',
    '[REDACTED:x y]z',
    '[REDACTED',
    '[redacted'.repeat(20)
  ])('%s does not', (text) => {
    expect(whole(text)).toBe(false)
  })

  test('looks at the range only', () => {
    const bytes = utf8('a[FILTERED]b****c')
    expect(isPlaceholder(bytes, 1, 11)).toBe(true)
    expect(isPlaceholder(bytes, 0, 11)).toBe(false)
    expect(isPlaceholder(bytes, 1, 12)).toBe(false)
    expect(isPlaceholder(bytes, 12, 16)).toBe(true)
    expect(isPlaceholder(bytes, 12, 17)).toBe(true)
    expect(isPlaceholder(bytes, 1, 10)).toBe(false)
  })

  test('no token of letters and digits with real randomness is one', () => {
    const token = fc.array(fc.constantFrom(...'abcdefghijkmnpqrstuvwyzABCDEFGHJKLMNPQRSTUVWYZ23456789'), {
      minLength: 20,
      maxLength: 90
    })
    fc.assert(fc.property(token, (characters) => !whole(characters.join(''))))
  })

  test('is total on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(300), (bytes, a, b) => {
        const [start, end] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)]
        return (
          typeof isPlaceholder(bytes, start, end) === 'boolean' && (start < end || !isPlaceholder(bytes, start, end))
        )
      })
    )
  })
})

describe('containsOwnPlaceholder', () => {
  test.each([
    ['[REDACTED]', true],
    ['ghp_[REDACTED:github-pat-classic]', true],
    ['a[WITHHELD:error]b', true],
    ['[[REDACTED:a:b.c]', true],
    ['[REDACTED:[REDACTED:a]', true],
    ['[REDACTED:a b]', false],
    ['[REDACTED:a', false],
    ['[redacted]', false],
    ['[FILTERED]', false],
    ['[REDACTED_KEY]', false],
    ['REDACTED', false],
    ['', false]
  ])('%s: %s', (text, expected) => {
    expect(containsOwnPlaceholder(utf8(text), 0, utf8(text).length)).toBe(expected)
  })

  test('does not read behind the range', () => {
    const bytes = utf8('x[REDACTED:a]')
    expect(containsOwnPlaceholder(bytes, 0, 12)).toBe(false)
    expect(containsOwnPlaceholder(bytes, 0, 13)).toBe(true)
    expect(ownPlaceholderEnd(bytes, 1, 13)).toBe(13)
    expect(ownPlaceholderEnd(bytes, 0, 13)).toBe(-1)
  })

  test('of eight times as many beginnings, it takes nowhere near 64 times as long', () => {
    const [small, large] = [12_500, 100_000].map((count) => {
      const bytes = utf8('[REDACTED:'.repeat(count))
      return () => expect(containsOwnPlaceholder(bytes, 0, bytes.length)).toBe(false)
    })
    expect(growth(24, small, large)).toBeLessThan(24)
  })
})

describe('overlapsOwnPlaceholder', () => {
  const text = 'x [REDACTED:generic-password:k1.abc] y [REDACTED:a:b [FILTERED:a:b]'
  const bytes = utf8(text)
  const end = text.indexOf(']') + 1

  test.each([
    ['REDACTED:generic', true],
    ['generic', true],
    ['k1.abc', true],
    [']', true],
    ['[REDACTED:generic', true],
    ['[', true],
    ['x [', true],
    ['x ', false],
    [' y', false],
    ['a:b [', false],
    ['a:b]', false]
  ])('%s: %s', (part, expected) => {
    const start = text.indexOf(part)
    expect(overlapsOwnPlaceholder(bytes, start, start + part.length, 0, bytes.length)).toBe(expected)
  })

  test('does not look outside the text', () => {
    const at = text.indexOf('k1.abc')
    expect(overlapsOwnPlaceholder(bytes, at, at + 6, 3, bytes.length)).toBe(false)
    expect(overlapsOwnPlaceholder(bytes, at, at + 6, 2, end - 1)).toBe(false)
    expect(overlapsOwnPlaceholder(bytes, at, at + 6, 2, end)).toBe(true)
    expect(overlapsOwnPlaceholder(bytes, 2, 5, 2, end - 1)).toBe(false)
    expect(overlapsOwnPlaceholder(bytes, 2, 5, 2, end)).toBe(true)
  })

  test('looks a bounded way back', () => {
    const far = utf8(`[REDACTED:${'a'.repeat(200)}]`)
    expect(overlapsOwnPlaceholder(far, 128, 130, 0, far.length)).toBe(true)
    expect(overlapsOwnPlaceholder(far, 129, 130, 0, far.length)).toBe(false)
  })
})
