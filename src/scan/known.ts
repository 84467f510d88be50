// Secrets whose values are known: found exactly, wherever they stand, in every encoding that the scanner takes off.

import { LogveilError } from '../errors.ts'
import type { Detector, KnownSecret } from '../model.ts'
import { base64Literals } from './decode/base64.ts'
import { hexLiterals } from './decode/hex.ts'
import { costs } from './effort.ts'
import type { Decoders } from './encoded.ts'
import { overlapsOwnPlaceholder } from './placeholders.ts'
import type { Confirm, TextScan } from './text-scan.ts'

/** A way to write a known secret, and what leads to it. */
export interface KnownText {
  /** What the automaton looks for: a part of the text that no encoding of characters touches, or else its beginning. */
  readonly anchor: string
  /** What it looks for in base64 and hex. */
  readonly base64: readonly string[]
  readonly hex: readonly string[]
  readonly confirm: Confirm
}

/** Fewer bytes are everywhere. */
const shortestValue = 3
/** Of a value, in bytes: no variable of an environment is longer. */
const longestValue = 131_072
/** An anchor is rare enough with so many bytes; longer ones make the automaton larger. */
const maxAnchor = 16
/** A shorter part that needs no encoding leads to a value at too many places. */
const minAnchor = 4
/** Of what is looked for in base64 and hex, in bytes. */
const maxEncoded = 9

/**
 * The ways to write a known secret: as it is, and as shells quote it. Throws `CONFIG_INVALID` for an id that no placeholder can hold, or a
 * value of fewer than 3 or more than 131,072 bytes.
 */
export function compileKnown({ id, value }: KnownSecret, decoders: Decoders): KnownText[] {
  const length = Buffer.byteLength(value)
  if (!/^[A-Za-z0-9._:-]{1,96}$/.test(id))
    throw new LogveilError('CONFIG_INVALID', 'the id of a known secret has 1 to 96 letters, digits or . _ : -')
  if (length < shortestValue || length > longestValue)
    throw new LogveilError(
      'CONFIG_INVALID',
      `the value of ${id} has ${length} bytes: ${shortestValue} to ${longestValue} are possible`
    )
  const detector = knownDetector(id)
  return writings(value).map((text) => compileText(text, detector, decoders))
}

/** Forms and URLs write a space as `+`; `set -x` a quote as `'\''`, in some shells as `'"'"'`. */
function writings(value: string): string[] {
  return [
    ...new Set([value, value.replaceAll(' ', '+'), value.replaceAll("'", "'\\''"), value.replaceAll("'", `'"'"'`)])
  ]
}

/** Says what was found; how, is known already. */
function knownDetector(id: string): Detector {
  return {
    id,
    name: 'Known secret',
    provider: 'known',
    severity: 'high',
    keywords: [],
    context: 'anywhere',
    pattern: '',
    caseInsensitive: false,
    maxLength: longestValue,
    boundaries: { left: '', right: '' },
    checks: [],
    value: null,
    matcher: 'pattern',
    allow: [],
    examples: [],
    counterExamples: [],
    references: [],
    rotation: null
  }
}

function compileText(text: string, detector: Detector, decoders: Decoders): KnownText {
  const anchor = anchorOf(text)
  const bytes = Buffer.from(text)
  const before = Buffer.byteLength(text.slice(0, text.indexOf(anchor)))
  const plain = /^[\w.-]*$/.test(text)
  const beginning = anchor.slice(0, maxEncoded)
  return {
    anchor,
    base64: base64Literals(beginning),
    hex: hexLiterals(beginning),
    confirm(scan, start, end) {
      const from = start - before
      const to = from + bytes.length
      scan.effort.left -= costs.literal
      if (from >= scan.start && to <= scan.end && bytes.compare(scan.bytes, from, to) === 0) {
        if (!overlapsOwnPlaceholder(scan.bytes, start, start, scan.start, scan.end))
          scan.found(detector, 'confirmed', from, to, null)
      } else if (!plain) decodeAround(scan, start, end, bytes.length, decoders)
    }
  }
}

/** The longest part of characters that stand for themselves in URLs, JSON, HTML and shells; where that is too short, the text's beginning. */
function anchorOf(text: string): string {
  const parts = text.match(/[\w.-]+/g) ?? []
  const longest = parts.reduce((a, b) => (b.length > a.length ? b : a), '')
  if (longest.length >= minAnchor) return longest.slice(0, maxAnchor)
  let beginning = ''
  for (const character of text) {
    if (Buffer.byteLength(beginning + character) > maxAnchor) break
    beginning += character
  }
  return beginning
}

/** An escape takes at most so many bytes for one (`\u00e9` for two, `&quot;` for one). */
const longestEscape = 6
/** How far an escape is looked for, in bytes. */
const maxReach = 1024

/** Other characters of the value may be escaped where its anchor stands. */
function decodeAround(scan: TextScan, start: number, end: number, length: number, decoders: Decoders): void {
  const reach = Math.min(longestEscape * length, maxReach)
  const around = scan.bytes.subarray(Math.max(scan.start, start - reach), Math.min(scan.end, end + reach))
  if (around.includes(0x25)) decoders.percentText(scan, start, end)
  if (around.includes(0x5c)) decoders.escapes(scan, start, end)
  if (around.includes(0x26)) decoders.html(scan, start, end)
}
