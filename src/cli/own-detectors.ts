import { statSync } from 'node:fs'
import { detectorFilesIn, loadDetectorFiles, mergeDetectors } from '../config/detector-files.ts'
import { formatRemark, type Remark } from '../config/gitleaks.ts'
import { LogveilError } from '../errors.ts'
import { type Pack, packDetectors } from '../index.ts'
import type { Detector } from '../model.ts'
import { complain } from './complain.ts'
import { systemMessage } from './system-message.ts'

/** The bundled detectors, also those of packs, with those of files and folders. Apart from `redact.ts`, as it loads the YAML parser. Throws `DETECTOR_INVALID`, `INPUT_FAILED`. */
export function extendBundled(
  paths: readonly string[],
  { disable = [], packs = [] }: { readonly disable?: readonly string[]; readonly packs?: readonly Pack[] } = {}
): Detector[] {
  return extend(packDetectors(['default', ...packs]), paths, disable)
}

/** The same with only the packs that are named; without any, the default. */
export function extendPacks(paths: readonly string[], packs: readonly Pack[]): Detector[] {
  return extend(packDetectors(packs.length > 0 ? packs : ['default']), paths, [])
}

function extend(base: readonly Detector[], paths: readonly string[], disable: readonly string[]): Detector[] {
  const files = paths.flatMap((path) => (isFolder(path) ? detectorFilesIn(path) : [path]))
  const remarks: Remark[] = []
  const loaded = loadDetectorFiles(files, (remark) => remarks.push(remark))
  tellRemarks(remarks)
  return mergeDetectors(base, loaded, { disable })
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
