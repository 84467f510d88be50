import type { Hints, SeenPlace, Sighting, TicketPlace } from '../model.ts'

/** Most places of one ticket. */
export const mostPlaces = 20
/** Most facts of one ticket. */
const mostHints = 20

/** Both lists as one: what is the same place is counted up, and of many those stay that were seen last. */
export function mergePlaces(known: readonly SeenPlace[], seen: readonly SeenPlace[]): SeenPlace[] {
  const merged = new Map(known.map((one) => [nameOf(one.place), one]))
  for (const one of seen) {
    const name = nameOf(one.place)
    const before = merged.get(name)
    merged.set(name, before === undefined ? one : joined(before, one))
  }
  const places = [...merged.values()].sort((a, b) => b.last - a.last)
  return places.slice(0, mostPlaces)
}

/** What `one` knows, as a sighting or as a ticket, with `more` counted in. */
export function withSighting<T extends Counted>(one: T, more: Counted): T {
  return {
    ...one,
    severity: worst(severities, one.severity, more.severity),
    confidence: worst(confidences, one.confidence, more.confidence),
    hints: mergeHints(one.hints, more.hints),
    count: one.count + more.count,
    first: Math.min(one.first, more.first),
    last: Math.max(one.last, more.last),
    places: mergePlaces(one.places, more.places)
  }
}

type Counted = Pick<Sighting, 'severity' | 'confidence' | 'hints' | 'count' | 'first' | 'last' | 'places'>

/** The first in the list of both. */
export function worst<T>(list: readonly T[], a: T, b: T): T {
  return list.indexOf(a) <= list.indexOf(b) ? a : b
}

export const severities = ['critical', 'high', 'medium', 'low'] as const
export const confidences = ['confirmed', 'likely', 'possible'] as const

/** What was known first stays. */
export function mergeHints(known: Hints, seen: Hints): Hints {
  if (Object.keys(seen).every((name) => name in known)) return known
  return Object.fromEntries(Object.entries({ ...seen, ...known }).slice(0, mostHints))
}

/** A trace is where it was seen last, not another place. */
function nameOf({ service, pod, file, topic }: TicketPlace): string {
  return JSON.stringify([service, pod, file, topic])
}

function joined(a: SeenPlace, b: SeenPlace): SeenPlace {
  return {
    place: b.last >= a.last ? { ...a.place, ...b.place } : { ...b.place, ...a.place },
    count: a.count + b.count,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last)
  }
}
