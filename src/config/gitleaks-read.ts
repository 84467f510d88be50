import { parse, TomlError } from 'smol-toml'
import type { Mistake } from '../scan/load/load.ts'
import { translateAllowlist } from './gitleaks-allow.ts'
import {
  type GitleaksAllowlist,
  type GitleaksConfig,
  type GitleaksRule,
  gitleaksSchema,
  unknownMembers,
  withLowerNames
} from './gitleaks-schema.ts'

export type Read = (GitleaksConfig & { readonly notes: readonly string[] }) | { readonly mistakes: readonly Mistake[] }

/** Parses and checks a configuration, and says what of the file itself cannot be taken as it is. */
export function readConfig(file: string, text: string): Read {
  const mistake = (line: number, field: string, message: string): Mistake => ({
    file,
    line,
    detector: null,
    field,
    message
  })
  let table: unknown
  try {
    table = withLowerNames(parse(text))
  } catch (error) {
    // The rest of the message quotes the file.
    const [line, what] = error instanceof TomlError ? [error.line, error.message.split('\n')[0]] : [0, 'cannot be read']
    return { mistakes: [mistake(line, '', `is no valid TOML: ${what.replace(/^Invalid TOML document: /, '')}`)] }
  }
  const checked = gitleaksSchema.safeParse(table)
  if (!checked.success) {
    return { mistakes: checked.error.issues.map(({ path, message }) => mistake(0, fieldName(path), message)) }
  }
  if (checked.data.rules.length === 0)
    return { mistakes: [mistake(0, 'rules', 'is missing: a gitleaks file holds at least one [[rules]]')] }
  return { ...checked.data, notes: notesOn(checked.data, unknownMembers(table)) }
}

/** `rules[2].regex`: the second rule. */
function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part + 1}]` : `.${String(part)}`))
    .join('')
    .slice(1)
}

function notesOn({ extend, allowlist, allowlists, rules }: GitleaksConfig, unknown: readonly string[]): string[] {
  const shared = [...(allowlist === undefined ? [] : [allowlist]), ...allowlists]
  const every = [...shared, ...rules.flatMap(ownAllowlists)]
  const notes: [boolean, string][] = [
    [
      extend?.usedefault === true,
      "extend.useDefault: logveil's own detectors take the place of gitleaks' default rules"
    ],
    [
      (extend?.disabledrules.length ?? 0) > 0,
      'extend.disabledRules is left out: it names rules of gitleaks; use --disable'
    ],
    [(extend?.path ?? '') !== '', 'extend.path is left out: give that file to --detectors as well'],
    [
      (extend?.url ?? '') !== '',
      'extend.url is left out: logveil fetches nothing; give the file to --detectors as well'
    ],
    [
      every.some(({ paths, commits }) => paths.length + commits.length > 0),
      'paths and commits of allowlists are left out: logs have none'
    ],
    [rules.some(({ tags }) => tags.length > 0), 'tags are left out: findings have none'],
    ...shared.flatMap((one) =>
      translateAllowlist(one, false).changes.map((change): [boolean, string] => [true, change])
    ),
    ...unknown.map((name): [boolean, string] => [true, `${name} is not known and left out`])
  ]
  return notes.flatMap(([applies, message]) => (applies ? [message] : []))
}

export function ownAllowlists({ allowlist, allowlists }: GitleaksRule): readonly GitleaksAllowlist[] {
  return [...allowlists, ...(allowlist === undefined ? [] : [allowlist])]
}
