import { describe, expect, test } from 'vitest'
import { parseClass } from '../../src/scan/pattern/char-class.ts'
import { findRuns } from '../../src/scan/runs/runs.ts'
import fc from '../property.ts'

function runsIn(bytes: Uint8Array, from: number, to: number, set: Uint8Array, min: number): [number, number][] {
  const found: [number, number][] = []
  findRuns(bytes, from, to, set, min, (start, end) => found.push([start, end]))
  return found
}

/** The same, byte by byte. */
function slowRunsIn(bytes: Uint8Array, from: number, to: number, set: Uint8Array, min: number): [number, number][] {
  const found: [number, number][] = []
  for (let at = from; at < to; at++) {
    const start = at
    while (at < to && set[bytes[at]] === 1) at++
    if (at - start >= min) found.push([start, at])
  }
  return found
}

describe('runs of a class', () => {
  const digits = parseClass('0-9')

  test.each([
    ['', []],
    ['12345678', [[0, 8]]],
    ['1234567', []],
    [
      'x12345678y123456789',
      [
        [1, 9],
        [10, 19]
      ]
    ],
    ['1234567x1234567x12345678', [[16, 24]]],
    ['1x2345678x123456789', [[10, 19]]]
  ])('in %j', (text, runs) => {
    expect(runsIn(Buffer.from(text), 0, text.length, digits, 8)).toEqual(runs)
  })

  test('end where the range does', () => {
    expect(runsIn(Buffer.from('1234567890123456'), 2, 12, digits, 8)).toEqual([[2, 12]])
  })

  test('are all found, whatever stands between them', () => {
    const text = fc.array(fc.oneof(fc.constant(0x31), fc.constant(0x78)), { maxLength: 200 })
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 12 }), fc.nat(20), (bytes, min, from) => {
        const buffer = Uint8Array.from(bytes)
        const start = Math.min(from, buffer.length)
        expect(runsIn(buffer, start, buffer.length, digits, min)).toEqual(
          slowRunsIn(buffer, start, buffer.length, digits, min)
        )
      }),
      { seed: 3, numRuns: 2000 }
    )
  })

  test('cost a look at each byte at most twice', () => {
    for (const text of ['1'.repeat(10_000), '1111111x'.repeat(1250), 'x'.repeat(10_000), '1x'.repeat(5000)]) {
      let looks = 0
      const counted = new Proxy(Buffer.from(text), {
        get(target, key) {
          looks++
          return Reflect.get(target, key)
        }
      })
      findRuns(counted, 0, text.length, digits, 8, () => {})
      expect(looks).toBeLessThanOrEqual(2 * text.length)
    }
  })
})
