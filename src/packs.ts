import { LogveilError } from './errors.ts'

/**
 * Sets of detectors that come with logveil. `default`: credentials. `strict`: whatever looks generated, without anything around it that
 * says what it is; finds digests and other ids as well. `pii`: payment card numbers and IBANs.
 */
export const packNames = ['default', 'strict', 'pii'] as const

export type Pack = (typeof packNames)[number]

/** Throws `CONFIG_INVALID` for a pack that there is not. */
export function assertPacks(names: readonly string[]): asserts names is readonly Pack[] {
  const unknown = names.find((name) => !(packNames as readonly string[]).includes(name))
  if (unknown !== undefined)
    throw new LogveilError('CONFIG_INVALID', `there is no pack "${unknown}": packs are ${packNames.join(', ')}`)
}
