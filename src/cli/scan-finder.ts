import { createRedactor, packDetectors, type RedactorOptions } from '../index.ts'
import type { Detector } from '../model.ts'
import type { FingerprintKey } from '../redact/fingerprint.ts'
import { listedDetector } from '../scan/listed/listed.ts'
import { createMemory } from './content.ts'
import { createBlobs } from './git.ts'
import { settingsOf } from './redact-settings.ts'
import type { ScanArguments } from './scan-options.ts'
import type { ScanContext } from './scan-target.ts'

const chunkBytes = 1 << 20

/** What threads need to scan alike. */
export interface ScanSettings {
  readonly options: ScanArguments
  readonly keys: readonly FingerprintKey[]
  /** Instead of those of the package, with the packs; null: none were given. */
  readonly own: readonly Detector[] | null
}

/** Throws what loading detectors throws; tells what could not be loaded of them. */
export async function createSettings(options: ScanArguments, keys: readonly FingerprintKey[]): Promise<ScanSettings> {
  return { options, keys, own: options.detectors.length > 0 ? await loadOwn(options) : null }
}

/** All that findings may name. */
export function detectorsOf({ options, own }: ScanSettings): readonly Detector[] {
  const detectors = own ?? packDetectors(['default', ...options.packs])
  return options.inventory === null ? detectors : [...detectors, listedDetector]
}

/** What one thread scans with. Throws what `createRedactor` throws. */
export async function createContext({ options, keys, own }: ScanSettings): Promise<ScanContext> {
  // The file of the keys may be a pipe, which can be read once.
  const others = await settingsOf({ ...options, keyFile: null })
  const { packs = [], disable = [], ...settings }: RedactorOptions = { ...others, keys }
  const redactor = createRedactor(own === null ? { ...settings, packs, disable } : { ...settings, detectors: own })
  const keyDetectors = new Set(
    detectorsOf({ options, keys, own })
      .filter(({ matcher }) => matcher === 'pem')
      .map(({ id }) => id)
  )
  const limits = { maxRecordBytes: options.maxRecordBytes, chunkBytes }
  return {
    finder: { redactor, keyDetectors },
    limits,
    binary: options.binary,
    blobs: createBlobs(),
    memory: createMemory(limits)
  }
}

async function loadOwn({ detectors, disable, packs }: ScanArguments): Promise<readonly Detector[]> {
  const { extendBundled } = await import('./own-detectors.ts')
  return extendBundled(detectors, { disable, packs })
}
