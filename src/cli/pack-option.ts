import { LogveilError } from '../errors.ts'
import { type Pack, packNames } from '../packs.ts'
import { nearest } from '../scan/load/nearest.ts'

/** `--pack strict,pii`, repeatable. Throws `USAGE_INVALID`. */
export function parsePacks(values: readonly string[] = []): readonly Pack[] {
  return [...new Set(values.flatMap((value) => value.split(',')).map(packOf))]
}

function packOf(name: string): Pack {
  const found = packNames.find((known) => known === name)
  if (found !== undefined) return found
  const close = nearest(name, packNames)
  const hint = close === null ? `packs are ${packNames.join(', ')}` : `did you mean ${close}?`
  throw new LogveilError('USAGE_INVALID', `--pack: there is no pack "${name}"; ${hint}`)
}
