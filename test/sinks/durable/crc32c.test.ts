import { expect, test } from 'vitest'
import { crc32c } from '../../../src/sinks/durable/crc32c.ts'
import fc from '../../property.ts'

const sequence = (length: number, at: (i: number) => number) => Uint8Array.from({ length }, (_, i) => at(i))

test.each([
  ['nothing', new Uint8Array(0), 0],
  ['the digits', Buffer.from('123456789'), 0xe3069283],
  // RFC 3720, B.4.
  ['zeros', sequence(32, () => 0), 0x8a9136aa],
  ['ones', sequence(32, () => 255), 0x62a8ab43],
  ['rising', sequence(32, (i) => i), 0x46dd794e],
  ['falling', sequence(32, (i) => 31 - i), 0x113fdb5c]
])('%s', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected)
})

test('any length and place is what one bit at a time says', () => {
  const bitwise = (bytes: Uint8Array): number => {
    let crc = 0xffffffff
    for (const byte of bytes) {
      crc ^= byte
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
    }
    return ~crc >>> 0
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), (bytes, from) => {
      expect(crc32c(bytes.subarray(from))).toBe(bitwise(bytes.subarray(from)))
    }),
    { seed: 1 }
  )
})
