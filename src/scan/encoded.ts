import type { Field, Hits, View, WithheldReason } from '../model.ts'
import { isHex, isKeyByte, isOperator, isQuote, isSpace, skipSpaces, startsWithFolded } from './bytes.ts'
import { base64Run, decodeBase64 } from './decode/base64.ts'
import { colourSize, decodeColours } from './decode/colours.ts'
import { decodeEscapes, decodeHtml } from './decode/escapes.ts'
import { decodeHex, hexRun } from './decode/hex.ts'
import { decodePercent } from './decode/percent.ts'
import { costs } from './effort.ts'
import { overlapsOwnPlaceholder } from './placeholders.ts'
import { type Confirm, type TextScan, toPayload, traceStep } from './text-scan.ts'

/** How many encodings may lie around a secret; what is encoded more often is withheld, since nothing unscanned passes. */
export const maxDepth = 4
/** How far around an introducer a text is decoded, in bytes. */
const maxReach = 65536
/** Key name bytes that may stand between a key word and the escape behind it. */
const maxKeyRest = 64

type Encoding = 'percent' | 'percentText' | 'escapes' | 'html' | 'base64' | 'hex' | 'colours'

interface Decoding {
  readonly slot: number
  range(scan: TextScan, start: number, end: number): readonly [from: number, to: number]
  decode(view: View, from: number, to: number): View | null
}

const decodings: Record<Encoding, Decoding> = {
  percent: { slot: 0, range: wordAround, decode: decodePercent },
  escapes: { slot: 1, range: textAround, decode: decodeEscapes },
  html: { slot: 2, range: textAround, decode: decodeHtml },
  base64: { slot: 3, range: (scan, start) => base64Run(scan.bytes, start, scan.start, scan.end), decode: decodeBase64 },
  // The same where the text is known to hold quotes or spaces, which end a word.
  percentText: { slot: 5, range: textAround, decode: decodePercent },
  hex: { slot: 4, range: (scan, start) => hexRun(scan.bytes, start, scan.start, scan.end), decode: decodeHex },
  colours: { slot: 6, range: textAround, decode: decodeColours }
}

const encodings = Object.keys(decodings).length

/** What decoding needs of the scanner. */
export interface DecodeHooks {
  scan(bytes: Uint8Array, start: number, end: number): Hits
  decoded(field: Field): void
  withhold(field: Field, start: number, end: number, reason: WithheldReason): void
}

/** What decodes the run around an introducer once, and scans what comes out as a text of its own. */
export type Decoders = Readonly<Record<Encoding, Confirm>>

export function compileDecoders(hooks: DecodeHooks): Decoders {
  return {
    percent: compileDecode('percent', hooks),
    percentText: compileDecode('percentText', hooks),
    escapes: compileDecode('escapes', hooks),
    html: compileDecode('html', hooks),
    base64: compileDecode('base64', hooks),
    hex: compileDecode('hex', hooks),
    colours: compileDecode('colours', hooks)
  }
}

function compileDecode(name: Encoding, hooks: DecodeHooks): Confirm {
  const decoding = decodings[name]
  return (scan, start, end) => {
    scan.decodedTo ??= new Int32Array(encodings).fill(-1)
    const { decodedTo } = scan
    if (start < decodedTo[decoding.slot]) return
    // The ids of detectors hold key words and the like, which say nothing about what is around the placeholder.
    if (overlapsOwnPlaceholder(scan.bytes, start, start, scan.start, scan.end)) return
    const [rangeStart, to] = decoding.range(scan, start, end)
    const from = Math.max(rangeStart, decodedTo[decoding.slot])
    decodedTo[decoding.slot] = to
    const { field } = scan
    scan.effort.left -= costs.decode + costs.decodedByte * (to - from)
    traceStep(scan, 'decode', name, from, to, 'hit')
    if (field.depth >= maxDepth) {
      const part = toPayload(field, from, to)
      return hooks.withhold(field, part.start, part.end, 'depth')
    }
    const view = decoding.decode(field, from, to)
    if (view === null || view.end === view.start) return
    const hits = hooks.scan(view.bytes, view.start, view.end)
    if (hits.count === 0) return
    hooks.decoded(nestedField(field, view, hits))
  }
}

/**
 * Also `key%3Dvalue`, `\"key\":`, `key=\"value\"`, `&quot;key&quot;:`: the key word is plain, but the pair around it is encoded. Or there
 * are colours in it: `ESC[36mkey ESC[0m=value`.
 */
export function compileUnwrap({ percent, escapes, html, colours }: Decoders): Confirm {
  return (scan, start, end) => {
    const { bytes } = scan
    const stop = Math.min(scan.end, end + maxKeyRest)
    let at = end
    while (at < stop && isKeyByte[bytes[at]]) at++
    while (at < stop && (bytes[at] === 0x20 || isQuote[bytes[at]] || isOperator[bytes[at]])) at++
    // `\&quot;`: what was escaped first is unwrapped last.
    const escaped = at
    while (at < stop && bytes[at] === 0x5c) at++
    if (at + 1 >= scan.end || closesText(bytes, at > escaped ? at - 1 : at, scan.end)) return
    if (bytes[at] === 0x26 && (bytes[at + 1] === 0x23 || bytes[at + 1] === 0x71 || bytes[at + 1] === 0x61))
      html(scan, start, end)
    else if (at > escaped) escapes(scan, start, end)
    else if (bytes[at] === 0x25 && isHex[bytes[at + 1]]) percent(scan, start, end)
    else if (colourSize(bytes, at, scan.end) > 0) colours(scan, start, end)
  }
}

const closers = ['\\x3e', '\\u003e', '&gt;', '&#62;', '&#x3e;', '%3e']

/** `<key>` ends the text: behind its `>`, a value may stand on the next line for the kernel, but that is another text. */
function closesText(bytes: Uint8Array, at: number, end: number): boolean {
  return closers.some(
    (closer) => startsWithFolded(bytes, at, end, closer) && skipSpaces(bytes, at + closer.length, end) === end
  )
}

function nestedField(parent: Field, view: View, hits: Hits): Field {
  const { recordStart, recordEnd, quote } = parent
  const role = parent.role === 'key' ? 'key' : 'text'
  return {
    ...view,
    hits,
    from: 0,
    to: hits.count,
    role,
    key: null,
    quote,
    record: parent.record,
    recordStart,
    recordEnd,
    path: parent.path
  }
}

/** The run without white space and quotes around a place. */
function wordAround(scan: TextScan, start: number, end: number): readonly [number, number] {
  const { bytes } = scan
  const low = Math.max(scan.start, start - maxReach)
  const high = Math.min(scan.end, end + maxReach)
  let from = start
  while (from > low && !isSpace[bytes[from - 1]] && !isQuote[bytes[from - 1]]) from--
  let to = end
  while (to < high && !isSpace[bytes[to]] && !isQuote[bytes[to]]) to++
  return [from, to]
}

function textAround(scan: TextScan, start: number, end: number): readonly [number, number] {
  return [Math.max(scan.start, start - maxReach), Math.min(scan.end, end + maxReach)]
}
