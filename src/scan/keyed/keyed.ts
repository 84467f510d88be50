import type { Detector } from '../../model.ts'
import { vagueness } from '../../vagueness.ts'
import { isSpace, latin1, startsWithFolded } from '../bytes.ts'
import { costs } from '../effort.ts'
import { compileJudge, type Judge, lazy } from '../judge.ts'
import { compileExpression } from '../pattern/expression.ts'
import { parsePattern } from '../pattern/pattern.ts'
import { overlapsOwnPlaceholder, ownPlaceholderEnd } from '../placeholders.ts'
import { type Keyed, type TextScan, traceStep } from '../text-scan.ts'
import { compileBoundaries, compileWindowSearch, enqueue, openEnded } from '../token/windows.ts'
import { beginsVendor, endsDescribing, governs, namesVendor, standsForVendor } from './key-names.ts'
import { compileRunTest, nearby, otherMayFollow, shortestOther, vendorsMayFollow } from './near-run.ts'
import { otherUse } from './other-use.ts'
import {
  isCompound,
  keyEndOf,
  keyStartOf,
  type Pair,
  readChanged,
  readElements,
  readJoined,
  readPair,
  valueAlone
} from './pairs.ts'
import { isVendors, notSecret } from './values.ts'

/** For a literal that is only the beginning of the key word: the rest is compared first. */
export function behindLiteral(keyed: Keyed, keyword: string): Keyed {
  const folded = keyword.toLowerCase()
  return {
    inText(scan, start) {
      if (startsWithFolded(scan.bytes, start, scan.end, folded)) keyed.inText(scan, start, start + folded.length)
    },
    governed(scan, start) {
      const { key } = scan.field
      if (key !== null && startsWithFolded(key.bytes, start, key.end, folded))
        keyed.governed(scan, start, start + folded.length)
    },
    mayGovern: (bytes, keyStart, keyEnd, start, _end, binary) =>
      startsWithFolded(bytes, start, keyEnd, folded) &&
      keyed.mayGovern(bytes, keyStart, keyEnd, start, start + folded.length, binary)
  }
}

/** The name `[keyStart, keyEnd)` that governs a value, and the key word `[start, end)` in it. */
type OfVendor = (bytes: Uint8Array, keyStart: number, keyEnd: number, start: number, end: number) => boolean
type TestValue = (scan: TextScan, pair: Pair, ...key: Parameters<OfVendor>) => void

