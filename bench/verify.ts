// Holds what the redactor and the scanner give against what was planted. Says places and detector ids, never text.

import type { Codec, Match, Scanner } from '../src/model.ts'
import type { Redactor } from '../src/redactor.ts'
import { type Batch, cutBatches } from './corpus.ts'
import type { Planted, Span } from './plant.ts'

/** How many mistakes of a kind are told. */
const told = 3

/** What differs from the truth; nothing when all findings, and every byte that comes out, are as they must be. */
export function verifyRedactor(redactor: Redactor, planted: Planted): string[] {
  const mistakes: string[] = []
  for (const { batch, secrets } of batchesWithTruth(planted)) {
    const { payload, findings, records } = redactor.redact(batch.bytes)
    mistakes.push(
      ...compare(
        batch,
        secrets,
        findings.map(({ span, detector }) => ({ span, detector }))
      )
    )
    if (records !== countLines(batch.bytes)) mistakes.push(`${records} records counted at byte ${batch.start}`)
    if (findings.length === 0 && payload !== batch.bytes)
      mistakes.push(`a clean payload was copied at byte ${batch.start}`)
    const expected = replaced(batch.bytes, findings)
    if (!expected.equals(payload)) mistakes.push(`wrong bytes came out of the batch at byte ${batch.start}`)
  }
  return summarized(mistakes)
}

/** As verifyRedactor for matches: those that overlap count as one. */
export function verifyScanner(scanner: Scanner, codec: Codec, planted: Planted): string[] {
  return summarized(
    batchesWithTruth(planted).flatMap(({ batch, secrets }) => {
      const { matches, withheld } = scanner.scan(batch.bytes, codec)
      const lost = withheld.map(({ start }) => `withheld at byte ${batch.start + start}`)
      return [...lost, ...compare(batch, secrets, merged(matches))]
    })
  )
}

/** The payload with a placeholder for each finding. */
export function replaced(
  payload: Uint8Array,
  findings: readonly { readonly detector: string; readonly span: Span }[]
): Buffer {
  const pieces: Uint8Array[] = []
  let copied = 0
  for (const { detector, span } of findings) {
    pieces.push(payload.subarray(copied, span[0]), Buffer.from(`[REDACTED:${detector}]`))
    copied = span[1]
  }
  return Buffer.concat([...pieces, payload.subarray(copied)])
}

interface Found {
  readonly span: Span
  readonly detector: string
}

function compare(batch: Batch, secrets: readonly Span[], found: readonly Found[]): string[] {
  const key = ([start, end]: Span) => `${start}-${end}`
  const truth = new Set(secrets.map(key))
  const seen = new Set(found.map(({ span }) => key(span)))
  const place = ([start, end]: Span) => `bytes ${batch.start + start}-${batch.start + end}`
  return [
    ...secrets.filter((span) => !seen.has(key(span))).map((span) => `missed: ${place(span)}`),
    ...found
      .filter(({ span }) => !truth.has(key(span)))
      .map(({ span, detector }) => `extra: ${detector}, ${place(span)}`),
    ...(seen.size < found.length
      ? [`${found.length - seen.size} findings twice in the batch at byte ${batch.start}`]
      : [])
  ]
}

function merged(matches: readonly Match[]): Found[] {
  const found: { span: [number, number]; detector: string }[] = []
  for (const { start, end, detector } of [...matches].sort((a, b) => a.start - b.start)) {
    const last = found.at(-1)
    if (last === undefined || start >= last.span[1]) found.push({ span: [start, end], detector: detector.id })
    else last.span[1] = Math.max(last.span[1], end)
  }
  return found
}

/** Batches with the secrets in them, as ranges of the batch. */
function batchesWithTruth({ bytes, secrets }: Planted): { batch: Batch; secrets: Span[] }[] {
  let next = 0
  return cutBatches(bytes).map((batch) => {
    const from = next
    while (next < secrets.length && secrets[next][0] < batch.start + batch.bytes.length) next++
    const inside = secrets.slice(from, next).map(([start, end]): Span => [start - batch.start, end - batch.start])
    return { batch, secrets: inside }
  })
}

function countLines(bytes: Buffer): number {
  let lines = 0
  for (let at = 0; at < bytes.length; lines++) at = bytes.indexOf(0x0a, at) + 1 || bytes.length
  return lines
}

function summarized(mistakes: readonly string[]): string[] {
  return mistakes.length <= told ? [...mistakes] : [...mistakes.slice(0, told), `and ${mistakes.length - told} more`]
}
