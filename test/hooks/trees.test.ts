import { describe, expect, test } from 'vitest'
import { parseTree } from '../../src/hooks/json-tree.ts'
import { dropped, redactTrees } from '../../src/hooks/redact-trees.ts'
import { rebuildTree, writeTree } from '../../src/hooks/tree.ts'
import { createRedactor } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'
import fc from '../property.ts'

const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 1).text
const masked = '[REDACTED:github-pat-classic]'
const { redact } = createRedactor()
const redactAlone = (payload: Uint8Array) => redact(payload)

function redacted(value: unknown): unknown {
  return redactTrees([value], redactAlone)[0]
}

describe('a value', () => {
  test('without a secret is the very same object', () => {
    const value = { a: [1, 'x', null, { b: true }], c: new Date(0), d: undefined, e: () => 1, f: 10n, g: Number.NaN }
    expect(redacted(value)).toBe(value)
  })

  test('with one is a copy in which the rest is the same', () => {
    const rest = { b: [1, 2] }
    const value = { a: `x ${token}`, rest, password: 'correct-horse-7', list: [token, 3], n: 5 }
    const copy = redacted(value) as typeof value
    expect(copy).toEqual({
      a: `x ${masked}`,
      rest: { b: [1, 2] },
      password: '[REDACTED:generic-password]',
      list: [masked, 3],
      n: 5
    })
    expect(copy.rest).toBe(rest)
    expect(value.a).toBe(`x ${token}`)
  })

  test.each([
    ['a number', { password: 84629173 }, { password: '[REDACTED:generic-password]' }],
    ['a big integer', { n: 1n, t: token }, { n: 1n, t: masked }],
    ['a map', new Map([[token, 1]]), new Map([[masked, 1]])],
    ['a set', new Set([token, 'a']), new Set([masked, 'a'])],
    ['bytes', { b: new TextEncoder().encode(`é ${token}`) }, { b: new TextEncoder().encode(`é ${masked}`) }],
    ['a URL', { u: new URL(`https://h/?access_token=${token}`) }, { u: `https://h/?access_token=${masked}` }],
    ['headers', new Headers({ authorization: `Bearer ${token}` }), { authorization: `Bearer ${masked}` }],
    ['what says how it is written', { a: { toJSON: () => ({ b: token }) } }, { a: { b: masked } }],
    ['a name', { [token]: 1, b: 2 }, { [masked]: 1, b: 2 }],
    ['undefined', { a: undefined, b: [undefined, token] }, { b: [undefined, masked] }],
    [
      'a name that means trouble',
      JSON.parse(`{"__proto__":{"a":"${token}"}}`),
      JSON.parse(`{"__proto__":{"a":"${masked}"}}`)
    ],
    [
      'JSON in a string',
      { a: JSON.stringify({ password: 'correct-horse-7' }) },
      { a: '{"password":"[REDACTED:generic-password]"}' }
    ]
  ])('%s', (_, value, expected) => {
    expect(redacted(value)).toEqual(expected)
  })

  test('names that read the same after it stay two', () => {
    const second = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 2).text
    expect(redacted({ [token]: 1, [second]: 2 })).toEqual({ [masked]: 1, [`${masked} (2)`]: 2 })
  })

  test('an error is still one, with all that can be seen of it', () => {
    const error = Object.assign(new TypeError(`bad ${token}`, { cause: new Error(token) }), { code: 'E', token })
    const copy = redacted(error) as typeof error
    expect(copy).toBeInstanceOf(TypeError)
    expect([copy.message, (copy.cause as Error).message, copy.code]).toEqual([`bad ${masked}`, masked, 'E'])
    expect(copy.stack).toMatch(/^TypeError: bad \[REDACTED:github-pat-classic\]\n {4}at /)
    expect(JSON.stringify([copy.stack, copy])).not.toContain(token)
  })

  test('in a circle ends there', () => {
    const value: Record<string, unknown> = { a: 1 }
    value.self = value
    expect(redacted(value)).toBe(value)
    value.token = token
    expect(redacted(value)).toEqual({ a: 1, self: '[Circular]', token: masked })
  })

  test('that cannot be looked at is withheld, whatever the rest is', () => {
    const value = {
      a: 1,
      get b(): unknown {
        throw new Error(token)
      }
    }
    expect(redacted(value)).toBe('[WITHHELD:error]')
    expect(redacted({ value, c: 1 })).toEqual({ value: '[WITHHELD:error]', c: 1 })
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(redacted({ proxy })).toEqual({ proxy: '[WITHHELD:error]' })
    let deep: unknown = token
    for (let i = 0; i < 40; i++) deep = [deep]
    expect(JSON.stringify(redacted({ deep }))).toBe(`{"deep":${'['.repeat(31)}"[WITHHELD:depth]"${']'.repeat(31)}}`)
    expect(redacted({ text: 'x'.repeat(17 * 1024 * 1024) })).toBe('[WITHHELD:size]')
  })
})

test('several values go in one call, in order', () => {
  const clean = { a: 1 }
  const values = redactTrees([clean, { t: token }, 'text', { t: 'x' }], redactAlone)
  expect(values).toEqual([clean, { t: masked }, 'text', { t: 'x' }])
  expect(values[0]).toBe(clean)
})

test('a value goes as a whole with the action drop, and when the redactor withholds all of it', () => {
  const drop = createRedactor({ policy: { default: 'drop' } })
  const clean = { a: 1 }
  expect(redactTrees([clean, { t: token }, clean], (payload) => drop.redact(payload))).toEqual([clean, dropped, clean])
  const withheld = () => ({ payload: Buffer.from('[WITHHELD:error]\n'), findings: [] })
  expect(redactTrees([clean], withheld)).toEqual(['[WITHHELD:error]'])
  const broken = () => ({ payload: Buffer.from('{"a":\n'), findings: [] })
  expect(redactTrees([clean], broken)).toEqual(['[WITHHELD:error]'])
})

test('writing and putting together again changes nothing', () => {
  fc.assert(
    fc.property(fc.object({ withBigInt: true, withDate: true, withMap: true, withSet: true }), (value) => {
      const { json, withheld } = writeTree(value)
      expect(withheld).toBe(false)
      expect(json).not.toContain('\n')
      expect(rebuildTree(value, json)).toBe(value)
    }),
    { numRuns: 300 }
  )
})

test('JSON is parsed as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(2), (value, spaces) => {
      const { json } = writeTree(value)
      expect(plain(parseTree(JSON.stringify(value, null, spaces)))).toEqual(plain(parseTree(json)))
    }),
    { numRuns: 300 }
  )
  for (const text of ['', '{', '[1', '{"a"}', '{1:2}x', '"a" "b"', ']'])
    expect(() => parseTree(text)).toThrow(SyntaxError)
  expect(parseTree(`"${'x'.repeat(5_000_000)}"`)).toHaveLength(5_000_000)
})

function plain(tree: unknown): unknown {
  return JSON.stringify(tree)
}
