import { lstatSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { isatty } from 'node:tty'
import type { Redactor } from '../redactor.ts'
import { openWriter, outputError } from './byte-writer.ts'
import { complain, tell } from './complain.ts'
import { createMemory } from './content.ts'
import { openFindingsReport } from './findings-report.ts'
import { createBuiltIn, settingsOf } from './redact-settings.ts'
import { createProgress } from './scan-progress.ts'
import { findTargets } from './scan-targets.ts'
import { printable } from './scan-text.ts'
import { type ScrubbedFile, scrubFile } from './scrub-file.ts'
import { parseScrubArguments, type ScrubArguments } from './scrub-options.ts'
import { createScrubReport, type ScrubTotals, scrubStatus, summarizeScrub } from './scrub-report.ts'
import { isTemporary, removeStrays } from './scrub-temporary.ts'
import { createWriters } from './scrub-writers.ts'
import { stopOnSignal } from './signals.ts'
import { systemMessage } from './system-message.ts'
import { version } from './version.ts'

const chunkBytes = 1 << 20

/** `logveil scrub`: resolves to the exit status. Throws `USAGE_INVALID`, `OUTPUT_FAILED`, and what creating the redactor throws. */
export async function scrubCommand(args: readonly string[]): Promise<number> {
  const options = parseScrubArguments(args)
  if (options.help) return showHelp()
  const redactor = await createBuiltIn(await settingsOf(options), options.detectors)
  const totals = await scrub(options, redactor)
  if (options.summary ?? (options.report === 'text' || isatty(2))) tell(summarizeScrub(totals, options.write))
  return scrubStatus(totals)
}

async function scrub(options: ScrubArguments, redactor: Redactor): Promise<ScrubTotals> {
  const totals = noTotals()
  const begin = performance.now()
  let progress = createProgress(0, false)
  const fail = (file: string | null, message: string, list = totals.errors): void => {
    list.push({ file, message })
    progress.clear()
    complain(printable(message))
  }
  const files = await filesIn(options, totals, (path, error) =>
    fail(path, `cannot read ${path}: ${systemMessage(error)}`)
  )
  progress = createProgress(files.length, options.progress ?? isatty(2))
  let stopped = false
  const stop = (): void => {
    stopped = true
  }
  const release = stopOnSignal(stop)
  const writer = openWriter(1, stop)
  const findings = openFindingsReport(options.findings, stop)
  const report = createScrubReport(options.report, version(), options.write)
  const put = async (text: string): Promise<void> => {
    if (text === '') return
    progress.clear()
    await writer.write(Buffer.from(text))
  }
  const limits = { maxRecordBytes: options.maxRecordBytes, chunkBytes }
  const context = {
    ...options,
    redactor,
    limits,
    memory: createMemory(limits),
    writerOf: createWriters(),
    onFindings: findings.write,
    stopped: () => stopped
  }

  await put(report.begin())
  let done = 0
  for (const { path, name } of files) {
    const scrubbed = await scrubFile(path, name, context)
    // What was cut short says nothing of the file; what was finished before does.
    if (stopped && scrubbed.outcome !== 'scrubbed') break
    done++
    count(totals, scrubbed)
    const { problem } = scrubbed
    if (problem !== null) fail(name, problem.message, problem.kind === 'error' ? totals.errors : totals.warnings)
    await put(report.file(scrubbed))
    progress.show(done, totals.findings)
    if (stopped) break
  }
  release()
  progress.clear()
  if (done < files.length) fail(null, `stopped after ${done} of ${files.length} files`)
  totals.seconds = (performance.now() - begin) / 1000
  await put(report.end(totals))
  if (writer.failure instanceof Error) fail(null, outputError('standard output', writer.failure).message)
  if (findings.failure !== null) fail(null, outputError('the findings', findings.failure).message)
  return totals
}

function noTotals(): ScrubTotals {
  const passed = { binary: 0, links: 0, special: 0 }
  return { files: 0, due: 0, scrubbed: 0, findings: 0, bytes: 0, passed, errors: [], warnings: [], seconds: 0 }
}

interface FileToScrub {
  readonly path: string
  readonly name: string
}

/** Also takes away what an earlier run left beside them. */
async function filesIn(
  { paths, exclude, write }: ScrubArguments,
  { passed }: ScrubTotals,
  onError: (path: string, error: unknown) => void
): Promise<FileToScrub[]> {
  const found = await findTargets(
    { paths: paths.map(behindLink), changes: null, gitignore: false, exclude },
    { onError, onNotice: () => {} }
  )
  Object.assign(passed, { links: found.links, special: found.special })
  const all = found.targets.flatMap((target) => (target.kind === 'file' ? [target] : []))
  if (write) for (const directory of new Set(all.map(({ path }) => dirname(path)))) removeStrays(directory)
  return all.filter(({ path }) => !isTemporary(path))
}

/** The file is what has to change, not the link. */
function behindLink(path: string): string {
  try {
    return lstatSync(path).isSymbolicLink() ? realpathSync(path) : path
  } catch {
    return path
  }
}

function count(totals: ScrubTotals, { outcome, totals: own }: ScrubbedFile): void {
  if (outcome === 'binary') totals.passed.binary++
  if (own === null) return
  totals.files++
  totals.bytes += own.bytesIn
  totals.findings += own.findings
  if (outcome !== 'clean') totals.due++
  if (outcome === 'scrubbed') totals.scrubbed++
}

async function showHelp(): Promise<number> {
  process.stdout.write((await import('./scrub-help.ts')).scrubHelp)
  return 0
}
