import type { IncomingMessage } from 'node:http'
import type { Encoding, Signal } from '../model.ts'
import { parseEncoding, supportedEncodings } from '../otlp/encodings.ts'
import { contentTypes, grpcCodes, httpPaths, type Refusal, refusal } from '../otlp/status.ts'
import type { Authorize } from './bearer.ts'

export type OtlpFormat = keyof typeof contentTypes

/** What the head of a request says. */
export interface RequestHead {
  /** The answer comes in the request's format; where that is none of OTLP's, in JSON, which people read. */
  readonly format: OtlpFormat
  readonly signal: Signal
  readonly encoding: Encoding
}

/** Why a request is refused by its head alone, and the headers that go with it. */
export interface HeadRefusal {
  readonly format: OtlpFormat
  readonly refusal: Refusal
  readonly headers: Readonly<Record<string, string>>
}

const signalByPath = new Map(Object.entries(httpPaths).map(([signal, path]) => [path, signal as Signal]))
const formatByType = new Map(
  Object.entries(contentTypes).map(([format, type]) => [type as string, format as OtlpFormat])
)

export function readHead(
  { method, url = '', headers }: IncomingMessage,
  authorize: Authorize
): RequestHead | HeadRefusal {
  const known = formatByType.get((headers['content-type'] ?? '').split(';')[0].trim().toLowerCase())
  const format = known ?? 'otlp-json'
  const refuse = (http: number, grpc: number, message: string, extra = {}): HeadRefusal => ({
    format,
    refusal: refusal(http, grpc, message),
    headers: extra
  })
  const query = url.indexOf('?')
  const signal = signalByPath.get(query < 0 ? url : url.slice(0, query))
  if (signal === undefined)
    return refuse(404, grpcCodes.unimplemented, `the paths are ${[...signalByPath.keys()].join(', ')}`)
  if (method !== 'POST') return refuse(405, grpcCodes.unimplemented, 'only POST is understood', { allow: 'POST' })
  if (!authorize(headers.authorization)) {
    return refuse(401, grpcCodes.unauthenticated, 'a valid bearer token is needed', { 'www-authenticate': 'Bearer' })
  }
  if (known === undefined) {
    return refuse(415, grpcCodes.invalidArgument, `the content types are ${[...formatByType.keys()].join(', ')}`)
  }
  const encoding = parseEncoding(headers['content-encoding'])
  if (encoding === null) {
    const accepted = { 'accept-encoding': supportedEncodings }
    return refuse(415, grpcCodes.invalidArgument, `the content encodings are ${supportedEncodings}`, accepted)
  }
  return { format, signal, encoding }
}
