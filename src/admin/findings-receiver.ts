import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Metrics } from '../metrics.ts'
import { type ReportedFinding, reportedFinding } from './reported-finding.ts'
import { mediaTypeOf, readBody } from './request-body.ts'

export interface FindingsReceiverOptions {
  /** By the value of the `Authorization` header. */
  readonly authorize: (header: string | undefined) => boolean
  readonly metrics: Pick<Metrics, 'reported' | 'reportedRefused'>
  /** Ids of the detectors in use: other names, which a sender may choose as it likes, are no label of a metric. */
  readonly isDetector: (id: string) => boolean
  /** Called with findings that are well-formed, at least one. What rejects is answered with 503, and comes again. */
  readonly take: (findings: readonly ReportedFinding[]) => Promise<void>
}

/** Answers a request. */
export type FindingsReceiver = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** 500 findings, as many as `findings.url` posts at once, are a tenth of it. */
const maxBytes = 4 * 1024 * 1024
const uploadMs = 30_000
const mediaTypes = ['application/x-ndjson', 'application/json']

/**
 * Takes what applications found (docs/findings.md): one finding a line. Those that are no findings are counted, and do not hold up the others.
 * No answer quotes what was sent.
 */
export function createFindingsReceiver(options: FindingsReceiverOptions): FindingsReceiver {
  const { authorize, metrics, isDetector, take } = options

  async function judge(request: IncomingMessage): Promise<Answer> {
    const { method, headers } = request
    if (method !== 'POST') return { status: 405, text: 'only POST is understood', headers: { allow: 'POST' } }
    if (!authorize(headers.authorization))
      return { status: 401, text: 'a bearer token is needed', headers: { 'www-authenticate': 'Bearer' } }
    if (!mediaTypes.includes(mediaTypeOf(request))) return { status: 415, text: `the content type is ${mediaTypes[0]}` }
    const body = await readBody(request, maxBytes)
    if (body === null) return { status: 413, text: `larger than ${maxBytes} bytes` }
    const lines = body
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
    const findings = lines.flatMap((line) => parse(line) ?? [])
    const rejected = lines.length - findings.length
    if (rejected > 0) metrics.reportedRefused.inc({ reason: 'invalid' }, rejected)
    if (findings.length === 0 && rejected > 0) return { status: 400, text: 'no line is a finding' }
    if (findings.length > 0) await take(findings)
    for (const { placement, detector } of findings)
      metrics.reported.inc({ placement, detector: isDetector(detector) ? detector : 'other' })
    return { status: 200, text: JSON.stringify({ accepted: findings.length, rejected }) }
  }

  return async (request, response) => {
    const late = setTimeout(() => request.destroy(), uploadMs)
    const answer = await judge(request).catch(
      (): Answer => ({ status: 503, text: 'not taken: come again', headers: { 'retry-after': '1' } })
    )
    clearTimeout(late)
    const reason = reasons[answer.status]
    if (reason !== undefined) metrics.reportedRefused.inc({ reason })
    send(request, response, answer)
  }
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Of whole requests. */
const reasons: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  413: 'size',
  415: 'media-type',
  503: 'unavailable'
}

function send(request: IncomingMessage, response: ServerResponse, { status, text, headers }: Answer): void {
  if (response.destroyed) return
  // What was not read of a body is not worth reading: the connection ends with it.
  const close = request.complete ? {} : { connection: 'close' }
  const type = status === 200 ? 'application/json' : 'text/plain; charset=utf-8'
  response.writeHead(status, { 'content-type': type, ...close, ...headers }).end(`${text}\n`)
}

/** Null for what is no finding. */
function parse(line: string): ReportedFinding | null {
  try {
    return reportedFinding.parse(JSON.parse(line))
  } catch {
    return null
  }
}
