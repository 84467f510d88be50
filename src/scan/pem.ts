import type { Carry, Detector, Field } from '../model.ts'
import { isAlnum, isDigit, isHex, isQuote, isSpace, isUpper, startsWithFolded } from './bytes.ts'
import { compileProof } from './judge.ts'
import { type Confirm, type TextScan, traceStep } from './text-scan.ts'

/** Longest `BEGIN` label that is looked at, in bytes. */
const maxLabel = 64
/** Longest private key, in bytes of text: an RSA key of 16,384 bits has 12,700. */
const maxKey = 65536
/** Base64 body lines have 64 or 76 characters; a shorter one is the last line of a key. */
const minBodyLine = 40
/** How far into a record an END line is looked for, in bytes: a logger's prefix, or a body line with `\\n` before it. */
const maxPrefix = 4096 + 8

/** A `BEGIN ... PRIVATE KEY` whose end has not been seen yet opens the carry, so that following records can be looked at. */
export function compilePem(detector: Detector, index: number, carry: () => Carry, percent: Confirm): Confirm {
  /** A text, up to where neither an END nor a body is left to be found in it, and where the key found last in it ends. */
  let epoch = 0
  let emptyTo = -1
  const prove = compileProof(detector, 'likely')
  let foundTo = -1
  return (scan, start, end) => {
    if (end < scan.end && scan.bytes[end] === 0x25) return percent(scan, start, end)
    if (scan.epoch !== epoch) emptyTo = foundTo = -1
    epoch = scan.epoch
    // A key within a key, or one that begins again and again: it goes with the first.
    if (start < foundTo || (start >= scan.foundFrom && start < scan.foundTo)) return
    const label = labelEnd(scan, end)
    if (label < 0) return traceStep(scan, 'pattern', detector.id, start, end, 'no match')
    const close = keyEnd(scan, label, emptyTo)
    if (close.complete && isEmpty(scan.bytes, label, close.body))
      return traceStep(scan, 'value', detector.id, start, close.end, 'reject: no body')
    const proof = prove(scan, start, close.end)
    if (proof === null) return
    foundTo = close.end
    traceStep(scan, 'finding', detector.id, start, close.end, proof.confidence)
    scan.found(detector, proof.confidence, start, close.end, proof.hints)
    if (close.complete) return
    emptyTo = Math.min(scan.end, label + maxKey)
    const state = carry()
    state.budget = maxKey
    state.detector = index
  }
}

/** Offset behind `PRIVATE KEY-----` or `PRIVATE KEY BLOCK-----`, -1 when the label is another one. */
function labelEnd(scan: TextScan, from: number): number {
  const { bytes } = scan
  const stop = Math.min(scan.end, from + maxLabel)
  let last = -1
  let i = from
  for (; i < stop && (isUpper[bytes[i]] || isDigit[bytes[i]] || isBlank(bytes[i])); i++) {
    if (
      startsWithFolded(bytes, i, stop, 'private') &&
      isBlank(bytes[i + 7]) &&
      startsWithFolded(bytes, i + 8, stop, 'key')
    )
      last = i + 11
  }
  if (last < 0) return -1
  // Five, so that an END right behind it keeps its own.
  for (let dashes = 0; dashes < 5 && i < scan.end && bytes[i] === 0x2d; dashes++) i++
  return i
}

/** A space, or what a form makes of it. */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x2b
}

/**
 * Where the body of the key that began before `from` ends, and the key: behind its END line, or with the text when that is missing. Neither
 * END nor body stands before `emptyTo`: what was looked through for one key is not for the next.
 */
function keyEnd(scan: TextScan, from: number, emptyTo: number): { body: number; end: number; complete: boolean } {
  const { bytes } = scan
  const stop = Math.min(scan.end, from + maxKey)
  const label = findEndLabel(bytes, Math.max(from, emptyTo - endLabel.length), stop)
  if (label < 0) {
    const end = openEnd(bytes, from, emptyTo, stop)
    return { body: end, end, complete: false }
  }
  let close = label + endLabel.length
  while (close < stop && bytes[close] !== 0x2d && close - label < maxLabel + endLabel.length) close++
  while (close < stop && bytes[close] === 0x2d) close++
  return { body: label, end: close, complete: true }
}

const endLabel = '-----end'
/** Fewest bytes of a key's body: the smallest key, of Curve25519, takes 64. */
const minBody = 16

/** BEGIN and END with nothing or dots between them, as documentation and tests of formats have it. */
function isEmpty(bytes: Uint8Array, from: number, end: number): boolean {
  let body = 0
  for (let i = from; i < end && body < minBody; i++) body += isAlnum[bytes[i]]
  return body < minBody
}

