import { parseArgs } from 'node:util'
import { LogveilError } from '../errors.ts'
import { type RedactionArguments, redactionArguments, redactionOptions } from './redact-options.ts'
import { parseOptions } from './run-options.ts'

export interface ScrubArguments extends RedactionArguments {
  readonly paths: readonly string[]
  /** Otherwise nothing is changed. */
  readonly write: boolean
  /** Whether files are replaced, too, into which somebody may still be writing. */
  readonly open: boolean
  readonly exclude: readonly string[]
  readonly binary: boolean
  readonly report: 'text' | 'json'
  /** null: as the terminal suggests. */
  readonly progress: boolean | null
}

const { 'fail-on-findings': _, ...shared } = redactionOptions

const scrubOptions = {
  ...shared,
  write: { type: 'boolean' },
  open: { type: 'boolean' },
  exclude: { type: 'string', multiple: true },
  binary: { type: 'boolean' },
  report: { type: 'string' },
  progress: { type: 'boolean' }
} as const

/** Throws `USAGE_INVALID`. */
export function parseScrubArguments(args: readonly string[]): ScrubArguments {
  const { values, positionals } = parseOptions('scrub', () =>
    parseArgs({ args: [...args], allowPositionals: true, allowNegative: true, options: scrubOptions })
  )
  const parsed: ScrubArguments = {
    ...redactionArguments(values),
    paths: positionals,
    write: values.write ?? false,
    open: values.open ?? false,
    exclude: values.exclude ?? [],
    binary: values.binary ?? false,
    report: reportOf(values.report ?? 'text'),
    progress: values.progress ?? null
  }
  if (!parsed.help) check(parsed)
  return parsed
}

function reportOf(value: string): ScrubArguments['report'] {
  if (value === 'text' || value === 'json') return value
  throw new LogveilError('USAGE_INVALID', '--report is text or json')
}

function check({ paths, action }: ScrubArguments): void {
  if (paths.length === 0) throw new LogveilError('USAGE_INVALID', 'say what to scrub: files, folders')
  if (paths.includes('-'))
    throw new LogveilError('USAGE_INVALID', 'scrub rewrites files; for standard input there is `logveil redact`')
  if (action === 'flag')
    throw new LogveilError('USAGE_INVALID', '--action flag leaves the secrets: for a dry run leave out --write')
}
