import { PatternError, parseAllow } from '../scan/pattern/pattern.ts'
import type { GitleaksAllowlist } from './gitleaks-schema.ts'
import { GoRegexError, parseGoRegex } from './go-regex.ts'
import { writeAllow } from './go-regex-dialect.ts'

/** Patterns on the secret, as a detector's `allow`, and what they cannot say, so that more is found than gitleaks would. */
export interface Allowed {
  readonly allow: readonly string[]
  readonly changes: readonly string[]
}

/** `wholeMatch`: the secret is all that the rule's regex matches, so that it is what `regexTarget = "match"` looks at. */
export function translateAllowlist(allowlist: GitleaksAllowlist, wholeMatch: boolean): Allowed {
  const { condition, regextarget: target, regexes, stopwords, paths, commits } = allowlist
  const places = paths.length + commits.length > 0
  if (/^(?:and|&&)$/i.test(condition)) {
    if (places) return leftOut('asks for paths or commits as well (condition AND): logs have none')
    if (regexes.length > 0 && stopwords.length > 0)
      return leftOut('asks for a regex and a stopword at once (condition AND)')
  }
  const words = stopwords.length === 0 ? [] : [`(?i)(?:${stopwords.map(escaped).join('|')})`]
  if (regexes.length === 0 || target === '' || target === 'secret' || (target === 'match' && wholeMatch))
    return compiled([...regexes, ...words])
  const { changes } = leftOut(`looks at the whole ${target === 'line' ? 'line' : 'match'} (regexTarget)`)
  return { allow: words, changes }
}

function leftOut(why: string): Allowed {
  return { allow: [], changes: [`an allowlist is left out: it ${why}`] }
}

function compiled(patterns: readonly string[]): Allowed {
  const allow = patterns.map(inDialect).filter((pattern) => pattern !== null)
  const refused = patterns.length - allow.length
  return {
    allow,
    changes: refused === 0 ? [] : [`${refused} of its allowlists' regexes cannot be read: left out`]
  }
}

/** As it is, where it can be; null when there is no way to write it. */
function inDialect(regex: string): string | null {
  return [() => regex, () => writeAllow(parseGoRegex(regex))].map(readable).find((pattern) => pattern !== null) ?? null
}

function readable(write: () => string): string | null {
  try {
    const pattern = write()
    parseAllow(pattern)
    return pattern
  } catch (error) {
    if (error instanceof PatternError || error instanceof GoRegexError) return null
    throw error
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}
