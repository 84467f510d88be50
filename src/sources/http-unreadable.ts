import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { encodeStatus } from '../otlp/messages.ts'
import { contentTypes, grpcCodes, type Refusal, refusal } from '../otlp/status.ts'

const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: refusal(431, grpcCodes.invalidArgument, 'the headers are too long'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusal(413, grpcCodes.invalidArgument, 'the extensions of chunks are too long'),
  // It may be the network that is slow: what was not sent may come again, which 408 would forbid.
  ERR_HTTP_REQUEST_TIMEOUT: { ...refusal(503, grpcCodes.unavailable, 'not sent in time'), retryAfterMs: 1000 }
}
const noTunnel = refusal(405, grpcCodes.unimplemented, 'only POST is understood')
const noHttp = refusal(400, grpcCodes.invalidArgument, 'this is no HTTP request')
const noExpectation = refusal(417, grpcCodes.invalidArgument, 'only 100-continue can be expected')
const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable'
}

/** Answers what never becomes a request as everything else is: with a status in the body, in JSON, which people read. */
export function answerUnreadable(server: Server, onRefused: (refused: Refusal) => void): void {
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket: Socket) => {
    const refused = refusals[code] ?? noHttp
    // Nobody is there, or the answer to this request has begun.
    const { _httpMessage: begun } = socket as { _httpMessage?: ServerResponse }
    if (!socket.writable || code === 'ECONNRESET' || begun?.headersSent === true) return void socket.destroy()
    end(socket, refused)
  })
  server.on('connect', (_: IncomingMessage, socket: Socket) => {
    socket.on('error', () => {})
    end(socket, noTunnel, ['Allow: POST'])
  })
  server.on('checkExpectation', (_: IncomingMessage, response: ServerResponse) => {
    onRefused(noExpectation)
    const headers = { 'content-type': contentTypes['otlp-json'], connection: 'close' }
    response.writeHead(417, headers).end(encodeStatus(noExpectation, 'otlp-json'))
  })

  function end(socket: Socket, refused: Refusal, headers: readonly string[] = []): void {
    onRefused(refused)
    socket.write(textOf(refused, headers))
    socket.destroySoon()
  }
}

function textOf(refused: Refusal, headers: readonly string[]): string {
  const body = Buffer.from(encodeStatus(refused, 'otlp-json')).toString()
  const { http, retryAfterMs } = refused
  const head = [
    `HTTP/1.1 ${http} ${reasons[http]}`,
    `Content-Type: ${contentTypes['otlp-json']}`,
    `Content-Length: ${body.length}`,
    ...headers,
    ...(retryAfterMs === null ? [] : [`Retry-After: ${retryAfterMs / 1000}`]),
    'Connection: close'
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}
