import { globSync, type Stats, statSync } from 'node:fs'
import { identify } from './tail.ts'

export interface Found {
  readonly path: string
  readonly stats: Stats
}

/** What others made of a log that was full. */
const compressed = /\.(gz|bz2|xz|zst|lz4|zip)$/

/** Regular files that the globs match, once each, however many names they have. What cannot be looked at is told. */
export function findFiles(
  include: readonly string[],
  exclude: readonly string[],
  onTrouble: (path: string, error: unknown) => void
): Found[] {
  const found = new Map<string, Found>()
  for (const path of globSync([...include], { exclude: [...exclude] })) {
    if (compressed.test(path)) continue
    const stats = statOf(path, onTrouble)
    if (stats?.isFile() && !found.has(identify(stats))) found.set(identify(stats), { path, stats })
  }
  return [...found.values()]
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
