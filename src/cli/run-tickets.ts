import type { ReportedFinding } from '../admin/reported-finding.ts'
import { placeInJson, placeInProto, type RecordPlace } from '../codecs/otlp-place.ts'
import type { TicketsConfig } from '../config/tickets-schema.ts'
import type { Envelope, Finding, Sighting, TicketPlace } from '../model.ts'
import { createSpotter } from '../tickets/spotter.ts'
import { canaryDetector } from './run-canary.ts'

/** What a thread finds, on its way to the ledger. */
export interface Spots {
  /** Of a batch of a source. */
  batch(findings: readonly Finding[], envelope: Envelope): void
  /** Of records of a topic. */
  topic(findings: readonly Finding[], topic: string): void
  /** Of applications. */
  reported(findings: readonly ReportedFinding[]): void
  flush(): void
}

export type Take = (sightings: readonly Sighting[]) => void

/** `redact`: names may hold secrets, too. */
export function createSpots(tickets: TicketsConfig, redact: (text: string) => string, take: Take): Spots {
  const { tenant, minConfidence } = tickets
  const { spot, flush } = createSpotter({ tenant, minConfidence, except: [canaryDetector.id], now: Date.now, take })
  const named = namesOf(redact)
  return {
    batch: (findings, envelope) => {
      const place = createPlace(envelope)
      spot(findings, (finding) => named(place(finding)))
    },
    topic: (findings, topic) => spot(findings, () => named({ topic })),
    reported(findings) {
      for (const finding of findings) {
        const { service } = finding
        spot([{ ...finding, record: 0, span: [0, 0] }], () => (service === null ? {} : named({ service })))
      }
    },
    flush
  }
}

/** Requests in JSON beyond this size are not parsed once more only to learn where a secret was. */
const maxJsonBytes = 4 * 2 ** 20

function createPlace({ payload, format, signal, origin }: Envelope): (finding: Finding) => TicketPlace {
  if (format === 'lines' || signal === null) return () => placeOf({ resource: origin?.resource ?? {}, trace: null })
  if (format === 'otlp-proto') return (finding) => placeOf(placeInProto(payload, signal, finding))
  if (payload.length > maxJsonBytes) return () => ({})
  let request: unknown
  return (finding) => {
    request ??= JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString())
    return placeOf(placeInJson(request, finding))
  }
}

function placeOf({ resource, trace }: RecordPlace): TicketPlace {
  const { 'service.name': service, 'k8s.pod.name': pod, 'log.file.path': file } = resource
  return {
    ...(service === undefined ? {} : { service }),
    ...(pod === undefined ? {} : { pod }),
    ...(file === undefined ? {} : { file }),
    ...(trace === null ? {} : { trace })
  }
}

const mostNames = 1000
const longestName = 200

/** Redacts the names of a place; each name once. */
export function namesOf(redact: (text: string) => string): (place: TicketPlace) => TicketPlace {
  const known = new Map<string, string>()
  const clean = (text: string): string => {
    const before = known.get(text)
    if (before !== undefined) return before
    if (known.size >= mostNames) known.clear()
    const after = redact(text.slice(0, 20 * longestName)).slice(0, longestName)
    known.set(text, after)
    return after
  }
  return (place) =>
    Object.fromEntries(Object.entries(place).map(([name, text]) => [name, name === 'trace' ? text : clean(text)]))
}
