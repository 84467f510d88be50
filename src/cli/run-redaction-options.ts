import type { ConfigInput } from '../config/config-schema.ts'
import { readKeyFile } from './keys.ts'

/** For `parseArgs`: what `relay`, `follow` and `kafka` have for redaction; more needs a configuration file. */
export const redactionOptions = {
  inventory: { type: 'string' },
  'key-file': { type: 'string' }
} as const

interface RedactionValues {
  readonly inventory?: string | undefined
  readonly 'key-file'?: string | undefined
}

/** The section `redaction` of a configuration, made of options. Throws `KEY_INVALID`. */
export function madeRedaction(values: RedactionValues): Pick<ConfigInput, 'redaction'> {
  const { inventory, 'key-file': keyFile } = values
  if (inventory === undefined && keyFile === undefined) return {}
  return {
    redaction: {
      ...(inventory === undefined ? {} : { inventory }),
      ...(keyFile === undefined ? {} : { keys: keyLines(keyFile) })
    }
  }
}

function keyLines(path: string): string[] {
  return readKeyFile(path)
    .split(/\r?\n/)
    .filter((line) => line !== '')
}
