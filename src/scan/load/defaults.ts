import type { Detector } from '../../model.ts'
import { type ByteClass, complementOf, isWide } from '../pattern/char-class.ts'
import { groupLastClass, maxLengthOf, parsePattern } from '../pattern/pattern.ts'
import type { DetectorEntry, FileHead } from './schema.ts'

/** A detector and whether it may replace another one of the same id. */
export interface LoadedDetector extends Detector {
  readonly override: boolean
}

/** What a detector that no file describes leaves open. */
export const unsaid = {
  context: 'anywhere',
  caseInsensitive: false,
  boundaries: { left: '', right: '' },
  checks: [],
  value: null,
  matcher: 'pattern',
  allow: [],
  examples: [],
  counterExamples: [],
  references: [],
  rotation: null
} as const satisfies Partial<Detector>

const alnum = 'A-Za-z0-9'
/** For a value that only the grammar of assignments delimits. */
const valueLength = 4096
const pemLength = 65_536

/** The detector that an entry without mistakes stands for. */
export function complete(entry: DetectorEntry, file: FileHead): LoadedDetector {
  const pattern = entry.pattern ?? ''
  return {
    id: entry.id,
    name: entry.name,
    provider: file.provider,
    severity: entry.severity,
    keywords: entry.keywords,
    context: entry.context,
    pattern,
    caseInsensitive: entry.caseInsensitive,
    maxLength: entry.maxLength ?? defaultLength(entry),
    boundaries: {
      left: entry.boundaries?.left ?? alnum,
      right: entry.boundaries?.right ?? rightBoundary(pattern, entry.caseInsensitive)
    },
    checks: entry.checks,
    value: entry.value ?? null,
    matcher: entry.matcher,
    allow: entry.allow,
    ...(entry.entropy === undefined ? {} : { entropy: entry.entropy }),
    examples: entry.examples,
    counterExamples: entry.counterExamples,
    references: entry.references ?? file.references,
    rotation: entry.rotation ?? file.rotation ?? null,
    override: entry.override
  }
}

function defaultLength({ matcher, pattern, caseInsensitive }: DetectorEntry): number {
  if (matcher === 'pem') return pemLength
  return pattern === undefined ? valueLength : maxLengthOf(parsePattern(pattern, caseInsensitive))
}

/** A token ends where the alphabet of its last character does. */
function rightBoundary(pattern: string, caseInsensitive: boolean): string {
  const last = pattern === '' ? null : groupLastClass(parsePattern(pattern, caseInsensitive))
  return last === null ? alnum : writeClass(last) || alnum
}

/** The class as inside `[...]`, so that parseClass gives it back; empty when it leaves out nothing. */
function writeClass(set: ByteClass): string {
  if (isWide(set)) {
    const outside = writeClass(complementOf(set))
    return outside === '' ? '' : `^${outside}`
  }
  let text = ''
  for (let byte = 0; byte < 128; byte++) {
    if (set[byte] === 0) continue
    let last = byte
    while (last < 127 && set[last + 1] === 1) last++
    text += last - byte < 2 ? writeByte(byte) : `${writeByte(byte)}-${writeByte(last)}`
    if (last - byte >= 2) byte = last
  }
  return text
}

function writeByte(byte: number): string {
  if (byte <= 0x20 || byte === 0x7f) return `\\x${byte.toString(16).padStart(2, '0')}`
  const char = String.fromCharCode(byte)
  return '\\[]^-'.includes(char) ? `\\${char}` : char
}
