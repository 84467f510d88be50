import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { LogveilError } from '../errors.ts'
import type { Detector } from '../model.ts'
import {
  assertNoMistakes,
  type DetectorSource,
  type LoadedDetector,
  type LoadResult,
  loadDetectors,
  type Mistake,
  type Placed
} from '../scan/load/load.ts'
import { nearest } from '../scan/load/nearest.ts'
import { importGitleaks, type Remark } from './gitleaks.ts'
import { lineOf } from './yaml-places.ts'

/** Loads every detector file of a directory (not of its subdirectories). Throws DETECTOR_INVALID with all mistakes, INPUT_FAILED when it cannot be read. */
export function loadDetectorDirectory(path: string): LoadedDetector[] {
  return loadDetectorFiles(detectorFilesIn(path))
}

/** Loads detector files, `*.toml` as gitleaks configurations; throws as loadDetectorDirectory does. `onRemark` hears what was left out. */
export function loadDetectorFiles(
  paths: readonly string[],
  onRemark: (remark: Remark) => void = () => {}
): LoadedDetector[] {
  const { placed, mistakes, remarks } = readDetectorFiles(paths)
  assertNoMistakes(mistakes)
  remarks.forEach(onRemark)
  return placed.map(({ detector }) => detector)
}

export interface ReadResult extends LoadResult {
  /** What of gitleaks configurations could not be taken as it is. */
  readonly remarks: readonly Remark[]
}

/** Detectors with their places, and the mistakes as data: for `detectors check`. */
export function readDetectorFiles(paths: readonly string[]): ReadResult {
  const imports = paths.filter(isToml).map(readImport)
  const read = paths.filter((path) => !isToml(path)).map(readSource)
  const { placed, mistakes } = loadDetectors(read.flatMap(({ source }) => (source === null ? [] : [source])))
  return {
    placed: [...placed, ...imports.flatMap((result) => result.placed)],
    mistakes: [...[...read, ...imports].flatMap((result) => result.mistakes), ...mistakes],
    remarks: imports.flatMap((result) => result.remarks)
  }
}

function isToml(path: string): boolean {
  return path.endsWith('.toml')
}

function readImport(path: string): ReadResult {
  const file = displayPath(path)
  const { text, mistakes: tooLarge } = readText(path, file)
  if (tooLarge.length > 0) return { placed: [], mistakes: tooLarge, remarks: [] }
  const { detectors, mistakes, remarks } = importGitleaks(file, text)
  const placed = detectors.map(({ detector, line }): Placed => {
    return { detector, source: { file, content: null, lineOf: () => line }, path: [] }
  })
  return { placed, mistakes, remarks }
}

/** The detector files of a directory, in the order of their names. An empty directory is an error: it would switch detection off. */
export function detectorFilesIn(path: string): string[] {
  const names = attempt(`detectors: cannot read the directory ${path}`, () => readdirSync(path)).sort()
  const misnamed = names.find((name) => name.endsWith('.yml'))
  if (misnamed !== undefined)
    throw new LogveilError('DETECTOR_INVALID', `${join(path, misnamed)}: rename it to .yaml, or it is not loaded`)
  const files = names.filter((name) => name.endsWith('.yaml') || isToml(name)).map((name) => join(path, name))
  if (files.length === 0) throw new LogveilError('DETECTOR_INVALID', `${path}: holds no detector file (*.yaml, *.toml)`)
  return files
}

/**
 * The bundled detectors with a user's own. Throws DETECTOR_INVALID, with all mistakes, for an id that is there already without
 * `override: true`, an override of nothing, and a disabled id that does not exist.
 */
export function mergeDetectors(
  base: readonly Detector[],
  extra: readonly LoadedDetector[],
  { disable }: { readonly disable: readonly string[] }
): Detector[] {
  const merged = new Map(base.map((detector) => [detector.id, detector]))
  const problems = extra.flatMap(({ override, ...detector }) => {
    const wrong = overrideProblem(detector.id, override, merged)
    merged.set(detector.id, detector)
    return wrong
  })
  const unknown = disable
    .filter((id) => !merged.has(id))
    .map((id) => `disable: there is no detector ${id}${suggestion(id, merged.keys())}`)
  const all = [...problems, ...unknown]
  if (all.length > 0) throw new LogveilError('DETECTOR_INVALID', all.join('\n'))
  return [...merged.values()].filter(({ id }) => !disable.includes(id))
}

function overrideProblem(id: string, override: boolean, known: ReadonlyMap<string, Detector>): string[] {
  if (known.has(id) === override) return []
  if (!override)
    return [`${id}: there is a detector of this id already: choose another id, or set override: true to replace it`]
  return [`${id}: override: true, but there is no detector to replace${suggestion(id, known.keys())}`]
}

function suggestion(id: string, known: Iterable<string>): string {
  const close = nearest(id, known)
  return close === null ? ': `logveil detectors list` shows them all' : `: did you mean ${close}?`
}

/** Detector files are written by hand: a megabyte is somebody else's file. */
const maxFileBytes = 1 << 20

function readSource(path: string): { source: DetectorSource | null; mistakes: Mistake[] } {
  const file = displayPath(path)
  const { text, mistakes } = readText(path, file)
  if (mistakes.length > 0) return { source: null, mistakes }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  if (document.errors.length > 0) {
    const found = document.errors.map((error) =>
      fileMistake(file, lines.linePos(error.pos[0]).line, `is no valid YAML: ${yamlProblem(error.code)}`)
    )
    return { source: null, mistakes: found }
  }
  const content: unknown = attempt(`${file}: is no valid YAML`, () => document.toJS({ maxAliasCount: 100 }))
  const source = { file, content, lineOf: (keys: readonly PropertyKey[]) => lineOf(document.contents, keys, lines) }
  return { source, mistakes: [] }
}

function readText(path: string, file: string): { text: string; mistakes: Mistake[] } {
  const text = attempt(`detectors: cannot read ${file}`, () => readFileSync(path, 'utf8'))
  return { text, mistakes: text.length > maxFileBytes ? [fileMistake(file, 0, 'is larger than 1 MiB')] : [] }
}

function fileMistake(file: string, line: number, message: string): Mistake {
  return { file, line, detector: null, field: '', message }
}

/** The path as a person in this directory would write it. */
function displayPath(path: string): string {
  const shown = relative('', path)
  return shown === '' || shown.startsWith('..') ? path : shown
}

/** What the usual codes of the yaml package mean; its own messages can quote the file. */
function yamlProblem(code: string): string {
  const known: Record<string, string> = {
    TAB_AS_INDENT: 'indent with spaces instead of tabs',
    BAD_INDENT: 'the indentation does not fit',
    DUPLICATE_KEY: 'the key stands there twice',
    MISSING_CHAR: 'a quote, bracket or colon is missing (put patterns and examples in single quotes)',
    BLOCK_AS_IMPLICIT_KEY: 'the text needs quotes (put patterns and examples in single quotes)',
    UNEXPECTED_TOKEN: 'the text needs quotes (put patterns and examples in single quotes)',
    BAD_DQ_ESCAPE: 'a backslash in double quotes (put patterns and examples in single quotes)'
  }
  return known[code] ?? code.toLowerCase().replaceAll('_', ' ')
}

function attempt<T>(message: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw new LogveilError('INPUT_FAILED', code === undefined ? message : `${message} (${code})`, { cause })
  }
}
