import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gitText } from './git.ts'
import { changesInIndex } from './git-changes.ts'
import type { ScanArguments } from './scan-options.ts'
import type { Target } from './scan-target.ts'
import { isExcluded, nameOf, type Walked, type WalkOptions, walk } from './walk.ts'

export interface Targets {
  readonly targets: readonly Target[]
  readonly links: number
  readonly special: number
}

/** In the order in which they were named. Throws `INPUT_FAILED` when git does not tell what has changed. */
export async function findTargets(
  { paths, changes, ...options }: Pick<ScanArguments, 'paths' | 'changes' | 'gitignore' | 'exclude'>,
  told: Pick<WalkOptions, 'onError' | 'onNotice'>
): Promise<Targets> {
  if (changes !== null)
    return { targets: await changedTargets(changes.since, paths, options.exclude), links: 0, special: 0 }
  const targets: Target[] = []
  const counts = { links: 0, special: 0 }
  const seen = new Set<string>()
  const addFile = (path: string, follow: boolean): void => {
    const place = resolve(path)
    if (!seen.has(place)) targets.push({ kind: 'file', name: nameOf(path), path, follow })
    seen.add(place)
  }
  for (const path of paths) {
    if (path === '-') targets.push({ kind: 'input', name: '-' })
    else if (!isFolder(path)) addFile(path, true)
    else {
      const walked: Walked = { files: [], links: 0, special: 0 }
      await walk(path, walked, { ...options, ...told })
      for (const file of walked.files) addFile(file, false)
      counts.links += walked.links
      counts.special += walked.special
    }
  }
  return { targets, ...counts }
}

/** What is not there is found out when it is opened. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

async function changedTargets(
  since: string | null,
  paths: readonly string[],
  exclude: readonly string[]
): Promise<Target[]> {
  const top = await gitText({ args: ['rev-parse', '--show-toplevel'], directory: null })
  const changes = await changesInIndex(since, paths)
  return changes
    .map(({ path, blob, lines }): Target => ({ kind: 'blob', name: nameOf(join(top, path)), blob, lines }))
    .filter(({ name }) => !isExcluded(name, exclude))
}
