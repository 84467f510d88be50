import { detectorFilesIn, readDetectorFiles } from '../config/detector-files.ts'
import { createRedactor } from '../index.ts'
import type { Detector } from '../model.ts'
import type { Pack } from '../packs.ts'
import { checks } from '../scan/checks/index.ts'
import { expand } from '../scan/template.ts'
import { packDirectory } from './bundled-files.ts'
import type { DetectorsArguments } from './detectors-arguments.ts'
import type { Outcome } from './outcome.ts'
import { extendPacks } from './own-detectors.ts'
import { table } from './table.ts'

/** What logveil knows of one provider's secrets. */
export interface Coverage {
  readonly provider: string
  readonly detectors: number
  /** Ids of those whose findings can be `confirmed`: a check proves them offline. */
  readonly proven: readonly string[]
  /** Checks that prove. */
  readonly checks: readonly string[]
  /** Names of the facts that findings of its examples carry (account, expiry, strength, ...). */
  readonly hints: readonly string[]
}

/** Providers x checks: `logveil detectors coverage`. */
export async function showCoverage({ detectors: paths, packs, json }: DetectorsArguments): Promise<Outcome> {
  const rows = coverageOf(withExamples(extendPacks(paths, packs), packs))
  if (json) return { text: `${JSON.stringify(rows, null, 2)}\n`, status: 0 }
  const proofs = rows.reduce((sum, row) => sum + row.proven.length, 0)
  const detectors = rows.reduce((sum, row) => sum + row.detectors, 0)
  const cells = rows.map((row) => ({ ...row, proven: row.proven.length }))
  const { text } = table(false, cells, ['provider', 'detectors', 'proven', 'checks', 'hints'])
  return {
    text: `${text}${rows.length} providers, ${detectors} detectors, ${proofs} with an offline proof\n`,
    status: 0
  }
}

/** Sorted by provider. The hints are those that the detectors' own examples bring out. */
export function coverageOf(detectors: readonly Detector[]): Coverage[] {
  const providers = new Map<string, Detector[]>()
  for (const one of detectors) providers.set(one.provider, [...(providers.get(one.provider) ?? []), one])
  const hints = hintsOf(detectors)
  return [...providers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([provider, own]) => ({
      provider,
      detectors: own.length,
      proven: own.filter((detector) => proofsOf(detector).length > 0).map(({ id }) => id),
      checks: distinct(own.flatMap(proofsOf)),
      hints: distinct(own.flatMap(({ id }) => [...(hints.get(id) ?? [])]))
    }))
}

function proofsOf({ checks: names }: Detector): string[] {
  return names.filter((name) => checks[name].filter !== true)
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)].sort()
}

function hintsOf(detectors: readonly Detector[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  const { redact } = createRedactor({ detectors, strength: () => 'fair' })
  for (const example of detectors.flatMap(({ examples }) => examples)) {
    for (const { detector, hints } of redact(Buffer.from(expand(example, 1).text)).findings)
      found.set(detector, new Set([...(found.get(detector) ?? []), ...Object.keys(hints)]))
  }
  return found
}

/** Bundled detectors come without their examples: those of providers that can give hints are read from their files. */
function withExamples(detectors: readonly Detector[], packs: readonly Pack[]): Detector[] {
  const telling = new Set(detectors.filter(givesHints).map(({ provider }) => `${provider}.yaml`))
  const files = (packs.length > 0 ? packs : (['default'] as const))
    .flatMap((pack) => detectorFilesIn(packDirectory(pack)))
    .filter((file) => telling.has(file.split(/[/\\]/).at(-1) ?? ''))
  const examples = new Map(readDetectorFiles(files).placed.map(({ detector }) => [detector.id, detector.examples]))
  return detectors.map((detector) => ({ ...detector, examples: examples.get(detector.id) ?? detector.examples }))
}

function givesHints({ checks: names, value }: Detector): boolean {
  return names.length > 0 || value === 'any'
}
