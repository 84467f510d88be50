import type { QueueEvents } from './events.ts'
import { codeOf, type Files, segmentPath, syncDirectory } from './files.ts'
import type { Part } from './read-part.ts'
import type { Segment } from './recover.ts'
import { createSegmentReader } from './segment-reader.ts'
import type { Troubles } from './troubles.ts'

/** A part of a segment, or its end. */
export type Entry = (Part | { readonly type: 'end'; readonly end: number }) & {
  readonly segment: Segment
  readonly start: number
}

export interface EntriesOptions {
  readonly files: Files
  readonly directory: string
  /** In order; they grow, more come, and those that are done with go. */
  readonly segments: readonly Segment[]
  /** Where a segment is to be read from. */
  readonly startOf: (segment: Segment) => number
  /** Resolves when something has changed; to false when nothing will any more. */
  readonly more: () => Promise<boolean>
  readonly troubles: Troubles
  readonly events: Pick<QueueEvents, 'torn' | 'quarantined'>
}

/** Reads segment after segment, as far as they go, then waits for more. */
export async function* readEntries(options: EntriesOptions): AsyncGenerator<Entry> {
  const { segments, more } = options
  for (let last = -1; ; ) {
    const segment = segments.find(({ first }) => first > last)
    if (segment !== undefined) {
      yield* readSegment(segment, options)
      last = segment.first
    } else if (!(await more())) return
  }
}

async function* readSegment(segment: Segment, options: EntriesOptions): AsyncGenerator<Entry> {
  const { files, directory, startOf, more, troubles, events } = options
  const path = segmentPath(directory, segment.first)
  const reader = createSegmentReader(files, path, troubles)
  try {
    let at = startOf(segment)
    for (;;) {
      while (at < segment.size) {
        const part = await reader.read(at, segment.size)
        if (part.type === 'torn') events.torn(part.end - at)
        if (part.type === 'bad') events.quarantined(part.end - at, await setAside(files, directory, path))
        yield { ...part, segment, start: at }
        at = part.end
      }
      if (segment.sealed) return yield { type: 'end', segment, start: at, end: at }
      if (!(await more())) return
    }
  } finally {
    await reader.close()
  }
}

/** A second name for a segment, which stays when it is deleted; a copy where the file system has no second names; null: neither. */
async function setAside(files: Files, directory: string, path: string): Promise<string | null> {
  const aside = `${path}.bad`
  try {
    await files.link(path, aside).catch((error) => (codeOf(error) === 'EEXIST' ? null : files.copyFile(path, aside)))
    await syncDirectory(files, directory)
    return aside
  } catch {
    return null
  }
}