/** Confirms a detector that a key name leads to (`context: assigned` or `near`). `vendors`: the names of all providers. */
export function compileKeyed(detector: Detector, vendors: ReadonlySet<string>): Keyed {
  const named = detector.pattern !== ''
  const near = detector.context === 'near' ? compileNear(detector) : null
  const mayFollow = compileRunTest(detector)
  const isVague = vagueness(detector) > 0
  const decides: OfVendor = (bytes, keyStart, keyEnd, start, end) =>
    named
      ? detector.value === null || (beginsVendor(bytes, keyStart, start) && !endsDescribing(bytes, end, keyEnd))
      : governs(bytes, keyStart, keyEnd, start, end, detector.value)
  /** The key word is a vendor's name, which must stand for the vendor, and not in a longer word. */
  const isVendor = near !== null && detector.value !== null
  /** Whether the key is the vendor's name and nothing else (`acme=...`), or, around a word for secrets, in it: `acmeKey`. */
  const ofVendor: OfVendor =
    near === null && (detector.value === 'random' || detector.value === 'opaque') && !named
      ? (bytes, keyStart, _keyEnd, start) => namesVendor(bytes, keyStart, start, vendors)
      : isVendor
        ? (bytes, keyStart, keyEnd, start, end) =>
            keyStart === start && keyEnd === end && latin1(bytes, start, end).toLowerCase() === detector.provider
        : () => false
  const test = compileValueTest(detector, ofVendor)
  return {
    inText(scan, start, end) {
      if (near !== null) scan.effort.left -= costs.near
      if (isCovered(scan, start) || isPlaceholderWord(scan, start)) return
      if (isVendor && !standsInText(scan, start, end))
        return traceStep(scan, 'value', detector.id, start, end, 'reject: key name')
      near?.(scan, end)
      const joined = readJoined(scan.bytes, scan.start, scan.end, start, end)
      if (joined !== null && decides(scan.bytes, joined.keyStart, joined.keyEnd, start, end)) {
        scan.effort.left -= costs.pair
        test(scan, joined, scan.bytes, joined.keyStart, joined.keyEnd, start, end)
      }
      const pair = pairAt(scan, start, end)
      if (pair === null) return traceStep(scan, 'pattern', detector.id, start, end, 'no value assigned')
      if (!decides(scan.bytes, pair.keyStart, pair.keyEnd, start, end))
        return traceStep(scan, 'value', detector.id, start, end, 'reject: key name')
      test(scan, pair, scan.bytes, pair.keyStart, pair.keyEnd, start, end)
      const changed = readChanged(scan.bytes, pair, scan.end, scan.memo)
      if (changed !== null) test(scan, changed, scan.bytes, pair.keyStart, pair.keyEnd, start, end)
      for (const element of readElements(scan.bytes, pair, scan.end, scan.memo))
        test(scan, element, scan.bytes, pair.keyStart, pair.keyEnd, start, end)
    },
    governed(scan, start, end) {
      if (scan.named && isVague) return traceStep(scan, 'value', detector.id, scan.start, scan.end, 'reject: named')
      const { key } = scan.field
      if (key === null || isOfPlaceholder(key.bytes, start, key.start, key.end)) return
      if (isVendor && !standsForVendor(key.bytes, key.start, key.end, start, end))
        return traceStep(scan, 'value', detector.id, scan.start, scan.end, 'reject: key name')
      near?.(scan, scan.start)
      if (decides(key.bytes, key.start, key.end, start, end))
        test(scan, wholeValue(scan, isCompound(key.bytes, key.start, start)), key.bytes, key.start, key.end, start, end)
      else traceStep(scan, 'value', detector.id, scan.start, scan.end, 'reject: key name')
    },
    mayGovern(bytes, keyStart, keyEnd, start, end, binary) {
      if (near === null)
        return (
          (mayFollow(bytes, keyEnd, binary) ||
            (vendorsMayFollow(bytes, keyEnd, binary) && ofVendor(bytes, keyStart, keyEnd, start, end))) &&
          decides(bytes, keyStart, keyEnd, start, end)
        )
      return (
        (mayFollow(bytes, end, binary) && (!isVendor || standsForVendor(bytes, keyStart, keyEnd, start, end))) ||
        (isVendor && otherMayFollow(bytes, end, binary) && ofVendor(bytes, keyStart, keyEnd, start, end))
      )
    }
  }
}

function standsInText({ bytes, start: from, end: to }: TextScan, start: number, end: number): boolean {
  return standsForVendor(bytes, keyStartOf(bytes, from, start), keyEndOf(bytes, to, end), start, end)
}

/** Asked by every detector of a key word, answered once. */
function isPlaceholderWord(scan: TextScan, at: number): boolean {
  if (scan.wordAt !== at) {
    scan.wordAt = at
    scan.wordIsOurs = isOfPlaceholder(scan.bytes, at, scan.start, scan.end)
  }
  return scan.wordIsOurs
}

/** The ids of detectors hold key words: `[REDACTED:generic-token]: x` assigns nothing. */
function isOfPlaceholder(bytes: Uint8Array, at: number, start: number, end: number): boolean {
  return overlapsOwnPlaceholder(bytes, at, at, start, end)
}

/** Inside a long value that was found already: it goes with it. In a short one, a more specific detector may name the secret. */
function isCovered({ foundFrom, foundTo }: TextScan, at: number): boolean {
  return at >= foundFrom && at < foundTo && foundTo - foundFrom > longValue
}

/** Values longer than this are counted, in bytes. */
const longValue = 256
/** How many readings of one long run are weighed; a run of still more keys and values goes as a whole, to stay linear and closed. */
const mostTries = 128

function triedEnough(scan: TextScan, end: number): boolean {
  scan.tries = scan.triedTo === end ? scan.tries + 1 : 0
  scan.triedTo = end
  return scan.tries > mostTries
}

