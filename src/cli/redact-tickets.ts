import type { TicketsConfig } from '../config/tickets-schema.ts'
import type { RedactorOptions } from '../index.ts'
import { createMetrics, type Metrics } from '../metrics.ts'
import type { TicketPlace } from '../model.ts'
import type { Redactor } from '../redactor.ts'
import { createSpotter } from '../tickets/spotter.ts'
import { complain } from './complain.ts'
import type { PlacedFinding } from './redact-stream.ts'
import { canaryDetector } from './run-canary.ts'
import { openTicketDesk, ticketKeys } from './tickets-open.ts'

/** Tickets for what `logveil redact` finds. */
export interface RedactTickets {
  spot(findings: readonly PlacedFinding[]): void
  /** Writes down what was found, and tells of it as far as that takes 10 s; the rest is told by whatever opens the directory next. */
  close(): Promise<void>
}

const closeMs = 10_000

/** Without a key there are no fingerprints, and without them no tickets. */
export function withKey(settings: RedactorOptions, tickets: TicketsConfig): RedactorOptions {
  return (settings.keys ?? []).length > 0 ? settings : { ...settings, keys: ticketKeys(tickets) }
}

/** Throws what opening the ledger throws. */
export async function openRedactTickets(config: TicketsConfig, redactor: Redactor): Promise<RedactTickets> {
  const metrics = createMetrics()
  const desk = await openTicketDesk(config, metrics, (message, facts) =>
    complain(
      `${message}${Object.values(facts)
        .map((fact) => `: ${fact}`)
        .join('')}`
    )
  )
  const places = new Map<string, TicketPlace>()
  const spotter = createSpotter({
    tenant: config.tenant,
    minConfidence: config.minConfidence,
    except: [canaryDetector.id],
    now: Date.now,
    take: desk.take
  })

  /** The name of a file may hold a secret as well. */
  function placeOf(file: string): TicketPlace {
    const known = places.get(file)
    if (known !== undefined) return known
    const name = Buffer.from(redactor.redact(Buffer.from(file)).payload).toString()
    const place = file === 'standard input' ? {} : { file: name.slice(0, 200) }
    places.set(file, place)
    return place
  }

  return {
    spot: (findings) => {
      for (const { finding, file } of findings) spotter.spot([finding], () => placeOf(file))
    },
    async close() {
      spotter.close()
      await desk.close(closeMs)
      const lost = await lostSightings(metrics)
      if (lost > 0) complain(`${lost} findings are in no ticket: the ledger did not take them`)
    }
  }
}

async function lostSightings({ ticketSightings }: Metrics): Promise<number> {
  const { values } = await ticketSightings.get()
  return values.find(({ labels }) => labels.outcome === 'lost')?.value ?? 0
}
