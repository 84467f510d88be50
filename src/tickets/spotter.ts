import type { Confidence, Finding, SeenPlace, Sighting, TicketPlace } from '../model.ts'
import { confidences, worst } from './places.ts'

export interface SpotterOptions {
  readonly tenant: string
  /** What is less sure opens no ticket. */
  readonly minConfidence: Confidence
  /** Detectors that open none. */
  readonly except: readonly string[]
  readonly now: () => number
  /** Sightings stay so long at most: what a crash loses. Default: 250. */
  readonly flushMs?: number
  /** Gets the sightings of a short while. MUST NOT throw. */
  readonly take: (sightings: readonly Sighting[]) => void
}

/** Turns findings into sightings, on the path of the data: a finding of a secret that was just seen costs a look-up and an addition. */
export interface Spotter {
  /** `placeOf` is asked for the first few findings of a secret only; what it throws is no place. */
  spot(findings: readonly Finding[], placeOf: (finding: Finding) => TicketPlace): void
  /** Hands on what there is. */
  flush(): void
}

interface Spotted {
  finding: Finding
  count: number
  readonly first: number
  last: number
  readonly places: Map<string, { place: TicketPlace; count: number; first: number; last: number }>
  asked: number
}

const mostSecrets = 10_000
/** Of a secret between two flushes. */
const mostAsked = 8

export function createSpotter(options: SpotterOptions): Spotter {
  const { tenant, minConfidence, now, take, flushMs = 250 } = options
  const except = new Set(options.except)
  const byDetector = new Map<string, Map<string, Spotted>>()
  let secrets = 0
  let timer: NodeJS.Timeout | null = null

  function note(finding: Finding, at: number, placeOf: (finding: Finding) => TicketPlace): void {
    const { detector, fingerprint, confidence } = finding
    if (fingerprint === null || except.has(detector) || worst(confidences, confidence, minConfidence) !== confidence)
      return
    const spotted = byDetector.get(detector)?.get(fingerprint) ?? begin(finding, fingerprint, at)
    spotted.count++
    spotted.last = at
    if (
      spotted.finding.confidence !== confidence &&
      worst(confidences, confidence, spotted.finding.confidence) === confidence
    )
      spotted.finding = finding
    if (spotted.asked < mostAsked) askPlace(spotted, finding, at, placeOf)
  }

  function begin(finding: Finding, fingerprint: string, at: number): Spotted {
    if (secrets >= mostSecrets) flush()
    const known = byDetector.get(finding.detector) ?? new Map<string, Spotted>()
    const spotted = { finding, count: 0, first: at, last: at, places: new Map(), asked: 0 }
    byDetector.set(finding.detector, known)
    known.set(fingerprint, spotted)
    secrets++
    return spotted
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (secrets === 0) return
    const sightings = [...byDetector.values()].flatMap((known) =>
      [...known.values()].map((one) => sightingOf(one, tenant))
    )
    byDetector.clear()
    secrets = 0
    take(sightings)
  }

  return {
    spot(findings, placeOf) {
      const at = now()
      for (const finding of findings) note(finding, at, placeOf)
      if (secrets > 0) timer ??= setTimeout(flush, flushMs).unref()
    },
    flush
  }
}

function askPlace(spotted: Spotted, finding: Finding, at: number, placeOf: (finding: Finding) => TicketPlace): void {
  spotted.asked++
  const place = attempt(() => placeOf(finding))
  if (place === null || Object.keys(place).length === 0) return
  const name = JSON.stringify({ ...place, trace: undefined })
  const known = spotted.places.get(name)
  if (known === undefined) spotted.places.set(name, { place, count: 1, first: at, last: at })
  else {
    known.count++
    known.last = at
    known.place = place
  }
}

function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}

function sightingOf({ finding, count, first, last, places }: Spotted, tenant: string): Sighting {
  const { detector, fingerprint, severity, confidence, hints } = finding
  const seen: SeenPlace[] = [...places.values()]
  return {
    tenant,
    detector,
    fingerprint: fingerprint as string,
    severity,
    confidence,
    hints,
    count,
    first,
    last,
    places: seen
  }
}
