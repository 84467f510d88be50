import type { Field, Match, ScanResult, View } from '../model.ts'
import { isQuote, isSpace } from './bytes.ts'
import { childView, makeRoom } from './decode/child.ts'
import { AHEAD } from './kernel/layout.ts'
import { findEndLabel } from './pem.ts'
import { toPayload } from './text-scan.ts'

/** How often a text is looked at again, at most, so that scanning stays linear. */
const maxLooks = 2
/** Stands for every placeholder: no rule depends on what one holds, and a short one brings nearest together what is around it. */
const placeholder = Buffer.from('[REDACTED:x]')

const noBytes = new Uint8Array(0)

/** A byte range. */
interface Span {
  readonly start: number
  readonly end: number
}

/** What was found so far; what the field holds begins at `known` and `knownWithheld`. */
interface Found {
  readonly matches: Match[]
  readonly known: number
  readonly withheld: ScanResult['withheld']
  readonly knownWithheld: number
}

/**
 * A redaction uncovers what it stood beside: of two tokens without anything between them only one stands alone, until it is gone. So a field
 * in which something was found is scanned again as it will read (`look`, which adds to `found`), until nothing new turns up: redacting the
 * output must change nothing. Where one uncovers another again and again, their whole run goes.
 */
export function settle(field: Field, found: Found, look: (view: View) => void): void {
  const { matches, withheld } = found
  if (withheld.length === found.knownWithheld && allStandFree(field, matches, found.known)) return
  for (let looks = 1; looks <= maxLooks; looks++) {
    const view = redactedView(field, [...matches.slice(found.known), ...withheld.slice(found.knownWithheld)])
    if (view === null) return
    const [before, withheldBefore] = [matches.length, withheld.length]
    look(view)
    if (matches.length === before && withheld.length === withheldBefore) return
    if (looks === maxLooks) takeWords(field, matches, before)
  }
}

/** Nothing leans on what goes: it stands behind white space or a quote, and before one, as most secrets do, and takes no key's END with it. */
function allStandFree(field: Field, matches: readonly Match[], from: number): boolean {
  for (let i = from; i < matches.length; i++) {
    const { start, end } = rangeIn(field, matches[i])
    if (start > field.start && !isBreak(field.bytes[start - 1])) return false
    if (end < field.end && !isBreak(field.bytes[end])) return false
    if (matches[i].detector.matcher !== 'pem' && findEndLabel(field.bytes, start, end) >= 0) return false
  }
  return true
}

function isBreak(byte: number): boolean {
  return isSpace[byte] === 1 || isQuote[byte] === 1
}

/**
 * A field's text as it will read when the spans (of the payload, in any order) are replaced, not a level deeper than the field; null when nothing
 * else is left of it. Spans that overlap become one placeholder, as they do in the output. Behind the view's end, its bytes go on as the payload
 * does: guards look at the next line, too. Linear in the text, but for sorting the spans.
 */
function redactedView(field: Field, spans: readonly Span[]): View | null {
  const { bytes, start, end } = field
  const ranges = spans.map((span) => rangeIn(field, span)).sort((a, b) => a.start - b.start)
  const behindText = field.origin === null ? bytes.subarray(end, end + AHEAD) : noBytes
  const room = makeRoom(end - start + ranges.length * placeholder.length + behindText.length)
  let length = 0
  let kept = 0
  let behind = start
  const keepUntil = (stop: number): void => {
    room.bytes.set(bytes.subarray(behind, stop), length)
    for (let at = behind; at < stop; at++) room.origin[length++] = at
    kept += stop - behind
  }
  for (const range of ranges) {
    if (range.end <= behind) continue
    if (range.start >= behind) {
      keepUntil(range.start)
      room.bytes.set(placeholder, length)
      room.origin.fill(range.start, length, length + placeholder.length)
      length += placeholder.length
    }
    behind = range.end
  }
  keepUntil(end)
  room.origin[length] = end
  if (kept === 0) return null
  room.bytes.set(behindText, length)
  const view = childView(field, room, length)
  return { ...view, bytes: room.bytes.subarray(0, length + behindText.length), depth: field.depth }
}

/** Widens the matches from index `from` on; of several in one word, one. */
function takeWords(field: Field, matches: Match[], from: number): void {
  let takenTo = -1
  for (const match of matches.splice(from).sort((a, b) => a.start - b.start)) {
    const taken = match.end <= takenTo ? match : wholeWord(field, match)
    takenTo = Math.max(takenTo, taken.end)
    matches.push(taken)
  }
}

/** The match with everything around it up to the next white space or quote. */
function wholeWord(field: Field, match: Match): Match {
  const { bytes } = field
  let { start, end } = rangeIn(field, match)
  while (start > field.start && !isBreak(bytes[start - 1])) start--
  while (end < field.end && !isBreak(bytes[end])) end++
  return { ...match, ...toPayload(field, start, end), secret: bytes.subarray(start, end) }
}

/** The part of the field's text that a range of the payload covers, whole escapes only. */
function rangeIn({ origin, start, end }: Field, span: Span): Span {
  if (origin === null) return { start: Math.max(start, span.start), end: Math.min(end, span.end) }
  return { start: start + firstAt(origin, span.start), end: Math.min(end, start + firstAt(origin, span.end)) }
}

/** Index of the first entry that is not less than `offset`. */
function firstAt(origin: Int32Array, offset: number): number {
  let low = 0
  let high = origin.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (origin[middle] < offset) low = middle + 1
    else high = middle
  }
  return low
}
