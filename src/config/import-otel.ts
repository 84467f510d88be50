import { parse } from 'yaml'
import { LogveilError } from '../errors.ts'
import type { DetectorInput } from '../scan/load/schema.ts'
import type { ConfigInput } from './config-schema.ts'
import { allowOf, detectorsOfKeys, detectorsOfValues, keysOf, longestBlockedValue } from './import-detectors.ts'
import { type Imported, type ImportOptions, type ImportRemark, unknownSetting } from './import-result.ts'

type Settings = Readonly<Record<string, unknown>>

/** Processors `redaction` and `redaction/NAME` of a configuration of the OpenTelemetry Collector (YAML); several become one. */
export function importOtel(text: string, options: ImportOptions): Imported {
  const found = Object.entries(processorsIn(text)).filter(([name]) => /^redaction(\/|$)/.test(name))
  if (found.length === 0)
    throw new LogveilError(
      'CONFIG_INVALID',
      'there is no processor `redaction` in it, below `processors` or at the top'
    )
  return importRedaction(
    found.map(([name, settings]) => [name, asSettings(settings)]),
    options
  )
}

/** The same of settings that were read already, by the name that remarks begin with. */
export function importRedaction(
  processors: readonly (readonly [name: string, settings: Settings])[],
  { provider, to }: ImportOptions
): Imported {
  const ids = new Set<string>()
  const made = processors.map(([name, settings]) => importOne(name, settings, idOf(provider, name, ids)))
  const overrides = made.flatMap(({ ignored }) => ignored.map((path) => ({ path, action: 'flag' as const })))
  const annotate = processors.some(([, { summary }]) => summary === 'debug' || summary === 'info')
  const sink = to === null ? ({ type: 'stdout' } as const) : ({ type: 'otlp', url: to } as const)
  const config: ConfigInput = {
    ...(overrides.length > 0 && { redaction: { overrides } }),
    pipelines: [{ name: 'otlp', source: { type: 'otlp' }, ...(annotate && { annotate }), sinks: [sink] }]
  }
  return {
    config,
    detectors: made.flatMap(({ detectors }) => detectors),
    remarks: made.flatMap(({ remarks }) => remarks)
  }
}

/** Of a processor, with which its detectors begin; `ids`: those that are taken. */
function idOf(provider: string, name: string, ids: Set<string>): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(-40)
    .replace(/^-|-$/g, '')
  const id = `${provider}-${plain}`
  const free = ids.has(id) ? `${id}-${ids.size + 1}` : id
  ids.add(free)
  return free
}

interface One {
  readonly detectors: readonly DetectorInput[]
  /** Paths of what is let through. */
  readonly ignored: readonly string[]
  readonly remarks: readonly ImportRemark[]
}

/** Says something of a setting, which may be one of a list: `blocked_values[2]`. */
type Tell = (kind: ImportRemark['kind'], setting: string, message: string) => void

function importOne(name: string, settings: Settings, id: string): One {
  const remarks: ImportRemark[] = []
  const tell: Tell = (kind, setting, message) => remarks.push({ kind, setting: `${name}.${setting}`, message })
  const allow = allowedIn(settings, tell)
  const detectors = [...blockedValues(settings, id, allow, tell), ...blockedKeys(settings, id, allow, tell)]
  const ignored = ignoredIn(settings, tell)
  for (const [setting, value] of Object.entries(settings)) {
    const told = others(setting, value)
    if (told !== null) tell(told.kind, setting, told.message)
  }
  if (settings.allow_all_keys !== true) {
    const some = textsOf(settings.allowed_keys).length > 0
    const what = some ? 'other attributes' : 'false takes out all attributes: they'
    const message = `${what} stay, and are scanned; to take attributes out, keep the processor with this alone`
    tell('left out', some ? 'allowed_keys' : 'allow_all_keys', message)
  }
  return { detectors, ignored, remarks }
}

function allowedIn({ allowed_values }: Settings, tell: Tell): string[] {
  const allow = textsOf(allowed_values).flatMap((regex, i) => {
    const pattern = allowOf(regex)
    if (pattern !== null) return [pattern]
    tell('left out', `allowed_values[${i}]`, 'its regex cannot be read: what it lets through is redacted')
    return []
  })
  const message =
    "holds for the imported patterns only: logveil's own detectors redact what they find all the same; `redaction.disable`, or false positives in tickets"
  if (allow.length > 0) tell('differs', 'allowed_values', message)
  return allow
}

