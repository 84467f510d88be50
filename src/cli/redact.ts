import { isatty } from 'node:tty'
import type { TicketsConfig } from '../config/tickets-schema.ts'
import type { LogveilError } from '../errors.ts'
import type { RedactorOptions } from '../index.ts'
import type { Redactor } from '../redactor.ts'
import { openWriter, outputError } from './byte-writer.ts'
import { complain, tell } from './complain.ts'
import { cutLines } from './cut-lines.ts'
import { openFindingsReport } from './findings-report.ts'
import { openInputs } from './inputs.ts'
import { parseRedactArguments, type RedactArguments } from './redact-options.ts'
import { type CreateRedactor, createBuiltIn, settingsOf } from './redact-settings.ts'
import { redactStream, type Totals } from './redact-stream.ts'
import type { RedactTickets } from './redact-tickets.ts'
import { stopOnSignal } from './signals.ts'
import { isBalanced, summarize } from './summary.ts'

/** Bytes that are read and redacted at once: enough to make calls cheap, little enough to stay in the processor's cache. */
const chunkBytes = 1 << 20

/** `logveil redact`: resolves to the exit status. Throws `USAGE_INVALID`, and what creating the redactor throws. */
export async function redactCommand(args: readonly string[], create: CreateRedactor = createBuiltIn): Promise<number> {
  const options = parseRedactArguments(args)
  if (options.help) return showHelp()
  const tickets = await ticketsOf(options)
  const settings = await settingsOf(options)
  const opened = tickets === null ? null : await openTickets(tickets, settings)
  const redactor = await create(opened?.settings ?? settings, options.detectors).catch(async (error) => {
    await opened?.close().catch(() => {})
    throw error
  })
  const begin = performance.now()
  const run = await redactFiles(options, redactor, opened)
  await opened?.close()
  if (run.totals.linesOut !== null) tell(summarize(run.totals, (performance.now() - begin) / 1000))
  if (run.failed || !isBalanced(run.totals)) return 2
  return options.failOnFindings && run.totals.findings > 0 ? 1 : 0
}

/** null: none are opened. What checks the options is loaded only with them: it takes a quarter of the start. */
async function ticketsOf({ tickets: values, inventory }: RedactArguments): Promise<TicketsConfig | null> {
  if (values.tickets === undefined && values.webhook === undefined) return null
  const tickets = (await import('./tickets-made.ts')).ticketsOf(values)
  return tickets === null ? null : { ...tickets, inventory }
}

async function openTickets(tickets: TicketsConfig, settings: RedactorOptions): Promise<RedactTickets> {
  return (await import('./redact-tickets.ts')).openRedactTickets(tickets, settings)
}

async function redactFiles(
  options: RedactArguments,
  redactor: Redactor,
  tickets: RedactTickets | null
): Promise<{ totals: Totals; failed: boolean }> {
  let failed = false
  const fail = (error: LogveilError): void => {
    failed = true
    complain(error.message)
  }
  const inputs = openInputs(options.files, fail)
  const writer = openWriter(1, inputs.stop)
  const report = openFindingsReport(options.findings, inputs.stop)
  const release = stopOnSignal(inputs.stop)
  const totals = await redactStream(cutLines(inputs.sources, { maxRecordBytes: options.maxRecordBytes, chunkBytes }), {
    redactor,
    writer,
    countsOutput: options.summary ?? isatty(2),
    onFindings(findings) {
      tickets?.spot(findings, redactor)
      return report.write(findings)
    }
  })
  release()
  if (writer.failure instanceof Error) fail(outputError('standard output', writer.failure))
  if (report.failure !== null) fail(outputError('the findings', report.failure))
  return { totals, failed }
}

async function showHelp(): Promise<number> {
  const { redactHelp } = await import('./help.ts')
  process.stdout.write(redactHelp)
  return 0
}
