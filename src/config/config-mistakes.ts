import type { z } from 'zod'
import type { $ZodIssue } from 'zod/v4/core'
import { nearest } from '../scan/load/nearest.ts'
import type { Mistake } from './config-yaml.ts'

export function formatMistake(file: string, { line, path, message }: Mistake): string {
  return `${file}${line > 0 ? `:${line}` : ''}: ${path === '' ? '' : `${path} `}${message}`
}

/** What is wrong with a file, in our words: what to write instead, never what was written. */
export function mistakesOf(
  issue: $ZodIssue,
  lineOf: (path: readonly PropertyKey[]) => number,
  schema: z.ZodObject
): Mistake[] {
  const at = (path: readonly PropertyKey[], message: string): Mistake => ({
    line: lineOf(path),
    path: shown(path),
    message
  })
  if (issue.code !== 'unrecognized_keys') return [at(issue.path, remedy(issue))]
  const known = knownKeys(issue.path, schema)
  return issue.keys.map((key) => {
    const guess = nearest(key, known)
    return at([...issue.path, key], `is not known${guess === null ? '' : `: did you mean ${guess}?`}`)
  })
}

/** What to write instead; never what was written. */
function remedy(issue: $ZodIssue): string {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined && / undefined$/.test(issue.message)) return 'is missing'
    return issue.expected === 'string' ? 'must be text: put it in quotes' : `must be ${article(issue.expected)}`
  }
  if (issue.code === 'invalid_value') return `is one of ${issue.values.join(', ')}`
  if (issue.code === 'invalid_union') {
    if ('options' in issue && Array.isArray(issue.options)) return `is one of ${issue.options.join(', ')}`
    return issue.message === 'Invalid input' ? 'is neither a whole number nor auto' : issue.message
  }
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}${issue.origin === 'array' ? ' entry' : ''}`
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`
  if (issue.code === 'invalid_key') return 'is no name of a header'
  return issue.message
}

function article(kind: string): string {
  const names: Record<string, string> = { int: 'a whole number', array: 'a list', object: 'a map', record: 'a map' }
  return names[kind] ?? `a ${kind}`
}

/** The names that could have been meant: of all maps, as a name is rarely good in another one. */
function knownKeys(path: readonly PropertyKey[], schema: z.ZodObject): string[] {
  const text = JSON.stringify(schema.toJSONSchema({ io: 'input' }))
  const names = new Set([...text.matchAll(/"(\w+)":\{"/g)].map(([, name]) => name))
  return path.length === 0 ? Object.keys(schema.shape) : [...names].filter((name) => name !== 'properties')
}

/** `pipelines[0].sinks[1].url`. */
export function shown(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('')
}
