import type { ByteReader } from './byte-reader.ts'
import { chunksOf, readOf } from './chunks.ts'
import { type Container, containerOf, decompress, magicBytes } from './containers.ts'
import {
  type CutLimits,
  createRing,
  cutLines,
  type Piece,
  type Place,
  type Ring,
  type Source,
  withoutOversize
} from './cut-lines.ts'

/** What a file, a blob of git or standard input holds: lines, decompressed where it is compressed. */
export interface Content {
  readonly container: Container | null
  /** It looks like no text. */
  readonly isBinary: boolean
  /** The pieces of one source, as `cutLines` makes them; only once. */
  readonly pieces: AsyncIterable<Piece>
  /** What ended the reading early: the system's error or zlib's; to be asked for when the pieces have ended. */
  failure(): unknown
}

type Read = ByteReader['read']

/** What is not larger is one piece, without the buffers of a stream. */
export const smallBytes = 1 << 16
/** What git looks at, too. */
const binaryProbe = 8000
/** An error in compressed data takes what was decompressed of the same chunk with it. */
const compressedChunk = 1 << 14

/**
 * In use until the content is closed. Whoever opens many hands in the same each time: new memory for every file makes V8 collect garbage all
 * the time, over a heap that holds all detectors.
 */
export interface Memory {
  readonly raw: Uint8Array
  readonly decompressed: Uint8Array
  readonly ring: Ring
}

export function createMemory({ chunkBytes }: CutLimits): Memory {
  const raw = Buffer.allocUnsafeSlow(smallBytes)
  return { raw, decompressed: Buffer.allocUnsafeSlow(smallBytes), ring: createRing(chunkBytes) }
}

export async function openContent(name: string, read: Read, limits: CutLimits, memory: Memory): Promise<Content> {
  let failure: unknown = null
  const orEnd =
    (some: Read): Read =>
    (target) =>
      some(target).catch((error) => {
        failure ??= error
        return 0
      })
  const raw = peekable(orEnd(read), memory.raw)
  const container = containerOf(await raw.peek(magicBytes), name)
  const content =
    container === null
      ? raw
      : peekable(orEnd(readOf(decompress(container, chunksOf(raw.read, compressedChunk)))), memory.decompressed)
  const head = await content.peek(smallBytes)
  const isWhole = head.length < smallBytes
  return {
    container,
    isBinary: looksBinary(head.subarray(0, binaryProbe)),
    pieces: isWhole ? onePiece(head, name, limits) : cutLines(one({ name, read: content.read }), limits, memory.ring),
    failure: () => failure
  }
}

/** Bytes can be looked at before they are read. */
function peekable(read: Read, room: Uint8Array): { peek(count: number): Promise<Uint8Array>; read: Read } {
  let from = 0
  let to = 0
  return {
    /** At least so many, at most `smallBytes`; less only at the end. */
    async peek(count) {
      while (to < count) {
        const more = await read(room.subarray(to))
        if (more === 0) break
        to += more
      }
      return room.subarray(0, to)
    },
    read(target) {
      if (from === to) return read(target)
      const count = Math.min(to - from, target.length)
      target.set(room.subarray(from, from + count))
      from += count
      return Promise.resolve(count)
    }
  }
}

/** A NUL that is none of those that a log begins with when it was cut off while somebody held it open. */
function looksBinary(head: Uint8Array): boolean {
  const text = head.findIndex((byte) => byte !== 0)
  return text >= 0 && head.includes(0, text)
}

async function* onePiece(bytes: Uint8Array, name: string, { maxRecordBytes }: CutLimits): AsyncGenerator<Piece> {
  const place: Place = { name, line: 0, offset: 0 }
  if (bytes.length > 0) yield* withoutOversize({ kind: 'lines', bytes, place }, maxRecordBytes)
}

async function* one(source: Source): AsyncGenerator<Source> {
  yield source
}