/** Offset of the first `-----END ` that begins in `[from, stop)`, or -1. */
export function findEndLabel(bytes: Uint8Array, from: number, stop: number): number {
  for (let i = from; i + endLabel.length <= stop; i++)
    if (bytes[i] === 0x2d && startsWithFolded(bytes, i, stop, endLabel) && isBlank(bytes[i + endLabel.length])) return i
  return -1
}

/** Where a key without an END ends: at the quote around it, else with the text; line ends are the record's (`\n` of Docker, `\r` of CRLF). */
function openEnd(bytes: Uint8Array, from: number, emptyTo: number, stop: number): number {
  let end = from
  while (end < stop && !isQuote[bytes[end]]) end++
  if (end < stop && bodyRun(bytes, Math.max(end, emptyTo), stop) !== null) end = stop
  for (;;) {
    if (end > from && isSpace[bytes[end - 1]]) end--
    else if (end - 2 >= from && bytes[end - 2] === 0x5c && (bytes[end - 1] === 0x6e || bytes[end - 1] === 0x72))
      end -= 2
    else return end
  }
}

/** The last run of base64 that is as long as a line of a key, and stands between white space, quotes or escapes. */
function bodyRun(bytes: Uint8Array, start: number, end: number): { start: number; end: number } | null {
  for (let to = end; to > start; to--) {
    let from = to
    while (from > start && isBodyByte(bytes[from - 1])) from--
    const before = from === start || isSpace[bytes[from - 1]] === 1 || isQuote[bytes[from - 1]] === 1
    const after = to === end || isSpace[bytes[to]] === 1 || isQuote[bytes[to]] === 1 || bytes[to] === 0x5c
    if (before && after && to - from >= minBodyLine && isBase64(bytes, from, to) && !isHexOnly(bytes, from, to))
      return { start: from, end: to }
    to = from
  }
  return null
}

function isBodyByte(byte: number): boolean {
  return isAlnum[byte] === 1 || byte === 0x2b || byte === 0x2f || byte === 0x3d
}

/** What a record's text means for a key that is still open. */
export type Continuation = { readonly start: number; readonly end: number } | 'end' | 'blank' | 'none'

/**
 * Whether a text is itself a piece of key body: a base64 line (alone, or the last word behind a logger's prefix), a PEM header line, or
 * the END line. Anything else is none, so that a key that never ends takes nothing that is not key; short pieces count only right
 * behind another one (`adjacent`).
 */
export function continuesKey(field: Field, adjacent: boolean): Continuation {
  const { bytes } = field
  let { start, end } = field
  while (end > start && isSpace[bytes[end - 1]]) end--
  while (start < end && isSpace[bytes[start]]) start++
  if (start === end) return 'blank'
  let word = end
  while (word > start && !isSpace[bytes[word - 1]]) word--
  const alone = word === start
  if (findEndLabel(bytes, start, Math.min(end, start + maxPrefix)) >= 0) return 'end'
  const run = bodyRun(bytes, start, end)
  if (run !== null) return run
  if (
    isBase64(bytes, word, end) &&
    (alone
      ? isShortLine(bytes, word, end, adjacent && field.role === 'text')
      : adjacent && isLastPiece(bytes, word, end))
  )
    return { start: word, end }
  for (const header of ['proc-type:', 'dek-info:', 'version:', 'comment:', 'hash:']) {
    if (startsWithFolded(bytes, start, end, header)) return { start, end }
  }
  return 'none'
}

/** A line that is shorter than those of a body must look like its padded or, in plain text (`loose`), mixed rest, not like a word. */
function isShortLine(bytes: Uint8Array, start: number, end: number, loose: boolean): boolean {
  if (end - start >= minBodyLine) return false
  if (isLastPiece(bytes, start, end)) return true
  if (!loose) return false
  let digits = 0
  let uppers = 0
  for (let i = start; i < end; i++) {
    digits += isDigit[bytes[i]]
    uppers += isUpper[bytes[i]]
  }
  return end - start >= 4 && digits > 0 && uppers > 0
}

/** The padded rest of a key, which `msg=` is not, or the checksum behind it in PGP. */
function isLastPiece(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === 0x3d) return end - start === 5
  if (bytes[end - 1] !== 0x3d || (end - start) % 4 !== 0) return false
  return bytes[end - 2] === 0x3d || bytes.subarray(start, end).some((byte) => isDigit[byte] === 1)
}

/** With `=` at the ends only: padding, or the checksum line of PGP. */
function isBase64(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > 128) return false
  for (let i = start; i < end; i++) {
    const byte = bytes[i]
    const padding = byte === 0x3d && (i === start || i >= end - 2)
    if (!isAlnum[byte] && byte !== 0x2b && byte !== 0x2f && !padding) return false
  }
  return true
}

/** A hash or an id: base64 of this length has other letters as well. */
function isHexOnly(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isHex[bytes[i]]) return false
  return true
}
