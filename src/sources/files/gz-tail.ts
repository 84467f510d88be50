import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { headLimit, headOf, sealOf } from './seal.ts'
import { aheadBytes, type Chunk, identify, moved, type Tail, type TailOptions } from './tail.ts'

/** What gzip needs to tell `headLimit` bytes. */
const compressedHead = 65_536
const newline = 0x0a

/** The first bytes of what a gzip file holds, at most `headLimit`; empty when it is none. */
export function headOfGz(path: string): Buffer {
  try {
    const head = gunzipSync(headOf(path, compressedHead), { finishFlush: constants.Z_SYNC_FLUSH })
    return head.subarray(0, headLimit)
  } catch {
    return Buffer.alloc(0)
  }
}

/** How many bytes a gzip file holds, but for multiples of 4 GiB, as its end tells. */
export function lengthOfGz(path: string): number {
  const fd = openSync(path, 'r')
  try {
    const end = Buffer.alloc(4)
    readSync(fd, end, 0, 4, Math.max(0, fstatSync(fd).size - 4))
    return end.readUInt32LE()
  } finally {
    closeSync(fd)
  }
}

/**
 * A log that was compressed before it was read to its end. Offsets are those of what it holds; nothing of that is written down or kept but
 * what is under way. Throws what the system says.
 */
export function openGzTail(options: TailOptions, start: number): Tail {
  const { path, checkpoints, sealer, layout, chunkBytes, maxLineBytes } = options
  const fd = openSync(path, 'r')
  const stats = fstatSync(fd)
  const id = identify(stats)
  if (options.id !== null && id !== options.id) throw moved(fd)
  const name = checkpoints.hash(Buffer.from(path))
  const head = headOfGz(path)
  const seal = sealOf(head, checkpoints, sealer())
  const format = layout.format(path, head)
  const stream = createReadStream(path, { fd, autoClose: false }).pipe(createGunzip())
  const chunks = stream[Symbol.asyncIterator]()
  let offset = start
  let passed = 0
  let buffer = Buffer.alloc(0)
  let ended = false
  remember()

  function remember(): void {
    const { hash, bytes } = seal
    const { rules } = seal.sealer
    checkpoints.set({ id, name, born: stats.birthtimeMs, seal: hash, sealBytes: bytes, rules, offset, at: Date.now() })
  }

  /** Until there is enough to read; what was read before is passed over. Throws what gzip says of a broken file, once: there it ends. */
  async function fill(): Promise<void> {
    const parts = [buffer]
    for (let length = buffer.length; !ended && length < wanted(); ) {
      const { value, done } = await chunks.next().catch((error) => {
        ended = true
        throw error
      })
      ended = done === true
      if (ended) break
      const from = Math.min(value.length, Math.max(0, start - passed))
      passed += value.length
      parts.push(value.subarray(from))
      length += value.length - from
    }
    buffer = Buffer.concat(parts)
  }

  function wanted(): number {
    return buffer.length < chunkBytes ? chunkBytes : Math.min(maxLineBytes + aheadBytes, buffer.length + chunkBytes)
  }

  function read(): Chunk | null {
    if (ended && buffer.length > 0) return chunkOf(buffer)
    const lines = buffer.subarray(0, buffer.lastIndexOf(newline) + 1)
    const whole = lines.length === 0 ? 0 : layout.whole(lines, format)
    if (whole > 0) return chunkOf(buffer.subarray(0, whole))
    if (buffer.length < maxLineBytes + aheadBytes) return null
    return chunkOf(buffer.subarray(0, layout.cut(buffer, format) || buffer.length))
  }

  function chunkOf(bytes: Buffer): Chunk {
    const payload = bytes[bytes.length - 1] === newline ? bytes : Buffer.concat([bytes, Buffer.of(newline)])
    return { payload, end: offset + bytes.length }
  }

  return {
    id,
    path,
    seal,
    format,
    get offset() {
      return offset
    },
    get waits() {
      return !ended
    },
    fill,
    behind: () => (ended ? 0 : 1) + buffer.length,
    read,
    hasWaited: () => false,
    waited: () => null,
    unfinished: () => null,
    before: () => Buffer.alloc(0),
    confirm({ end }) {
      buffer = buffer.subarray(end - offset)
      offset = end
      remember()
    },
    restart() {},
    close() {
      stream.destroy()
      closeSync(fd)
    }
  }
}
