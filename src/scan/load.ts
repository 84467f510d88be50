import type { $ZodIssue } from 'zod/v4/core'
import { LogveilError } from '../errors.ts'
import type { Detector } from '../model.ts'
import { type ByteClass, complementOf, isWide, parseClass } from './char-class.ts'
import { checks } from './checks/index.ts'
import { nearest } from './nearest.ts'
import { groupCount, groupLastClass, maxLengthOf, PatternError, parsePattern } from './pattern.ts'
import { type DetectorEntry, knownNames, type ProviderFile, providerSchema } from './schema.ts'
import { expand, templateMistake } from './template.ts'

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

/** A detector and whether it may replace another one of the same id. */
export interface LoadedDetector extends Detector {
  readonly override: boolean
}

/** Where a loaded detector stands, for rules that need more than the loader (see verify.ts). */
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
  const placed: Placed[] = []
  const mistakes: Mistake[] = []
  const seen = new Map<string, string>()
  for (const source of sources) {
    const parsed = providerSchema.safeParse(source.content)
    if (!parsed.success) {
      mistakes.push(...parsed.error.issues.flatMap((issue) => describeIssue(source, issue)))
      continue
    }
    mistakes.push(...fileMistakes(source, parsed.data))
    parsed.data.detectors.forEach((entry, index) => {
      const path = ['detectors', index]
      const found = [...duplicate(entry, source, seen), ...entryMistakes(entry, parsed.data)]
      mistakes.push(...found.map(({ at, message }) => mistakeAt(source, [...path, ...at], entry.id, message)))
      if (found.length === 0) placed.push({ detector: complete(entry, parsed.data), source, path })
    })
  }
  return { placed, mistakes }
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
  const field = path[0] === 'detectors' && path.length > 2 ? path.slice(2) : path
  return { file: source.file, line: source.lineOf(path), detector, field: fieldName(field), message }
}

/** Numbers from 1, as people count examples. */
function fieldName(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part + 1}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}

function describeIssue(source: DetectorSource, issue: $ZodIssue): Mistake[] {
  const id = idAt(source.content, issue.path)
  if (issue.code !== 'unrecognized_keys') return [mistakeAt(source, issue.path, id, plain(issue.message))]
  return issue.keys.map((key) => {
    const close = nearest(key, knownNames(issue.path))
    const hint = close === null ? `known are ${knownNames(issue.path).join(', ')}` : `did you mean ${close}?`
    return mistakeAt(source, [...issue.path, key], id, `is not known: ${hint}`)
  })
}

function plain(message: string): string {
  return message
    .replace(/^Invalid input: expected (\w+), received undefined$/, 'is missing: a $1 is expected')
    .replace(/^Invalid input: /, '')
}

function idAt(content: unknown, path: Path): string | null {
  if (path[0] !== 'detectors' || typeof path[1] !== 'number') return null
  const id = (content as { detectors: { id?: unknown }[] }).detectors[path[1]]?.id
  return typeof id === 'string' ? id : `detector ${path[1] + 1}`
}

function fileMistakes(source: DetectorSource, { provider }: ProviderFile): Mistake[] {
  const name = source.file.split(/[/\\]/).at(-1)
  if (name === `${provider}.yaml`) return []
  return [mistakeAt(source, ['provider'], null, `is ${provider}, so the file must be named ${provider}.yaml`)]
}

/** A mistake in a detector: where, seen from the detector, and what. */
interface Problem {
  readonly at: Path
  readonly message: string
}

function duplicate(entry: DetectorEntry, source: DetectorSource, seen: Map<string, string>): Problem[] {
  const first = seen.get(entry.id)
  if (first !== undefined) return [{ at: ['id'], message: `is taken by a detector in ${first}: choose another one` }]
  seen.set(entry.id, source.file)
  return []
}

function entryMistakes(entry: DetectorEntry, file: ProviderFile): Problem[] {
  return [
    ...idMistakes(entry, file),
    ...keywordMistakes(entry),
    ...patternMistakes(entry),
    ...boundaryMistakes(entry),
    ...checkMistakes(entry),
    ...exampleMistakes(entry)
  ]
}

