import { statSync } from 'node:fs'
import { detectorFilesIn, loadDetectorFiles, mergeDetectors } from '../config/detector-files.ts'
import { LogveilError } from '../errors.ts'
import bundled from '../generated/detectors.json' with { type: 'json' }
import type { Detector } from '../model.ts'
import { systemMessage } from './system-message.ts'

/** The bundled detectors with those of files and folders. Apart from `redact.ts`, as it loads the YAML parser. Throws `DETECTOR_INVALID`, `INPUT_FAILED`. */
export function extendBundled(paths: readonly string[], disable: readonly string[]): Detector[] {
  const files = paths.flatMap((path) => (isFolder(path) ? detectorFilesIn(path) : [path]))
  return mergeDetectors(bundled as unknown as Detector[], loadDetectorFiles(files), { disable })
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (cause) {
    throw new LogveilError('INPUT_FAILED', `cannot read ${path}: ${systemMessage(cause)}`, { cause })
  }
}
