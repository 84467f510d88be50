import type { FilesSourceConfig } from '../config/config-schema.ts'
import { LogveilError } from '../errors.ts'
import type { LineFormat } from '../model.ts'
import { compileExpression } from '../scan/pattern/expression.ts'
import { parseAllow } from '../scan/pattern/pattern.ts'
import { aheadBytes, type Layout } from '../sources/files/tail.ts'
import { detectFormat } from '../sources/records/format.ts'
import {
  beginningWith,
  type Continues,
  continuedBy,
  indented,
  type Search,
  stackTraces
} from '../sources/records/rules.ts'
import { openParts, wholeBytes } from '../sources/records/whole.ts'

/** Redacts a batch of a format on its own. */
export type RedactBatch = (bytes: Uint8Array, format: LineFormat) => Uint8Array

/** `continues`: which lines belong to the record before, where records leave; null: lines do. */
export function createLayout({ format }: FilesSourceConfig, continues: Continues | null, redact: RedactBatch): Layout {
  return {
    format: (_, head) => (format === 'auto' ? detectFormat(head) : format),
    whole: (lines, of) => wholeBytes(lines, of, continues),
    openParts,
    cut: (text, of) => cutPlace(text, (part) => redact(part, of))
  }
}

const newline = 0x0a
/** Places that are tried, and how far apart they are, in bytes. */
const tries = 32
const stepBytes = 1021

/**
 * Where a text may be cut, no later than `aheadBytes` before its end: so that what is found around it is what is found on both sides of it, each
 * by itself. Behind the end of a line, or of a word, where there is one; 0: nowhere.
 */
function cutPlace(text: Buffer, redact: (part: Uint8Array) => Uint8Array): number {
  const inLines = text.includes(newline)
  for (let i = 0; i < tries; i++) {
    const latest = text.length - aheadBytes - i * stepBytes
    const at = inLines ? text.lastIndexOf(newline, latest - 1) + 1 : wordEnd(text, latest)
    if (at > 0 && isSameApart(text, at, inLines, redact)) return at
  }
  return 0
}

function wordEnd(text: Buffer, latest: number): number {
  for (let at = latest; at > latest - stepBytes && at > 0; at--)
    if (/[\s,;&}\]]/.test(String.fromCharCode(text[at - 1]))) return at
  return latest
}

function isSameApart(text: Buffer, at: number, inLines: boolean, redact: (part: Uint8Array) => Uint8Array): boolean {
  const near = Math.max(0, at - aheadBytes)
  const from = near === 0 || !inLines ? near : text.lastIndexOf(newline, near) + 1
  const to = Math.min(text.length, at + aheadBytes)
  const [whole, left, right] = [text.subarray(from, to), text.subarray(from, at), text.subarray(at, to)].map(redact)
  return Buffer.concat([left, right]).equals(whole)
}

/** The rule of a configuration by which lines become records; null: each line is one. Throws `CONFIG_INVALID`. */
export function readRule({ multiline }: FilesSourceConfig): Continues | null {
  if (multiline === 'none') return null
  if (multiline === 'indented') return indented
  if (multiline === 'stack-traces') return stackTraces
  return 'start' in multiline ? beginningWith(searchOf(multiline.start)) : continuedBy(searchOf(multiline.continued))
}

function searchOf(pattern: string): Search {
  try {
    const expression = compileExpression(parseAllow(pattern))
    return (bytes, start, end) => expression.search(bytes, start, end, start)
  } catch (cause) {
    throw new LogveilError('CONFIG_INVALID', `multiline: ${(cause as Error).message}`, { cause })
  }
}