function idMistakes({ id, references }: DetectorEntry, { provider, references: shared }: ProviderFile): Problem[] {
  const problems: Problem[] = []
  if (!id.startsWith(`${provider}-`)) problems.push({ at: ['id'], message: `must begin with ${provider}-` })
  if ((references ?? shared).length === 0) {
    problems.push({
      at: ['references'],
      message: 'is missing: link the page that describes the format, here or for the whole file'
    })
  }
  return problems
}

function keywordMistakes({ keywords, reason, context }: DetectorEntry): Problem[] {
  return keywords.flatMap((keyword, i): Problem[] => {
    const size = Buffer.byteLength(keyword)
    if (size >= 3 || (size === 2 && reason !== undefined)) return []
    const remedy =
      context === 'anywhere' ? 'take a longer literal of the pattern' : 'take a longer part of the key name'
    return [
      {
        at: ['keywords', i],
        message: `has fewer than 3 bytes and would be everywhere: ${remedy}${size === 2 ? ', or say why it must be in reason:' : ''}`
      }
    ]
  })
}

function patternMistakes(entry: DetectorEntry): Problem[] {
  const { pattern, value, context, matcher } = entry
  const problems: Problem[] = []
  const add = (field: string, message: string) => problems.push({ at: [field], message })
  if (value !== undefined && context === 'anywhere')
    add('value', 'needs a key in front: set context to assigned or near, or leave it out')
  if (matcher === 'pem') {
    if (pattern !== undefined) add('pattern', 'is not used by matcher pem: leave it out')
    if (context !== 'anywhere') add('context', 'must be anywhere with matcher pem')
  } else if (pattern !== undefined) {
    problems.push(...dialectMistakes(entry, pattern))
  } else if (context === 'near')
    add('pattern', 'is missing: near looks for it behind the keyword; or set context to assigned')
  else if (value === undefined)
    add('pattern', context === 'assigned' ? 'and value are missing: give one' : 'is missing')
  return problems
}

function dialectMistakes({ caseInsensitive, maxLength }: DetectorEntry, pattern: string): Problem[] {
  try {
    const ast = parsePattern(pattern, caseInsensitive)
    if (groupCount(ast) !== 1) {
      return [
        {
          at: ['pattern'],
          message: `has ${groupCount(ast)} capture groups: put ( ) around what is redacted and (?: ) around the rest`
        }
      ]
    }
    if (ast.unbounded !== null)
      return [
        {
          at: ['pattern'],
          message: `has no longest match (${ast.unbounded}): write {1,200} instead of + and {0,200} instead of *`
        }
      ]
    const longest = maxLengthOf(ast)
    if (longest > 65_536) return [{ at: ['pattern'], message: `matches up to ${longest} bytes: 65536 are the limit` }]
    // Less would cut the window in which the pattern is searched, and with it the secret.
    if (maxLength !== undefined && maxLength !== longest) {
      return [{ at: ['maxLength'], message: `must be ${longest}, the longest match of the pattern: leave it out` }]
    }
    return []
  } catch (error) {
    if (error instanceof PatternError) return [{ at: ['pattern'], message: `is outside the dialect: ${error.message}` }]
    throw error
  }
}

function boundaryMistakes({ boundaries }: DetectorEntry): Problem[] {
  return (['left', 'right'] as const).flatMap((side): Problem[] => {
    try {
      parseClass(boundaries?.[side] ?? '')
      return []
    } catch (error) {
      if (error instanceof PatternError)
        return [{ at: ['boundaries', side], message: `is no character class: ${error.message}` }]
      throw error
    }
  })
}

function checkMistakes(entry: DetectorEntry): Problem[] {
  return entry.checks.flatMap((name, i): Problem[] => {
    if (Object.hasOwn(checks, name)) return []
    const close = nearest(name, Object.keys(checks))
    return [
      {
        at: ['checks', i],
        message: `there is no check ${name}: ${close === null ? '`logveil detectors list --checks` lists them' : `did you mean ${close}?`}`
      }
    ]
  })
}

