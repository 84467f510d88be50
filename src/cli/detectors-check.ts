import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { detectorFilesIn, readDetectorFiles } from '../config/detector-files.ts'
import { formatRemark, type Remark } from '../config/gitleaks.ts'
import { LogveilError } from '../errors.ts'
import type { Detector } from '../model.ts'
import { packNames } from '../packs.ts'
import { formatMistake, type LoadedDetector, type Mistake, mistakeAt } from '../scan/load/load.ts'
import { selfTest } from '../scan/load/self-test.ts'
import { packDirectory } from './bundled-files.ts'
import type { DetectorsArguments } from './detectors-arguments.ts'
import { createTrial } from './detectors-test.ts'
import type { Outcome } from './outcome.ts'
import { extendBundled } from './own-detectors.ts'

/** Of the bundled files, each pack is checked beside the default one, not beside the others: who wants all sees what they all find. */
const bundledGroups = packNames.map((name) => [packDirectory(name)])

/** Loads files, runs their examples alone, then through the scanner beside the bundled detectors. Names every mistake. */
export async function checkDetectors({ positionals }: DetectorsArguments): Promise<Outcome> {
  const groups = (positionals.length > 0 ? [positionals] : bundledGroups).map((paths) =>
    checkFiles(paths.flatMap(filesAt))
  )
  const remarks = groups.flatMap((group) => group.remarks)
  const mistakes = groups.flatMap((group) => group.mistakes)
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`
  const totals = [
    count(sum(groups.map(({ files }) => files)), 'file'),
    count(sum(groups.map(({ detectors }) => detectors)), 'detector'),
    count(mistakes.length, 'mistake')
  ]
  if (remarks.length > 0)
    totals.push(`${rulesOf(remarks, 'left out')} left out`, `${rulesOf(remarks, 'changed')} changed`)
  const lines = [...remarks.map(formatRemark), ...mistakes.map(formatMistake), totals.join(', ')]
  return { text: `${lines.join('\n')}\n`, status: mistakes.length === 0 ? 0 : 1 }
}

interface Checked {
  readonly files: number
  readonly detectors: number
  readonly remarks: readonly Remark[]
  readonly mistakes: readonly Mistake[]
}

function checkFiles(files: readonly string[]): Checked {
  const { placed, mistakes, remarks } = readDetectorFiles(files)
  const alone = placed.map((one) => ({ ...one, found: one.detector.examples.length === 0 ? [] : selfTest(one) }))
  const sound = alone.filter(({ found }) => found.length === 0)
  const trial = createTrial(
    beside(
      sound.map(({ detector }) => detector),
      files
    )
  )
  const together = sound.flatMap(({ detector, source, path }) =>
    trial(detector).map(({ field, number, message }) =>
      mistakeAt(source, [...path, field, number], detector.id, message)
    )
  )
  const all = [...mistakes, ...alone.flatMap(({ found }) => found), ...together]
  return { files: files.length, detectors: placed.length, remarks, mistakes: all }
}

function rulesOf(remarks: readonly Remark[], kind: Remark['kind']): number {
  return new Set(remarks.flatMap((one) => (one.kind === kind ? [`${one.file}:${one.line}:${one.rule}`] : []))).size
}

function filesAt(path: string): string[] {
  if (!existsSync(path)) throw new LogveilError('INPUT_FAILED', `cannot read ${path}: no such file or directory`)
  return statSync(path).isDirectory() ? detectorFilesIn(path) : [path]
}

/**
 * The given detectors and the bundled ones of other ids. Of a file of the bundled directory, no bundled one of its provider: what was
 * built from it is older.
 */
function beside(given: readonly LoadedDetector[], files: readonly string[]): Detector[] {
  const ids = new Set(given.map(({ id }) => id))
  const isOwn = files.some((file) => dirname(resolve(file)) === packDirectory('default'))
  const providers = new Set(isOwn ? given.map(({ provider }) => provider) : [])
  return [...given, ...extendBundled([]).filter(({ id, provider }) => !ids.has(id) && !providers.has(provider))]
}
