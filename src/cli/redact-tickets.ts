import type { TicketsConfig } from '../config/tickets-schema.ts'
import type { RedactorOptions } from '../index.ts'
import type { TicketPlace } from '../model.ts'
import type { Redactor } from '../redactor.ts'
import { createSpotter } from '../tickets/spotter.ts'
import { complain } from './complain.ts'
import type { PlacedFinding } from './redact-stream.ts'
import { createAllowList } from './tickets-allowed.ts'
import { openDesk, type TicketMetrics } from './tickets-desk.ts'
import { withTicketKey } from './tickets-keys.ts'

/** Tickets for what `logveil redact` finds. */
export interface RedactTickets {
  /** With a key for fingerprints, and what the tickets allow. */
  readonly settings: RedactorOptions
  spot(findings: readonly PlacedFinding[], redactor: Redactor): void
  /**
   * Writes down what was found, and tells of it as far as that takes 10 s; the rest is told by whatever opens the directory next.
   */
  close(): Promise<void>
}

const closeMs = 10_000
const longestName = 200
/** Each time the ledger is written, and the data waits for its disk. */
const flushMs = 1000

/** Nobody reads what it counts, and the library that counts takes 30 ms to load. */
const silent = { inc() {}, set() {} }
const noMetrics = {
  ticketSightings: silent,
  ticketDeliveries: silent,
  ticketTrouble: silent,
  ticketBacklog: silent
} as unknown as TicketMetrics

/** Throws `LEDGER_FAILED`, `KEY_INVALID`, `OUTPUT_FAILED`. */
export async function openRedactTickets(config: TicketsConfig, settings: RedactorOptions): Promise<RedactTickets> {
  const { tenant, minConfidence } = config
  const keyed = withTicketKey(settings, config)
  const allowances = createAllowList(tenant)
  const desk = openDesk(config, {
    metrics: noMetrics,
    warn: (message, facts) => complain([message, ...Object.values(facts)].join(': ')),
    onAllowances: allowances.set,
    place: 'here'
  })
  await desk.ready
  const spotter = createSpotter({ tenant, minConfidence, except: [], now: Date.now, flushMs, take: desk.take })
  const places = new Map<string, TicketPlace>()

  /** The name of a file may hold a secret as well. */
  function placeOf(file: string, redactor: Redactor): TicketPlace {
    const known = places.get(file)
    if (known !== undefined) return known
    const name = Buffer.from(redactor.redact(Buffer.from(file)).payload).toString()
    const place = file === 'standard input' ? {} : { file: name.slice(0, longestName) }
    places.set(file, place)
    return place
  }

  return {
    settings: { ...keyed, allowances },
    spot: (findings, redactor) => {
      for (const { finding, file } of findings) spotter.spot([finding], () => placeOf(file, redactor))
    },
    async close() {
      spotter.flush()
      const lost = await desk.close(closeMs)
      if (lost > 0) complain(`${lost} findings are in no ticket: the ledger did not take them`)
    }
  }
}
