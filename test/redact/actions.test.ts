import { describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import type { Action } from '../../src/model.ts'
import { createPlanner, createReplacer, dropRecord } from '../../src/redact/actions.ts'
import type { Encryptor } from '../../src/redact/encrypt.ts'
import { createFingerprinter } from '../../src/redact/fingerprint.ts'
import { unionSpans } from '../../src/redact/overlap.ts'
import { compilePolicy, type Policy } from '../../src/redact/policy.ts'
import { type MatchLike, match } from './matches.ts'

const noKey = createFingerprinter([])
const withKey = createFingerprinter([{ id: 'k1', key: new Uint8Array(20).fill(0x0b) }])
const encryptor: Encryptor = { seal: (secret) => `sealed${secret.length}` }

function replacement(action: Action, likes: MatchLike[], fingerprinter = noKey): string | typeof dropRecord {
  const policy = compilePolicy({ default: action })
  const [union, ...rest] = unionSpans(likes.map(match))
  expect(rest).toEqual([])
  const bytes = createReplacer({ policy, fingerprinter, encryptor })(action, union)
  return bytes === dropRecord ? bytes : Buffer.from(bytes as Uint8Array).toString()
}

const token = { id: 'toy-token', start: 10, end: 30, secret: 'Hi There' }

describe('one secret', () => {
  test.each<[Action, string | typeof dropRecord]>([
    ['label', '[REDACTED:toy-token]'],
    ['mask', '********'],
    ['partial', '[REDACTED:toy-token]'],
    ['encrypt', '[REDACTED:toy-token:enc:sealed8]'],
    ['remove', ''],
    ['drop', dropRecord]
  ])('%s', (action, expected) => {
    expect(replacement(action, [token])).toBe(expected)
  })

  test('label and hmac with a key hold the fingerprint', () => {
    expect(replacement('label', [token], withKey)).toBe('[REDACTED:toy-token:k1.sDRMYdjbOFNcqK_O]')
    expect(replacement('hmac', [token], withKey)).toBe('[REDACTED:toy-token:k1.sDRMYdjbOFNcqK_O]')
    expect(replacement('partial', [token], withKey)).toBe('[REDACTED:toy-token]')
  })

  test.each<[Action, string]>([
    ['label', '"[REDACTED:toy-token]"'],
    ['mask', '"********"'],
    ['remove', '""']
  ])('%s keeps a bare value valid', (action, expected) => {
    expect(replacement(action, [{ ...token, quote: '"' }])).toBe(expected)
  })

  test('quotes are escaped as deep as the field lies', () => {
    expect(replacement('label', [{ ...token, quote: '\\"', depth: 1 }])).toBe('\\"[REDACTED:toy-token]\\"')
  })

  test.each<[string | Uint8Array, number]>([
    ['a', 1],
    ['grün', 4],
    ['日本', 2],
    ['👍', 1],
    ['s'.repeat(64), 64],
    ['s'.repeat(65), 64],
    [new Uint8Array([0x80, 0x80]), 1]
  ])('mask counts characters: %s', (secret, count) => {
    expect(replacement('mask', [{ ...token, secret }])).toBe('*'.repeat(count))
  })
})

describe('partial shows', () => {
  const toy = (secret: string, more: Partial<MatchLike> = {}) =>
    replacement('partial', [
      { id: 'toy', start: 0, end: secret.length, secret, keywords: ['toy_', 'toy_live_', 'other'], ...more }
    ])

  test.each([
    [`toy_${'s'.repeat(12)}`, 'toy_[REDACTED:toy]'],
    [`TOY_${'s'.repeat(12)}`, 'toy_[REDACTED:toy]'],
    [`toy_live_${'s'.repeat(27)}`, 'toy_live_[REDACTED:toy]'],
    [`toy_live_${'s'.repeat(26)}`, 'toy_live[REDACTED:toy]'],
    [`toy_${'s'.repeat(11)}`, 'toy[REDACTED:toy]'],
    ['toy', '[REDACTED:toy]'],
    [`xtoy_${'s'.repeat(40)}`, '[REDACTED:toy]']
  ])('the prefix, and of %s no more than a quarter', (secret, expected) => {
    expect(toy(secret)).toBe(expected)
  })

  test('nothing when keywords are key names', () => {
    expect(toy(`toy_${'s'.repeat(40)}`, { context: 'assigned' })).toBe('[REDACTED:toy]')
  })

  test('nothing that would have to be escaped', () => {
    expect(toy(`a"b\n${'s'.repeat(40)}`, { keywords: ['a"b\n'] })).toBe('a[REDACTED:toy]')
  })

  test('nothing when the span is wider than the secret', () => {
    const narrow = { id: 'toy', start: 5, end: 45, secret: `toy_${'s'.repeat(36)}` }
    expect(replacement('partial', [narrow])).toBe('toy_[REDACTED:toy]')
    expect(replacement('partial', [narrow, { id: 'generic-x', confidence: 'possible', start: 0, end: 45 }])).toBe(
      '[REDACTED:toy]'
    )
  })
})

describe('a missing key is an error at once', () => {
  test.each<[Policy, string]>([
    [{ default: 'hmac' }, 'action hmac needs a fingerprint key: give one or choose another action'],
    [
      { overrides: [{ detector: 'a', action: 'encrypt' }] },
      'action encrypt needs an encryption key: give one or choose another action'
    ]
  ])('%j', (policy, message) => {
    const options = { policy: compilePolicy(policy), fingerprinter: noKey }
    expect(() => createReplacer(options)).toThrow(new LogveilError('KEY_MISSING', message))
    expect(() => createPlanner(options)).toThrow(new LogveilError('KEY_MISSING', message))
  })
})

describe('createPlanner', () => {
  function plan(policy: Policy, ...likes: MatchLike[]): string[] {
    const planner = createPlanner({ policy: compilePolicy(policy), fingerprinter: noKey })
    return unionSpans(likes.map(match)).flatMap((union) =>
      planner(union).map(({ start, end, action, replacement }) => {
        const text = replacement === dropRecord ? 'DROP' : Buffer.from(replacement as Uint8Array).toString()
        return `${start}-${end} ${action} ${text}`
      })
    )
  }
  const wide: MatchLike = { id: 'generic-password', confidence: 'possible', start: 0, end: 40 }
  const narrow: MatchLike = { id: 'toy', start: 10, end: 20 }

  test('one union, one edit, by the action of the winner', () => {
    expect(plan({}, wide, narrow)).toEqual(['0-40 label [REDACTED:toy]'])
    expect(plan({ overrides: [{ detector: 'toy', action: 'remove' }] }, wide, narrow)).toEqual(['0-40 remove '])
  })

  test('any reported secret can drop the record', () => {
    const uri: MatchLike = { id: 'uri', confidence: 'possible', start: 0, end: 40 }
    expect(plan({ overrides: [{ detector: 'uri', action: 'drop' }] }, uri, narrow)).toEqual(['0-40 drop DROP'])
    expect(plan({ overrides: [{ detector: 'generic-*', action: 'drop' }] }, wide, narrow)).toEqual([
      '0-40 label [REDACTED:toy]'
    ])
  })

  test('flag alone edits nothing', () => {
    expect(plan({ default: 'flag' }, wide, narrow)).toEqual([])
  })

  test('a flagged match does not widen an edit', () => {
    expect(plan({ overrides: [{ detector: 'generic-*', action: 'flag' }] }, wide, narrow)).toEqual([
      '10-20 label [REDACTED:toy]'
    ])
    expect(
      plan({ overrides: [{ detector: 'generic-*', action: 'flag' }] }, wide, narrow, {
        id: 'toy-b',
        start: 30,
        end: 50
      })
    ).toEqual(['10-20 label [REDACTED:toy]', '30-50 label [REDACTED:toy-b]'])
  })

  test('a flagged winner stands for what it covers, and for no more', () => {
    const flagged: Policy = { overrides: [{ detector: 'toy', action: 'flag' }] }
    expect(plan(flagged, narrow, { ...wide, start: 10, end: 20 })).toEqual([])
    expect(plan(flagged, narrow, { ...wide, start: 10, end: 21 })).toEqual(['10-21 label [REDACTED:generic-password]'])
  })
})
