import { parseArgs } from 'node:util'
import { LogveilError } from '../errors.ts'
import type { Pack } from '../packs.ts'
import { parsePacks } from './pack-option.ts'

/** What the subcommands share. */
export interface DetectorsArguments {
  readonly positionals: readonly string[]
  readonly detectors: readonly string[]
  readonly packs: readonly Pack[]
  readonly json: boolean
  readonly checks: boolean
}

/** Throws `USAGE_INVALID`. */
export function parseDetectors(name: string, args: readonly string[]): DetectorsArguments {
  const { values, positionals } = parseOptions(name, args)
  return {
    positionals,
    detectors: values.detectors ?? [],
    packs: parsePacks(values.pack),
    json: values.json ?? false,
    checks: values.checks ?? false
  }
}

function parseOptions(name: string, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        detectors: { type: 'string', multiple: true },
        pack: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        checks: { type: 'boolean' }
      }
    })
  } catch (cause) {
    // Without the argument: for `explain` it can be a secret that begins with a hyphen.
    const remedy =
      name === 'explain' ? 'put -- in front of a line that begins with a hyphen' : 'see `logveil detectors --help`'
    throw new LogveilError('USAGE_INVALID', `detectors ${name}: an option is not known; ${remedy}`, { cause })
  }
}
