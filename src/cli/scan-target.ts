import { LogveilError } from '../errors.ts'
import type { WithheldReason } from '../model.ts'
import { openReader } from './byte-reader.ts'
import type { Container } from './containers.ts'
import { type Content, type Memory, openContent } from './content.ts'
import type { CutLimits } from './cut-lines.ts'
import type { Blobs } from './git.ts'
import type { Range } from './git-changes.ts'
import type { Leak } from './scan-leak.ts'
import { type Finder, findLeaks } from './scan-leaks.ts'
import { openStored, settling } from './stored.ts'
import { systemMessage } from './system-message.ts'

/** What is scanned as one, and by which name reports know it. */
export type Target =
  | { readonly kind: 'file'; readonly name: string; readonly path: string; readonly follow: boolean }
  | { readonly kind: 'input'; readonly name: '-' }
  | { readonly kind: 'blob'; readonly name: string; readonly blob: string; readonly lines: readonly Range[] }

export interface ScannedTarget {
  readonly name: string
  readonly leaks: readonly Leak[]
  /** See `findLeaks`. */
  readonly unlisted: number
  readonly lines: number
  readonly bytes: number
  readonly withheld: Readonly<Record<WithheldReason, number>>
  readonly isBinary: boolean
  /** What kept it from being read, or from being read to its end; null: nothing. */
  readonly error: string | null
}

export interface ScanContext {
  readonly finder: Finder
  readonly limits: CutLimits
  /** Whether binary content is scanned, too. */
  readonly binary: boolean
  readonly blobs: Blobs
  readonly memory: Memory
}

/** Never rejects for what a target is or holds. */
export async function scanTarget(target: Target, context: ScanContext): Promise<ScannedTarget> {
  try {
    const content = await open(target, context)
    try {
      return await scanContent(target, content, context)
    } finally {
      await content.close()
    }
  } catch (error) {
    if (!(error instanceof LogveilError) && (error as NodeJS.ErrnoException).errno === undefined) throw error
    return { ...nothing(target), error: error instanceof LogveilError ? error.message : unreadable(target.name, error) }
  }
}

type Open = Content & { close(): Promise<void> }

async function open(target: Target, { limits, blobs, memory }: ScanContext): Promise<Open> {
  if (target.kind === 'file') return openStored(target.path, target, limits, memory)
  if (target.kind === 'blob')
    return { ...(await openContent(target.name, await blobs.open(target.blob), limits, memory)), close: async () => {} }
  const { read, close } = settling(openReader(0))
  return { ...(await openContent(target.name, read, limits, memory)), close }
}

async function scanContent(target: Target, content: Content, context: ScanContext): Promise<ScannedTarget> {
  const isSkipped = content.isBinary && !context.binary
  const counts = (leak: Leak): boolean => target.kind !== 'blob' || touches(target.lines, leak)
  const scanned = isSkipped ? nothing(target) : await findLeaks(content.pieces, context.finder, counts)
  const leaks = scanned.leaks.filter(counts)
  const failure = content.failure()
  const error = failure === null ? null : faultOf(target.name, content.container, failure)
  return { ...scanned, leaks, name: target.name, isBinary: isSkipped, error }
}

function nothing({ name }: Target): ScannedTarget {
  const withheld = { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 }
  return { name, leaks: [], unlisted: 0, lines: 0, bytes: 0, withheld, isBinary: false, error: null }
}

function touches(lines: readonly Range[], { line, endLine }: Leak): boolean {
  return lines.some(([first, last]) => first <= endLine && last >= line)
}

/** What the system or zlib says; the latter in our words, as its own are codes. */
export function faultOf(name: string, container: Container | null, error: unknown): string {
  return container === null || (error as NodeJS.ErrnoException).syscall !== undefined
    ? unreadable(name, error)
    : `cannot read all of ${name}: the ${container} data in it is cut off or broken`
}

function unreadable(name: string, error: unknown): string {
  return `cannot read ${name === '-' ? 'standard input' : name}: ${systemMessage(error)}`
}