function compileValueTest(detector: Detector, ofVendor: OfVendor): TestValue {
  const judge = compileJudge(detector, detector.pattern === '' ? 'possible' : 'likely')
  // Assigned to nothing but a vendor's name, a value of another shape is a credential of another kind, or of a newer one.
  const judgeOther = compileJudge(detector, 'possible')
  const whole = lazy(() =>
    compileExpression(parsePattern(`^(?:${openEnded(detector.pattern)})$`, detector.caseInsensitive))
  )
  return (scan, pair, keyBytes, keyStart, keyEnd, hitStart, hitEnd) => {
    const { valueStart: start, valueEnd: end } = pair
    if (end - start > longValue && triedEnough(scan, end)) return judge(scan, start, end)
    scan.effort.left -= costs.value
    if (detector.value !== null) {
      const reason = notSecret(scan.bytes, pair, detector.value, scan.end)
      const isSecret =
        reason === null ||
        (detector.pattern === '' &&
          ofVendor(keyBytes, keyStart, keyEnd, hitStart, hitEnd) &&
          isVendors(scan.bytes, pair, scan.end))
      if (!isSecret) return traceStep(scan, 'value', detector.id, start, end, `reject: ${reason}`)
    }
    if (detector.pattern === '') return judge(scan, start, end)
    scan.effort.left -= costs.search
    const pattern = whole()
    const matches = end - start <= detector.maxLength && pattern.search(scan.bytes, start, end, start)
    if (!matches && mayBeOther(scan.bytes, pair) && ofVendor(keyBytes, keyStart, keyEnd, hitStart, hitEnd))
      return judgeOther(scan, start, end)
    if (!matches) return traceStep(scan, 'pattern', detector.id, start, end, 'no match')
    judge(scan, pattern.groupStart, pattern.groupEnd)
  }
}

function mayBeOther(bytes: Uint8Array, { valueStart: start, valueEnd: end, bond }: Pair): boolean {
  if (bond === 'loose' || end - start < shortestOther || end - start > longValue) return false
  for (let i = start; i < end; i++) if (bytes[i] === 0x3a || bytes[i] === 0x40) return false
  return true
}

/** What stands somewhere behind a key word needs the detector's shape as much as what is assigned to it. */
function compileNearJudge(detector: Detector): Judge {
  const judge = compileJudge(detector, 'likely')
  const { value } = detector
  if (value === null) return judge
  return (scan, start, end) => {
    scan.effort.left -= costs.value
    const pair = valueAlone(start, end, true, true)
    const reason = otherUse(scan.bytes, start, scan.start) ?? notSecret(scan.bytes, pair, value, scan.end)
    if (reason === null) judge(scan, start, end)
    else traceStep(scan, 'value', detector.id, start, end, `reject: ${reason}`)
  }
}

function compileNear(detector: Detector): (scan: TextScan, from: number) => void {
  const search = compileWindowSearch(detector, compileBoundaries(detector), compileNearJudge(detector))
  return (scan, from) => {
    enqueue(scan, search, from, barrierWithin(scan, from, Math.min(scan.end, from + nearby + detector.maxLength)))
  }
}

/**
 * The end of the line, or a placeholder of ours (it is shorter than what stood there, and would bring nearer what was too far away), when
 * one stands before `stop`; else `stop`. Goes on where the last search ended, so that no byte is looked at twice.
 */
function barrierWithin(scan: TextScan, from: number, stop: number): number {
  if (from < scan.barrierFrom || from > scan.barrierTo) {
    scan.barrierFrom = scan.barrierTo = from
    scan.barred = false
  }
  while (!scan.barred && scan.barrierTo < stop) {
    if (isBarrier(scan, scan.barrierTo)) scan.barred = true
    else scan.barrierTo++
  }
  return Math.min(scan.barrierTo, stop)
}

function isBarrier({ bytes, end }: TextScan, at: number): boolean {
  return bytes[at] === 0x0a || (bytes[at] === 0x5b && ownPlaceholderEnd(bytes, at, end) > 0)
}

/** Several key words of one key (`aws_secret_access_key`) read their pair once. */
function pairAt(scan: TextScan, start: number, end: number): Pair | null {
  if (start >= scan.pairKeyStart && end <= scan.pairKeyEnd) {
    if (scan.pair !== null) scan.pair.compound = isCompound(scan.bytes, scan.pair.keyStart, start)
    return scan.pair
  }
  scan.effort.left -= costs.pair
  const pair = readPair(scan.bytes, scan.start, scan.end, start, end, scan.memo)
  scan.pair = pair
  scan.pairKeyStart = pair === null ? start : pair.keyStart
  scan.pairKeyEnd = pair === null ? end : pair.keyEnd
  return pair
}

/** The value of a member, without white space around it. */
function wholeValue(scan: TextScan, compound: boolean): Pair {
  let { start, end } = scan
  while (start < end && isSpace[scan.bytes[start]]) start++
  while (end > start && isSpace[scan.bytes[end - 1]]) end--
  return valueAlone(start, end, scan.field.role !== 'bare', compound)
}
