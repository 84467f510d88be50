import type {
  Carry,
  Codec,
  Detector,
  Field,
  KnownSecret,
  Listing,
  Match,
  Meter,
  Scanner,
  ScanResult,
  Trace,
  View,
  Visitor,
  WithheldReason
} from '../model.ts'
import { vagueness } from '../vagueness.ts'
import { type CompiledSet, type CompileHooks, compileSet } from './compile.ts'
import { budgetOf, costs, type Effort } from './effort.ts'
import { pruneHits } from './keyed/prune.ts'
import { createMetering } from './metering.ts'
import { continuesKey } from './pem.ts'
import { containsOwnPlaceholder } from './placeholders.ts'
import { collectMatch, type Metering, type TextScan, toPayload, traceStep } from './text-scan.ts'
import { flushWindows } from './token/windows.ts'
import { settle } from './uncover.ts'

/** Records of others that may stand between two lines of a key. */
const maxGap = 16

/** A carry for a stream that begins: no key is open. */
export function createCarry(): Carry {
  return { budget: 0, detector: 0, gap: 0 }
}

/** Compiles the detectors once; the scanner keeps no state between calls but its scratch memory. Throws as `compileSet` does. */
export function createScanner(
  detectors: readonly Detector[],
  trace: Trace | null = null,
  known: readonly KnownSecret[] = [],
  listing: Listing | null = null,
  meter: Meter | null = null
): Scanner {
  let carry = createCarry()
  let matches: Match[] = []
  let withheld: ScanResult['withheld'] = []
  /** Null while a text is looked at again: the first look told its story. */
  let told = trace
  /** Whether the record being visited opened or continued a key. */
  let keyOpen = false
  /** Whether the codec has asked for the next record of this payload before. */
  let asked = false
  const effort: Effort = { left: 0 }
  const metering = meter === null ? null : createMetering(meter)
  let scanned: Uint8Array = new Uint8Array(0)
  /** The record that the budget is for. */
  let budgeted = -1

  const hooks: CompileHooks = {
    metering,
    carry: () => {
      keyOpen = true
      return carry
    },
    decoded: (field) => scanText(field),
    withhold: (field, start, end, reason) => withhold(field, start, end, reason)
  }
  const set: CompiledSet = compileSet(detectors, hooks, known, listing)

  function withhold(field: Field, start: number, end: number, reason: WithheldReason): void {
    withheld.push({ start, end, reason, field })
  }

  function withholdWhole(field: Field): void {
    const { start, end } = toPayload(field, field.start, field.end)
    withhold(field, start, end, 'effort')
  }

  /** Stops, perhaps before its end, when the record has used up its budget. */
  function scanText(field: Field): void {
    const scan = createTextScan(scanned, field, told, effort, matches, metering)
    let i = field.from
    // A token that is all of the value names its vendor: most detectors of the value's key need not be asked then.
    if (field.key !== null && i < field.to && beginsToken(field, i)) scanHit(scan, i++)
    scanGoverned(set, scan)
    for (; i < field.to && effort.left >= 0; i++) scanHit(scan, i)
    flushWindows(scan)
  }

  /** The text begins with the literal of a hit, which is no key word. */
  function beginsToken({ hits: { pairs }, start }: Field, hit: number): boolean {
    const literal = pairs[2 * hit]
    return pairs[2 * hit + 1] - set.lengths[literal] === start && set.keyed[literal].length === 0
  }

  function scanHit(scan: TextScan, hit: number): void {
    const { field } = scan
    const literal = field.hits.pairs[2 * hit]
    const end = field.hits.pairs[2 * hit + 1]
    const start = end - set.lengths[literal]
    // Half of it stands before the text, in what is no text.
    if (start < field.start) return
    if (told !== null) traceStep(scan, 'literal', set.names[literal], start, end, 'hit')
    for (const confirm of set.confirms[literal]) confirm(scan, start, end)
    const keyed = set.keyed[literal]
    if (keyed.length === 0 || field.role === 'key') return
    set.unwrap(scan, start, end)
    for (const detector of keyed) {
      effort.left -= costs.keyWord
      detector.inText(scan, start, end)
    }
  }

  /** Scans a field as it will read, and tells only what is found. */
  function lookAgain(field: Field, view: View): void {
    const known = matches.length
    const hits = set.scan(view.bytes, view.start, view.bytes.length, view.end)
    let to = hits.count
    while (to > 0 && hits.pairs[2 * to - 1] > view.end) to--
    if (to === 0 && field.key === null) return
    told = null
    scanText({ ...field, ...view, hits, from: 0, to })
    told = trace
    if (trace === null) return
    for (const { detector, start, end, confidence } of matches.slice(known))
      trace({ stage: 'finding', detector: detector.id, start, end, outcome: `${confidence}, beside what is redacted` })
  }

  /** A private key that a logger split over several records goes on only in a record that is key body itself. */
  function continueKey(field: Field): void {
    const piece = continuesKey(field, carry.gap === 0)
    if (piece === 'none') return
    keyOpen = true
    if (piece === 'end') carry.budget = 0
    if (piece === 'blank' || piece === 'end') return
    carry.budget = Math.max(0, carry.budget - (piece.end - piece.start))
    collectMatch(matches, field, detectors[carry.detector], 'likely', piece.start, piece.end, null)
  }

  const visitor: Visitor = {
    field(field) {
      if (field.recordStart !== budgeted) {
        budgeted = field.recordStart
        effort.left = budgetOf(field.recordEnd - field.recordStart)
      }
      const [known, knownWithheld] = [matches.length, withheld.length]
      if (carry.budget > 0 && field.role !== 'key' && field.role !== 'bare') continueKey(field)
      scanText(field)
      if (effort.left >= 0 && (matches.length > known || withheld.length > knownWithheld))
        settle(field, { matches, known, withheld, knownWithheld }, (view) => lookAgain(field, view))
      if (effort.left < 0) withholdWhole(field)
    },
    scan: (bytes, start, end) => set.scan(bytes, start, end),
    wantsNext() {
      // The first question of a payload comes before any record: what the last payload left still holds.
      if (!asked) {
        asked = true
        return carry.budget > 0
      }
      carry.gap = keyOpen ? 0 : carry.gap + 1
      keyOpen = false
      if (carry.gap > maxGap) carry.budget = 0
      return carry.budget > 0
    },
    withhold: (field, reason) => withhold(field, field.start, field.end, reason)
  }

  return {
    scan(payload, codec: Codec, streamCarry = createCarry()) {
      scanned = payload
      matches = []
      withheld = []
      told = trace
      carry = streamCarry
      keyOpen = false
      asked = false
      budgeted = -1
      const found = set.scanPayload(payload, codec)
      // Whoever asks to be told every step hears of all hits.
      const hits = trace === null ? pruneHits(set, payload, found, codec.binary) : found
      if (hits.count > 0 || carry.budget > 0 || codec.always?.(payload) === true) codec.locate(payload, hits, visitor)
      return { matches, withheld }
    },
    countNewlines: (payload) => set.countNewlines(payload)
  }
}

