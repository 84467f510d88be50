import { createHmac, randomBytes } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import type { Checkpoints } from './checkpoints.ts'
import { headLimit, isOfFile, readHead, type Seal, type Sealer, sealOf, sealOfCheckpoint } from './seal.ts'

/** Whole lines of a file, or what stands for a line that is too long. */
export interface Chunk {
  readonly payload: Uint8Array
  /** Where the file goes on behind it. */
  readonly end: number
  /** What goes on there is the rest of a line that is passed over. */
  readonly skip: boolean
  /** A line without an end: the size of the file with it. It stays where it is, and comes again as a whole. */
  readonly shown?: number
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
  /** The file as it is now. Throws what the system says. */
  stat(): Stats
  /** What comes next; null: nothing whole. `truncated`: the file is another one now, or shorter than what was read. */
  read(): Chunk | null | 'truncated'
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
  readonly checkpoints: Checkpoints
  /** As it is now: it changes with the detectors. */
  readonly sealer: () => Sealer
  readonly chunkBytes: number
  readonly maxLineBytes: number
}

/** For what is compared within this run only, and never written down. */
const runKey = randomBytes(32)
const newline = 0x0a
const withheld = Buffer.from('[WITHHELD:size]\n')

export function identify({ dev, ino }: Stats): string {
  return `${dev}:${ino}`
}

/** Opens a file to be read from where its checkpoint says, else from `start`. Throws what the system says. */
export function openTail(options: TailOptions, start: (stats: Stats) => number): Tail {
  const { path, checkpoints, sealer, chunkBytes, maxLineBytes } = options
  // A pipe must not block, and is no file.
  const fd = openSync(path, 'r')
  const stats = fstatSync(fd)
  const id = identify(stats)
  const name = checkpoints.hash(Buffer.from(path))
  let headBytes = 0
  let head = ''
  let seal = sealOf(Buffer.alloc(0), checkpoints, sealer())
  let offset = 0
  let skip = false
  let heldSize = -1
  let shown = -1
  let heldSince = 0
  let lost = false

  const known = checkpoints.get(id)
  if (known === undefined) {
    offset = start(stats)
  } else {
    ;({ offset, skip } = known)
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
    if (headBytes === headLimit && seal.sealer.rules === sealer().rules) return
    const bytes = readHead(fd, headLimit)
    if (bytes.length === headBytes && seal.sealer.rules === sealer().rules) return
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
    const { size } = fstatSync(fd)
    if (lost || size < offset) return 'truncated'
    if (size === offset) return null
    for (let length = chunkBytes; ; length = Math.min(maxLineBytes + 1, 4 * length)) {
      const bytes = readAt(offset, Math.min(length, size - offset))
      if (!isSame()) return 'truncated'
      const chunk = skip ? passOver(bytes) : cut(bytes)
      if (chunk !== null) return chunk
      if (bytes.length < length) return null
      if (bytes.length > maxLineBytes) return { payload: withheld, end: offset + bytes.length, skip: true }
    }
  }

  function cut(bytes: Buffer): Chunk | null {
    const length = bytes.lastIndexOf(newline) + 1
    if (length === 0) return null
    return { payload: bytes.subarray(0, length), end: offset + length, skip: false }
  }

  function passOver(bytes: Buffer): Chunk | null {
    const end = bytes.indexOf(newline) + 1
    if (bytes.length === 0) return null
    return { payload: new Uint8Array(0), end: offset + (end || bytes.length), skip: end === 0 }
  }

  function remember(): void {
    const { hash, bytes } = seal
    const { rules } = seal.sealer
    const born = stats.birthtimeMs
    checkpoints.set({ id, name, born, seal: hash, sealBytes: bytes, rules, offset, skip, at: Date.now() })
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
    stat: () => fstatSync(fd),
    read,
    unfinished(ms) {
      const { size } = fstatSync(fd)
      if (size <= offset || size === shown || skip) return null
      if (size !== heldSize) {
        heldSize = size
        heldSince = performance.now()
        return null
      }
      if (performance.now() - heldSince < ms || size - offset > maxLineBytes) return null
      const line = readAt(offset, size - offset)
      if (!isSame() || line.includes(newline)) return null
      return { payload: Buffer.concat([line, Buffer.of(newline)]), end: offset, skip: false, shown: size }
    },
    before(bytes) {
      const from = Math.max(0, offset - bytes)
      const read = readAt(from, offset - from)
      return from === 0 ? read : read.subarray(read.indexOf(newline) + 1)
    },
    confirm(chunk) {
      if (chunk.shown !== undefined) {
        shown = chunk.shown
        return
      }
      offset = chunk.end
      skip = chunk.skip
      remember()
    },
    restart() {
      offset = 0
      shown = -1
      skip = false
      lost = false
      headBytes = 0
      head = ''
      learnHead()
      remember()
    },
    close: () => closeSync(fd)
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHmac('sha256', runKey).update(bytes).digest('base64url')
}
