import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2'
import type { Encoding, Signal } from '../model.ts'
import { formatTimeout, grpcContentType, messagePrefix, prefixBytes, readPrefix } from '../otlp/grpc.ts'
import { grpcPaths } from '../otlp/status.ts'
import { maxReplyBytes, replyTooLarge, timedOut, unreachable } from './downstream.ts'
import type { GrpcConnection } from './grpc-connection.ts'

export interface GrpcReply {
  readonly httpStatus: number
  /** Those of the headers, too, as a call without a message has no others. */
  readonly trailers: IncomingHttpHeaders
  readonly message: Uint8Array
}

export interface GrpcRequest {
  readonly signal: Signal
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  readonly encoding: Encoding
  readonly leftMs: number
}

/** One call with one message. Rejects with `DELIVERY_FAILED`, retryable when there was no answer, final when it was too long. */
export function call(connection: GrpcConnection, request: GrpcRequest): Promise<GrpcReply> {
  const { bytes, encoding, leftMs } = request
  return new Promise((resolve, reject) => {
    const opened = open(connection, request, reject)
    if (opened === null) return
    const stream: ClientHttp2Stream = opened
    const timer = leftMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(expire, leftMs)
    function expire(): void {
      reject(timedOut())
      stream.close(constants.NGHTTP2_CANCEL)
    }
    stream.on('close', () => {
      clearTimeout(timer)
      reject(unreachable({ code: `HTTP/2 error ${stream.rstCode}` }))
    })
    stream.on('error', (error) => reject(unreachable(error)))
    receive(stream, resolve, reject)
    stream.write(messagePrefix(bytes.length, encoding !== 'identity'))
    stream.end(bytes)
  })
}

function open(
  connection: GrpcConnection,
  request: GrpcRequest,
  reject: (error: Error) => void
): ClientHttp2Stream | null {
  try {
    return connection.session().request(headersOf(request))
  } catch (error) {
    reject(unreachable(error))
    return null
  }
}

function headersOf({ signal, headers, encoding, leftMs }: GrpcRequest): Record<string, string> {
  return {
    ...headers,
    ':method': 'POST',
    ':path': grpcPaths[signal],
    te: 'trailers',
    'content-type': grpcContentType,
    'grpc-accept-encoding': 'identity',
    ...(encoding === 'identity' ? {} : { 'grpc-encoding': encoding }),
    ...(leftMs === Number.POSITIVE_INFINITY ? {} : { 'grpc-timeout': formatTimeout(leftMs) })
  }
}

function receive(stream: ClientHttp2Stream, resolve: (reply: GrpcReply) => void, reject: (error: Error) => void): void {
  let head: IncomingHttpHeaders = {}
  let trailers: IncomingHttpHeaders = {}
  const chunks: Buffer[] = []
  let size = 0
  stream.on('response', (headers) => {
    head = headers
  })
  stream.on('trailers', (headers) => {
    trailers = headers
  })
  stream.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= maxReplyBytes) return void chunks.push(chunk)
    reject(replyTooLarge())
    stream.close(constants.NGHTTP2_CANCEL)
  })
  stream.on('end', () => {
    const httpStatus = Number(head[':status'] ?? 0)
    if (httpStatus === 0) return
    resolve({ httpStatus, trailers: { ...head, ...trailers }, message: messageOf(Buffer.concat(chunks)) })
  })
}

/** Empty when it is none. */
function messageOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length < prefixBytes) return bytes.subarray(0, 0)
  const { flag, length } = readPrefix(bytes)
  return flag === 0 ? bytes.subarray(prefixBytes, prefixBytes + length) : bytes.subarray(0, 0)
}
