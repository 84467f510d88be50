import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker as Thread } from 'node:worker_threads'
import type { TicketsConfig } from '../config/tickets-schema.ts'
import { LogveilError } from '../errors.ts'
import type { Metrics } from '../metrics.ts'
import type { Allowance, Ledger } from '../tickets/ledger.ts'
import { severities } from '../tickets/places.ts'
import { createRecorder } from '../tickets/recorder.ts'
import type { Take } from './run-tickets.ts'
import {
  type Asked,
  type AskedLedger,
  asked,
  type DeskNews,
  type DeskOrder,
  newsOf,
  type Told
} from './tickets-messages.ts'

/** The ledger and its channels, as the main thread sees them. */
export interface TicketDesk {
  /** Rejects when it never can be opened; one that cannot be reached now, but later, is waited for beside the data. */
  readonly ready: Promise<void>
  /** Counted up in memory until the ledger takes them: never waits. */
  readonly take: Take
  readonly ledger: AskedLedger
  /** What goes wrong now. */
  unready(): string[]
  /** Writes down what there is, and tells of it, as far as that takes `ms`; the rest is told at the next start. Resolves to how many sightings
   * were lost since the start. */
  close(ms: number): Promise<number>
}

export type TicketMetrics = Pick<
  Metrics,
  | 'ticketSightings'
  | 'ticketDeliveries'
  | 'ticketTrouble'
  | 'ticketBacklog'
  | 'ticketOldest'
  | 'ticketsOpen'
  | 'ticketsOverdue'
>
type Warn = (message: string, facts: Readonly<Record<string, unknown>>) => void

/** The same file before and after it was compiled. */
const entry = new URL(import.meta.url.endsWith('.ts') ? './tickets-worker.ts' : './tickets-worker.js', import.meta.url)
const restartMs = 1000

export interface TicketDeskOptions {
  readonly metrics: TicketMetrics
  /** Told once of each kind of trouble until it is over. */
  readonly warn: Warn
  /** All there are: at the start, and when they are others than before. */
  readonly onAllowances: (entries: readonly Allowance[]) => void
  /** `thread`: one of its own, so that the data never waits; one that ends is replaced. `here`: a command that lives for a second has none to start. */
  readonly place: 'thread' | 'here'
}

/** Opens the ledger. `ready` rejects with `LEDGER_FAILED`, `KEY_INVALID`, `OUTPUT_FAILED`. */
export function openDesk(config: TicketsConfig, { metrics, warn, onAllowances, place }: TicketDeskOptions): TicketDesk {
  const troubles = new Set<string>()
  for (const outcome of ['recorded', 'lost']) metrics.ticketSightings.inc({ outcome }, 0)
  let lost = 0
  let closing = false
  let desk: Promise<StartedDesk> = hire()
  const ready = desk.then(
    () => {},
    (error) => {
      closing = !(error instanceof LogveilError && error.retryable)
      if (closing) throw error
      trouble(error.message)
    }
  )
  // Whoever waits for it is told; nobody has to.
  ready.catch(() => {})

  function hire(): Promise<StartedDesk> {
    const started = place === 'here' ? startDeskHere(config, hear) : startDeskThread(config, hear)
    const again = async (): Promise<void> => {
      await sleep(restartMs, null, { ref: false })
      if (!closing) desk = hire()
    }
    started.then(({ ended }) => ended.then(again), again)
    return started
  }

  function hear(news: DeskNews): void {
    if (news.type === 'delivered') metrics.ticketDeliveries.inc({ channel: news.channel, outcome: 'delivered' })
    else if (news.type === 'backlog') {
      metrics.ticketBacklog.set({ channel: news.channel, kind: 'waiting' }, news.waiting)
      metrics.ticketBacklog.set({ channel: news.channel, kind: 'dead' }, news.dead)
      metrics.ticketOldest.set({ channel: news.channel }, news.oldestMs / 1000)
    } else if (news.type === 'open') {
      for (const severity of severities) {
        const { open, overdue } = news.counts[severity]
        metrics.ticketsOpen.set({ severity }, open)
        metrics.ticketsOverdue.set({ severity }, overdue)
      }
    } else if (news.type === 'allowances') onAllowances(news.entries)
    else if (news.type === 'trouble') trouble(news.message)
    else if (news.type === 'refused') {
      const { channel, final, message } = news
      metrics.ticketDeliveries.inc({ channel, outcome: final ? 'dead' : 'failed' })
      if (final) warn('something to tell of a ticket is a dead letter', { channel, reason: message })
    }
  }

  function trouble(message: string): void {
    metrics.ticketTrouble.inc()
    if (!troubles.has(message) && troubles.size < 100) warn(message, {})
    troubles.add(message)
  }

  const recorder = createRecorder(async (...batch) => (await desk).record(...batch), randomUUID(), {
    recorded(sightings) {
      troubles.clear()
      metrics.ticketSightings.inc({ outcome: 'recorded' }, sightings)
    },
    lost(sightings) {
      lost += sightings
      metrics.ticketSightings.inc({ outcome: 'lost' }, sightings)
    },
    trouble
  })

  return {
    ready,
    take: recorder.take,
    ledger: asking(async (...question) => (await desk).ask(...question)),
    unready: () => [...troubles],
    async close(ms) {
      const end = Date.now() + ms
      await recorder.close(ms)
      closing = true
      await desk.then(
        (thread) => thread.close(Math.max(0, end - Date.now())),
        () => {}
      )
      return lost
    }
  }
}

