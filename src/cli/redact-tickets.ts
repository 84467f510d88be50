import type { TicketsConfig } from '../config/tickets-schema.ts'
import { createMetrics } from '../metrics.ts'
import type { TicketPlace } from '../model.ts'
import type { Redactor } from '../redactor.ts'
import { createSpotter } from '../tickets/spotter.ts'
import { complain } from './complain.ts'
import type { PlacedFinding } from './redact-stream.ts'
import { openDesk } from './tickets-desk.ts'

/** Tickets for what `logveil redact` finds. */
export interface RedactTickets {
  spot(findings: readonly PlacedFinding[]): void
  /** Writes down what was found, and tells of it as far as that takes 10 s; the rest is told by whatever opens the directory next. */
  close(): Promise<void>
}

const closeMs = 10_000
const longestName = 200

/** Throws what opening the ledger throws. */
export async function openRedactTickets(config: TicketsConfig, redactor: Redactor): Promise<RedactTickets> {
  const { tenant, minConfidence } = config
  const desk = await openDesk(config, createMetrics(), (message, facts) =>
    complain([message, ...Object.values(facts)].join(': '))
  )
  const spotter = createSpotter({ tenant, minConfidence, except: [], now: Date.now, take: desk.take })
  const places = new Map<string, TicketPlace>()

  /** The name of a file may hold a secret as well. */
  function placeOf(file: string): TicketPlace {
    const known = places.get(file)
    if (known !== undefined) return known
    const name = Buffer.from(redactor.redact(Buffer.from(file)).payload).toString()
    const place = file === 'standard input' ? {} : { file: name.slice(0, longestName) }
    places.set(file, place)
    return place
  }

  return {
    spot: (findings) => {
      for (const { finding, file } of findings) spotter.spot([finding], () => placeOf(file))
    },
    async close() {
      spotter.flush()
      const lost = await desk.close(closeMs)
      if (lost > 0) complain(`${lost} findings are in no ticket: the ledger did not take them`)
    }
  }
}