function blockedValues(
  { blocked_values }: Settings,
  id: string,
  allow: readonly string[],
  tell: Tell
): DetectorInput[] {
  return textsOf(blocked_values).flatMap((regex, i) => {
    const made = detectorsOfValues(regex, `${id}-value-${i + 1}`, allow)
    if ('detectors' in made) return made.detectors
    const message = `${made.reason}; keep the processor for it, or write a detector (detectors/README.md)`
    tell('left out', `blocked_values[${i}]`, message)
    return []
  })
}

function blockedKeys(
  { blocked_key_patterns }: Settings,
  id: string,
  allow: readonly string[],
  tell: Tell
): DetectorInput[] {
  const detectors = textsOf(blocked_key_patterns).flatMap((regex, i) => {
    const keys = keysOf(regex)
    const made = keys === null ? { reason: noKeys } : detectorsOfKeys(keys, `${id}-key-${i + 1}`, allow)
    if ('detectors' in made) return made.detectors
    tell('left out', `blocked_key_patterns[${i}]`, `${made.reason}; keep the processor for it`)
    return []
  })
  const message = `also redacts under keys that only contain these names, in bodies and messages as well; of values over ${longestBlockedValue} bytes those that read as prose stay`
  if (detectors.length > 0) tell('differs', 'blocked_key_patterns', message)
  return detectors
}

const noKeys = 'no literal of three letters is in every key that it matches'

/** Paths. */
function ignoredIn({ ignored_keys, ignored_key_patterns }: Settings, tell: Tell): string[] {
  const globs = textsOf(ignored_key_patterns).flatMap((regex, i) => {
    const glob = globOf(regex)
    if (glob !== null) return [glob]
    tell('left out', `ignored_key_patterns[${i}]`, 'is more than a beginning, a part or an end: write `overrides`')
    return []
  })
  const paths = [...textsOf(ignored_keys), ...globs].map((key) => `**.${key}`)
  const message = 'values stay, and what is found in them is counted and reported (action `flag`)'
  if (paths.length > 0) tell('differs', 'ignored_keys', message)
  return paths
}

const handled =
  'allow_all_keys allowed_keys allowed_values blocked_values blocked_key_patterns ignored_keys ignored_key_patterns'.split(
    ' '
  )

/** Of what needs no detectors; null: nothing to say. */
function others(setting: string, value: unknown): { kind: ImportRemark['kind']; message: string } | null {
  if (handled.includes(setting) || value === null || value === false) return null
  if (setting === 'redact_all_types') return null
  if (setting === 'summary')
    return value === 'debug' || value === 'info'
      ? {
          kind: 'differs',
          message: 'the attribute is logveil.detectors (`annotate`): ids of detectors, no names of attributes'
        }
      : null
  if (setting === 'hash_function')
    return {
      kind: 'left out',
      message:
        'placeholders have no hash yet: make a key (openssl rand -base64 32), give it in `redaction.keys`, by the environment or a file, and set `redaction.action: hmac`'
    }
  if (setting === 'hmac_key')
    return { kind: 'left out', message: 'a key of logveil is base64 or hex of 32 bytes and stands in `redaction.keys`' }
  if (setting === 'url_sanitizer' || setting === 'db_sanitizer')
    return {
      kind: 'left out',
      message: 'lowers cardinality, which logveil does not: keep the processor with this alone'
    }
  return { kind: 'left out', message: unknownSetting }
}

/** `^http\.`, `.*_id$`, `trace` as a glob of one key; null: it is more than that. */
function globOf(regex: string): string | null {
  const begins = regex.startsWith('^')
  const ends = /(?<!\\)\$$/.test(regex)
  const inner = regex.slice(begins ? 1 : 0, ends ? -1 : undefined)
  if (!/^(?:\.\*|\\[.-]|[\w-])+$/.test(inner)) return null
  const glob = `${begins ? '' : '*'}${inner.replaceAll('.*', '*').replaceAll(/\\(.)/g, '$1')}${ends ? '' : '*'}`
  // A star stands for anything in one part of a key with dots.
  return glob.includes('.') ? null : glob.replaceAll(/\*+/g, '*')
}

function processorsIn(text: string): Settings {
  let content: unknown
  try {
    content = parse(text, { maxAliasCount: 100, merge: true })
  } catch {
    // Its message quotes the file.
    throw new LogveilError('CONFIG_INVALID', 'is no valid YAML')
  }
  const top = asSettings(content)
  return 'processors' in top ? asSettings(top.processors) : top
}

function asSettings(value: unknown): Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Settings) : {}
}

/** `$$` is how the Collector writes a dollar. */
function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map((one) => String(one).replaceAll('$$', '$')) : []
}
