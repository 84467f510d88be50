// Secrets whose values are known: found exactly, wherever they stand, in every encoding that the scanner takes off.

import { LogveilError } from '../errors.ts'
import type { Detector, KnownSecret } from '../model.ts'
import { base64Literals } from './decode/base64.ts'
import { hexLiterals } from './decode/hex.ts'
import { costs } from './effort.ts'
import type { Decoders } from './encoded.ts'
import { unsaid } from './load/defaults.ts'
import { overlapsOwnPlaceholder } from './placeholders.ts'
import type { Confirm, TextScan } from './text-scan.ts'

/** A way to write a known secret, and what leads to it. */
export interface KnownText {
  /** What the automaton looks for, and what happens where it stands. */
  readonly literals: readonly { readonly text: string; readonly confirm: Confirm }[]
  /** What it looks for in base64 and hex. */
  readonly base64: readonly string[]
  readonly hex: readonly string[]
}

/** Fewer bytes are everywhere. */
const shortestValue = 3
/** Of a value, in bytes: no variable of an environment is longer. */
const longestValue = 131_072
/** An anchor is rare enough with so many bytes; longer ones make the automaton larger. */
const maxAnchor = 16
/** Of these bytes and more is what leads into base64 and hex. */
const minEncoded = 4
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
    ...unsaid,
    id,
    name: 'Known secret',
    provider: 'known',
    severity: 'high',
    keywords: [],
    pattern: '',
    maxLength: longestValue
  }
}

function compileText(text: string, detector: Detector, decoders: Decoders): KnownText {
  const anchor = anchorOf(text)
  const encoded = beginningOf(anchor.length < minEncoded ? text : anchor, maxEncoded)
  return {
    literals: [
      { text: anchor, confirm: compileAnchor(text, anchor, detector, decoders) },
      ...(isPlain(anchor) ? [] : escapedForms(anchor, decoders))
    ],
    base64: base64Literals(encoded),
    hex: hexLiterals(encoded)
  }
}

/** Compares the whole text; where it is not the same, other characters of it may be escaped. */
function compileAnchor(text: string, anchor: string, detector: Detector, decoders: Decoders): Confirm {
  const bytes = Buffer.from(text)
  const before = Buffer.byteLength(text.slice(0, text.indexOf(anchor)))
  const needsEscapes = !isPlain(text)
  return (scan, start, end) => {
    const from = start - before
    const to = from + bytes.length
    scan.effort.left -= costs.literal
    if (from >= scan.start && to <= scan.end && bytes.compare(scan.bytes, from, to) === 0) {
      if (!overlapsOwnPlaceholder(scan.bytes, start, start, scan.start, scan.end))
        scan.found(detector, 'confirmed', from, to, null)
    } else if (needsEscapes) decodeAround(scan, start, end, bytes.length, decoders)
  }
}

/** Characters that stand for themselves in URLs, JSON, HTML and shells. */
const plain = /[\w.-]{2,}/g

function isPlain(text: string): boolean {
  return /^[\w.-]*$/.test(text)
}

/** The longest part that no escape touches, or else the text's beginning. */
function anchorOf(text: string): string {
  const longest = (text.match(plain) ?? []).reduce((a, b) => (b.length > a.length ? b : a), '')
  return longest === '' ? beginningOf(text, maxAnchor) : longest.slice(0, maxAnchor)
}

/** As many characters as have at most so many bytes. */
function beginningOf(text: string, most: number): string {
  let beginning = ''
  for (const character of text) {
    if (Buffer.byteLength(beginning + character) > most) break
    beginning += character
  }
  return beginning
}

/** A beginning without anything plain in it, as URLs, JSON and HTML write it. */
function escapedForms(text: string, { percentText, escapes, html }: Decoders): KnownText['literals'] {
  const forms: [Confirm, string][] = [
    [percentText, encodeURIComponent(text.toWellFormed())],
    [percentText, [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')],
    [escapes, inJson(text)],
    [escapes, inJson(inJson(text))],
    [escapes, escapedUnicode(text)],
    [html, text.replace(/[&<>"']/g, (character) => entities[character])]
  ]
  return forms
    .filter(([, form]) => form !== text)
    .map(([confirm, form]) => ({ text: beginningOf(form, 2 * maxAnchor), confirm }))
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#' }

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

/** As JSON is written in ASCII. */
function escapedUnicode(text: string): string {
  return inJson(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** How many of the last bytes of a text can be the beginning of a known secret that goes on behind it; 0 when none can. */
export function compileKnownTail(known: readonly KnownSecret[]): (bytes: Uint8Array) => number {
  const texts = known.flatMap(({ value }) => writings(value)).map((text) => Buffer.from(text))
  return (bytes) => texts.reduce((longest, text) => Math.max(longest, tailOf(bytes, text)), 0)
}

function tailOf(bytes: Uint8Array, text: Buffer): number {
  const end = bytes.length
  for (let length = Math.min(text.length - 1, end); length > 0; length--)
    if (text.compare(bytes, end - length, end, 0, length) === 0) return length
  return 0
}

/** An escape takes at most so many bytes for one (`\u00e9` for two, `&quot;` for one). */
const longestEscape = 6
/** How far an escape is looked for, in bytes. */
const maxReach = 1024

/** Other characters of the value may be escaped where its anchor stands. */
export function decodeAround(scan: TextScan, start: number, end: number, length: number, decoders: Decoders): void {
  const reach = Math.min(longestEscape * length, maxReach)
  const around = scan.bytes.subarray(Math.max(scan.start, start - reach), Math.min(scan.end, end + reach))
  if (around.includes(0x25)) decoders.percentText(scan, start, end)
  if (around.includes(0x5c)) decoders.escapes(scan, start, end)
  if (around.includes(0x26)) decoders.html(scan, start, end)
}
