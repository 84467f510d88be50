import { statSync } from 'node:fs'
import { detectorFilesIn, loadDetectorFiles, mergeDetectors } from '../config/detector-files.ts'
import { formatRemark, type Remark } from '../config/gitleaks.ts'
import { LogveilError } from '../errors.ts'
import bundled from '../generated/detectors.json' with { type: 'json' }
import type { Detector } from '../model.ts'
import { complain } from './complain.ts'
import { systemMessage } from './system-message.ts'

/** The bundled detectors with those of files and folders. Apart from `redact.ts`, as it loads the YAML parser. Throws `DETECTOR_INVALID`, `INPUT_FAILED`. */
export function extendBundled(paths: readonly string[], disable: readonly string[]): Detector[] {
  const files = paths.flatMap((path) => (isFolder(path) ? detectorFilesIn(path) : [path]))
  const remarks: Remark[] = []
  const loaded = loadDetectorFiles(files, (remark) => remarks.push(remark))
  tellRemarks(remarks)
  return mergeDetectors(bundled as unknown as Detector[], loaded, { disable })
}

/** What was left out is told one by one, what was changed in sum: a whole gitleaks configuration changes dozens. */
function tellRemarks(remarks: readonly Remark[]): void {
  const changed = new Map<string, Set<string | null>>()
  for (const remark of remarks) {
    if (remark.kind !== 'changed') complain(formatRemark(remark))
    else changed.set(remark.file, (changed.get(remark.file) ?? new Set()).add(remark.rule))
  }
  for (const [file, rules] of changed)
    complain(
      `${file}: ${rules.size} rule${rules.size === 1 ? ' finds' : 's find'} more or less than in gitleaks: \`logveil detectors check ${file}\` tells what`
    )
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (cause) {
    throw new LogveilError('INPUT_FAILED', `cannot read ${path}: ${systemMessage(cause)}`, { cause })
  }
}
