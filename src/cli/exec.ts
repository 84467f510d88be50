import type { Readable } from 'node:stream'
import { secretsOf } from '../environment.ts'
import { LogveilError } from '../errors.ts'
import type { KnownSecret } from '../model.ts'
import type { Redactor } from '../redactor.ts'
import { compileKnownTail } from '../scan/known.ts'
import { openWriter, outputError, type WriteFailure } from './byte-writer.ts'
import { complain, tell } from './complain.ts'
import { type Child, dieOf, type Ended, startChild } from './exec-child.ts'
import { type ExecArguments, parseExecArguments } from './exec-options.ts'
import { endWhenQuiet, leadToSame, openPipes, type Pipe } from './exec-pipes.ts'
import { redactOutput } from './exec-stream.ts'
import { launchInTerminal, launchPlainly } from './exec-terminal.ts'
import { warmUp } from './exec-warm-up.ts'
import { type FindingsReport, openFindingsReport } from './findings-report.ts'
import { type CreateRedactor, createBuiltIn, settingsOf } from './redact-settings.ts'
import { noTotals, type Totals } from './redact-stream.ts'
import { isBalanced, summarize } from './summary.ts'

/** We could not do our part, whatever the command did: as `env`, `timeout` and `docker run` say it. */
const failed = 125
/** A prompt is shown so much later than it was written, in ms: soon enough for whoever waits, late enough for what is written in pieces. */
const holdMs = 50

/** `logveil exec`: resolves to the exit status, the command's own where it ran; dies of the signal that killed the command. */
export async function execCommand(args: readonly string[], create: CreateRedactor = createBuiltIn): Promise<number> {
  try {
    return await exec(parseExecArguments(args), create)
  } catch (error) {
    if (!(error instanceof LogveilError)) throw error
    complain(error.message)
    return failed
  }
}

async function exec(options: ExecArguments, create: CreateRedactor): Promise<number> {
  if (options.help) return print((await import('./exec-help.ts')).execHelp)
  const known = await knownSecrets(options)
  if (options.printEnv) return print([...new Set(known.map(nameOf))].map((name) => `${name}\n`).join(''))
  const redactor = await create({ ...(await settingsOf(options)), known }, options.detectors)
  const report = openFindingsReport(options.findings, () => {})
  warmUp(redactor, known)
  const started = await start(options)
  if (typeof started === 'number') return started
  const begin = performance.now()
  const run = await follow(started, { options, redactor, known, report })
  if (run.totals.linesOut !== null) tell(summarize(run.totals, (performance.now() - begin) / 1000))
  for (const { message } of run.failures) complain(message)
  if (run.ended.signal !== null) dieOf(run.ended.signal)
  return statusOf(run, options)
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

async function knownSecrets({ env, automatic }: ExecArguments): Promise<KnownSecret[]> {
  if (env.length === 0 && !automatic) return []
  const { bundledDetectors } = await import('../index.ts')
  return secretsOf(process.env, bundledDetectors, { names: env, automatic })
}

function nameOf({ id }: KnownSecret): string {
  return id.slice(id.indexOf(':') + 1)
}

interface Started {
  readonly child: Child
  /** Standard output and standard error, or both in one. */
  readonly sources: readonly Readable[]
}

/** The exit status when the command cannot be started. */
async function start({ command, args, tty }: ExecArguments): Promise<Started | number> {
  const launch = tty ? launchInTerminal(command, args) : launchPlainly(command, args)
  const pipes = openPipes(leadToSame(1, 2) ? 1 : 2)
  const child = await startChild(launch, ['inherit', ...ends(pipes)])
  for (const { close } of pipes ?? []) close()
  if (typeof child !== 'number') return { child, sources: pipes?.map(({ source }) => source) ?? child.outputs }
  for (const { source } of pipes ?? []) source.destroy()
  return child
}

function ends(pipes: readonly Pipe[] | null): (number | 'pipe')[] {
  if (pipes === null) return ['pipe', 'pipe']
  return [pipes[0].write, pipes[pipes.length - 1].write]
}

interface Run {
  readonly ended: Ended
  readonly totals: Totals
  readonly failures: readonly LogveilError[]
}

interface FollowOptions {
  readonly options: ExecArguments
  readonly redactor: Redactor
  readonly known: readonly KnownSecret[]
  readonly report: FindingsReport
}

async function follow({ child, sources }: Started, { options, redactor, known, report }: FollowOptions): Promise<Run> {
  const totals = noTotals(options.summary ?? false)
  const writers = sources.map((source, i) => openWriter(i + 1, () => source.destroy()))
  let reporting = Promise.resolve(true)
  const outputs = sources.map((source, i) =>
    redactOutput(source, {
      redactor,
      writer: writers[i],
      name: names[i],
      maxRecordBytes: options.maxRecordBytes,
      holdMs,
      knownTail: compileKnownTail(known),
      totals,
      // One after another: both outputs find something at any time.
      onFindings: (findings) => (reporting = reporting.then(() => report.write(findings)))
    })
  )
  const ended = await child.ended
  for (const source of sources) endWhenQuiet(source, options.lingerMs)
  await Promise.all(outputs)
  const failures = writers.flatMap(({ failure }, i) => toErrors(`standard ${names[i]}`, failure))
  return { ended, totals, failures: [...failures, ...toErrors('the findings', report.failure)] }
}

const names = ['output', 'error']

/** That nobody reads the output any more is the command's business, which hears of it. */
function toErrors(what: string, failure: WriteFailure | null): LogveilError[] {
  return failure instanceof Error ? [outputError(what, failure)] : []
}

function statusOf({ ended, totals, failures }: Run, { failOnFindings }: ExecArguments): number {
  if (ended.status !== 0) return ended.status
  if (failures.length > 0 || !isBalanced(totals)) return failed
  return failOnFindings && totals.findings > 0 ? 1 : 0
}
