import { describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import { globPath, globText } from '../../src/redact/glob.ts'
import { compilePolicy, type Policy } from '../../src/redact/policy.ts'
import { growth } from '../growth.ts'
import { type MatchLike, match } from './matches.ts'

const resolve = (policy: Policy | undefined, like: Partial<MatchLike>) =>
  compilePolicy(policy).resolve(match({ start: 0, end: 1, ...like }))

describe('compilePolicy', () => {
  const policy: Policy = {
    default: 'hmac',
    overrides: [
      { detector: 'aws-access-key', path: 'audit.**', action: 'drop' },
      { detector: 'aws-*', confidence: 'possible', action: 'flag' },
      { detector: 'aws-*', action: 'encrypt' },
      { path: '**.password', action: 'remove' },
      { confidence: 'possible', action: 'mask' }
    ]
  }

  test.each<[Partial<MatchLike>, string]>([
    [{ id: 'github-pat' }, 'hmac'],
    [{ id: 'aws-access-key', path: 'audit.user.key' }, 'drop'],
    [{ id: 'aws-access-key', path: 'msg' }, 'encrypt'],
    [{ id: 'aws-secret', path: 'audit.user.key', confidence: 'possible' }, 'flag'],
    [{ id: 'aws-secret', path: 'http.password' }, 'encrypt'],
    [{ id: 'generic-password', path: 'http.password' }, 'remove'],
    [{ id: 'generic-password', path: 'http.password2', confidence: 'possible' }, 'mask'],
    [{ id: 'generic-password', path: '', confidence: 'likely' }, 'hmac']
  ])('%o: %s', (like, action) => {
    expect(resolve(policy, like)).toBe(action)
  })

  test('labels everything by default', () => {
    expect(resolve(undefined, {})).toBe('label')
    expect(resolve({}, {})).toBe('label')
    expect([...compilePolicy().actions]).toEqual(['label'])
  })

  test('knows its actions', () => {
    expect([...compilePolicy(policy).actions]).toEqual(['hmac', 'drop', 'flag', 'encrypt', 'remove', 'mask'])
  })

  test('does not compute a path that no condition asks for', () => {
    const like = match({ id: 'github-pat', start: 0, end: 1 })
    const field = {
      ...like.field,
      path: () => {
        throw new Error('asked')
      }
    }
    const compiled = compilePolicy({ overrides: [{ detector: 'aws-*', path: 'a', action: 'drop' }] })
    expect(compiled.resolve({ ...like, field })).toBe('label')
  })

  test.each<[unknown, string]>([
    [{ default: 'shred' }, 'default: action is one of label, mask, partial, hmac, encrypt, remove, drop, flag'],
    [
      { overrides: [{ action: 'drop' }] },
      'overrides[0]: name a detector, confidence or path, or change the default instead'
    ],
    [
      {
        overrides: [
          { detector: 'a', action: 'drop' },
          { detector: 'a', action: '' }
        ]
      },
      'overrides[1]: action is one of label, mask, partial, hmac, encrypt, remove, drop, flag'
    ],
    [
      { overrides: [{ confidence: 'sure', action: 'drop' }] },
      'overrides[0]: confidence is one of confirmed, likely, possible'
    ]
  ])('refuses %j', (wrong, message) => {
    expect(() => compilePolicy(wrong as Policy)).toThrow(new LogveilError('POLICY_INVALID', message))
  })
})

test.each([
  ['aws-*', 'aws-secret', true],
  ['aws-*', 'aws-', true],
  ['aws-*', 'aws', false],
  ['*-key', 'aws-access-key', true],
  ['*-key', 'aws-key-id', false],
  ['a*b*c', 'aXbXbXc', true],
  ['a*b*c', 'aXcXb', false],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a.c', 'abc', false]
])('globText %s %s: %s', (pattern, text, expected) => {
  expect(globText(pattern, text)).toBe(expected)
})

test.each([
  ['a.b', 'a.b', true],
  ['a.b', 'a.b.c', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a.b.c', false],
  ['a.*', 'a', false],
  ['a.**', 'a.b.c', true],
  ['a.**', 'a', true],
  ['**.c', 'a.b.c', true],
  ['**.c', 'c', true],
  ['**.c', 'a.bc', false],
  ['**.b.**.d', 'a.b.c.b.x.d', true],
  ['**.b.**.d', 'a.b.c', false],
  ['h*.x-*', 'headers.x-key', true],
  ['**', '', true],
  ['', '', true]
])('globPath %s %s: %s', (pattern, path, expected) => {
  expect(globPath(pattern, path)).toBe(expected)
})

test.each([
  ['*a*a*a*a*a*b', 'a', 100_000],
  ['**.a.**.a.**.a.**.b', 'a.', 20_000]
])('the glob %s takes nowhere near 64 times as long for a path eight times as long', (pattern, part, count) => {
  const [small, large] = [count / 8, count].map((length) => {
    const path = part.repeat(length)
    return () => expect(globPath(pattern, path)).toBe(false)
  })
  expect(growth(24, small, large)).toBeLessThan(24)
})
