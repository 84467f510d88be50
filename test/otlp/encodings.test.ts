// What nobody scans does not pass: a body that is sent on as it came has nothing in it but its content.
import { createCipheriv } from 'node:crypto'
import { constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Encoding } from '../../src/model.ts'
import { decompress, isOnly } from '../../src/otlp/encodings.ts'
import fc from '../property.ts'

/** One is decompressed on the spot, the other as a stream. */
const contents = { small: Buffer.from('content'), large: Buffer.alloc(3 << 20, 'content ') }
const behind = Buffer.from('secret')
/** A frame of zstd that decoders skip (RFC 8878, 3.1.2). */
const skippable = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 6, 0, 0, 0]), behind])

const bodies: [Encoding, string, (content: Buffer) => Buffer[]][] = [
  ['gzip', 'something behind its end', (content) => [gzipSync(content), Buffer.from([0]), behind]],
  ['gzip', 'no gzip behind its end', (content) => [gzipSync(content), behind]],
  ['deflate', 'something behind its end', (content) => [deflateSync(content), behind]],
  ['deflate', 'something behind its end, without zlib around', (content) => [deflateRawSync(content), behind]],
  ['zstd', 'something behind its end', (content) => [zstdCompressSync(content), behind]],
  ['zstd', 'a skippable frame behind its end', (content) => [zstdCompressSync(content), skippable]],
  ['zstd', 'a skippable frame before', (content) => [skippable, zstdCompressSync(content)]],
  ['zstd', 'a second frame', (content) => [zstdCompressSync(content), zstdCompressSync(content)]]
]

describe.each(Object.entries(contents))('%s', (_, content) => {
  test.each(bodies)('%s with %s is refused', async (encoding, _, body) => {
    const length = decompress(Buffer.concat(body(content)), encoding, () => {}).then((bytes) => bytes.length)
    const message = `the body is no valid ${encoding}`
    await expect(length).rejects.toMatchObject({ code: 'PAYLOAD_INVALID', message })
  })

  test.each<[Encoding, (content: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['zstd', zstdCompressSync],
    ['zstd', (content) => zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })],
    ['zstd', (content) => zstdCompressSync(content, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } })]
  ])('%s alone is its content and nothing else', async (encoding, compress) => {
    const body = compress(content)
    const out = await decompress(body, encoding, () => {})
    expect([Buffer.compare(out, content), isOnly(out, body, encoding)]).toEqual([0, true])
  })

  test('gzip with a name, or of several members, has more in it', async () => {
    const plain = gzipSync(content)
    // Flag FNAME, then the name behind the ten bytes of the head (RFC 1952).
    const named = Buffer.concat([plain.subarray(0, 10), Buffer.from('secret\0'), plain.subarray(10)])
    named[3] |= 8
    for (const [body, times] of [
      [named, 1],
      [Buffer.concat([plain, named]), 2]
    ] as const) {
      const out = await decompress(body, 'gzip', () => {})
      expect([out.length, isOnly(out, body, 'gzip')]).toEqual([times * content.length, false])
    }
  })
})

test('whatever zstd makes of anything is one frame', async () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(400_000), fc.uint8Array({ minLength: 1, maxLength: 2000 })).map(([size, piece]) => {
      return Uint8Array.from({ length: size }, (_, i) => piece[i % piece.length])
    }),
    // Nothing in it repeats.
    fc
      .tuple(fc.nat(400_000), fc.uint8Array({ minLength: 32, maxLength: 32 }))
      .map(([size, key]) => createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(new Uint8Array(size)))
  )
  await fc.assert(
    fc.asyncProperty(content, fc.integer({ min: 1, max: 12 }), fc.boolean(), async (bytes, level, checksum) => {
      const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: Number(checksum) }
      const out = await decompress(zstdCompressSync(bytes, { params }), 'zstd', () => {})
      expect(Buffer.compare(out, bytes)).toBe(0)
    }),
    { seed: 6, numRuns: 60 }
  )
})
