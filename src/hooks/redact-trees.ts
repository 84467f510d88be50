import type { Finding } from '../model.ts'
import { rebuildTree, type Written, writeTree } from './tree.ts'
import { type ViewLimits, wholeValue } from './view.ts'

/** What hooks need of a redactor. With `report` false, findings are not reported. */
export type RedactBytes = (
  payload: Uint8Array,
  report?: boolean
) => {
  readonly payload: Uint8Array
  readonly findings: readonly Finding[]
}

/** In place of a value that goes as a whole, by the action `drop`. */
export const dropped = Symbol('dropped')

/** In place of an object of which nothing may pass. */
export type Marker = `[WITHHELD:${string}]`

export function isMarker(value: unknown): value is Marker {
  return typeof value === 'string' && value.startsWith('[WITHHELD:')
}

/** Longer values are withheld, as lines of such length are; in characters of JSON. */
const longestValue = 16 * 1024 * 1024
const tooLong: Marker = '[WITHHELD:size]'
const failed: Marker = '[WITHHELD:error]'

/**
 * Redacts values as records of JSON, all in one call: names of members govern their values. What nothing was found in stays the very same object,
 * what changed is a copy, `dropped`, or a marker. What cannot be put together again is withheld.
 */
export function redactTrees(
  values: readonly unknown[],
  redact: RedactBytes,
  limits: ViewLimits = wholeValue
): readonly unknown[] {
  const written = values.map((value) => writeBounded(value, limits))
  const payload = Buffer.from(written.map(({ json }) => `${json}\n`).join(''))
  const redacted = redact(payload)
  if (redacted.payload === payload && !written.some(({ withheld }) => withheld)) return values
  const gone = new Set(redacted.findings.filter(({ action }) => action === 'drop').map(({ record }) => record))
  const lines = Buffer.from(redacted.payload).toString('utf8').split('\n')
  if (lines.length - 1 !== values.length - gone.size) return values.map(() => failed)
  let next = 0
  return values.map((value, i) => (gone.has(i) ? dropped : afterwards(value, written[i], lines[next++], limits)))
}

function writeBounded(value: unknown, limits: ViewLimits): Written {
  try {
    const written = writeTree(value, limits)
    if (written.json.length <= longestValue) return written
  } catch {
    // As too long.
  }
  return limits.beyond === 'left' ? { json: '""', withheld: false } : { json: JSON.stringify(tooLong), withheld: true }
}

function afterwards(value: unknown, { json, withheld }: Written, line: string, limits: ViewLimits): unknown {
  if (line === json && !withheld) return value
  if (isMarker(line)) return line
  if (withheld && json === JSON.stringify(tooLong)) return tooLong
  try {
    return rebuildTree(value, line, limits)
  } catch {
    return failed
  }
}
