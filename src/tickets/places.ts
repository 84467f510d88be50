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

/** Two tellings of one secret as one. */
export function mergeSightings(a: Sighting, b: Sighting): Sighting {
  return {
    ...a,
    severity: worst(severities, a.severity, b.severity),
    confidence: worst(confidences, a.confidence, b.confidence),
    hints: mergeHints(a.hints, b.hints),
    count: a.count + b.count,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
    places: mergePlaces(a.places, b.places)
  }
}

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
