import type { FileHandle } from 'node:fs/promises'
import type { Envelope } from '../../model.ts'
import { writeBuffers } from '../write-buffers.ts'
import { crc32c } from './crc32c.ts'
import { type Files, fileMode, segmentPath, syncDirectory } from './files.ts'
import { bodyOf, encodeHead } from './frame.ts'

export interface CommitterOptions {
  readonly files: Files
  readonly directory: string
  /** Number of the next frame. */
  readonly sequence: number
  /** A segment that has so many bytes gets no more. */
  readonly segmentBytes: number
  /** Whether to wait until the disk has it, or only the system. */
  readonly fsync: boolean
  readonly onSegment: (first: number) => void
  /** Nothing more comes into it. */
  readonly onSealed: (first: number) => void
  /** Told before those who wait are. */
  readonly onCommit: (commit: Commit) => void
  readonly onFsync: (seconds: number) => void
}

export interface Commit {
  /** First sequence of the segment, and how long it is now. */
  readonly segment: number
  readonly end: number
  /** Of the last frame. */
  readonly sequence: number
}

export interface Committer {
  /** Resolves when the batch is safe; rejects with an error of the system, and then nothing of it is there. */
  append(envelope: Envelope): Promise<void>
  /** Resolves when all that was appended is settled. */
  close(): Promise<void>
}

interface Waiting {
  readonly envelope: Envelope
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface OpenSegment {
  readonly first: number
  readonly handle: FileHandle
  readonly size: number
}

/** Bounds what is lost together when a write fails, and how long the first one waits for the last. */
const groupBytes = 1 << 23

/**
 * Writes batches behind one another. While a write is on its way others come and wait; they go together in the next one, so that many share
 * an fsync. Nothing waits for company.
 */
export function createCommitter(options: CommitterOptions): Committer {
  const { files, directory, segmentBytes, fsync, onSegment, onSealed, onCommit, onFsync } = options
  let { sequence } = options
  let segment: OpenSegment | null = null
  let waiting: Waiting[] = []
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const group = takeGroup()
      try {
        await commit(group.map(({ envelope }) => envelope))
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    running = null
  }

  function takeGroup(): Waiting[] {
    let bytes = 0
    const end = waiting.findIndex(({ envelope }) => {
      bytes += bodyOf(envelope).bytes.length
      return bytes > groupBytes
    })
    const group = waiting.slice(0, end < 0 ? waiting.length : Math.max(1, end))
    waiting = waiting.slice(group.length)
    return group
  }

  async function commit(envelopes: readonly Envelope[]): Promise<void> {
    const { first, handle, size } = segment ?? (await openSegment())
    const buffers = envelopes.flatMap((envelope, i) => encode(envelope, sequence + i))
    try {
      await writeBuffers(handle, buffers, size)
      if (fsync) await timed(() => handle.datasync())
    } catch (error) {
      // What could not be written is no part of the segment. Where even that fails, nobody reads so far, or finds it to be torn.
      await handle.truncate(size).catch(() => {})
      // After a failed fsync this file is not to be trusted; and a full disk needs it to be deleted as soon as it is delivered.
      await seal()
      throw error
    }
    const end = size + buffers.reduce((sum, { length }) => sum + length, 0)
    sequence += envelopes.length
    segment = { first, handle, size: end }
    onCommit({ segment: first, end, sequence: sequence - 1 })
    if (end >= segmentBytes) await seal()
  }

  async function openSegment(): Promise<OpenSegment> {
    const first = sequence
    try {
      const handle = await files.open(segmentPath(directory, first), 'wx', fileMode)
      segment = { first, handle, size: 0 }
      onSegment(first)
      await syncDirectory(files, directory)
      return segment
    } catch (error) {
      await seal()
      // The name may be taken now.
      if (first === sequence) sequence++
      throw error
    }
  }

  /** The next batch begins a new segment. */
  async function seal(): Promise<void> {
    if (segment === null) return
    const { first, handle } = segment
    segment = null
    // No two segments begin with the same number.
    if (first === sequence) sequence++
    await handle.close().catch(() => {})
    onSealed(first)
  }

  async function timed(work: () => Promise<void>): Promise<void> {
    const begin = performance.now()
    await work()
    onFsync((performance.now() - begin) / 1000)
  }

  return {
    append(envelope) {
      return new Promise((resolve, reject) => {
        waiting.push({ envelope, resolve, reject })
        running ??= run()
      })
    },
    async close() {
      await running
      await seal()
    }
  }
}

function encode(envelope: Envelope, sequence: number): readonly Uint8Array[] {
  const { signal, format } = envelope
  const { bytes, encoding } = bodyOf(envelope)
  const storedAt = Date.now()
  const sizes = { bodyBytes: bytes.length, bodyCrc: crc32c(bytes) }
  return [encodeHead({ signal, format, encoding, ...sizes, sequence, storedAt, known: true }), bytes]
}
