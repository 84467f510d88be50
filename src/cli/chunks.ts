import type { ByteReader } from './byte-reader.ts'

type Read = ByteReader['read']

/** Chunks, read into memory of the caller's. */
export function readOf(chunks: AsyncIterator<Uint8Array>): Read {
  let rest: Uint8Array = new Uint8Array(0)
  return async (target) => {
    while (rest.length === 0) {
      const { done, value } = await chunks.next()
      if (done === true) return 0
      rest = value
    }
    const count = Math.min(rest.length, target.length)
    target.set(rest.subarray(0, count))
    rest = rest.subarray(count)
    return count
  }
}

/** The other way round: every chunk has memory of its own. */
export async function* chunksOf(read: Read, chunkBytes: number): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkBytes)
    const count = await read(chunk)
    if (count === 0) return
    yield chunk.subarray(0, count)
  }
}

/** The next so many bytes. */
export function limited(read: Read, bytes: number): Read {
  let left = bytes
  return async (target) => {
    const count = left === 0 ? 0 : await read(target.subarray(0, Math.min(left, target.length)))
    left -= count
    return count
  }
}
