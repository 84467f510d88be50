import { hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import type { LineFormat } from '../../model.ts'
import type { Checkpoints } from './checkpoints.ts'
import { headLimit, isOfFile, readHead, type Seal, type Sealer, sealOf, sealOfCheckpoint } from './seal.ts'

/** Whole lines of a file, or a part of one that is too long. */
export interface Chunk {
  readonly payload: Uint8Array
  /** Where the file goes on behind it. */
  readonly end: number
  /** A line without an end: the size of the file with it. It stays where it is, and comes again as a whole. */
  readonly shown?: number
  /** Holds nothing but the payload, and is given back when it is confirmed. */
  readonly memory?: ArrayBuffer
  /** It stands for what could not be cut. */
  readonly withheld?: true
}

/** A file that is being read: the descriptor stays open, so that it stays the same file whatever its name becomes. */
export interface Tail {
  readonly id: string
  /** Under which it was found first. */
  readonly path: string
  /** Of its first bytes. */
  readonly seal: Seal
  /** Confirmed up to here. */
  readonly offset: number
  readonly format: LineFormat
  /** How much is left to read. Throws what the system says. */
  behind(): number
  /** Reads ahead, where that takes time. */
  fill?(): Promise<void>
  /** What comes next; null: nothing whole. `truncated`: the file is another one now, or shorter than what was read. */
  read(): Chunk | null | 'truncated'
  /** Lines stand last that may go on. */
  readonly waits: boolean
  /** So long has the file been as it is. */
  hasWaited(ms: number): boolean
  /** These lines, once the file has not changed for so long; null: none. */
  waited(ms: number): Chunk | null
  /** The line without an end that stands last, once it has not changed for so long and was not handed out before; null: none. */
  unfinished(ms: number): Chunk | null
  /** Lines before the offset, at most so many bytes. */
  before(bytes: number): Uint8Array
  confirm(chunk: Chunk): void
  /** Goes on at the beginning of what is in the file now. */
  restart(): void
  close(): void
}

export interface TailOptions {
  readonly path: string
  /** What the file has to be; null: anything. */
  readonly id: string | null
  readonly checkpoints: Checkpoints
  /** As it is now: it changes with the detectors. */
  readonly sealer: () => Sealer
  readonly chunkBytes: number
  readonly maxLineBytes: number
  readonly layout: Layout
}

/** What is known of how records lie in lines. */
export interface Layout {
  /** The format of a file with this beginning, which may be empty. */
  format(path: string, head: Buffer): LineFormat
  /** How much of these whole lines can go on its way: what stands behind has parts that are still to come. */
  whole(lines: Buffer, format: LineFormat): number
  /** Of whole lines, the texts whose next part has not come. */
  openParts(lines: Buffer, format: LineFormat): Buffer[]
  /** Where to cut what is too long, so that what is found in both halves is what is found in the whole; 0: nowhere. */
  cut(text: Buffer, format: LineFormat): number
}

/** How far ahead of a cut a line has to be known, in bytes: the longest private key, with what is around it. */
export const aheadBytes = 73_728
/** What goes on and on waits so many times as long. */
const longestWait = 5
const newline = 0x0a
const withheld = Buffer.from('[WITHHELD:size]\n')

export function identify({ dev, ino }: Stats): string {
  return `${dev}:${ino}`
}

/** The name is another file's now. */
export function moved(fd: number): Error {
  closeSync(fd)
  return Object.assign(new Error('moved'), { code: 'ESTALE' })
}

/** Opens a file to be read from where its checkpoint says, else from `start`. Throws what the system says. */
export function openTail(options: TailOptions, start: (size: number) => number): Tail {
  const { path, checkpoints, sealer, chunkBytes, maxLineBytes, layout } = options
  const longest = maxLineBytes + aheadBytes
  // What is no file must not block.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const stats = fstatSync(fd)
  const id = identify(stats)
  if (options.id !== null && id !== options.id) throw moved(fd)
  const name = checkpoints.hash(Buffer.from(path))
  let headBytes = 0
  let head = ''
  let seal = sealOf(Buffer.alloc(0), checkpoints, sealer())
  let offset = 0
  let format: LineFormat | null = null
  /** Size and time of the file when there was nothing to read in it; since when that is so, and since when it waits at this offset. */
  let heldSize = -1
  let heldAt = 0
  let heldSince = 0
  let waitsSince = 0
  /** How many bytes of whole lines wait for the next ones. */
  let held = 0
  let shown = -1
  let lost = false

  const known = checkpoints.get(id)
  if (known === undefined) {
    offset = start(stats.size)
  } else {
    offset = known.offset
    lost = stats.size < offset || !isOfFile(known, stats, readHead(fd, headLimit), checkpoints, sealer())
    seal = sealOfCheckpoint(known, sealer())
  }
  if (!lost) {
    learnHead()
    remember()
  }

  function readAt(position: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(length)
    let count = 0
    while (count < length) {
      const got = readSync(fd, buffer, count, length - count, position + count)
      if (got === 0) break
      count += got
    }
    return buffer.subarray(0, count)
  }

  /** As much as there is, until it is enough. */
  function learnHead(): void {
    const isNew = seal.sealer.rules !== sealer().rules
    if (headBytes === headLimit && !isNew) return
    const bytes = readHead(fd, headLimit)
    if (bytes.length === headBytes && !isNew) return
    headBytes = bytes.length
    head = hashOf(bytes)
    seal = sealOf(bytes, checkpoints, sealer())
  }

  /** Looked at behind every read: what was read before somebody emptied the file and wrote into it again is still what it was taken for. */
  function isSame(): boolean {
    if (headBytes > 0 && hashOf(readHead(fd, headBytes)) !== head) return false
    learnHead()
    return true
  }

  function read(): Chunk | null | 'truncated' {
    const { size, mtimeMs } = fstatSync(fd)
    if (lost || size < offset) return 'truncated'
    if (size === offset || (size === heldSize && mtimeMs === heldAt)) return null
    for (let length = chunkBytes; ; length = Math.min(longest, 4 * length)) {
      const bytes = readAt(offset, Math.min(length, size - offset))
      if (!isSame()) return 'truncated'
      const lines = bytes.subarray(0, bytes.lastIndexOf(newline) + 1)
      const whole = lines.length === 0 ? 0 : layout.whole(lines, formatNow())
      if (whole > 0) return chunkOf(bytes.subarray(0, whole))
      if (bytes.length === longest) return cutLong(bytes)
      if (bytes.length < length || offset + length === size) {
        hold(size, mtimeMs, lines.length)
        return null
      }
    }
  }

  /** Nothing is read again until the file has changed. */
  function hold(size: number, mtimeMs: number, bytes: number): void {
    heldSince = performance.now()
    if (heldSize < 0) waitsSince = heldSince
    heldSize = size
    heldAt = mtimeMs
    held = bytes
  }

  function hasWaited(ms: number): boolean {
    const now = performance.now()
    return heldSize >= 0 && (now - heldSince >= ms || now - waitsSince >= longestWait * ms)
  }

  function chunkOf(payload: Buffer): Chunk {
    heldSize = -1
    return { payload, end: offset + payload.length, memory: payload.buffer as ArrayBuffer }
  }

  function formatNow(): LineFormat {
    format ??= layout.format(path, readHead(fd, headLimit))
    return format
  }

  function cutLong(bytes: Buffer): Chunk {
    heldSize = -1
    const at = layout.cut(bytes, formatNow())
    const end = offset + (at === 0 ? maxLineBytes : at)
    if (at === 0) return { payload: withheld, end, withheld: true }
    const part = bytes.subarray(0, at)
    return { payload: part[at - 1] === newline ? part : Buffer.concat([part, Buffer.of(newline)]), end }
  }

  function remember(): void {
    const { hash, bytes } = seal
    const { rules } = seal.sealer
    const born = stats.birthtimeMs
    checkpoints.set({ id, name, born, seal: hash, sealBytes: bytes, rules, offset, at: Date.now() })
  }

  return {
    id,
    path,
    get seal() {
      return seal
    },
    get offset() {
      return offset
    },
    get format() {
      return formatNow()
    },
    behind: () => fstatSync(fd).size - offset,
    read,
    get waits() {
      return held > 0 && heldSize >= 0
    },
    hasWaited,
    waited(ms) {
      if (held === 0 || !hasWaited(ms)) return null
      const lines = readAt(offset, held)
      return isSame() && lines.length === held ? { payload: lines, end: offset + held } : null
    },
    unfinished(ms) {
      const { size } = fstatSync(fd)
      if (held > 0 || size <= offset || size === shown || size !== heldSize) return null
      if (performance.now() - heldSince < ms || size - offset > longest) return null
      const line = readAt(offset, size - offset)
      if (!isSame() || line.includes(newline)) return null
      return { payload: Buffer.concat([line, Buffer.of(newline)]), end: offset, shown: size }
    },
    before(bytes) {
      const from = Math.max(0, offset - bytes)
      const read = readAt(from, offset - from)
      return from === 0 ? read : read.subarray(read.indexOf(newline) + 1)
    },
    confirm(chunk) {
      // Memory outside the heap makes V8 collect, over a heap that holds all detectors, long before it is needed.
      chunk.memory?.transfer(0)
      if (chunk.shown !== undefined) {
        shown = chunk.shown
        return
      }
      offset = chunk.end
      heldSize = -1
      remember()
    },
    restart() {
      offset = 0
      shown = -1
      heldSize = -1
      format = null
      lost = false
      headBytes = 0
      head = ''
      learnHead()
      remember()
    },
    close: () => closeSync(fd)
  }
}

/** For what is compared within this run only, and never written down. */
function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64url')
}
