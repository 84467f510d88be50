import { complete, type LoadedDetector } from '../scan/load/defaults.ts'
import type { Mistake } from '../scan/load/load.ts'
import { translateAllowlist } from './gitleaks-allow.ts'
import { ownAllowlists, readConfig } from './gitleaks-read.ts'
import { type TranslatedRegex, translateRegex } from './gitleaks-regex.ts'
import type { GitleaksAllowlist, GitleaksConfig, GitleaksRule } from './gitleaks-schema.ts'
import { GoRegexError } from './go-regex.ts'

/**
 * What became of a rule or setting that logveil cannot take as it is. `left out`: nothing. `changed`: a detector that finds something else
 * than gitleaks would, mostly more. `note`: of the file.
 */
export interface Remark {
  readonly kind: 'left out' | 'changed' | 'note'
  readonly file: string
  /** 1-based, 0 when unknown. */
  readonly line: number
  /** The rule's id, as the file has it; null for the file. */
  readonly rule: string | null
  readonly message: string
}

/** `gitleaks.toml:12: acme-key: left out: has no regex` */
export function formatRemark({ kind, file, line, rule, message }: Remark): string {
  const place = line > 0 ? `${file}:${line}` : file
  return [place, rule, kind === 'note' ? null : kind, message].filter((part) => part !== null).join(': ')
}

export interface GitleaksImport {
  readonly detectors: readonly { readonly detector: LoadedDetector; readonly line: number }[]
  readonly remarks: readonly Remark[]
  /** With one, there are no detectors. */
  readonly mistakes: readonly Mistake[]
}

/** Stands before the ids, which so never meet those of logveil. */
export const gitleaksProvider = 'gitleaks'

/** The detectors that a gitleaks configuration (TOML) describes. Never throws on its text, never quotes a regex. */
export function importGitleaks(file: string, text: string): GitleaksImport {
  const config = readConfig(file, text)
  if ('mistakes' in config) return { detectors: [], remarks: [], mistakes: config.mistakes }
  const lines = ruleLines(text, config.rules.length)
  const ids = new Set<string>()
  const rules = config.rules.map((rule, i) =>
    importRule(rule, globalAllowlists(config, rule), ids, { file, line: lines[i] })
  )
  return {
    detectors: rules.flatMap(({ detectors }) => detectors),
    remarks: [
      ...config.notes.map((message) => ({ kind: 'note' as const, file, line: 0, rule: null, message })),
      ...rules.flatMap(({ remarks }) => remarks)
    ],
    mistakes: []
  }
}

/** Those of the file that hold for a rule. */
function globalAllowlists({ allowlist, allowlists }: GitleaksConfig, { id }: GitleaksRule): GitleaksAllowlist[] {
  return [...(allowlist === undefined ? [] : [allowlist]), ...allowlists].filter(
    ({ targetrules }) => targetrules.length === 0 || targetrules.includes(id)
  )
}

interface Place {
  readonly file: string
  readonly line: number
}

interface RuleImport {
  readonly detectors: readonly { readonly detector: LoadedDetector; readonly line: number }[]
  readonly remarks: readonly Remark[]
}

/** `ids`: those that are taken. */
function importRule(
  rule: GitleaksRule,
  shared: readonly GitleaksAllowlist[],
  ids: Set<string>,
  place: Place
): RuleImport {
  const remark = (kind: Remark['kind'], message: string): Remark => ({
    kind,
    ...place,
    rule: rule.id === '' ? null : rule.id,
    message
  })
  const leftOut = (message: string): RuleImport => ({ detectors: [], remarks: [remark('left out', message)] })
  const id = idOf(rule)
  const reason = whyNot(rule, id, ids)
  if (reason !== null) return leftOut(reason)
  ids.add(id)
  let translated: readonly TranslatedRegex[]
  try {
    translated = translateRegex(rule.regex, rule.secretgroup, rule.keywords)
  } catch (error) {
    if (error instanceof GoRegexError) return leftOut(`regex: ${error.message}`)
    throw error
  }
  const made = translated.map((regex, i) => detectorOf(rule, i === 0 ? id : `${id}-${i + 1}`, regex, shared))
  const changes = [
    ...ruleChanges(rule),
    ...translated.flatMap((regex) => regex.changes),
    ...made.flatMap((one) => one.changes)
  ]
  return {
    detectors: made.map(({ detector }) => ({ detector, line: place.line })),
    remarks: [...new Set(changes)].map((message) => remark('changed', message))
  }
}

function idOf({ id }: GitleaksRule): string {
  const name = id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
  return `${gitleaksProvider}-${name}`
}

function whyNot(rule: GitleaksRule, id: string, ids: ReadonlySet<string>): string | null {
  if (id === `${gitleaksProvider}-`) return 'has no id'
  if (rule.skipreport) return 'skipReport: gitleaks does not report it either'
  if (rule.regex === '' && rule.path !== '') return 'path without regex: it looks for files by name, and logs have none'
  if (rule.regex === '') return 'has no regex: it changes a default rule of gitleaks, which logveil does not have'
  return ids.has(id) ? 'its id is taken by a rule before it' : null
}

function ruleChanges({ path, required }: GitleaksRule): string[] {
  return [
    ...(path === '' ? [] : ['path is not asked for: logs have none']),
    ...(required.length === 0 ? [] : ['required rules are not asked for'])
  ]
}

function detectorOf(
  rule: GitleaksRule,
  id: string,
  { context, keywords, pattern, caseInsensitive, boundaries, wholeMatch }: TranslatedRegex,
  shared: readonly GitleaksAllowlist[]
): { detector: LoadedDetector; changes: readonly string[] } {
  const allowed = ownAllowlists(rule).map((allowlist) => translateAllowlist(allowlist, wholeMatch))
  const global = shared.map((allowlist) => translateAllowlist(allowlist, wholeMatch))
  const entry = {
    id,
    name: nameOf(rule),
    // gitleaks has none. Less than most of logveil's own, so that of the same secret the one with the known provider names the finding.
    severity: 'medium' as const,
    keywords: [...keywords],
    context,
    pattern,
    caseInsensitive,
    boundaries,
    checks: [],
    matcher: 'pattern' as const,
    allow: [...allowed, ...global].flatMap(({ allow }) => allow),
    ...(rule.entropy === 0 ? {} : { entropy: rule.entropy }),
    examples: [],
    counterExamples: [],
    override: false
  }
  return {
    detector: complete(entry, { provider: gitleaksProvider, references: [] }),
    changes: allowed.flatMap(({ changes }) => changes)
  }
}

/** Longest name of a detector, in characters. */
const longestName = 120

function nameOf({ id, description }: GitleaksRule): string {
  const name = description.replace(/\s+/g, ' ').trim() || id
  return name.length <= longestName ? name : `${name.slice(0, name.lastIndexOf(' ', longestName - 4))} ...`
}

/** 1-based lines of the `[[rules]]`; the parser tells none. 0 for all where the file writes its rules otherwise. */
function ruleLines(text: string, count: number): number[] {
  const lines = text.split('\n').flatMap((line, i) => (/^\s*\[\[\s*rules\s*\]\]/i.test(line) ? [i + 1] : []))
  return lines.length === count ? lines : new Array<number>(count).fill(0)
}
