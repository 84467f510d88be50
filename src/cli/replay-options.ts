import { parseArgs } from 'node:util'
import { LogveilError } from '../errors.ts'
import type { Pack } from '../packs.ts'
import { parsePacks } from './pack-option.ts'
import { redactionArguments, redactionOptions } from './redact-options.ts'
import { parseOptions } from './run-options.ts'

/** Which detectors there are. */
export interface DetectorSet {
  readonly detectors: readonly string[]
  readonly packs: readonly Pack[]
  readonly disable: readonly string[]
}

export interface ReplayArguments {
  readonly paths: readonly string[]
  readonly before: DetectorSet
  readonly after: DetectorSet
  readonly codec: 'auto' | 'text' | 'json'
  readonly maxRecordBytes: number
  /** Places shown of each detector with differences. */
  readonly places: number
  readonly json: boolean
  readonly failOnChange: boolean
  readonly help: boolean
}

const { codec, detectors, pack, disable, help, 'max-record-bytes': maxRecordBytes } = redactionOptions

const replayOptions = {
  codec,
  detectors,
  pack,
  disable,
  help,
  'max-record-bytes': maxRecordBytes,
  'old-detectors': detectors,
  'old-pack': pack,
  'old-disable': disable,
  places: { type: 'string' },
  json: { type: 'boolean' },
  'fail-on-change': { type: 'boolean' }
} as const

/** Throws `USAGE_INVALID`. */
export function parseReplayArguments(args: readonly string[]): ReplayArguments {
  const { values, positionals } = parseOptions('replay', () =>
    parseArgs({ args: [...args], allowPositionals: true, options: replayOptions })
  )
  const shared = redactionArguments(values)
  if (positionals.length === 0 && !shared.help)
    throw new LogveilError('USAGE_INVALID', 'say which logs: files, also compressed ones')
  return {
    paths: positionals,
    before: {
      detectors: values['old-detectors'] ?? [],
      packs: parsePacks(values['old-pack']),
      disable: values['old-disable'] ?? []
    },
    after: shared,
    codec: shared.codec,
    maxRecordBytes: shared.maxRecordBytes,
    places: placesOf(values.places ?? '3'),
    json: values.json ?? false,
    failOnChange: values['fail-on-change'] ?? false,
    help: shared.help
  }
}

function placesOf(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new LogveilError('USAGE_INVALID', '--places takes a number')
}
