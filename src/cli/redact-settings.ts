import type { RedactorOptions } from '../index.ts'
import type { Redactor } from '../redactor.ts'
import { complain, describe } from './complain.ts'
import type { RedactionArguments } from './redact-options.ts'

export type CreateRedactor = (options: RedactorOptions, detectorPaths: readonly string[]) => Promise<Redactor>

/** Only what was asked for is loaded: nobody waits for cryptography without a key. */
export async function settingsOf(options: RedactionArguments): Promise<RedactorOptions> {
  const settings = await keyedSettings(options)
  if (options.inventory === null) return settings
  const { readListed } = await import('../inventory/listed.ts')
  return { ...settings, listed: readListed(options.inventory) }
}

async function keyedSettings(options: RedactionArguments): Promise<RedactorOptions> {
  const { codec, disable, packs } = options
  const policy = { default: options.action }
  const settings = { codec, disable, packs, policy, onError: complainOnce(), ...(await strengthFor(options)) }
  const fromEnvironment = process.env.LOGVEIL_KEY
  if (options.keyFile === null && options.encryptTo === null && !fromEnvironment) return settings
  const { parseKeys, readEncryptor, readKeys } = await import('./keys.ts')
  const keys =
    options.keyFile !== null
      ? readKeys(options.keyFile)
      : fromEnvironment
        ? parseKeys(fromEnvironment, 'LOGVEIL_KEY')
        : []
  return options.encryptTo === null
    ? { ...settings, keys }
    : { ...settings, keys, encryptor: readEncryptor(options.encryptTo) }
}

/** Hints are for those who read findings: without a report nobody pays for estimates. */
async function strengthFor({ findings }: RedactionArguments): Promise<Pick<RedactorOptions, 'strength'>> {
  if (findings === null) return {}
  const { createStrengthEstimator } = await import('../config/strength.ts')
  return { strength: createStrengthEstimator() }
}

/** Throws `DETECTOR_INVALID`, `DETECTOR_UNKNOWN`, `INPUT_FAILED`, and what `createRedactor` throws. */
export async function createBuiltIn(settings: RedactorOptions, detectorPaths: readonly string[]): Promise<Redactor> {
  const { createRedactor } = await import('../index.ts')
  if (detectorPaths.length === 0) return createRedactor(settings)
  const { extendBundled } = await import('./own-detectors.ts')
  const { packs = [], disable = [], ...others } = settings
  return createRedactor({ ...others, detectors: extendBundled(detectorPaths, { disable, packs }) })
}

/** The first error is told, by its kind and place: its message may quote input. The count is in the summary. */
function complainOnce(): (error: unknown) => void {
  let told = false
  return (error) => {
    if (!told) complain(`a bug in logveil, the records it met are withheld: ${describe(error)}`)
    told = true
  }
}
