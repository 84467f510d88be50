import type { Transform } from 'node:stream'
import {
  createBrotliCompress,
  createBrotliDecompress,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
  constants as zlib
} from 'node:zlib'

/** How stored logs are compressed. */
export type Container = 'gzip' | 'zstd' | 'brotli'

/** As many bytes as `containerOf` has to see. */
export const magicBytes = 4

/** By the first bytes; Brotli has none of its own, so there the name decides. */
export function containerOf(head: Uint8Array, name: string): Container | null {
  const magic = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, magicBytes)).toString('hex')
  if (magic.startsWith('1f8b')) return 'gzip'
  // The second one begins a skippable frame, as pzstd writes it.
  if (magic === '28b52ffd' || /^5.2a4d18$/.test(magic)) return 'zstd'
  return name.endsWith('.br') ? 'brotli' : null
}

const chunkSize = 1 << 18

/**
 * What is in a compressed stream, also when it is several one behind another. Yields what comes before a fault, then rejects with zlib's
 * error: cut off, broken, or something else behind the end. Zeros there are padding, as gzip sees it.
 */
export async function* decompress(container: Container, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array | null = null
  do {
    const engine = decompressors[container]()
    const feeding: Promise<Uint8Array | null> = feed(engine, rest, chunks)
    for await (const chunk of engine) yield chunk
    rest = await withoutPadding(await feeding, chunks)
  } while (rest !== null)
}

const decompressors: Record<Container, () => Engine> = {
  gzip: () => createGunzip({ chunkSize }),
  zstd: () => createZstdDecompress({ chunkSize }),
  brotli: () => createBrotliDecompress({ chunkSize })
}

type Engine = Transform & { readonly bytesWritten: number }

/** Resolves to what stands behind the end of the stream, null when nothing does. Errors are the engine's. */
async function feed(
  engine: Engine,
  first: Uint8Array | null,
  chunks: AsyncIterator<Uint8Array>
): Promise<Uint8Array | null> {
  try {
    let fed = 0
    for (let chunk = first ?? (await next(chunks)); chunk !== null; chunk = await next(chunks)) {
      fed += chunk.length
      await new Promise<void>((resolve) => engine.write(chunk, () => resolve()))
      if (engine.errored !== null || (engine.destroyed && !engine.readableEnded)) return null
      if (engine.bytesWritten < fed) return chunk.subarray(chunk.length - (fed - engine.bytesWritten))
    }
    engine.end()
  } catch (error) {
    engine.destroy(error as Error)
  }
  return null
}

async function next(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  const { done, value } = await chunks.next()
  return done === true ? null : value
}

/** What follows zeros; null when nothing does. */
async function withoutPadding(rest: Uint8Array | null, chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  for (let chunk = rest; chunk !== null; chunk = await next(chunks)) {
    const from = chunk.findIndex((byte) => byte !== 0)
    if (from >= 0) return chunk.subarray(from)
  }
  return null
}

export interface Compression {
  /** Resolves when the bytes may be reused. */
  write(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
}

/** Compresses as the usual tools do by default, and hands on what comes out; rejects when `put` does. */
export function compression(container: Container, put: (bytes: Uint8Array) => Promise<void>): Compression {
  const engine = compressors[container]()
  const putting = (async () => {
    for await (const chunk of engine) await put(chunk)
  })()
  putting.catch(() => {})
  return {
    async write(bytes) {
      await Promise.race([new Promise<void>((resolve) => engine.write(bytes, () => resolve())), putting])
    },
    async end() {
      engine.end()
      await putting
    }
  }
}

const compressors: Record<Container, () => Transform> = {
  gzip: () => createGzip({ level: 6, chunkSize }),
  zstd: () => createZstdCompress({ chunkSize, params: { [zlib.ZSTD_c_checksumFlag]: 1 } }),
  brotli: () => createBrotliCompress({ chunkSize, params: { [zlib.BROTLI_PARAM_QUALITY]: 6 } })
}
