import { type Dirent, existsSync, lstatSync, readdirSync, type Stats } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { globText } from '../redact/glob.ts'
import { gitParts, gitSays } from './git.ts'

/** What was found in folders. */
export interface Walked {
  /** Regular files. */
  readonly files: string[]
  links: number
  /** Pipes, sockets, devices. */
  special: number
}

export interface WalkOptions {
  /** Whether git says what of a repository counts. */
  readonly gitignore: boolean
  /** See `isExcluded`. */
  readonly exclude: readonly string[]
  /** What cannot be read, with the system's error; the walk goes on. */
  onError(path: string, error: unknown): void
  /** Git has no answer, for this reason: everything is read. */
  onNotice(directory: string, reason: unknown): void
}

/**
 * Adds the files in a folder and in the folders in it, in the order of their names. Inside a repository those that git tracks or would add,
 * unless the folder itself is ignored: then whoever named it wants it read. `.git` is never gone into, links are never followed.
 */
export async function walk(directory: string, walked: Walked, options: WalkOptions): Promise<void> {
  const listed = options.gitignore && isInRepository(directory) ? await listedByGit(directory, options) : null
  if (listed === null) return readFolder(directory, walked, options)
  for (const name of listed) {
    const path = join(directory, name)
    const kind = kindOf(path, options)
    if (kind !== null) await add(path, kind, walked, options)
  }
}

async function readFolder(directory: string, walked: Walked, options: WalkOptions): Promise<void> {
  let entries: Dirent[] = []
  try {
    entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    options.onError(directory, error)
  }
  for (const entry of entries) if (entry.name !== '.git') await add(join(directory, entry.name), entry, walked, options)
}

/** Null when it is gone: git lists what it tracks. */
function kindOf(path: string, { onError }: WalkOptions): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null
  } catch (error) {
    onError(path, error)
    return null
  }
}

async function add(path: string, kind: Dirent | Stats, walked: Walked, options: WalkOptions): Promise<void> {
  if (isExcluded(nameOf(path), options.exclude)) return
  if (kind.isFile()) walked.files.push(path)
  else if (kind.isSymbolicLink()) walked.links++
  else if (!kind.isDirectory()) walked.special++
  else if (options.gitignore && existsSync(join(path, '.git'))) await walk(path, walked, options)
  else await readFolder(path, walked, options)
}

/** A path as reports show it: from the current directory, where it lies below that. */
export function nameOf(path: string): string {
  const name = relative('.', path)
  return name === '' ? '.' : /^\.\.(\/|$)/.test(name) ? path : name
}

/**
 * `*` stands for any characters, slashes too. A pattern without a slash is compared with every name in the path, one with a slash with the
 * path from its beginning; what lies in an excluded folder is excluded.
 */
export function isExcluded(name: string, patterns: readonly string[]): boolean {
  if (patterns.length === 0) return false
  const names = name.split('/')
  return patterns.some((pattern) =>
    names.some((one, i) => globText(pattern, pattern.includes('/') ? names.slice(0, i + 1).join('/') : one))
  )
}

function isInRepository(directory: string): boolean {
  for (let at = resolve(directory); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true
    if (at === dirname(at)) return false
  }
}

/** Null when git has no say: the folder itself is ignored, or git does not answer. */
async function listedByGit(directory: string, { onNotice }: WalkOptions): Promise<readonly string[] | null> {
  try {
    // Of an ignored folder git lists nothing but what is tracked all the same.
    const ignored = await gitSays({ args: ['check-ignore', '--quiet', '--', '.'], directory })
    return ignored ? null : await listFiles(directory)
  } catch (error) {
    onNotice(directory, error)
    return null
  }
}

async function listFiles(directory: string): Promise<string[]> {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '.']
  const names = new Set<string>()
  for await (const name of gitParts({ args, directory }, '\0')) names.add(name.replace(/\/$/, ''))
  return [...names].sort()
}
