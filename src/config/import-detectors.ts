import { loadDetectors } from '../scan/load/load.ts'
import type { DetectorInput } from '../scan/load/schema.ts'
import { PatternError, parsePattern } from '../scan/pattern/pattern.ts'
import { translateAllowlist } from './gitleaks-allow.ts'
import { translateRegex } from './gitleaks-regex.ts'
import { gitleaksAllowlist } from './gitleaks-schema.ts'
import { GoRegexError, parseGoRegex } from './go-regex.ts'
import { boundRepeats } from './go-regex-bounds.ts'
import { casingOf, writeDialect } from './go-regex-dialect.ts'
import { sampleOf } from './import-sample.ts'
import { requiredLiterals } from './required-literals.ts'

/** Detectors that take the place of an imported setting, or why there are none. */
export type Made = { readonly detectors: readonly DetectorInput[] } | { readonly reason: string }

/** What stands in for a regex (Go's syntax) of which the whole match was masked. `id`: of the detector, with its provider. */
export function detectorsOfValues(regex: string, id: string, allow: readonly string[]): Made {
  try {
    const whole = withoutGroups(regex)
    const found = led(whole) ?? [unled(whole)]
    const detectors = found.map((one, i): DetectorInput => {
      const { pattern, caseInsensitive, keywords, boundaries } = one
      const ast = parsePattern(pattern, caseInsensitive)
      return {
        id: i === 0 ? id : `${id}-${i + 1}`,
        name: 'Imported pattern of values',
        severity: 'medium',
        keywords: [...keywords],
        context: 'anywhere',
        pattern,
        caseInsensitive,
        boundaries,
        allow: [...allow],
        examples: [0, 1].map((more) => `[[${escaped(sampleOf(ast, more))}]]`),
        counterExamples: ['nothing of it']
      }
    })
    return checked(detectors, id)
  } catch (error) {
    if (error instanceof GoRegexError || error instanceof PatternError) return { reason: error.message }
    throw error
  }
}

/** Longest value that is taken whatever it looks like, in bytes: RE2 repeats no more than 1,000 characters. */
export const longestBlockedValue = 4000

/**
 * What stands in for names whose values were masked whole, whatever they are. Longer values than `longestBlockedValue` are taken unless they read
 * as prose. A name that contains one of the key words is meant as well.
 */
export function detectorsOfKeys(keys: readonly string[], id: string, allow: readonly string[]): Made {
  const [key] = keys
  const detector = (name: string, length: number) => ({
    name,
    severity: 'high' as const,
    context: 'assigned' as const,
    keywords: [...keys],
    allow: [...allow],
    examples: [`{"${key}":"[[{{base62:${length}}}]]"}`, `{"a":1,"${key}":"[[{{base62:${length + 9}}}]]"}`],
    counterExamples: ['{"a":"{{base62:14}}"}']
  })
  const pattern = `([\\s\\S]{1,${longestBlockedValue / 4}})`
  return checked(
    [
      { id, ...detector('Imported key', 14), pattern },
      { id: `${id}-long`, ...detector('Imported key, long value', longestBlockedValue + 9), value: 'any' }
    ],
    id
  )
}

/** Key words of which every name that the regex matches holds one; null where there are none of three bytes. */
export function keysOf(regex: string): readonly string[] | null {
  try {
    const { pattern } = writeDialect(boundRepeats(parseGoRegex(withoutGroups(regex))), 0, true)
    const literals = requiredLiterals(parsePattern(pattern, true)) ?? []
    return literals.length > 0 && literals.every((text) => /^[\w.-]{3,64}$/.test(text)) ? literals : null
  } catch (error) {
    if (error instanceof GoRegexError || error instanceof PatternError) return null
    throw error
  }
}

/** Regexes of values that are let through, as `allow` of detectors; null where one cannot be read. */
export function allowOf(regex: string): string | null {
  return translateAllowlist(gitleaksAllowlist.parse({ regexes: [regex] }), true).allow[0] ?? null
}

interface Translated {
  readonly pattern: string
  readonly caseInsensitive: boolean
  readonly keywords: readonly string[]
  readonly boundaries: { readonly left?: string; readonly right?: string }
}

/** Literals lead to it; null where the regex holds none. */
function led(regex: string): readonly Translated[] | null {
  try {
    const found = translateRegex(regex, 0, [])
    return found.some(({ context }) => context !== 'anywhere') ? null : found
  } catch (error) {
    if (error instanceof GoRegexError) return null
    throw error
  }
}

/** Only length and alphabet lead to it. */
function unled(regex: string): Translated {
  const inner = regex.replace(/^\\b/, '').replace(/(?<!\\)\\b$/, '')
  const node = boundRepeats(parseGoRegex(inner))
  const dialect = writeDialect(node, 0, casingOf(node) === 'folded')
  const word = inner === regex ? '' : '\\w'
  return { ...dialect, keywords: [], boundaries: { left: word, right: word } }
}

/** Of the whole match nothing stays. */
function withoutGroups(regex: string): string {
  return regex.replace(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]|\((?:\?P?<\w+>|(?!\?))/g, (part) =>
    part.startsWith('(') ? '(?:' : part
  )
}

/** By the rules for detectors of users' own. */
function checked(detectors: readonly DetectorInput[], id: string): Made {
  const provider = id.split('-')[0]
  const content = { provider, references, detectors }
  const { mistakes } = loadDetectors([{ file: `${provider}.yaml`, content, lineOf: () => 0 }])
  const [mistake] = mistakes
  return mistake === undefined ? { detectors } : { reason: `${mistake.field.split('.').at(-1)} ${mistake.message}` }
}

/** Of imported detectors: where their kind is described. */
export const references = ['https://github.com/google/re2/wiki/Syntax']

function escaped(text: string): string {
  return text
    .replaceAll('{{', '{{lbraces}}')
    .replaceAll('[[', '{{lbrackets}}')
    .replaceAll(']]', '{{rbrackets}}')
    .replaceAll(/(?<!lbraces|brackets)\}\}(?!\})/g, '{{rbraces}}')
}
