import { dirname } from 'node:path'
import type { Position } from './cursor.ts'
import { directoryMode, type Files, listSegments, segmentPath, syncDirectory } from './files.ts'
import { headBytes } from './frame.ts'
import { readPart } from './read-part.ts'

/** A file of frames. */
export interface Segment {
  /** Sequence of its first frame; names the file. */
  readonly first: number
  /** How far it may be read. */
  size: number
  /** Nothing more comes into it. */
  sealed: boolean
}

/** What a queue finds when it is opened. */
export interface Recovered {
  /** Those that are not delivered, in order; all are sealed, as what follows a crash is never written behind what preceded it. */
  readonly segments: Segment[]
  readonly position: Position
  /** The highest sequence there ever was. */
  readonly newest: number
  /** Bytes of a frame that was being written when the process ended: they are cut off. */
  readonly tornBytes: number
}

/** Makes a directory, given as an absolute path, and its name durable. */
export async function makeDirectory(files: Files, directory: string): Promise<void> {
  const first = await files.mkdir(directory, { recursive: true, mode: directoryMode })
  if (first === undefined) return
  for (let made = directory; made.length >= first.length; made = dirname(made))
    await syncDirectory(files, dirname(made))
}

/** Finds out what is left to be delivered. Without a cursor, all there is. */
export async function recover(files: Files, directory: string, cursor: Position | null): Promise<Recovered> {
  const { segments: found, highest } = await listSegments(files, directory)
  const left = found.filter((first) => first >= (cursor?.segment ?? 0))
  for (const first of found.slice(0, -left.length || undefined)) await files.unlink(segmentPath(directory, first))
  const segments: Segment[] = []
  for (const first of left) {
    segments.push({ first, size: await sizeOf(files, segmentPath(directory, first)), sealed: true })
  }
  const { segment, offset, sequence } = cursor ?? { segment: 0, offset: 0, sequence: 0 }
  const position = { segment, offset, sequence: Math.max(sequence, (left[0] ?? 0) - 1) }
  const last = segments.at(-1)
  const tail =
    last === undefined ? { newest: 0, tornBytes: 0 } : await cutTail(files, segmentPath(directory, last.first), last)
  return { segments, position, newest: Math.max(position.sequence, highest, tail.newest), tornBytes: tail.tornBytes }
}

async function sizeOf(files: Files, path: string): Promise<number> {
  const handle = await files.open(path, 'r')
  try {
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}

/** Reads the last segment to its end. What was not finished there goes, so that it is counted once. */
async function cutTail(files: Files, path: string, segment: Segment): Promise<{ newest: number; tornBytes: number }> {
  const handle = await files.open(path, 'r+')
  let newest = segment.first
  try {
    for (let at = 0; at < segment.size; ) {
      const part = await readPart(handle, at, segment.size)
      if (part.type === 'torn') {
        await handle.truncate(at)
        await handle.sync()
        const tornBytes = segment.size - at
        segment.size = at
        return { newest, tornBytes }
      }
      if (part.type === 'frame') newest = part.head.sequence
      at = part.end
    }
    return { newest, tornBytes: 0 }
  } catch {
    // It cannot be read now. No frame in it has a higher number than this one.
    return { newest: segment.first + Math.ceil(segment.size / headBytes), tornBytes: 0 }
  } finally {
    await handle.close()
  }
}