type Ask = (method: Asked, args: readonly unknown[]) => Promise<unknown>

function asking(ask: Ask): AskedLedger {
  const calls = asked.map((method) => [method, (...args: readonly unknown[]) => ask(method, args)])
  return Object.fromEntries(calls) as AskedLedger
}

interface StartedDesk {
  readonly record: Ledger['record']
  readonly ask: Ask
  close(ms: number): Promise<void>
  /** Resolves when it is no more. */
  readonly ended: Promise<void>
}

async function startDeskHere(config: TicketsConfig, hear: (news: DeskNews) => void): Promise<StartedDesk> {
  const { openTicketDesk } = await import('./tickets-open.ts')
  // The data would wait for the disk; what it is written to does not either.
  const { record, ledger, close } = await openTicketDesk(config, newsOf(hear), false)
  const ask: Ask = (method, args) => (ledger[method] as (...args: readonly unknown[]) => Promise<unknown>)(...args)
  return { record, ask, close, ended: new Promise(() => {}) }
}

/** Beyond what it was given. What is under way then is delivered again. */
const lastMs = 1000

function startDeskThread(config: TicketsConfig, hear: (news: DeskNews) => void): Promise<StartedDesk> {
  const thread = new Thread(entry, { workerData: config })
  const order = (message: DeskOrder): void => thread.postMessage(message)
  const records: ((error: LogveilError | null) => void)[] = []
  const answers: ((error: LogveilError | null, result?: unknown) => void)[] = []
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  const gone = new LogveilError('LEDGER_FAILED', 'the thread of the ledger has ended', { retryable: true })
  // Its message may quote what it was given: it is dropped.
  thread.on('error', () => {})
  void ended.then(() => {
    for (const settle of [...records, ...answers]) settle(gone)
  })
  return new Promise((resolve, reject) => {
    thread.on('message', (news: DeskNews) => {
      if (news.type === 'ready') resolve({ record, ask, close, ended })
      else if (news.type === 'failed') reject(errorOf(news.error))
      else if (news.type === 'recorded') records.shift()?.(news.error === null ? null : errorOf(news.error))
      else if (news.type === 'answered')
        answers.shift()?.(news.error === null ? null : errorOf(news.error), news.result)
      else hear(news)
    })
    void ended.then(() => reject(gone))
  })

  function record(...batch: Parameters<Ledger['record']>): Promise<void> {
    return new Promise((resolve, reject) => {
      records.push((error) => (error === null ? resolve() : reject(error)))
      order({ type: 'record', batch })
    })
  }

  function ask(...[method, args]: Parameters<Ask>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      answers.push((error, result) => (error === null ? resolve(result) : reject(error)))
      order({ type: 'ask', method, args })
    })
  }

  async function close(ms: number): Promise<void> {
    order({ type: 'close', ms })
    const timer = setTimeout(() => void thread.terminate(), ms + lastMs)
    await ended
    clearTimeout(timer)
  }
}

function errorOf({ code, message, retryable }: Told): LogveilError {
  return new LogveilError(code, message, { retryable })
}
