import { dirname } from 'node:path'
import type { Origin } from '../../model.ts'
import { openGzTail } from './gz-tail.ts'
import type { FilesOptions } from './options.ts'
import { openTail, type Tail } from './tail.ts'

/** A file that is followed. */
export interface Follow {
  readonly tail: Tail
  /** The name that it has, or had: the log that it is a part of. */
  readonly log: string
  origin: Origin | null
  /** Where the file lies, without symbolic links: that folder tells of its changes. */
  readonly folder: string
  /** Its folder has told of a change since it was looked at. */
  told: boolean
  /** Bytes that were left to read when it was looked at. */
  behind: number
  /** The name has gone to another file, or away. */
  nameless: boolean
  /** Read before this one: what stood under its name before. */
  previous: Follow | null
  busy: boolean
  /** It was emptied, and nothing was read since. */
  restarted: boolean
  /** Nothing of it has been handed on yet. */
  fresh: boolean
  /** Since when there is nothing more in it, as `performance.now()` tells the time. */
  quietSince: number
  atEnd: boolean
}

export interface ToOpen {
  readonly path: string
  /** Without symbolic links. */
  readonly real: string
  readonly log: string
  readonly id: string | null
}

/** All files that are followed, by what they are and by their names. */
export interface Followed {
  readonly follows: ReadonlyMap<string, Follow>
  readonly byPath: Map<string, Follow>
  /** By the name without symbolic links, as folders tell it. */
  readonly byReal: Map<string, Follow>
  /** Those that there may be something to read in. */
  readonly ready: Set<Follow>
  /** Opens a file, from where its checkpoint says, else from `start`; null: it cannot be, which is told, or is not what `id` says. */
  open(file: ToOpen, start: (size: number) => number): Follow | null
  close(follow: Follow): void
  /** Told once, until it is gone. */
  trouble(path: string, error: unknown): void
}

export function createFollowed(options: FilesOptions): Followed {
  const follows = new Map<string, Follow>()
  const ready = new Set<Follow>()
  const troubled = new Set<string>()

  function trouble(path: string, error: unknown): void {
    if (!troubled.has(path)) options.events.trouble(path, (error as NodeJS.ErrnoException).code ?? 'unknown')
    troubled.add(path)
  }

  return {
    follows,
    byPath: new Map(),
    byReal: new Map(),
    ready,
    trouble,
    open({ path, real, log, id }, start) {
      const tailOptions = { ...options, path, id }
      try {
        const follow: Follow = {
          tail: path.endsWith('.gz') ? openGzTail(tailOptions, start(0)) : openTail(tailOptions, start),
          log,
          folder: dirname(real),
          told: false,
          behind: 0,
          origin: null,
          nameless: false,
          previous: null,
          busy: false,
          restarted: false,
          fresh: true,
          quietSince: 0,
          atEnd: false
        }
        troubled.delete(path)
        follows.set(follow.tail.id, follow)
        ready.add(follow)
        return follow
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESTALE') trouble(path, error)
        return null
      }
    },
    close(follow) {
      follows.delete(follow.tail.id)
      // Opened anew, the same file is another follow: this one must not be read on, from a descriptor that is somebody else's by then.
      ready.delete(follow)
      follow.tail.close()
    }
  }
}