/** Shortest placeholder of ours. */
const minPlaceholder = '[REDACTED]'.length

/**
 * The member name's key words decide over the value as a whole. Not those of a text in which something was redacted: it may have been too long
 * for a name before.
 */
function scanGoverned(set: CompiledSet, scan: TextScan): void {
  const { key } = scan.field
  if (key === null) return
  if (key.end - key.start > minPlaceholder && containsOwnPlaceholder(key.bytes, key.start, key.end)) return
  for (let i = key.from; i < key.to; i++) {
    const literal = key.hits.pairs[2 * i]
    const end = key.hits.pairs[2 * i + 1]
    const start = end - set.lengths[literal]
    if (start < key.start) continue
    for (const keyed of set.keyed[literal]) keyed.governed(scan, start, end)
  }
}

let epoch = 0

/** The scan of one text of `payload`; what it finds goes to `matches`. */
export function createTextScan(
  payload: Uint8Array,
  field: Field,
  trace: Trace | null,
  effort: Effort,
  matches: Match[],
  meter: Metering | null = null
): TextScan {
  return {
    payload,
    field,
    bytes: field.bytes,
    start: field.start,
    end: field.end,
    trace,
    effort,
    meter,
    epoch: ++epoch,
    pair: null,
    pairKeyStart: -1,
    pairKeyEnd: -1,
    memo: { from: 0, to: 0 },
    decodedTo: null,
    plainTo: -1,
    foundFrom: -1,
    foundTo: -1,
    namedFrom: -1,
    namedTo: -1,
    named: false,
    triedTo: -1,
    tries: 0,
    clearFrom: 0,
    clearTo: 0,
    marked: false,
    wordAt: -1,
    wordIsOurs: false,
    barrierFrom: 0,
    barrierTo: -1,
    barred: false,
    windows: [],
    found(detector, confidence, start, end, hints) {
      this.foundFrom = start
      this.foundTo = end
      if (vagueness(detector) === 0) {
        this.namedFrom = start
        this.namedTo = end
        this.named ||= start === this.start && end === this.end
      }
      effort.left -= costs.finding + costs.findingByte * (end - start)
      collectMatch(matches, field, detector, confidence, start, end, hints)
    }
  }
}
