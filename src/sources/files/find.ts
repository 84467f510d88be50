import { globSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { identify } from './tail.ts'

export interface Found {
  readonly path: string
  /** Without symbolic links. */
  readonly real: string
  readonly stats: Stats
}

export interface Finder {
  /** Regular files that the globs match, once each, however many names they have. What cannot be looked at is told. */
  find(onTrouble: (path: string, error: unknown) => void): Found[]
  /** Whether there may be others than were found last: a look at the folders, and at links, whose files can change behind them. */
  hasChanged(): boolean
  /** Folders in which others may come. */
  readonly folders: Iterable<string>
}

/** What others made of a log that was full. */
const compressed = /\.(gz|bz2|xz|zst|lz4|zip)$/
/** Times of file systems are that coarse: a folder may have changed once more within its time. */
const coarseMs = 2100

export function createFinder(include: readonly string[], exclude: readonly string[]): Finder {
  let folders = new Map<string, number>()
  let links: Found[] = []
  let foundAt = 0

  return {
    find(onTrouble) {
      foundAt = Date.now()
      folders = new Map(include.flatMap(foldersOf).map((folder) => [folder, timeOf(folder)]))
      const found = new Map<string, Found>()
      for (const path of globSync([...include], { exclude: [...exclude] })) {
        if (compressed.test(path)) continue
        const stats = statOf(path, onTrouble)
        const real = stats?.isFile() ? realOf(path) : null
        if (stats !== null && real !== null && !found.has(identify(stats)))
          found.set(identify(stats), { path, real, stats })
      }
      links = [...found.values()].filter(({ path, real }) => path !== real)
      return [...found.values()]
    },
    hasChanged() {
      for (const [folder, time] of folders) {
        const now = timeOf(folder)
        if (now !== time || now > foundAt - coarseMs) return true
      }
      return links.some(({ path, stats }) => {
        const now = statOf(path, () => {})
        return now === null || identify(now) !== identify(stats)
      })
    },
    get folders() {
      return folders.keys()
    }
  }
}

/** Folders that a glob may look into: all below its part without wildcards, no deeper than it reaches. */
function foldersOf(glob: string): string[] {
  const parts = glob.split('/')
  const wild = parts.findIndex((part) => /[*?[{(!]/.test(part))
  if (wild < 0) return [dirname(glob)]
  const base = parts.slice(0, wild).join('/') || (glob.startsWith('/') ? '/' : '.')
  const depth = parts.includes('**') ? Number.POSITIVE_INFINITY : parts.length - wild - 1
  const folders = [base]
  for (let level = [base], i = 0; i < depth && level.length > 0; i++) {
    level = level.flatMap(foldersIn)
    folders.push(...level)
  }
  return folders
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name))
  } catch {
    return []
  }
}

function timeOf(folder: string): number {
  return statOf(folder, () => {})?.mtimeMs ?? 0
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}

/** null: it is not there, or cannot be looked at, which is told. */
export function statOf(path: string, onTrouble: (path: string, error: unknown) => void): Stats | null {
  try {
    return statSync(path)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    // Between the look into the directory and this one it has gone, or its link leads nowhere.
    if (code !== 'ENOENT') onTrouble(path, error)
    return null
  }
}
