import { LogveilError } from '../errors.ts'
import { type GitCall, gitParts } from './git.ts'

/** Lines of the new file, 1-based, both ends included. */
export type Range = readonly [first: number, last: number]

/** A file as it stands in the index, and what of it is new. */
export interface Change {
  /** From the top of the work tree. */
  readonly path: string
  readonly blob: string
  readonly lines: readonly Range[]
}

/**
 * What the index has that HEAD has not or, with a revision, the last commit that HEAD has in common with it. Regular files only; a renamed
 * one is new as a whole. Throws `INPUT_FAILED`.
 */
export async function changesInIndex(since: string | null, paths: readonly string[]): Promise<Change[]> {
  const between = since === null ? [] : ['--merge-base', since]
  const diff = (form: readonly string[]): GitCall => ({
    args: ['diff', '--cached', ...form, ...options, ...between, '--', ...paths],
    directory: null
  })
  const files = await changedFiles(diff(['--raw', '-z', '--no-abbrev', '--diff-filter=AMT']))
  const needed = files.reduce((sum, { sections }) => sum + sections, 0)
  const patch = diff(['--patch', '--unified=0', '--inter-hunk-context=0', '--diff-filter=MT'])
  const ranges = needed === 0 ? [] : await changedLines(patch)
  if (ranges.length !== needed) throw new LogveilError('INPUT_FAILED', 'the index changed while it was read: try again')
  let section = 0
  return files.flatMap(({ path, blob, isFile, sections }) => {
    section += sections
    const lines = sections === 0 ? wholeFile : ranges[section - 1]
    return isFile && lines.length > 0 ? [{ path, blob, lines }] : []
  })
}

/** Git is not asked for a patch of it: to make one it takes four times the memory of the file. */
const wholeFile: readonly Range[] = [[1, Number.POSITIVE_INFINITY]]

/** Whatever the configuration says. Everything is text here: what is binary is decided as for any other file. */
const options = [
  '--text',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--no-relative',
  '--no-indent-heuristic',
  '--ignore-submodules=all'
]

interface ChangedFile {
  readonly path: string
  readonly blob: string
  readonly isFile: boolean
  /** Of the patch, which has none for a new file and tells a change of kind, as from a link to a file, in two. */
  readonly sections: number
}

const sectionsOf: Record<string, number> = { A: 0, M: 1, T: 2 }

/** `:<mode> <mode> <id> <id> <status>`, then the path. */
async function changedFiles(call: GitCall): Promise<ChangedFile[]> {
  const files: ChangedFile[] = []
  let head: string[] | null = null
  for await (const part of gitParts(call, '\0')) {
    if (head === null) {
      head = part.slice(1).split(' ')
      continue
    }
    const [, mode, , blob, status] = head
    files.push({ path: part, blob, isFile: mode.startsWith('100'), sections: sectionsOf[status] })
    head = null
  }
  return files
}

/** For each section of a patch. Lines of the files themselves begin with another character. */
async function changedLines(call: GitCall): Promise<Range[][]> {
  const sections: Range[][] = []
  for await (const line of gitParts(call, '\n', 128)) {
    if (line.startsWith('diff --git ')) sections.push([])
    const [, first, count = '1'] = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? []
    if (first !== undefined && count !== '0') sections.at(-1)?.push([Number(first), Number(first) + Number(count) - 1])
  }
  return sections
}
