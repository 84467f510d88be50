import { describe, expect, test } from 'vitest'
import { countNewlines, type Line, visitLines } from '../../src/codecs/lines.ts'
import type { Visitor } from '../../src/model.ts'
import fc from '../property.ts'
import { findWords } from './visitor.ts'

function visitor(wants: readonly boolean[]): Visitor & { asked: number } {
  return {
    asked: 0,
    field: () => {},
    scan: () => ({ count: 0, pairs: new Int32Array(0) }),
    wantsNext() {
      return wants[this.asked++] ?? false
    },
    withhold: () => {}
  }
}

type Row = [record: number, text: string, recordText: string, hits: number, wanted: boolean]

function visit(text: string, wants: readonly boolean[] = []): { rows: Row[]; asked: number } {
  const payload = Buffer.from(text)
  const rows: Row[] = []
  const asking = visitor(wants)
  visitLines(payload, findWords(['X'], payload), asking, (line: Line) => {
    const { record, start, end, recordEnd, from, to, wanted } = line
    expect(line.payload).toBe(payload)
    rows.push([record(), text.slice(start, end), text.slice(start, recordEnd), to - from, wanted])
  })
  return { rows, asked: asking.asked }
}

describe('visitLines', () => {
  const table: [string, Row[]][] = [
    ['', []],
    ['\n', []],
    ['a\nb\n', []],
    ['X', [[0, 'X', 'X', 1, false]]],
    ['X\n', [[0, 'X', 'X', 1, false]]],
    ['a\nX', [[1, 'X', 'X', 1, false]]],
    ['a\r\nbX\r\nc\r\n', [[1, 'bX\r', 'bX', 1, false]]],
    ['X\r', [[0, 'X\r', 'X', 1, false]]],
    ['\r\n\nX', [[2, 'X', 'X', 1, false]]],
    [
      'aXbX\n\nX',
      [
        [0, 'aXbX', 'aXbX', 2, false],
        [2, 'X', 'X', 1, false]
      ]
    ],
    [
      'X\nX\nX',
      [
        [0, 'X', 'X', 1, false],
        [1, 'X', 'X', 1, false],
        [2, 'X', 'X', 1, false]
      ]
    ]
  ]
  test.each(table)('%j', (text, rows) => {
    expect(visit(text)).toEqual({ rows, asked: rows.length + 1 })
  })

  const wanting: [string, boolean[], Row[]][] = [
    ['', [true], []],
    ['a\nb', [true], [[0, 'a', 'a', 0, true]]],
    [
      '\r\nb',
      [true, true],
      [
        [0, '\r', '', 0, true],
        [1, 'b', 'b', 0, true]
      ]
    ],
    [
      'a\nX\nb\nc',
      [false, true, true],
      [
        [1, 'X', 'X', 1, false],
        [2, 'b', 'b', 0, true],
        [3, 'c', 'c', 0, true]
      ]
    ],
    [
      'aX\nb\nX\n',
      [true, false, true],
      [
        [0, 'aX', 'aX', 1, true],
        [2, 'X', 'X', 1, false]
      ]
    ],
    [
      'X\nX\n',
      [false, true, true],
      [
        [0, 'X', 'X', 1, false],
        [1, 'X', 'X', 1, true]
      ]
    ]
  ]
  test.each(wanting)('%j with %j', (text, wants, rows) => {
    expect(visit(text, wants)).toEqual({ rows, asked: rows.length + 1 })
  })

  test('a hit that ends with the terminator belongs to no text, and stops nothing', () => {
    const payload = Buffer.from('ab\ncd\nX')
    const rows: [number, number, number][] = []
    const hits = { count: 2, pairs: Int32Array.from([0, 3, 0, 7]) }
    visitLines(payload, hits, visitor([]), ({ record, from, to }) => rows.push([record(), from, to]))
    expect(rows).toEqual([
      [0, 0, 0],
      [2, 1, 2]
    ])
  })

  test('agrees with split on random payloads, also on a view into a larger buffer', () => {
    const line = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'b', '\r', 'X'), maxLength: 6 }),
      fc.constant('a'.repeat(200))
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), fc.nat(7), (lines, lead) => {
        const text = lines.join('\n')
        const payload = Buffer.from('\n'.repeat(lead) + text).subarray(lead)
        const rows: [number, string][] = []
        visitLines(payload, findWords(['X'], payload), visitor([]), ({ record, start, end }) =>
          rows.push([record(), text.slice(start, end)])
        )
        expect(rows).toEqual([...text.split('\n').entries()].filter(([, content]) => content.includes('X')))
      })
    )
  })
})

test('countNewlines agrees with a plain loop, for short and long lines and every alignment', () => {
  const line = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.string({ unit: fc.constantFrom('\0', '\n', '\x0b', '\x8a', 'a'), maxLength: 400, size: 'max' })
    },
    fc.nat(5000).map((length) => 'a'.repeat(length))
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.nat(3), fc.nat(20), (lines, lead, start) => {
      const text = `${lines.join('\n')}\n`
      const bytes = Buffer.from('\n'.repeat(lead) + text, 'latin1').subarray(lead)
      const from = Math.min(start, text.length)
      expect(countNewlines(bytes, from, bytes.length)).toBe(text.slice(from).split('\n').length - 1)
    })
  )
})
