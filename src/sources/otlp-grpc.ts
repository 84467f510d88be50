import {
  constants,
  createSecureServer,
  createServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { allTaken, type Encoding, type Signal } from '../model.ts'
import { parseEncoding } from '../otlp/encodings.ts'
import { encodeMessage, grpcContentType, grpcEncodings, messagePrefix, parseTimeout } from '../otlp/grpc.ts'
import { encodeResponse, encodeStatus } from '../otlp/messages.ts'
import { grpcCodes, grpcPaths, type Refusal, refusal, refusalOf } from '../otlp/status.ts'
import { receiveMessage } from './grpc-message.ts'
import { createIntake, type Intake } from './intake.ts'
import { lingering, listen } from './listen.ts'
import { defaultHeadMs, defaultUploadMs, type ListeningSource, type OtlpSourceOptions } from './otlp-http.ts'
import { keepAlive } from './session-keepalive.ts'
import { readTls, reloadTls } from './tls.ts'

/** Large enough that a batch does not wait for window updates. */
const windowBytes = 1 << 22
const settings = { initialWindowSize: windowBytes, maxConcurrentStreams: 256, maxHeaderListSize: 1 << 14 }

/**
 * OTLP over gRPC. On node:http2 itself, as all that its calls need is one message each way: that keeps the compressed bytes of a clean batch,
 * ends a bomb while it is read, takes zstd, and listens in several threads, none of which grpc-js can. Throws `LISTEN_FAILED`,
 * `CONFIG_INVALID`.
 */
export async function listenOtlpGrpc(options: OtlpSourceOptions): Promise<ListeningSource> {
  const { name, address, reusePort, tls, headMs = defaultHeadMs } = options
  const intake = createIntake()
  const sessions = new Set<Http2Session>()
  const handle = createHandler(options, intake)
  // What is in flight is bounded in bytes by the budget: a session needs no bound of its own, which would end it.
  const http2 = { settings, maxSessionMemory: Number.MAX_SAFE_INTEGER }
  const server =
    tls === null
      ? createServer(http2)
      : createSecureServer({ ...http2, ...readTls(tls), ALPNProtocols: ['h2'], handshakeTimeout: headMs })
  server.maxConnections = options.maxConnections
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => {})
    session.setLocalWindowSize(windowBytes)
    keepAlive(session)
  })
  server.on('stream', (stream, headers) => intake.track(handle(stream, headers)))
  server.on('sessionError', () => {})
  const stopReload = tls === null ? () => {} : reloadTls(tls, server as never, options.onTlsReload)
  await listen(server, address, reusePort)

  return {
    name,
    port: (server.address() as AddressInfo).port,
    async run(next, signal) {
      await intake.run(next, signal)
      const closed = new Promise((resolve) => server.close(resolve))
      // Tells the senders to go elsewhere; the calls they have begun are answered.
      for (const session of sessions) session.close()
      await intake.settled()
      stopReload()
      await lingering(closed, () => {
        for (const session of sessions) session.destroy()
      })
    }
  }
}

const signalByPath = new Map(Object.entries(grpcPaths).map(([signal, path]) => [path, signal as Signal]))

function createHandler(options: OtlpSourceOptions, intake: Intake) {
  const { maxBodyBytes, timeoutMs, uploadMs = defaultUploadMs, budget, onRefused } = options

  async function handle(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const left = parseTimeout(headers['grpc-timeout'] as string | undefined) ?? timeoutMs
    const deadline = performance.now() + left
    stream.on('error', () => {})
    const head = readHead(headers, options)
    if (head === null) return void stream.respond({ ':status': 415 }, { endStream: true })
    if ('message' in head) return refuse(stream, head)
    const hold = budget.open()
    try {
      const body = await receiveMessage(stream, head.encoding, maxBodyBytes, hold, uploadMs)
      if ('message' in body) return refuse(stream, body)
      const { signal } = head
      const receipt =
        body.payload.length === 0
          ? allTaken
          : await intake.next({ ...body, format: 'otlp-proto', signal, deadline, stream: null })
      answer(stream, encodeResponse(receipt, signal, 'otlp-proto'))
    } catch (error) {
      refuse(stream, refusalOf(error))
    } finally {
      hold.release()
    }
  }

  function refuse(stream: ServerHttp2Stream, refused: Refusal): void {
    onRefused(refused)
    if (stream.destroyed || stream.closed) return
    stream.respond({ ...responseHeaders, ...trailersOf(refused) }, { endStream: true })
    // The sender need not send the rest.
    if (!stream.readableEnded) stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR))
  }

  return handle
}

const responseHeaders = { ':status': 200, 'content-type': grpcContentType, 'grpc-accept-encoding': grpcEncodings }

function answer(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed || stream.closed) return
  stream.respond(responseHeaders, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.end(Buffer.concat([messagePrefix(message.length, false), message]))
}

function trailersOf(refused: Refusal): Record<string, string> {
  return {
    'grpc-status': String(refused.grpc),
    'grpc-message': encodeMessage(refused.message),
    'grpc-status-details-bin': Buffer.from(encodeStatus(refused, 'otlp-proto')).toString('base64').replace(/=+$/, '')
  }
}

/** null: this is no gRPC. */
function readHead(
  headers: IncomingHttpHeaders,
  { authorize }: OtlpSourceOptions
): { signal: Signal; encoding: Encoding } | Refusal | null {
  if (!/^application\/grpc(\+proto)?(;|$)/.test(headers['content-type'] ?? '')) return null
  const signal = signalByPath.get(headers[':path'] ?? '')
  if (headers[':method'] !== 'POST' || signal === undefined) {
    return refusal(404, grpcCodes.unimplemented, 'the methods are Export of logs, traces and metrics')
  }
  if (!authorize(headers.authorization)) {
    return refusal(401, grpcCodes.unauthenticated, 'a valid bearer token is needed')
  }
  const encoding = parseEncoding(headers['grpc-encoding'] as string | undefined)
  if (encoding === null) return refusal(415, grpcCodes.unimplemented, `the encodings are ${grpcEncodings}`)
  return { signal, encoding }
}
