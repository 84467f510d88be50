import { parseArgs } from 'node:util'
import { LogveilError } from '../errors.ts'
import type { Action } from '../model.ts'
import type { Pack } from '../packs.ts'
import { allActions } from '../redact/policy.ts'
import { parsePacks } from './pack-option.ts'
import { parseOptions } from './run-options.ts'
import { type TicketValues, ticketOptions } from './tickets-options.ts'

/** What `redact` and `exec` have in common. */
export interface RedactionArguments {
  readonly findings: string | null
  readonly codec: 'auto' | 'text' | 'json'
  readonly action: Action
  readonly detectors: readonly string[]
  readonly disable: readonly string[]
  readonly packs: readonly Pack[]
  readonly keyFile: string | null
  /** Secrets that are to be recognised wherever they stand. */
  readonly inventory: string | null
  readonly encryptTo: string | null
  readonly maxRecordBytes: number
  readonly failOnFindings: boolean
  /** null: as the terminal suggests. */
  readonly summary: boolean | null
  readonly help: boolean
}

export interface RedactArguments extends RedactionArguments {
  readonly files: readonly string[]
  readonly tickets: TicketValues
}

/** Throws `USAGE_INVALID`. */
export function parseRedactArguments(args: readonly string[]): RedactArguments {
  const { values, positionals } = parseOptions('redact', () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: { ...redactionOptions, ...ticketOptions }
    })
  )
  const { tickets, webhook } = values
  return {
    ...redactionArguments(values),
    tickets: { tickets, webhook },
    files: positionals.length > 0 ? positionals : ['-']
  }
}

export const redactionOptions = {
  findings: { type: 'string' },
  codec: { type: 'string' },
  action: { type: 'string' },
  detectors: { type: 'string', multiple: true },
  disable: { type: 'string', multiple: true },
  pack: { type: 'string', multiple: true },
  'key-file': { type: 'string' },
  inventory: { type: 'string' },
  'encrypt-to': { type: 'string' },
  'max-record-bytes': { type: 'string' },
  'fail-on-findings': { type: 'boolean' },
  summary: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const

type RedactionValues = ReturnType<typeof parseArgs<{ options: typeof redactionOptions }>>['values']

const codecs = ['auto', 'text', 'json'] as const
const defaultMaxRecordBytes = 16 * 1024 * 1024

/** Throws `USAGE_INVALID`. */
export function redactionArguments(values: RedactionValues): RedactionArguments {
  return {
    findings: values.findings ?? null,
    codec: oneOf('--codec', codecs, values.codec ?? 'auto'),
    action: oneOf('--action', allActions, values.action ?? 'label'),
    detectors: values.detectors ?? [],
    disable: values.disable ?? [],
    packs: parsePacks(values.pack),
    keyFile: values['key-file'] ?? null,
    inventory: values.inventory ?? null,
    encryptTo: values['encrypt-to'] ?? null,
    maxRecordBytes: wholeNumber('--max-record-bytes', values['max-record-bytes']) ?? defaultMaxRecordBytes,
    failOnFindings: values['fail-on-findings'] ?? false,
    summary: values.summary ?? null,
    help: values.help ?? false
  }
}

function oneOf<T extends string>(option: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((one) => one === value)
  if (found === undefined) throw new LogveilError('USAGE_INVALID', `${option} is one of ${allowed.join(', ')}`)
  return found
}

const longestRecord = 1024 ** 3

function wholeNumber(option: string, value: string | undefined): number | null {
  if (value === undefined) return null
  const number = /^\d{1,10}$/.test(value) ? Number(value) : 0
  if (number >= 1 && number <= longestRecord) return number
  throw new LogveilError('USAGE_INVALID', `${option} is a whole number from 1 to ${longestRecord}`)
}
