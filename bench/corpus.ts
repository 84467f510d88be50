// The log lines that everything here is measured on: real ones where they are at hand, else generated ones.

import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { createRandom } from '../src/scan/template-random.ts'
import { formats } from './formats.ts'

/** 36 MB of real lines of 195 sources without a secret; it is not part of the repository. */
const realLog = new URL('../../shared/corpus/dev.clean.strict.log.gz', import.meta.url)

export interface Corpus {
  readonly name: 'real' | 'generated'
  /** Clean lines, each with its newline. */
  readonly bytes: Buffer
}

/** Real lines where they are at hand, else generated ones; at most `maxBytes` of them, in whole lines. */
export function loadCorpus(maxBytes: number): Corpus {
  return existsSync(realLog)
    ? { name: 'real', bytes: wholeLines(loadLog(realLog), maxBytes) }
    : { name: 'generated', bytes: generateLog(maxBytes) }
}

/** A log file, which may be gzipped. */
export function loadLog(file: string | URL): Buffer {
  const bytes = readFileSync(file)
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
}

/**
 * About `bytes` bytes of clean lines in five formats, the same for ever for the same arguments. `lineBytes` is the length of every line,
 * give or take what a format needs around its message; without it lines have the lengths of real ones.
 */
export function generateLog(bytes: number, lineBytes: number | null = null, seed = 1): Buffer {
  const random = createRandom(seed)
  const lines: string[] = []
  for (let at = 0; at < bytes; at += lines[lines.length - 1].length) {
    const format = formats[random.below(formats.length)]
    lines.push(`${format(random, lineBytes ?? 120 + random.below(400))}\n`)
  }
  return Buffer.from(lines.join(''), 'latin1')
}

/** A payload as the command line makes it, and where it begins in its log. */
export interface Batch {
  readonly bytes: Buffer
  readonly start: number
}

/** The log in pieces of whole lines, of at most 256 KiB where no line is longer. */
export function cutBatches(log: Buffer, batchBytes = 1 << 18): Batch[] {
  const batches: Batch[] = []
  for (let start = 0; start < log.length; ) {
    const end = batchEnd(log, start, batchBytes)
    batches.push({ bytes: log.subarray(start, end), start })
    start = end
  }
  return batches
}

function batchEnd(log: Buffer, start: number, batchBytes: number): number {
  if (start + batchBytes >= log.length) return log.length
  const before = log.lastIndexOf(0x0a, start + batchBytes - 1) + 1
  if (before > start) return before
  return log.indexOf(0x0a, start) + 1 || log.length
}

function wholeLines(log: Buffer, maxBytes: number): Buffer {
  return log.length <= maxBytes ? log : log.subarray(0, batchEnd(log, 0, maxBytes))
}
