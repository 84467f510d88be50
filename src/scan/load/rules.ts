import { checks } from '../checks/index.ts'
import { isJoint } from '../kernel/guard.ts'
import { classOf, isWide, isWithin, parseClass } from '../pattern/char-class.ts'
import {
  alphabetOf,
  groupCount,
  maxLengthOf,
  minLengthOf,
  type PatternAst,
  PatternError,
  parseAllow,
  parsePattern
} from '../pattern/pattern.ts'
import { expand, templateMistake } from '../template.ts'
import { tailOf, urlAlphabet } from '../token/joints.ts'
import { rarePrefixesOf } from '../token/token-literals.ts'
import { nearest } from './nearest.ts'
import type { DetectorEntry, FileHead } from './schema.ts'

/** A mistake in a detector: where, seen from the detector, and what. */
export interface Problem {
  readonly at: readonly PropertyKey[]
  readonly message: string
}

/** Every rule between the fields of a detector, and those that its schema cannot say. `file`: null when that has mistakes itself. */
export function problemsOf(entry: DetectorEntry, file: FileHead | null): Problem[] {
  return [
    ...(file === null ? [] : idMistakes(entry, file)),
    ...keywordMistakes(entry),
    ...runMistakes(entry),
    ...patternMistakes(entry),
    ...allowMistakes(entry),
    ...boundaryMistakes(entry),
    ...checkMistakes(entry),
    ...exampleMistakes(entry)
  ]
}

function idMistakes({ id, references }: DetectorEntry, { provider, references: shared }: FileHead): Problem[] {
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

function keywordMistakes(entry: DetectorEntry): Problem[] {
  const { keywords, reason, context } = entry
  const joins = keywords.some((keyword) => keyword.length === 1) && endsInTail(entry)
  return keywords.flatMap((keyword, i): Problem[] => {
    const size = Buffer.byteLength(keyword)
    if (size >= 3 || (size === 1 && joins)) return []
    if (size === 2 && reason !== undefined)
      return context !== 'anywhere' || beginsMatches(entry) ? [] : [tooShort(i, leads)]
    const remedy =
      context === 'anywhere' ? 'take a longer literal of the pattern' : 'take a longer part of the key name'
    return [tooShort(i, `${remedy}${size === 2 ? ', or say why it must be in reason:' : ''}`)]
  })
}

const leads = 'begin the pattern with it as a literal ((?:AB|AC) for A[BC]), and 16 certain bytes behind it'

function tooShort(keyword: number, remedy: string): Problem {
  return { at: ['keywords', keyword], message: `has fewer than 3 bytes and would be everywhere: ${remedy}` }
}

/** Then the kernel looks at what follows; else every occurrence would be searched around. */
function beginsMatches({ pattern, caseInsensitive }: DetectorEntry): boolean {
  const ast = pattern === undefined ? null : parsedOrNull(pattern, caseInsensitive)
  return ast !== null && rarePrefixesOf(ast) !== null
}

/** One byte is keyword enough where so much has to follow that it stands nowhere: see token/joints.ts. */
function endsInTail({ keywords, context, pattern, caseInsensitive, boundaries }: DetectorEntry): boolean {
  if (context !== 'anywhere' || pattern === undefined) return false
  const ast = parsedOrNull(pattern, caseInsensitive)
  const tail = ast === null ? null : tailOf(ast)
  if (tail === null || (tail.wide && !isWithin(urlAlphabet, parseClass(boundaries?.left ?? '')))) return false
  return keywords.every(isJoint) && isWithin(tail.joints, classOf(...keywords.map((keyword) => keyword.charCodeAt(0))))
}

/** Shortest match of a pattern that no keyword leads to, in bytes: shorter runs are everywhere. */
const shortestRun = 12

/** Without keywords every run of the pattern's alphabet is looked at, which must be few and quick to skip. */
function runMistakes({ keywords, context, matcher, pattern, caseInsensitive }: DetectorEntry): Problem[] {
  if (keywords.length > 0) return []
  const mistake = (message: string): Problem[] => [{ at: ['keywords'], message }]
  if (context !== 'anywhere' || matcher !== 'pattern' || pattern === undefined)
    return mistake('are missing: only a pattern with context anywhere can do without')
  const root = parsedOrNull(pattern, caseInsensitive)
  if (root === null) return []
  if (minLengthOf(root) < shortestRun)
    return mistake(`are missing: only a pattern of at least ${shortestRun} bytes can do without`)
  return isWide(alphabetOf(root.root))
    ? mistake('are missing: only a pattern of ASCII characters can do without, so no . and no [^...]')
    : []
}

/** What is wrong with the pattern itself is told by patternMistakes. */
function parsedOrNull(pattern: string, caseInsensitive: boolean): PatternAst | null {
  try {
    return parsePattern(pattern, caseInsensitive)
  } catch (error) {
    if (error instanceof PatternError) return null
    throw error
  }
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
          message: `has no longest match: ${ast.unbounded}`
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

function allowMistakes({ allow }: DetectorEntry): Problem[] {
  return allow.flatMap((pattern, i): Problem[] => {
    try {
      parseAllow(pattern)
      return []
    } catch (error) {
      if (error instanceof PatternError)
        return [{ at: ['allow', i], message: `is outside the dialect: ${error.message}` }]
      throw error
    }
  })
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

/** True also where there are none, and nothing is asked. */
export function containsKeyword(text: string, keywords: readonly string[]): boolean {
  if (keywords.length === 0) return true
  const folded = foldAscii(text)
  return keywords.some((keyword) => folded.includes(foldAscii(keyword)))
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
