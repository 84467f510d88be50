import RE2 from 're2'
import type { GitleaksAllowlist } from './gitleaks-schema.ts'

/** RE2 patterns on the secret, as a detector's `allow`, and what they cannot say, so that more is found than gitleaks would. */
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
  const allow = patterns.filter(compiles)
  const refused = patterns.length - allow.length
  return {
    allow,
    changes: refused === 0 ? [] : [`${refused} of its allowlists' regexes do not compile in RE2: left out`]
  }
}

export function compiles(pattern: string): boolean {
  try {
    new RE2(pattern)
    return true
  } catch {
    return false
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}
