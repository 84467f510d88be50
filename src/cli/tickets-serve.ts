import { parseArgs } from 'node:util'
import { createLog } from '../admin/log.ts'
import { loadConfig } from '../config/config-load.ts'
import type { Config, ConfigInput } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import { collectProcessMetrics, createMetrics } from '../metrics.ts'
import { listedDetector } from '../scan/listed/listed.ts'
import { complain, describe } from './complain.ts'
import { readKeyFile } from './keys.ts'
import { openAdmin } from './run-admin.ts'
import type { Report } from './run-engine-options.ts'
import { startFindings } from './run-findings.ts'
import { makeConfig } from './run-made.ts'
import { parseOptions } from './run-options.ts'
import { aborted, dieQuietly } from './run-process.ts'
import { createRedaction, readRedaction } from './run-redaction.ts'
import { createSpots } from './run-tickets.ts'
import { stopOnSignal } from './signals.ts'
import { openDesk } from './tickets-desk.ts'
import { withTicketKey } from './tickets-keys.ts'
import { madeToken, ticketsOf } from './tickets-made.ts'
import { ticketOptions } from './tickets-options.ts'

/** `logveil tickets serve`: resolves to the exit status when a signal has ended it. */
export async function serveTickets(args: readonly string[]): Promise<number> {
  const config = configOf(args)
  try {
    return await serve(config)
  } catch (error) {
    complain(error instanceof LogveilError ? error.message : `a bug in logveil: ${describe(error)}`)
    // What listens already would keep it running.
    process.exit(2)
  }
}

/** What is found by others is written down and told within this time at the end; what is not told is told at the next start. */
const lastNewsMs = 5000

/** The ledger and its outbox, fed by applications, topics and people; nothing is redacted here. */
async function serve(config: Config): Promise<number> {
  const tickets = config.tickets as NonNullable<Config['tickets']>
  const redaction = withTicketKey(await readRedaction(config.redaction), tickets)
  const { line, label } = createRedaction(redaction, () => {})
  const log = createLog(() => line)
  const report: Report = (level, message, facts = {}) => log[level](facts, message)
  dieQuietly(report)
  const metrics = createMetrics()
  collectProcessMetrics(metrics)
  const desk = openDesk(tickets, {
    metrics,
    warn: (message, facts) => report('warn', `tickets: ${message}`, facts),
    onAllowances: () => {},
    place: 'thread'
  })
  await desk.ready
  const spots = createSpots(tickets, label, desk.take)
  const detectors = [...redaction.detectors, listedDetector]
  const ids = new Set(detectors.map(({ id }) => id))
  const parts = { metrics, isDetector: (id: string) => ids.has(id), detectors, ledger: desk.ledger, redact: label }
  const exposition = () => metrics.registry.metrics()
  const admin = await openAdmin(config, { ...parts, exposition, unready: desk.unready, spots })
  const stopped = new AbortController()
  const reading = await startFindings(config, { ...parts, report }, stopped.signal)
  report('info', 'started', { admin: admin?.port })
  const release = stopOnSignal(() => stopped.abort())
  await aborted(stopped.signal)
  await Promise.all([admin?.close(), reading.ended])
  spots.flush()
  const lost = await desk.close(lastNewsMs)
  if (lost > 0) report('error', 'findings are in no ticket: the ledger did not take them', { lost })
  release()
  report('info', 'stopped')
  return 0
}

/** Throws `USAGE_INVALID`, and what a configuration can have wrong. */
function configOf(args: readonly string[]): Config {
  const { values } = parseOptions('tickets', () =>
    parseArgs({
      args: [...args],
      options: {
        ...ticketOptions,
        config: { type: 'string', short: 'c' },
        listen: { type: 'string' },
        'token-file': { type: 'string' },
        brokers: { type: 'string' },
        console: { type: 'boolean' },
        topic: { type: 'string', multiple: true },
        group: { type: 'string' }
      }
    })
  )
  const { config, listen, console = false, brokers, topic: topics, group = 'logveil-tickets' } = values
  if (config !== undefined) {
    if (Object.keys(values).length > 1)
      throw new LogveilError('USAGE_INVALID', '--config says it all: leave the other options out')
    const loaded = loadConfig(config)
    if (loaded.tickets !== null) return loaded
    throw new LogveilError('USAGE_INVALID', `${config} has no section tickets`)
  }
  const tickets = ticketsOf(values)
  if (tickets === null)
    throw new LogveilError('USAGE_INVALID', 'say where tickets are kept: --tickets DIR, or --config FILE')
  if ((brokers === undefined) !== (topics === undefined))
    throw new LogveilError('USAGE_INVALID', '--brokers and --topic belong together')
  const tokens = values['token-file'] === undefined ? [madeToken(tickets)] : tokensIn(values['token-file'])
  const topic = brokers === undefined ? null : { brokers: brokers.split(','), topics, group }
  const input = {
    ...(listen !== undefined && { admin: listen }),
    console,
    findings: { bearerTokens: tokens.map(({ token }) => token), topic },
    tickets: { ...tickets, api: { tokens } }
  } as ConfigInput
  return makeConfig(input, (path) =>
    path[0] === 'admin' ? 'listen' : path.includes('tokens') ? 'token-file' : String(path.at(-1))
  )
}

/** `NAME:TOKEN` a line. The token is not shown. */
function tokensIn(path: string): { name: string; token: string }[] {
  const lines = readKeyFile(path).split(/\r?\n/)
  const tokens = lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => line.trim().split(/:(.*)/s))
  if (tokens.length > 0 && tokens.every(([name, token]) => name && token))
    return tokens.map(([name, token]) => ({ name, token }))
  throw new LogveilError('USAGE_INVALID', `${path} holds no tokens: write NAME:TOKEN, one a line`)
}
