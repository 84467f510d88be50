import { readdirSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Checkpoint, Checkpoints } from './checkpoints.ts'
import { statOf } from './find.ts'
import { beginsAlike, headLimit, headOf, isOfFile, type Seal, type Sealer } from './seal.ts'
import { identify } from './tail.ts'

/** What was read under a name. */
export interface Past {
  readonly id: string
  readonly seal: Seal
  readonly offset: number
  /** When it was confirmed last, in ms since 1970. */
  readonly since: number
}

/** Clocks of file systems are coarse, and may be those of another machine. */
const clockSlackMs = 2000

/**
 * What rotation made of a file while nobody looked, oldest first: files beside it, whose names begin with its name, that were written since
 * then and not read to their end. A copy of what was read begins with the same bytes: it goes on where that ended.
 */
export function findRotated(
  path: string,
  { seal, offset, since }: Past,
  checkpoints: Checkpoints,
  isFollowed: (id: string) => boolean,
  /** Only what was begun before. */
  knownOnly: boolean
): { readonly path: string; readonly start: number }[] {
  const directory = dirname(path)
  const isRotated = rotatedNames(basename(path))
  return (
    namesIn(directory)
      .filter((name) => isRotated.test(name))
      .flatMap((name) => {
        const sibling = join(directory, name)
        const stats = statOf(sibling, () => {})
        if (!stats?.isFile() || isFollowed(identify(stats))) return []
        const known = checkpoints.get(identify(stats))
        if (known !== undefined && isStill(known, sibling, stats, checkpoints, seal.sealer))
          return known.offset < stats.size ? [{ path: sibling, start: known.offset, stats }] : []
        if (knownOnly) return []
        if (beginsAlike(sibling, seal, checkpoints))
          return stats.size > offset ? [{ path: sibling, start: offset, stats }] : []
        return stats.mtimeMs >= since - clockSlackMs ? [{ path: sibling, start: 0, stats }] : []
      })
      // Times of file systems are coarse: what was begun before is older.
      .sort(
        (a, b) => a.stats.mtimeMs - b.stats.mtimeMs || b.start - a.start || a.stats.birthtimeMs - b.stats.birthtimeMs
      )
  )
}

/** `app.log` becomes `app.log.1`, `app.log-20261125`, `app.log.old`, `app.1.log`, `app-2026-11-25.log`. */
function rotatedNames(name: string): RegExp {
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  const mark = '[._-](\\d[\\dT:._-]*|old|bak|prev)'
  return new RegExp(`^(${quoted(name)}${mark}|${quoted(stem)}${mark}${quoted(extension)})$`)
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function isStill(known: Checkpoint, path: string, stats: Stats, checkpoints: Checkpoints, sealer: Sealer): boolean {
  try {
    return isOfFile(known, stats, headOf(path, headLimit), checkpoints, sealer)
  } catch {
    return false
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
