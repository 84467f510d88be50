import type { $ZodIssue } from 'zod/v4/core'
import { LogveilError } from '../../errors.ts'
import { complete, type LoadedDetector } from './defaults.ts'
import { nearest } from './nearest.ts'
import { type Problem, problemsOf } from './rules.ts'
import { type DetectorEntry, detectorSchema, type FileHead, fileSchema, knownNames } from './schema.ts'

export type { LoadedDetector } from './defaults.ts'

type Path = readonly PropertyKey[]

/** A detector file, parsed but not looked at. */
export interface DetectorSource {
  /** For messages, and its last part must be `<provider>.yaml`. */
  readonly file: string
  readonly content: unknown
  /** 1-based line of a value, or of the nearest one above it; 0 when unknown. */
  lineOf(path: Path): number
}

/** One thing wrong with a detector file, and how to put it right. Never quotes an example. */
export interface Mistake {
  readonly file: string
  readonly line: number
  readonly detector: string | null
  /** `examples[2]`: the second example. */
  readonly field: string
  readonly message: string
}

/** Where a loaded detector stands, for rules that need more than the loader (see self-test.ts). */
export interface Placed {
  readonly detector: LoadedDetector
  readonly source: DetectorSource
  readonly path: Path
}

export interface LoadResult {
  readonly placed: readonly Placed[]
  readonly mistakes: readonly Mistake[]
}

/** Validates detector files and fills in defaults. Collects every mistake of every file; a detector with one is left out. */
export function loadDetectors(sources: readonly DetectorSource[]): LoadResult {
  const seen = new Map<string, string>()
  const results = sources.map((source) => loadSource(source, seen))
  return {
    placed: results.flatMap(({ placed }) => placed),
    mistakes: results.flatMap(({ mistakes }) => mistakes)
  }
}

/** So that what is missing can be told from what is wrong; the input itself is never shown. */
const reportInput = { reportInput: true }

/** `seen`: the file of every id so far. */
function loadSource(source: DetectorSource, seen: Map<string, string>): LoadResult {
  const head = fileSchema.safeParse(source.content, reportInput)
  const mistakes = head.success ? fileMistakes(source, head.data) : issues(source, head.error, [])
  const placed: Placed[] = []
  for (const [index, content] of entriesOf(source.content).entries()) {
    const path = ['detectors', index]
    const entry = detectorSchema.safeParse(content, reportInput)
    if (!entry.success) {
      mistakes.push(...issues(source, entry.error, path))
      continue
    }
    const problems = [...duplicate(entry.data, source, seen), ...problemsOf(entry.data, head.data ?? null)]
    mistakes.push(...problems.map(({ at, message }) => mistakeAt(source, [...path, ...at], entry.data.id, message)))
    if (problems.length === 0 && head.success) placed.push({ detector: complete(entry.data, head.data), source, path })
  }
  return { placed, mistakes }
}

function entriesOf(content: unknown): unknown[] {
  const entries = typeof content === 'object' && content !== null && 'detectors' in content ? content.detectors : []
  return Array.isArray(entries) ? entries : []
}

/** Throws DETECTOR_INVALID with all mistakes, one a line. */
export function assertNoMistakes(mistakes: readonly Mistake[]): void {
  if (mistakes.length > 0) throw new LogveilError('DETECTOR_INVALID', mistakes.map(formatMistake).join('\n'))
}

/** `detectors/github.yaml:12: github-pat: examples[2]: ...` */
export function formatMistake({ file, line, detector, field, message }: Mistake): string {
  const place = line > 0 ? `${file}:${line}` : file
  return [place, detector, field, message].filter((part) => part !== null && part !== '').join(': ')
}

export function mistakeAt(source: DetectorSource, path: Path, detector: string | null, message: string): Mistake {
  const field = path[0] === 'detectors' && path.length > 1 ? path.slice(2) : path
  return { file: source.file, line: source.lineOf(path), detector, field: fieldName(field), message }
}

/** Numbers from 1, as people count examples. */
function fieldName(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part + 1}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}

function issues(source: DetectorSource, { issues: all }: { issues: $ZodIssue[] }, at: Path): Mistake[] {
  return all.flatMap((issue) => describeIssue(source, issue, [...at, ...issue.path]))
}

function describeIssue(source: DetectorSource, issue: $ZodIssue, path: Path): Mistake[] {
  const id = idAt(source.content, path)
  if (issue.code !== 'unrecognized_keys') return [mistakeAt(source, path, id, remedy(issue))]
  return issue.keys.map((key) => {
    const close = nearest(key, knownNames(path))
    const hint = close === null ? `known are ${knownNames(path).join(', ')}` : `did you mean ${close}?`
    return mistakeAt(source, [...path, key], id, `is not known: ${hint}`)
  })
}

/** In our words; the texts that schema.ts gives stay. */
function remedy(issue: $ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing: ${kinds[issue.expected] ?? issue.expected} is expected`
        : `must be ${kinds[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`
    case 'too_small':
      return issue.origin === 'array'
        ? `needs at least ${issue.minimum} entries`
        : `must be at least ${issue.minimum}${unit(issue.origin)}`
    case 'too_big':
      return issue.origin === 'array'
        ? `may have ${issue.maximum} entries`
        : `must be at most ${issue.maximum}${unit(issue.origin)}`
    default:
      return issue.message
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping'
}

function unit(origin: string): string {
  return origin === 'string' ? ' characters long' : ''
}

function idAt(content: unknown, path: Path): string | null {
  if (path[0] !== 'detectors' || typeof path[1] !== 'number') return null
  const id = (entriesOf(content)[path[1]] as { id?: unknown } | null)?.id
  return typeof id === 'string' ? id : `detector ${path[1] + 1}`
}

function fileMistakes(source: DetectorSource, { provider }: FileHead): Mistake[] {
  const name = source.file.split(/[/\\]/).at(-1)
  if (name === `${provider}.yaml`) return []
  return [mistakeAt(source, ['provider'], null, `is ${provider}, so the file must be named ${provider}.yaml`)]
}

function duplicate(entry: DetectorEntry, source: DetectorSource, seen: Map<string, string>): Problem[] {
  const first = seen.get(entry.id)
  if (first !== undefined) return [{ at: ['id'], message: `is taken by a detector in ${first}: choose another one` }]
  seen.set(entry.id, source.file)
  return []
}
