import { complain } from './complain.ts'
import { createMemory } from './content.ts'
import { createBuiltIn } from './redact-settings.ts'
import { addCosts, type Comparison, comparePieces, createComparison, type ReplaySide } from './replay-compare.ts'
import { type DetectorSet, parseReplayArguments, type ReplayArguments } from './replay-options.ts'
import { reportJson, reportText } from './replay-report.ts'
import { findTargets } from './scan-targets.ts'
import { openStored } from './stored.ts'
import { systemMessage } from './system-message.ts'

const chunkBytes = 1 << 20

/** `logveil replay`: resolves to the exit status. Throws `USAGE_INVALID`, and what creating the redactors throws. */
export async function replayCommand(args: readonly string[]): Promise<number> {
  const options = parseReplayArguments(args)
  if (options.help) {
    process.stdout.write((await import('./replay-help.ts')).replayHelp)
    return 0
  }
  const [before, after] = [await sideOf(options.before, options), await sideOf(options.after, options)]
  const comparison = createComparison()
  const failed = await replay(options, before, after, comparison)
  addCosts(comparison, before, after)
  process.stdout.write(options.json ? reportJson(comparison) : reportText(comparison))
  if (failed) return 2
  return options.failOnChange && comparison.changedLines > 0 ? 1 : 0
}

async function sideOf({ detectors, packs, disable }: DetectorSet, { codec }: ReplayArguments): Promise<ReplaySide> {
  const cost = new Map<string, number>()
  const meter = { spent: (detector: string, ns: number) => void cost.set(detector, (cost.get(detector) ?? 0) + ns) }
  return { redactor: await createBuiltIn({ codec, packs, disable, meter }, detectors), cost }
}

/** True when something could not be read. */
async function replay(
  { paths, maxRecordBytes, places }: ReplayArguments,
  before: ReplaySide,
  after: ReplaySide,
  comparison: Comparison
): Promise<boolean> {
  let failed = false
  const fail = (path: string, error: unknown): void => {
    failed = true
    complain(`cannot read ${path}: ${systemMessage(error)}`)
  }
  const limits = { maxRecordBytes, chunkBytes }
  const memory = createMemory(limits)
  const { targets } = await findTargets(
    { paths, changes: null, gitignore: false, exclude: [] },
    { onError: fail, onNotice: () => {} }
  )
  for (const target of targets) {
    if (target.kind !== 'file') continue
    const { path, name } = target
    const log = await openStored(path, { name, follow: true }, limits, memory).catch((error) => fail(path, error))
    if (log === undefined) continue
    await comparePieces(log.pieces, before, after, comparison, places)
    await log.close()
    if (log.failure() !== null) fail(path, log.failure())
  }
  return failed
}
