import { join, resolve } from 'node:path'
import { type ErrorCode, LogveilError } from '../../errors.ts'
import type { Envelope } from '../../model.ts'
import { createCommitter } from './committer.ts'
import { type Cursor, openCursor } from './cursor.ts'
import { type Entry, readEntries } from './entries.ts'
import type { QueueEvents } from './events.ts'
import { codeOf, type Files, segmentPath, syncDirectory } from './files.ts'
import { bodyOf, headBytes } from './frame.ts'
import { lock } from './lock.ts'
import { makeDirectory, type Recovered, recover, type Segment } from './recover.ts'
import { createTroubles, type Troubles } from './troubles.ts'

export interface QueueOptions {
  readonly files: Files
  /** Of this queue alone. */
  readonly directory: string
  /** What may wait; more is refused. */
  readonly maxBytes: number
  readonly segmentBytes: number
  readonly fsync: boolean
  readonly events: QueueEvents
}

export interface QueueState {
  /** What waits to be delivered. */
  readonly bytes: number
  readonly batches: number
  /** When the oldest batch was stored, in ms since 1970; null: none waits. */
  readonly oldest: number | null
  /** When something was last refused, in ms since 1970. */
  readonly refusedAt: number
}

/** Batches on the disk, in the order they came. */
export interface Queue {
  /** Resolves when the batch is on the disk; rejects with `OVERLOADED` or `DELIVERY_FAILED`, both retryable. */
  append(envelope: Envelope): Promise<void>
  /** What is there and what comes, until `finish`. To be asked for once. */
  entries(): AsyncGenerator<Entry>
  /** The entry is done with; to be called in their order. */
  passed(entry: Entry): void
  state(): QueueState
  /** Takes nothing more; `entries` ends behind what there is. */
  finish(): Promise<void>
  /** What has not passed stays for the next start. */
  close(): Promise<void>
}

/** Told to senders: a disk does not become free at once. */
const retryAfterMs = 5000

/** Opens a queue, or makes it. Throws `OUTPUT_FAILED`: somebody else uses it, or it cannot be read or written. */
export async function openQueue(options: QueueOptions): Promise<Queue> {
  const { files, events } = options
  const directory = resolve(options.directory)
  const troubles = createTroubles((what, code) => events.trouble(what, code))
  try {
    await makeDirectory(files, directory)
    const unlock = lock(join(directory, 'lock'))
    try {
      const cursor = await openCursor(files, join(directory, 'cursor'), troubles)
      const recovered = await recover(files, directory, cursor.found)
      await syncDirectory(files, directory)
      if (recovered.tornBytes > 0) events.torn(recovered.tornBytes)
      return createQueue({ ...options, directory }, recovered, cursor, troubles, unlock)
    } catch (error) {
      unlock()
      throw error
    }
  } catch (cause) {
    if (cause instanceof LogveilError) throw cause
    throw new LogveilError('OUTPUT_FAILED', `cannot use ${directory} (${codeOf(cause)})`, { cause })
  }
}

function createQueue(
  { files, directory, maxBytes, segmentBytes, fsync, events }: QueueOptions,
  recovered: Recovered,
  cursor: Cursor,
  troubles: Troubles,
  unlock: () => void
): Queue {
  const { segments } = recovered
  let { position, newest } = recovered
  const startOf = ({ first, size }: Segment): number =>
    first === position.segment ? Math.min(size, position.offset) : 0
  let waitingBytes = segments.reduce((sum, segment) => sum + segment.size - startOf(segment), 0)
  /** On their way to the disk. */
  let arrivingBytes = 0
  /** When the frames were stored that were handed out and have not passed. */
  const handedOut: number[] = []
  /** When the last frame was stored that has passed. */
  let passedUpTo: number | null = null
  let refusedAt = 0
  let finishing = false
  let changed = Promise.withResolvers<void>()
  let removing = Promise.resolve()
  const committer = createCommitter({
    files,
    directory,
    sequence: newest + 1,
    segmentBytes,
    fsync,
    onFsync: (seconds) => events.fsync(seconds),
    onSegment: (first) => void segments.push({ first, size: 0, sealed: false }),
    onSealed(first) {
      segmentOf(first).sealed = true
      wake()
    },
    onCommit({ segment: first, end, sequence }) {
      const segment = segmentOf(first)
      waitingBytes += end - segment.size
      segment.size = end
      newest = sequence
      wake()
    }
  })

  function segmentOf(first: number): Segment {
    return segments.find((segment) => segment.first === first) as Segment
  }

  function wake(): void {
    changed.resolve()
    changed = Promise.withResolvers()
  }

  async function append(envelope: Envelope): Promise<void> {
    const bytes = headBytes + bodyOf(envelope).bytes.length
    const before = waitingBytes + arrivingBytes
    // An empty queue takes every batch: one that is larger than the queue may be would come again for ever.
    if (before > 0 && before + bytes > maxBytes) throw refuse('full', 'OVERLOADED', 'the queue on disk is full')
    arrivingBytes += bytes
    try {
      await troubles.watch('a batch cannot be stored', () => committer.append(envelope))
    } catch (error) {
      throw refuse('disk', 'DELIVERY_FAILED', `the batch cannot be stored (${codeOf(error)})`, error)
    } finally {
      arrivingBytes -= bytes
    }
  }

  function refuse(reason: 'full' | 'disk', code: ErrorCode, message: string, cause?: unknown): LogveilError {
    refusedAt = Date.now()
    events.refused(reason)
    return new LogveilError(code, message, { retryable: true, retryAfterMs, cause })
  }

  function passed({ segment, start, ...entry }: Entry): void {
    const sequence = entry.type === 'frame' ? entry.head.sequence : position.sequence
    position = { segment: segment.first, offset: entry.end, sequence }
    waitingBytes -= entry.end - start
    cursor.advance(position)
    if (entry.type === 'frame') passedUpTo = handedOut.shift() ?? null
    if (entry.type === 'end') removing = removing.then(() => remove(segment))
  }

  async function remove(segment: Segment): Promise<void> {
    segments.splice(segments.indexOf(segment), 1)
    await cursor.flush()
    const work = async (): Promise<void> => {
      await files.unlink(segmentPath(directory, segment.first))
      await syncDirectory(files, directory)
    }
    await troubles.watch('a segment that was delivered cannot be deleted', work).catch(() => {})
  }

  async function finish(): Promise<void> {
    await committer.close()
    finishing = true
    wake()
  }

  /** Whether there may be more to read. */
  async function more(): Promise<boolean> {
    if (finishing) return false
    await changed.promise
    return true
  }

  return {
    append,
    async *entries() {
      for await (const entry of readEntries({ files, directory, segments, startOf, more, troubles, events })) {
        if (entry.type === 'frame') handedOut.push(entry.head.storedAt)
        yield entry
      }
    },
    passed,
    state: () => ({
      bytes: waitingBytes,
      batches: waitingBytes === 0 ? 0 : Math.max(1, newest - position.sequence),
      // While the next one is read, it is about as old as the one before.
      oldest: handedOut[0] ?? (waitingBytes > 0 ? passedUpTo : null),
      refusedAt
    }),
    finish,
    async close() {
      await finish()
      await removing
      await cursor.close()
      unlock()
    }
  }
}
