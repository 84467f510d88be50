import { type Place, segmentOf } from './json-path.ts'
import type { FieldType } from './otlp-schema.ts'

/** A step on the way to a field of a record: `events[0]`, `attributes`, a name in a list of names and values, an index. */
export interface Step {
  readonly parent: Step | null
  /** Of a field, or null. */
  readonly name: string | null
  /** -1: none. */
  readonly index: number
  /** A name out of the payload, or null. */
  readonly key: Place | null
}

/** The step to a field of a message; pairs are told apart by their name instead of an index. */
export function stepTo(parent: Step | null, { name, repeated, type }: FieldType, index: number): Step {
  return { parent, name, index: repeated && type?.name !== 'KeyValue' ? index : -1, key: null }
}

/** `attributes.http.url`, `body.user.roles[1]`, `events[0].attributes.x`; keys that could be a secret are `*`. */
export function pathOf(step: Step | null): string {
  if (step === null) return ''
  const before = pathOf(step.parent)
  const name = step.key === null ? (step.name ?? '') : segmentOf(step.key)
  const index = step.index < 0 ? '' : `[${step.index}]`
  const shown = before.length > maxPath ? '*' : before
  return `${shown}${shown !== '' && name !== '' ? '.' : ''}${name}${index}`
}

/** Longest path that grows further, in characters: else nested names could make findings far larger than the record. */
const maxPath = 256

/** The step as a place that JSON inside of it goes on from. */
export function placeOf(step: Step): Place {
  return {
    parent: null,
    bytes: null,
    start: 0,
    end: 0,
    hitEnd: -1,
    get text() {
      return pathOf(step)
    },
    set text(_) {}
  }
}
