import { openSync, writeSync } from 'node:fs'
import { LogveilError } from '../errors.ts'
import { type Finding, isExpired } from '../model.ts'
import { type FindingsPost, openFindingsPost } from './findings-post.ts'
import { warnOnce } from './warn.ts'

/** Where findings go; every one that is named gets them all. Plain data, but for the callback. */
export interface FindingsOptions {
  /** JSON lines are appended to this file, which is made when it is not there, readable by its owner only. */
  readonly file?: string
  /** JSON lines are posted to this address (`http:` or `https:`), in batches. */
  readonly url?: string
  /** For `url`, such as `{ authorization: 'Bearer ...' }`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Called at once, on the thread that redacts, but not of what is found in what it logs itself. What it throws is told as a warning, once. */
  readonly callback?: (findings: readonly PlacedFinding[]) => void
}

/** A finding, and where it was met. Structurally unable to hold secret text, as `Finding` is. */
export interface PlacedFinding
  extends Pick<
    Finding,
    'detector' | 'confidence' | 'severity' | 'path' | 'length' | 'fingerprint' | 'action' | 'hints'
  > {
  /** ISO 8601 in UTC. */
  readonly time: string
  /** `pino`, `otel`, ... */
  readonly placement: string
  /** Whose log it is; null when nobody said. */
  readonly service: string | null
  /** Whether the credential had stopped working; null when it does not say when it ends. */
  readonly expired: boolean | null
}

export interface Findings {
  /** Never throws. What cannot be handed on is counted, and told as a warning, once. */
  report(findings: readonly Finding[]): void
  /** Posts what still waits, within 2 s; resolves in any case. */
  close(): Promise<void>
}

/** Throws `OUTPUT_FAILED` for a file that cannot be opened, `CONFIG_INVALID` for an address that is none. */
export function openFindings(options: FindingsOptions, placement: string, service: string | null): Findings {
  const { file, url, callback } = options
  const warn = warnOnce()
  const fd = file === undefined ? null : open(file)
  const post: FindingsPost | null = url === undefined ? null : openFindingsPost(url, options.headers ?? {}, warn)
  let calling = false
  const wanted = fd !== null || post !== null || callback !== undefined
  return {
    report(findings) {
      if (!wanted || findings.length === 0) return
      const placed = place(findings, placement, service)
      if (fd !== null || post !== null) {
        const lines = placed.map((finding) => `${JSON.stringify(finding)}\n`)
        if (fd !== null) attempt(() => append(fd, lines.join('')), 'their file', warn)
        post?.add(lines)
      }
      if (callback === undefined || calling) return
      calling = true
      attempt(() => callback(placed), 'their callback', warn)
      calling = false
    },
    close: async () => post?.close()
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'a', 0o600)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw new LogveilError('OUTPUT_FAILED', `findings cannot be appended to ${file}: ${code}`, { cause })
  }
}

function append(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}

function place(findings: readonly Finding[], placement: string, service: string | null): PlacedFinding[] {
  const now = Date.now()
  const time = new Date(now).toISOString()
  return findings.map(({ detector, confidence, severity, path, length, fingerprint, action, hints }) => ({
    time,
    placement,
    service,
    detector,
    confidence,
    severity,
    path,
    length,
    fingerprint,
    action,
    hints,
    expired: isExpired(hints, now)
  }))
}

function attempt(action: () => void, where: string, warn: (message: string) => void): void {
  try {
    action()
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    warn(`findings do not reach ${where}: ${code ?? name}`)
  }
}
