import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LogveilError } from '../errors.ts'
import type { ConsoleApi } from './console-api.ts'
import type { ConsolePage } from './console-page.ts'
import type { FindingsReceiver } from './findings-receiver.ts'
import type { TicketsApi } from './tickets-api.ts'

export interface AdminOptions {
  /** HOST:PORT. */
  readonly host: string
  readonly port: number
  /** All metrics as OpenMetrics text. */
  readonly metrics: () => Promise<string>
  /** Why nothing should be sent here; empty: ready. */
  readonly unready: () => readonly string[]
  /** Answers requests for `/v1/findings`; null: there is no such path. */
  readonly findings?: FindingsReceiver | null
  /** Answers requests about tickets; null: there are no such paths. */
  readonly tickets?: TicketsApi | null
  /** The page for people and what it asks for; null: there are no such paths. */
  readonly console?: { readonly page: ConsolePage; readonly api: ConsoleApi } | null
}

export interface AdminServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * `/metrics`, `/healthz` (the process answers), `/readyz` (batches are taken, and redacted), `/v1/findings` (applications report what they found),
 * `/v1/tickets` and what goes with it, `/console` (the page for people). Throws `LISTEN_FAILED`.
 */
export async function listenAdmin({
  host,
  port,
  metrics,
  unready,
  findings = null,
  tickets = null,
  console = null
}: AdminOptions): Promise<AdminServer> {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = '' } = request
    const path = url.split('?')[0]
    if (path === findingsPath && findings !== null) return findings(request, response)
    if (tickets !== null && (await tickets(request, response))) return
    if (console !== null && (console.page(request, response) || (await console.api(request, response)))) return
    if (!paths.includes(path)) return send(response, 404, `${paths.join('\n')}\n`)
    if (method !== 'GET' && method !== 'HEAD')
      return send(response, 405, 'only GET is understood\n', { allow: 'GET, HEAD' })
    if (path === '/healthz') return send(response, 200, 'ok\n')
    if (path === '/metrics') return send(response, 200, await metrics(), { 'content-type': openMetrics })
    const reasons = unready()
    send(response, reasons.length === 0 ? 200 : 503, reasons.length === 0 ? 'ready\n' : `${reasons.join('\n')}\n`)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => send(response, 500, 'the metrics cannot be collected\n'))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new LogveilError('LISTEN_FAILED', `admin cannot listen on ${host}:${port}: ${cause.code}`, { cause }))
    )
    server.listen({ host, port }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    }
  }
}

const findingsPath = '/v1/findings'
const paths = ['/metrics', '/healthz', '/readyz']
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

function send(response: ServerResponse, status: number, body: string, headers = {}): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(body)
}
