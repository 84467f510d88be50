import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TicketsCaller } from './tickets-api.ts'

/** What the page shows beside metrics and tickets. Answers are plain data, in the shapes of console/answers.ts. */
export interface ConsoleService {
  /** What there is to show, for this caller; null: nobody has to say who they are. */
  about(caller: TicketsCaller | null): object
  inventory(): Promise<object>
}

export interface ConsoleApiOptions {
  /** By the value of the `Authorization` header; null: there are no tokens, and requests are only taken from this machine. */
  readonly identify: ((header: string | undefined) => TicketsCaller | null) | null
  readonly service: ConsoleService
}

/** Answers `/v1/console` and `/v1/console/inventory`; resolves to false for others. */
export type ConsoleApi = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

export function createConsoleApi({ identify, service }: ConsoleApiOptions): ConsoleApi {
  async function judge({ method, headers }: IncomingMessage, path: string): Promise<readonly [number, object]> {
    if (method !== 'GET') return refusal(405, 'METHOD_UNKNOWN', 'only GET is understood')
    if (identify === null && !isLoopbackName(headers.host))
      return refusal(403, 'FORBIDDEN', 'without tokens it answers as localhost only')
    // The page asks whether somebody has to sign in: that is no failure.
    if (identify !== null && headers.authorization === undefined && path === aboutPath) return [200, { signIn: true }]
    const caller = identify?.(headers.authorization) ?? null
    if (identify !== null && caller === null) return refusal(401, 'UNAUTHORIZED', 'a bearer token is needed')
    return [200, path === aboutPath ? service.about(caller) : await service.inventory()]
  }

  return async (request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    if (path !== aboutPath && path !== inventoryPath) return false
    // What went wrong may quote what could not be read.
    const failed = () => refusal(503, 'UNAVAILABLE', 'cannot be read now: logveil inventory lint may tell why')
    const [status, body] = await judge(request, path).catch(failed)
    const bearer = status === 401 ? { 'www-authenticate': 'Bearer' } : {}
    const fixed = {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff'
    }
    response.writeHead(status, { ...fixed, ...bearer }).end(`${JSON.stringify(body)}\n`)
    return true
  }
}

const aboutPath = '/v1/console'
const inventoryPath = '/v1/console/inventory'

function refusal(status: number, code: string, message: string): readonly [number, object] {
  return [status, { code, message }]
}

/** A page of another site whose name was made to lead to 127.0.0.1 comes with that name (DNS rebinding). */
function isLoopbackName(host = ''): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host)
}
