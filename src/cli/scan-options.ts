import { parseArgs } from 'node:util'
import { LogveilError } from '../errors.ts'
import { type RedactionArguments, redactionArguments, redactionOptions } from './redact-options.ts'
import { parseOptions } from './run-options.ts'

export const formats = ['text', 'json', 'sarif', 'junit'] as const
export type Format = (typeof formats)[number]

export interface ScanArguments extends RedactionArguments {
  readonly paths: readonly string[]
  /** What is looked at instead of files: what the index has that HEAD, or what HEAD has in common with a revision, has not. */
  readonly changes: { readonly since: string | null } | null
  readonly format: Format
  readonly baseline: string | null
  readonly writeBaseline: boolean
  readonly gitignore: boolean
  readonly exclude: readonly string[]
  readonly binary: boolean
  /** Whether `logveil:allow` counts. */
  readonly allowComments: boolean
  /** null: as the terminal suggests. */
  readonly progress: boolean | null
  /** Threads; null: as many as there are processors, when there is enough to do. */
  readonly workers: number | null
}

const {
  codec,
  detectors,
  disable,
  pack,
  inventory,
  'key-file': keyFile,
  'max-record-bytes': maxRecordBytes
} = redactionOptions
const { summary, help } = redactionOptions

const scanOptions = {
  codec,
  detectors,
  disable,
  pack,
  'key-file': keyFile,
  inventory,
  'max-record-bytes': maxRecordBytes,
  summary,
  help,
  staged: { type: 'boolean' },
  diff: { type: 'string' },
  format: { type: 'string' },
  baseline: { type: 'string' },
  'write-baseline': { type: 'boolean' },
  gitignore: { type: 'boolean' },
  exclude: { type: 'string', multiple: true },
  binary: { type: 'boolean' },
  'allow-comments': { type: 'boolean' },
  progress: { type: 'boolean' },
  workers: { type: 'string' }
} as const

/** Throws `USAGE_INVALID`. */
export function parseScanArguments(args: readonly string[]): ScanArguments {
  const { values, positionals } = parseOptions('scan', () =>
    parseArgs({ args: [...args], allowPositionals: true, allowNegative: true, options: scanOptions })
  )
  const parsed: ScanArguments = {
    // Who reads JSON may want to know how weak a password is, which takes its time.
    ...redactionArguments({ ...values, action: 'partial', ...(values.format === 'json' ? { findings: '-' } : {}) }),
    paths: positionals,
    changes: changesOf(values.staged ?? false, values.diff),
    format: formatOf(values.format ?? 'text'),
    baseline: values.baseline ?? null,
    writeBaseline: values['write-baseline'] ?? false,
    gitignore: values.gitignore ?? true,
    exclude: values.exclude ?? [],
    binary: values.binary ?? false,
    allowComments: values['allow-comments'] ?? true,
    progress: values.progress ?? null,
    workers: workersOf(values.workers ?? 'auto')
  }
  if (!parsed.help) check(parsed)
  return parsed
}

function changesOf(staged: boolean, since: string | undefined): ScanArguments['changes'] {
  if (since === undefined) return staged ? { since: null } : null
  if (staged) throw new LogveilError('USAGE_INVALID', '--staged and --diff exclude each other')
  if (/^[^-]/.test(since)) return { since }
  throw new LogveilError('USAGE_INVALID', '--diff takes a revision, such as origin/main')
}

function formatOf(value: string): Format {
  const found = formats.find((format) => format === value)
  if (found === undefined) throw new LogveilError('USAGE_INVALID', `--format is one of ${formats.join(', ')}`)
  return found
}

function workersOf(value: string): number | null {
  if (value === 'auto') return null
  if (/^[1-9]\d?$/.test(value)) return Number(value)
  throw new LogveilError('USAGE_INVALID', '--workers is auto or a number from 1 to 99')
}

function check({ paths, changes, baseline, writeBaseline }: ScanArguments): void {
  if (paths.length === 0 && changes === null)
    throw new LogveilError('USAGE_INVALID', 'say what to scan: files, folders, "-", --staged or --diff REF')
  if (writeBaseline && baseline === null)
    throw new LogveilError('USAGE_INVALID', '--write-baseline needs --baseline FILE: where to write it')
  if (writeBaseline && changes !== null)
    throw new LogveilError('USAGE_INVALID', '--write-baseline needs all files, not only what has changed')
}