function exampleMistakes(entry: DetectorEntry): Problem[] {
  const limit = entry.maxLength ?? Number.POSITIVE_INFINITY
  const examples = entry.examples.flatMap((template, i): Problem[] => {
    const at = ['examples', i]
    const wrong = templateMistake(template)
    if (wrong !== null) return [{ at, message: wrong }]
    const { text, spans } = expand(template, 1, 'most')
    const problems: Problem[] = []
    if (spans.length === 0) problems.push({ at, message: 'marks no secret: put [[ ]] around it' })
    if (!containsKeyword(text, entry.keywords)) problems.push({ at, message: 'contains none of the keywords' })
    const longest = Math.max(...spans.map(([start, end]) => end - start))
    if (longest > limit)
      problems.push({ at, message: `holds a secret of ${longest} bytes: maxLength must be at least that` })
    return problems
  })
  const counterExamples = entry.counterExamples.flatMap((template, i): Problem[] => {
    const at = ['counterExamples', i]
    const wrong = templateMistake(template)
    if (wrong !== null) return [{ at, message: wrong }]
    return expand(template, 1).spans.length === 0 ? [] : [{ at, message: 'marks a secret: take the [[ ]] out' }]
  })
  return [...examples, ...counterExamples]
}

export function containsKeyword(text: string, keywords: readonly string[]): boolean {
  const folded = foldAscii(text)
  return keywords.some((keyword) => folded.includes(foldAscii(keyword)))
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

const alnum = 'A-Za-z0-9'
/** For a value that only the grammar of assignments delimits. */
const valueLength = 4096
const pemLength = 65_536

function complete(entry: DetectorEntry, file: ProviderFile): LoadedDetector {
  const pattern = entry.pattern ?? ''
  return {
    id: entry.id,
    name: entry.name,
    provider: file.provider,
    severity: entry.severity,
    keywords: entry.keywords,
    context: entry.context,
    pattern,
    caseInsensitive: entry.caseInsensitive,
    maxLength: entry.maxLength ?? defaultLength(entry),
    boundaries: {
      left: entry.boundaries?.left ?? alnum,
      right: entry.boundaries?.right ?? rightBoundary(pattern, entry.caseInsensitive)
    },
    checks: entry.checks,
    value: entry.value ?? null,
    matcher: entry.matcher,
    allow: entry.allow,
    examples: entry.examples,
    counterExamples: entry.counterExamples,
    references: entry.references ?? file.references,
    rotation: entry.rotation ?? file.rotation ?? null,
    override: entry.override
  }
}

function defaultLength({ matcher, pattern, caseInsensitive }: DetectorEntry): number {
  if (matcher === 'pem') return pemLength
  return pattern === undefined ? valueLength : maxLengthOf(parsePattern(pattern, caseInsensitive))
}

/** A token ends where the alphabet of its last character does. */
function rightBoundary(pattern: string, caseInsensitive: boolean): string {
  const last = pattern === '' ? null : groupLastClass(parsePattern(pattern, caseInsensitive))
  return last === null ? alnum : writeClass(last) || alnum
}

/** The class as inside `[...]`, so that parseClass gives it back; empty when it leaves out nothing. */
function writeClass(set: ByteClass): string {
  if (isWide(set)) {
    const outside = writeClass(complementOf(set))
    return outside === '' ? '' : `^${outside}`
  }
  let text = ''
  for (let byte = 0; byte < 128; byte++) {
    if (set[byte] === 0) continue
    let last = byte
    while (last < 127 && set[last + 1] === 1) last++
    text += last - byte < 2 ? writeByte(byte) : `${writeByte(byte)}-${writeByte(last)}`
    if (last - byte >= 2) byte = last
  }
  return text
}

function writeByte(byte: number): string {
  if (byte <= 0x20 || byte === 0x7f) return `\\x${byte.toString(16).padStart(2, '0')}`
  const char = String.fromCharCode(byte)
  return '\\[]^-'.includes(char) ? `\\${char}` : char
}
