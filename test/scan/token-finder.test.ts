// The look-up of listed tokens in WebAssembly, against one that is written down plainly.

import { describe, expect, test } from 'vitest'
import type { ListedToken } from '../../src/model.ts'
import { endsEscape } from '../../src/scan/bytes.ts'
import { createTokenFinder } from '../../src/scan/listed/finder.ts'
import { sipHash, sipHigh, sipKeyOf } from '../../src/scan/listed/siphash.ts'
import { kindOf, lengthOf, tokenOf } from '../../src/scan/listed/token.ts'
import fc from '../property.ts'

const keys = [Buffer.alloc(16, 3), Buffer.from(Array.from({ length: 16 }, (_, i) => i))]
const none = { count: 0, pairs: new Int32Array(0) }

function filterOf(key: Uint8Array, bytes: Uint8Array): string {
  const filter = Buffer.alloc(8)
  filter.writeInt32LE(sipHash(sipKeyOf(key), bytes, 0, bytes.length), 0)
  filter.writeInt32LE(sipHigh, 4)
  return filter.toString('base64url')
}

/** The token of a value, by its text. */
function listed(value: string, key: Uint8Array): { text: string; token: ListedToken } {
  const bytes = Buffer.from(value)
  const token = tokenOf(bytes)
  if (token === null) throw new Error('no token')
  const own = bytes.subarray(token.offset, token.offset + lengthOf(token))
  return { text: own.toString('latin1'), token: { ...token, length: bytes.length, filter: filterOf(key, own) } }
}

/** Ends of tokens in a text. */
function expected(text: Buffer, tokens: { text: string; token: ListedToken }[]): [index: number, end: number][] {
  const found: [number, number][] = []
  const runs = [...text.toString('latin1').matchAll(/[A-Za-z0-9]+/g)].map(({ 0: run, index }) => [
    index,
    index + run.length
  ])
  const startsOf = ([start, end]: number[]) =>
    [start, ...Array.from({ length: 8 }, (_, i) => start + 1 + i)].filter(
      (at) => at === start || (at < end && isLead(text[start - 1]) && endsEscape(text, at, 0))
    )
  const look = (start: number, end: number, parts: readonly number[]) => {
    const own = text.toString('latin1', start, end)
    tokens.forEach(({ text: known, token }, index) => {
      if (known === own && String(token.parts) === String(parts)) found.push([index, end])
    })
  }
  runs.forEach((run, i) => {
    const [start, end] = run
    for (const from of startsOf(run)) look(from, end, [end - from])
    const before = runs[i - 1]
    if (before !== undefined && start - before[1] <= 8)
      for (const from of startsOf(before)) look(from, end, [before[1] - from, start - before[1], end - start])
  })
  return found
}

const isLead = (byte: number) => [0x5c, 0x25, 0x5b, 0x3b].includes(byte)

test('SipHash-2-4 as in its paper: of the bytes 0, 1, 2, ... under the key 0 to 15', () => {
  const hashes = [0, 1, 7, 8, 15, 63].map((length) =>
    Buffer.from(
      filterOf(
        keys[1],
        Uint8Array.from({ length }, (_, i) => i)
      ),
      'base64url'
    ).toString('hex')
  )
  expect(hashes).toEqual([
    '310e0edd47db6f72',
    'fd67dc93c539f874',
    '37d1018bf50002ab',
    '6224939a79f5f593',
    'e545be4961ca29a1',
    '724506eb4c328a95'
  ])
})

describe('finds every token, and nothing else', () => {
  const values = [
    'Ab3d',
    'wordword',
    'x9-Kq',
    'a1:B2c',
    'Zz9Zz9Zz9Zz9',
    `${'long1'.repeat(30)}`,
    '12345678',
    'n0nA'
  ].filter((value) => tokenOf(Buffer.from(value)) !== null)
  const piece = fc.oneof(
    fc.constantFrom(...values),
    fc.constantFrom(
      ' ',
      '\\n',
      '\\u003d',
      '%20',
      '%253D',
      '\x1b[31m',
      '\x1b[0;1m',
      '\\x3d',
      '=',
      '-',
      ':',
      '"',
      'é',
      'a',
      'Z',
      '9',
      '\n',
      '--------',
      '---------'
    )
  )

  test.each([
    ['all', values],
    ['long ones', values.filter((value) => value.length >= 8 && /^\w+$/.test(value))],
    ['runs', values.filter((value) => /^\w+$/.test(value))]
  ])('%s', (_, listedValues) => {
    const tokens = keys.map((key) => listedValues.map((value) => listed(value, key)))
    const finder = createTokenFinder(
      keys.map((key, i) => ({ key, tokens: tokens[i].map(({ token }, j) => ({ token, index: i * 100 + j })) }))
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.nat(3), (pieces, lead) => {
        const text = Buffer.from(pieces.join(''))
        const bytes = Buffer.concat([Buffer.from('aZ9'.slice(0, lead)), text, Buffer.from('Zz')])
        const { pairs, count } = finder.find(bytes, lead, lead + text.length, none)
        const found = Array.from({ length: count }, (_, i) => [pairs[2 * i], pairs[2 * i + 1] - lead])
        const own = expected(text, tokens[0])
        const sorted = (list: number[][]) => list.map(String).sort()
        expect(sorted(found)).toEqual(sorted([...own, ...own.map(([index, end]) => [index + 100, end])]))
        expect(found.map(([, end]) => end)).toEqual(found.map(([, end]) => end).sort((a, b) => a - b))
      }),
      { numRuns: 400 }
    )
  })

  test('across pieces of 64 KiB, in texts of any length, among others', () => {
    const own = listed('Meadow7lantern', keys[0])
    const finder = createTokenFinder([{ key: keys[0], tokens: [{ token: own.token, index: 5 }] }])
    for (const size of [65_500, 65_530, 65_536, 131_060, 200_000]) {
      for (let shift = 0; shift < 20; shift++) {
        const filler = Buffer.from('so on, and '.repeat(size / 11)).subarray(0, size - shift)
        filler[filler.length - 1] = 0x20
        const text = Buffer.concat([filler, Buffer.from('Meadow7lantern \\nMeadow7lantern')])
        const { pairs, count } = finder.find(text, 0, text.length, { count: 1, pairs: Int32Array.from([1, 7]) })
        expect([count, [...pairs]]).toEqual([3, [1, 7, 5, filler.length + 14, 5, text.length]])
      }
    }
    // A run that is longer than any token hides none behind it.
    const long = Buffer.from(`${'x'.repeat(150_000)} Meadow7lantern`)
    expect([...finder.find(long, 0, long.length, none).pairs]).toEqual([5, long.length])
  })

  test('none without tokens', () => {
    expect(createTokenFinder([]).find(Buffer.from('Meadow7lantern'), 0, 14, none)).toBe(none)
    expect(kindOf[0x5f]).toBe(0)
  })
})
