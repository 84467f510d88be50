// What is read back of a segment, whatever happened to its bytes.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Encoding, Envelope } from '../../../src/model.ts'
import { crc32c } from '../../../src/sinks/durable/crc32c.ts'
import { decodeHead, encodeHead, headBytes } from '../../../src/sinks/durable/frame.ts'
import { type Part, type ReadableFile, readPart } from '../../../src/sinks/durable/read-part.ts'
import { temporaryDirectory } from '../../cli/spawn.ts'
import fc from '../../property.ts'
import { batch, openToy, segmentsIn } from './toy-queue.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)

/** Memory as a file. */
function inMemory(bytes: Uint8Array): ReadableFile {
  return {
    async read(buffer: Uint8Array, offset: number, length: number, position: number) {
      const part = bytes.subarray(position, position + length)
      buffer.set(part, offset)
      return { bytesRead: part.length, buffer }
    }
  } as never
}

async function partsOf(bytes: Uint8Array): Promise<Part[]> {
  const parts: Part[] = []
  for (let at = 0; at < bytes.length; at = (parts.at(-1) as Part).end)
    parts.push(await readPart(inMemory(bytes), at, bytes.length))
  return parts
}

const kinds = async (bytes: Uint8Array) =>
  (await partsOf(bytes)).map((part) => (part.type === 'frame' ? part.body.toString() : part.type))

// The third looks like a frame inside.
const texts = ['first', '', 'LVQ\x01 third', 'the last one']
let segment: Buffer
/** Where each frame begins, and the end. */
let starts: number[]
beforeAll(async () => {
  const queue = await openToy(path('queue'))
  for (const text of texts) await queue.append(batch(text))
  await queue.close()
  segment = readFileSync(segmentsIn(path('queue'))[0])
  starts = [0]
  for (const text of texts) starts.push((starts.at(-1) as number) + headBytes + text.length)
})

test('all of it', async () => {
  expect(segment.length).toBe(starts.at(-1))
  expect(await kinds(segment)).toEqual(texts)
})

test('cut off at every byte: what is whole is there, the rest is torn', async () => {
  for (let length = 0; length <= segment.length; length++) {
    const whole = starts.filter((start) => start <= length).length - 1
    const torn = starts.includes(length) ? [] : ['torn']
    expect(await kinds(segment.subarray(0, length))).toEqual([...texts.slice(0, whole), ...torn])
  }
})

test('a tail of zeros, as a crash of the machine may leave, is torn', async () => {
  expect(await kinds(Buffer.concat([segment, Buffer.alloc(100)]))).toEqual([...texts, 'torn'])
})

test('every bit flipped: its frame is bad, exactly, and all others are there', async () => {
  for (let at = 0; at < segment.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const broken = Buffer.from(segment)
      broken[at] ^= 1 << bit
      const index = starts.findLastIndex((start) => start <= at)
      const parts = await partsOf(broken)
      expect(parts.map(({ type, end }) => [type, end])).toEqual(
        texts.map((_, i) => [i === index ? 'bad' : 'frame', starts[i + 1]])
      )
    }
  }
})

test('bytes put in or taken out in the middle: what is whole is there, the rest is bad', async () => {
  const middle = starts[2] + 5
  const more = Buffer.concat([segment.subarray(0, middle), Buffer.from('xx'), segment.subarray(middle)])
  expect(await kinds(more)).toEqual(['first', '', 'bad', 'the last one'])
  const less = Buffer.concat([segment.subarray(0, middle), segment.subarray(middle + 1)])
  expect(await kinds(less)).toEqual(['first', '', 'bad', 'the last one'])
})

test('a frame of another version is bad, and only that', async () => {
  const other = Buffer.from(segment)
  other[starts[1] + 3] = 2
  other.writeUInt32LE(crc32c(other.subarray(starts[1], starts[1] + 28)), starts[1] + 28)
  expect(await kinds(other)).toEqual(['first', 'bad', ...texts.slice(2)])
})

test('a large part that is broken is looked through in pieces', async () => {
  const head = segment.subarray(starts[3])
  // Its next head lies across two pieces.
  for (const length of [(1 << 20) - 1, (1 << 20) - 31, 1 << 20, 3 << 20]) {
    const noise = Buffer.alloc(length, 'LVQ')
    expect((await partsOf(Buffer.concat([noise, head]))).map(({ type, end }) => [type, end])).toEqual([
      ['bad', length],
      ['frame', length + head.length]
    ])
  }
})

test('any bytes come to an end, and no text comes out that was not put in', async () => {
  const mixed = fc.array(fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.nat(3)), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(mixed, async (pieces) => {
      const bytes = Buffer.concat(
        pieces.map((piece) => (typeof piece === 'number' ? segment.subarray(starts[piece], starts[piece + 1]) : piece))
      )
      const found = (await kinds(bytes)).filter((kind) => kind !== 'bad' && kind !== 'torn')
      expect(found.filter((text) => !texts.includes(text))).toEqual([])
      const last = pieces.at(-1)
      if (typeof last === 'number') expect(found).toContain(texts[last])
    }),
    { seed: 2 }
  )
})

describe('a head', () => {
  test('says all there is to say of a batch', () => {
    const head = fc.record({
      bodyBytes: fc.nat(2 ** 31),
      bodyCrc: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      signal: fc.constantFrom('logs' as const, 'traces' as const, 'metrics' as const, null),
      format: fc.constantFrom('lines' as const, 'otlp-proto' as const, 'otlp-json' as const),
      encoding: fc.constantFrom<Encoding>('identity', 'gzip', 'deflate', 'zstd'),
      sequence: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      storedAt: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      known: fc.constant(true)
    })
    fc.assert(
      fc.property(head, (one) => {
        expect(decodeHead(encodeHead(one))).toEqual(one)
      }),
      { seed: 3 }
    )
  })

  test('a clean compressed batch is stored as it came, without its plain form', async () => {
    const queue = await openToy(path('encoded'))
    const encoded = { encoding: 'gzip' as const, bytes: Buffer.from('compressed') }
    await queue.append(batch('plain', { encoded, format: 'otlp-json', signal: 'traces' } satisfies Partial<Envelope>))
    await queue.close()
    const bytes = readFileSync(segmentsIn(path('encoded'))[0])
    expect(await partsOf(bytes)).toMatchObject([
      { head: { encoding: 'gzip', format: 'otlp-json', signal: 'traces', sequence: 1 }, body: encoded.bytes }
    ])
  })
})
