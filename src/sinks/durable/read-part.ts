import type { FileHandle } from 'node:fs/promises'
import { crc32c } from './crc32c.ts'
import { decodeHead, type FrameHead, headBytes, magic } from './frame.ts'

/** What stands somewhere in a segment, up to `end`. */
export type Part =
  | { readonly type: 'frame'; readonly end: number; readonly head: FrameHead; readonly body: Buffer }
  /** Bytes that were a frame once, or cannot be told from one. */
  | { readonly type: 'bad'; readonly end: number }
  /** The beginning of a frame that was never finished, so never acknowledged; or room without content behind the last one. */
  | { readonly type: 'torn'; readonly end: number }

export type ReadableFile = Pick<FileHandle, 'read'>

/** Reads the part of a segment of `size` bytes that begins at `at`. Rejects with an error of the system. */
export async function readPart(file: ReadableFile, at: number, size: number): Promise<Part> {
  if (size - at < headBytes) return { type: 'torn', end: size }
  const head = decodeHead(await readAt(file, at, headBytes))
  if (head === null) return findNext(file, at, size)
  const end = at + headBytes + head.bodyBytes
  if (end > size) return { type: 'torn', end: size }
  if (!head.known) return { type: 'bad', end }
  const body = await readAt(file, at + headBytes, head.bodyBytes)
  return crc32c(body) === head.bodyCrc ? { type: 'frame', end, head, body } : { type: 'bad', end }
}

/** Memory for looking through what is broken. */
const chunkBytes = 1 << 20

/** The next head that fits in the segment ends what is bad. Without one, what is not empty is bad up to the end. */
async function findNext(file: ReadableFile, at: number, size: number): Promise<Part> {
  let empty = true
  for (let from = at; from < size; from += chunkBytes) {
    // A head may begin in this chunk and end in the next.
    const chunk = await readAt(file, from, Math.min(chunkBytes + headBytes - 1, size - from))
    empty &&= chunk.every((byte) => byte === 0)
    for (let i = chunk.indexOf(magic); i >= 0 && i < chunkBytes; i = chunk.indexOf(magic, i + 1)) {
      const head = decodeHead(chunk.subarray(i, i + headBytes))
      if (head !== null && from + i + headBytes + head.bodyBytes <= size) return { type: 'bad', end: from + i }
    }
  }
  return { type: empty ? 'torn' : 'bad', end: size }
}

async function readAt(file: ReadableFile, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, at + done)
    if (bytesRead === 0) throw Object.assign(new Error('the file is shorter than it was'), { code: 'ESHORT' })
    done += bytesRead
  }
  return bytes
}
