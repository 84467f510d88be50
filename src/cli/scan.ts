import { availableParallelism } from 'node:os'
import { isatty } from 'node:tty'
import { withheldReasons } from '../model.ts'
import { openWriter, outputError } from './byte-writer.ts'
import { complain, describe, tell } from './complain.ts'
import { settingsOf } from './redact-settings.ts'
import { type Baseline, openBaseline } from './scan-baseline.ts'
import { scanInThreads } from './scan-crew.ts'
import { createContext, createSettings, detectorsOf, type ScanSettings } from './scan-finder.ts'
import type { Leak } from './scan-leak.ts'
import { parseScanArguments, type ScanArguments } from './scan-options.ts'
import { createProgress } from './scan-progress.ts'
import { type JudgedLeak, type ScanTotals, statusOf } from './scan-report.ts'
import { createReport } from './scan-reports.ts'
import { summarizeScan } from './scan-summary.ts'
import { type ScannedTarget, scanTarget, type Target } from './scan-target.ts'
import { findTargets } from './scan-targets.ts'
import { printable } from './scan-text.ts'
import { stopOnSignal } from './signals.ts'
import { many } from './summary.ts'
import { systemMessage } from './system-message.ts'
import { version } from './version.ts'

/** `logveil scan`: resolves to the exit status. Throws `USAGE_INVALID`, and what opening the baseline, loading detectors and asking git throw. */
export async function scanCommand(args: readonly string[]): Promise<number> {
  const options = parseScanArguments(args)
  if (options.help) return showHelp()
  const { keys = [] } = await settingsOf(options)
  const baseline = options.baseline === null ? null : openBaseline(options.baseline, keys, options.writeBaseline)
  const totals = await scan(await createSettings(options, baseline?.keys ?? keys), baseline)
  if (options.writeBaseline) baseline?.write()
  if (options.summary ?? (options.format === 'text' || isatty(2))) tell(summarizeScan(totals))
  return statusOf(totals)
}

async function scan(settings: ScanSettings, baseline: Baseline | null): Promise<ScanTotals> {
  const { options } = settings
  const totals = noTotals()
  const begin = performance.now()
  const fail = (file: string | null, message: string): void => {
    totals.errors.push({ file, message })
    progress.clear()
    complain(printable(message))
  }
  let progress = createProgress(0, false)
  const found = await findTargets(options, {
    onError: (path, error) => fail(path, `cannot read ${path}: ${systemMessage(error)}`),
    onNotice: (path, reason) => complain(`everything in ${path} is scanned, ignored or not: ${describe(reason)}`)
  })
  progress = createProgress(found.targets.length, options.progress ?? isatty(2))
  Object.assign(totals.passed, { links: found.links, special: found.special })
  let stopped = false
  const stop = (): void => {
    stopped = true
  }
  const release = stopOnSignal(stop)
  const writer = openWriter(1, stop)
  const detectors = new Map(detectorsOf(settings).map((detector) => [detector.id, detector]))
  const report = createReport(options.format, { version: version(), detectors, hasBaseline: baseline !== null })
  // Waits for what follows: detectors that cannot be loaded leave no half a document.
  let head = report.begin()
  const write = async (text: string): Promise<void> => {
    if (text === '') return
    progress.clear()
    await writer.write(Buffer.from(head + text))
    head = ''
  }

  let done = 0
  for await (const scanned of scanAll(found.targets, settings)) {
    const leaks = await judge(scanned, options, baseline)
    count(totals, scanned, leaks)
    for (const message of mistakesOf(scanned)) fail(scanned.name, message)
    if (scanned.unlisted > 0) {
      progress.clear()
      const more = `${many(scanned.unlisted, 'more finding')}, taken for new: counted, not listed`
      complain(printable(`${scanned.name} has ${more}`))
    }
    await write(report.file(scanned.name, leaks))
    progress.show(++done, totals.leaks.new)
    if (stopped) break
  }
  release()
  progress.clear()
  if (stopped) fail(null, `stopped after ${done} of ${found.targets.length} files`)
  totals.seconds = (performance.now() - begin) / 1000
  await write(report.end(totals))
  if (writer.failure instanceof Error) fail(null, outputError('standard output', writer.failure).message)
  return totals
}

function noTotals(): ScanTotals {
  const leaks = { new: 0, known: 0, allowed: 0 }
  return { files: 0, bytes: 0, leaks, unlisted: 0, passed: { binary: 0, links: 0, special: 0 }, errors: [], seconds: 0 }
}

/** For fewer files other threads cost more than they save: each makes its own detectors, in half a second. */
const manyTargets = 4000

async function* scanAll(targets: readonly Target[], settings: ScanSettings): AsyncGenerator<ScannedTarget, void> {
  const { workers } = settings.options
  const count = workers ?? (targets.length < manyTargets ? 1 : availableParallelism())
  if (count > 1 && targets.every(({ kind }) => kind === 'file')) return yield* scanInThreads(targets, count, settings)
  const context = await createContext(settings)
  try {
    for (const target of targets) yield await scanTarget(target, context)
  } finally {
    context.blobs.close()
  }
}

/** With a baseline that is being written, everything that is not allowed is known. */
async function judge(
  { name, leaks }: ScannedTarget,
  { allowComments, writeBaseline }: ScanArguments,
  baseline: Baseline | null
): Promise<JudgedLeak[]> {
  const statusOfLeak = async (leak: Leak): Promise<JudgedLeak['status']> => {
    if (allowComments && leak.allowance) return 'allowed'
    if (baseline === null) return 'new'
    if (writeBaseline) await baseline.add(name, leak)
    return writeBaseline || (await baseline.knows(name, leak)) ? 'known' : 'new'
  }
  return Promise.all(
    leaks.map(async (leak) => {
      const status = await statusOfLeak(leak)
      const fingerprint = baseline === null || baseline.showsFingerprints ? leak.fingerprint : null
      return { ...leak, status, fingerprint }
    })
  )
}

function count(totals: ScanTotals, scanned: ScannedTarget, leaks: readonly JudgedLeak[]): void {
  totals.bytes += scanned.bytes
  if (scanned.isBinary) totals.passed.binary++
  else totals.files++
  for (const { status } of leaks) totals.leaks[status]++
  totals.leaks.new += scanned.unlisted
  totals.unlisted += scanned.unlisted
}

function mistakesOf({ name, error, withheld }: ScannedTarget): string[] {
  const reasons = withheldReasons.filter((reason) => withheld[reason] > 0)
  const parts = reasons.map((reason) => `${reason} ${withheld[reason]}`).join(', ')
  const unscanned = parts === '' ? [] : [`parts of ${name} were not scanned, as redacting withholds them: ${parts}`]
  return error === null ? unscanned : [error, ...unscanned]
}

async function showHelp(): Promise<number> {
  process.stdout.write((await import('./scan-help.ts')).scanHelp)
  return 0
}
