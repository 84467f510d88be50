import { readdirSync, type Stats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Checkpoints } from './checkpoints.ts'
import { statOf } from './find.ts'
import { headOfGz, lengthOfGz } from './gz-tail.ts'
import { headLimit, headOf, isBeginningOf, isOfFile, type Seal, sealOfCheckpoint } from './seal.ts'
import { identify } from './tail.ts'

/** What was read under a name. */
export interface Past {
  readonly id: string
  readonly seal: Seal
  readonly offset: number
  /** When it was confirmed last, in ms since 1970. */
  readonly since: number
}

/** A file that rotation made, and where to go on in it. */
export interface Rotated {
  readonly path: string
  /** What it was when it was looked at: names are moved while we look. */
  readonly id: string
  readonly start: number
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
): Rotated[] {
  const directory = dirname(path)

  /** Where to go on in a file beside it; null: nothing of it is left to read. */
  function startIn(sibling: string, stats: Stats): number | null {
    const isCompressed = sibling.endsWith('.gz')
    const head = isCompressed ? headOfGz(sibling) : headOf(sibling, headLimit)
    const length = isCompressed ? lengthOfGz(sibling) : stats.size
    if (head.length === 0) return null
    const isLeft = (from: number) => (isCompressed ? from % 2 ** 32 !== length : from < length)
    const known = checkpoints.get(identify(stats))
    // What is compressed has another inode: what is known of it is known of that which it was made of.
    const begun =
      known !== undefined && isOfFile(known, stats, head, checkpoints, seal.sealer)
        ? known.offset
        : knownOnly
          ? null
          : (copied(head, [{ seal, offset }]) ?? (isCompressed ? copied(head, allPasts()) : null))
    if (begun !== null) return isLeft(begun) ? begun : null
    return !knownOnly && stats.mtimeMs >= since - clockSlackMs ? 0 : null
  }

  /** Where the reading of one of these ended that begins with the same bytes. */
  function copied(head: Buffer, pasts: Iterable<Pick<Past, 'seal' | 'offset'>>): number | null {
    for (const past of pasts) if (isBeginningOf(head, past.seal, checkpoints)) return past.offset
    return null
  }

  function allPasts(): Pick<Past, 'seal' | 'offset'>[] {
    return [...checkpoints.all()].map((one) => ({ seal: sealOfCheckpoint(one, seal.sealer), offset: one.offset }))
  }

  return (
    filesIn(directory, rotatedNames(basename(path)))
      .filter(({ id }) => !isFollowed(id))
      .flatMap(({ path: sibling, id, stats }) => {
        const start = orNull(() => startIn(sibling, stats))
        return start === null ? [] : [{ path: sibling, id, start, stats }]
      })
      // Times of file systems are coarse; what was begun before is older than what was not.
      .sort(
        (a, b) =>
          Number(b.start > 0) - Number(a.start > 0) ||
          a.stats.mtimeMs - b.stats.mtimeMs ||
          a.stats.birthtimeMs - b.stats.birthtimeMs
      )
  )
}

/** `app.log` becomes `app.log.1`, `app.log-20261125`, `app.log.old`, `app.1.log`, `app-2026-11-25.log`; all of these also with `.gz`. */
function rotatedNames(name: string): RegExp {
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  const mark = '[._-](\\d[\\dT:._-]*|old|bak|prev)'
  return new RegExp(`^(${quoted(name)}${mark}|${quoted(stem)}${mark}${quoted(extension)})(\\.gz)?$`)
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** null also for what cannot be read. */
function orNull<T>(look: () => T | null): T | null {
  try {
    return look()
  } catch {
    return null
  }
}

/** So often is a folder looked at until it stands still. */
const mostLooks = 50

/**
 * Files of a folder by these names. A rotation moves one name after the other: a file could be missed that has one name before we look at that,
 * and another one behind. So it is looked at until all is as it was.
 */
function filesIn(directory: string, names: RegExp) {
  const look = () =>
    (orNull(() => readdirSync(directory)) ?? [])
      .filter((name) => names.test(name))
      .flatMap((name) => {
        const path = join(directory, name)
        const stats = statOf(path, () => {})
        return stats?.isFile() ? [{ path, id: identify(stats), stats }] : []
      })
  const told = (files: ReturnType<typeof look>) => files.map(({ path, id }) => `${path} ${id}`).join('\n')
  let files = look()
  for (let i = 0, before = ''; i < mostLooks && told(files) !== before; i++) {
    before = told(files)
    files = look()
  }
  return files
}
