import { availableParallelism } from 'node:os'
import { createLog } from '../admin/log.ts'
import type { Config } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import type { Sighting } from '../model.ts'
import { listedDetector } from '../scan/listed/listed.ts'
import { openWriter } from './byte-writer.ts'
import { complain, describe } from './complain.ts'
import { openAdmin } from './run-admin.ts'
import { type Crew, startSolo, startThreads } from './run-crew.ts'
import type { Report } from './run-engine-options.ts'
import { startFindings } from './run-findings.ts'
import { aborted, dieQuietly, within } from './run-process.ts'
import { readRedaction } from './run-redaction.ts'
import { reloadOnChange } from './run-reload.ts'
import { createSpots, type Take } from './run-tickets.ts'
import { startTracing } from './run-tracing.ts'
import { stopOnSignal } from './signals.ts'
import { openDesk } from './tickets-desk.ts'
import { withTicketKey } from './tickets-keys.ts'
import { version } from './version.ts'

/** Runs a configuration until a signal; resolves to the exit status. `path` is where it came from. Ends the process when it cannot start. */
export async function serve(config: Config, path: string | null): Promise<number> {
  try {
    return await run(config, path)
  } catch (error) {
    complain(error instanceof LogveilError ? error.message : `a bug in logveil: ${describe(error)}`)
    // What listens already would keep it running.
    process.exit(2)
  }
}

/** How long the last spans may take to get away. */
const lastSpansMs = 2000

/** The same of tickets; what is not told by then is told at the next start. */
const lastNewsMs = 2000

const lingerMs = 500

async function run(config: Config, path: string | null): Promise<number> {
  const redaction = withTicketKey(await readRedaction(config.redaction), config.tickets)
  // Before the detectors are compiled nothing is logged but fixed texts.
  let line = (text: string): string => text
  const log = createLog(() => line)
  const report: Report = (level, message, facts = {}) => log[level](facts, message)
  dieQuietly(report)
  const stopTracing = await startTracing()
  const stopped = new AbortController()
  const early: Sighting[] = []
  let take: Take = (sightings) => early.push(...sightings)
  const crew = await start(config, { config, redaction, version: version(), report, take: (seen) => take(seen) }, () =>
    stopped.abort()
  )
  line = (text) => crew.line(text)
  const warn = (message: string, facts: object): void => report('warn', `tickets: ${message}`, { ...facts })
  const events = { metrics: crew.metrics, warn, onAllowances: crew.allow, place: 'thread' } as const
  const desk = config.tickets === null ? null : openDesk(config.tickets, events)
  await desk?.ready
  if (desk !== null) take = desk.take
  take(early)
  const spots = config.tickets === null ? null : createSpots(config.tickets, crew.line, take)
  const detectors = [...redaction.detectors, listedDetector]
  const ids = new Set(detectors.map(({ id }) => id))
  const isDetector = (id: string): boolean => ids.has(id)
  const { metrics, exposition, unready, line: redact } = crew
  const ledger = desk?.ledger ?? null
  const parts = { metrics, exposition, unready, isDetector, detectors, spots, ledger, redact }
  const admin = await openAdmin(config, parts)
  const reading = await startFindings(config, { ledger, redact, isDetector, metrics, report }, stopped.signal)
  const stopReload = reloadOnChange({ config, path, crew, report })
  report('info', 'started', {
    ports: crew.ports,
    admin: admin?.port,
    detectors: redaction.detectors.length,
    digest: redaction.digest
  })
  const release = stopOnSignal(() => stopped.abort())
  await aborted(stopped.signal)

  report('info', 'stopping: settling what is in flight')
  stopReload()
  const settled = await within(config.gracePeriodMs, crew.stop())
  await Promise.all([admin?.close(), reading.ended, within(lastSpansMs, stopTracing())])
  spots?.flush()
  const lost = (await desk?.close(lastNewsMs)) ?? 0
  if (lost > 0) report('error', 'findings are in no ticket: the ledger did not take them', { lost })
  release()
  report(
    settled ? 'info' : 'error',
    settled ? 'stopped' : 'stopped before all was settled: its senders will send it again'
  )
  if (!settled) process.exit(1)
  // All is settled; a connection that a client has forgotten (kafkajs, when a broker went) must not keep the process.
  setTimeout(() => process.exit(0), lingerMs).unref()
  return 0
}

function start({ workers }: Config, options: Parameters<typeof startThreads>[1], onClosed: () => void): Promise<Crew> {
  const count = workers === 'auto' ? availableParallelism() : workers
  if (count > 1) return startThreads(count, options)
  const writesOut = options.config.pipelines.some(({ sinks }) => sinks.some(({ type }) => type === 'stdout'))
  return startSolo({ ...options, write: writesOut ? standardOutput(onClosed) : async () => {} })
}

/** When nobody reads it any more, there is nothing left to do. */
function standardOutput(onClosed: () => void): (bytes: Uint8Array) => Promise<void> {
  const writer = openWriter(1, onClosed)
  return async (bytes) => {
    await writer.write(bytes)
    if (writer.failure !== null) throw new Error('closed')
  }
}
