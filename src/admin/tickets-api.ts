import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import { LogveilError } from '../errors.ts'
import type { TicketState } from '../model.ts'
import { openApi } from './openapi.ts'
import { mediaTypeOf, readBody } from './request-body.ts'
import { type ActionName, actions, changeBody, expiringChangeBody, listQuery, ticketId } from './ticket-shapes.ts'

/** Who asks. */
export interface TicketsCaller {
  /** Stands in the history of what they change. */
  readonly name: string
  readonly access: 'read' | 'change'
}

export interface TicketChange {
  readonly to: TicketState
  readonly by: string
  readonly reason: string
  /** ms since 1970. */
  readonly expires: number | null
}

/** What the API asks for. Answers are plain data in the shapes of ticket-shapes.ts; rejects with a `LogveilError`. */
export interface TicketsService {
  list(query: z.output<typeof listQuery>): Promise<object>
  show(id: string): Promise<object>
  history(id: string): Promise<readonly object[]>
  change(id: string, change: TicketChange): Promise<object>
  allowlist(): Promise<readonly object[]>
}

export interface TicketsApiOptions {
  /** By the value of the `Authorization` header. */
  readonly identify: (header: string | undefined) => TicketsCaller | null
  readonly service: TicketsService
  readonly version: string
}

/** Answers requests below `/v1/tickets`, for `/v1/allowlist` and `/v1/openapi.json`; resolves to false for others. */
export type TicketsApi = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const maxBytes = 16_384
const uploadMs = 10_000

/** JSON in, JSON out. No answer quotes what was sent. */
export function createTicketsApi({ identify, service, version }: TicketsApiOptions): TicketsApi {
  async function judge(request: IncomingMessage, url: URL): Promise<Answer | null> {
    const route = routeOf(url.pathname)
    if (route === null) return null
    if (request.method !== route.method && !(route.method === 'GET' && request.method === 'HEAD'))
      return error(405, 'METHOD_UNKNOWN', `only ${route.method} is understood`, { allow: route.method })
    if (route.name === 'document') return { status: 200, body: openApi(version) }
    const caller = identify(request.headers.authorization)
    if (caller === null) return error(401, 'UNAUTHORIZED', 'a bearer token is needed', { 'www-authenticate': 'Bearer' })
    if (route.name === 'change' && caller.access !== 'change')
      return error(403, 'FORBIDDEN', 'this token may only read')
    return { status: 200, body: await answer(route, url, request, caller) }
  }

  async function answer(route: Route, { searchParams }: URL, request: IncomingMessage, caller: TicketsCaller) {
    if (route.name === 'list') return service.list(queryOf(searchParams))
    if (searchParams.size > 0) throw refused(400, 'QUERY_INVALID', 'this path takes no query')
    if (!('id' in route)) return { entries: await service.allowlist() }
    if (!ticketId.safeParse(route.id).success)
      throw refused(404, 'TICKET_UNKNOWN', 'a ticket is named by 4 to 16 hexadecimal digits of its id')
    if (route.name === 'show') return service.show(route.id)
    if (!('action' in route)) return { history: await service.history(route.id) }
    const { to, expires } = actions[route.action]
    const { reason, until = null } = await bodyOf(request, expires)
    const end = until === null ? null : Date.parse(until)
    return service.change(route.id, { to, by: caller.name, reason, expires: end })
  }

  return async (request, response) => {
    const url = URL.parse(request.url ?? '/', 'http://admin')
    if (url === null) return false
    const late = setTimeout(() => request.destroy(), uploadMs)
    const settled = await judge(request, url).catch(answerOf)
    clearTimeout(late)
    if (settled === null) return false
    send(request, response, settled)
    return true
  }
}

type Route =
  | { readonly name: 'list' | 'allowlist' | 'document'; readonly method: 'GET' }
  | { readonly name: 'show' | 'history'; readonly method: 'GET'; readonly id: string }
  | { readonly name: 'change'; readonly method: 'POST'; readonly id: string; readonly action: ActionName }

function routeOf(path: string): Route | null {
  if (path === '/v1/tickets') return { name: 'list', method: 'GET' }
  if (path === '/v1/allowlist') return { name: 'allowlist', method: 'GET' }
  if (path === '/v1/openapi.json') return { name: 'document', method: 'GET' }
  const [, id, what] = /^\/v1\/tickets\/([^/]+)(?:\/([a-z-]+))?$/.exec(path) ?? []
  if (id === undefined) return null
  if (what === undefined) return { name: 'show', method: 'GET', id }
  if (what === 'history') return { name: 'history', method: 'GET', id }
  return Object.hasOwn(actions, what) ? { name: 'change', method: 'POST', id, action: what as ActionName } : null
}

/** `state` may come several times, the others once. */
function queryOf(params: URLSearchParams): z.output<typeof listQuery> {
  const { state, ...others } = Object.groupBy([...params], ([name]) => name)
  const twice = Object.values(others).some((values) => (values?.length ?? 0) > 1)
  const once = Object.entries(others).map(([name, values]) => [name, values?.[0][1]])
  const input = { ...Object.fromEntries(once), ...(state && { state: state.map(([, value]) => value) }) }
  const query = listQuery.safeParse(input)
  if (!query.success || twice)
    throw refused(
      400,
      'QUERY_INVALID',
      `the query may have ${Object.keys(listQuery.shape).join(', ')}: see /v1/openapi.json`
    )
  return query.data
}

async function bodyOf(request: IncomingMessage, expires: boolean): Promise<{ reason: string; until?: string }> {
  if (mediaTypeOf(request) !== 'application/json')
    throw refused(415, 'MEDIA_TYPE_INVALID', 'the content type is application/json')
  const body = await readBody(request, maxBytes)
  if (body === null) throw refused(413, 'BODY_TOO_LARGE', `larger than ${maxBytes} bytes`)
  const schema = expires ? expiringChangeBody : changeBody
  const checked = schema.safeParse(parse(body))
  if (checked.success) return checked.data
  throw refused(
    400,
    'BODY_INVALID',
    `the body is a JSON object of ${Object.keys(schema.shape).join(' and ')}: see /v1/openapi.json`
  )
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

class Refusal extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super('refused')
    this.answer = answer
  }
}

function refused(status: number, code: string, message: string): Refusal {
  return new Refusal(error(status, code, message))
}

function error(status: number, code: string, message: string, headers = {}): Answer {
  return { status, body: { code, message }, headers }
}

const statuses: Readonly<Record<string, number>> = { TICKET_UNKNOWN: 404, TICKET_INVALID: 409 }

/** A message of ours names ids and states; whatever else went wrong is not told. */
function answerOf(thrown: unknown): Answer {
  if (thrown instanceof Refusal) return thrown.answer
  const status = thrown instanceof LogveilError ? statuses[thrown.code] : undefined
  if (status !== undefined) return error(status, (thrown as LogveilError).code, (thrown as LogveilError).message)
  return error(503, 'LEDGER_FAILED', 'the ledger does not answer: come again', { 'retry-after': '1' })
}

function send(request: IncomingMessage, response: ServerResponse, { status, body, headers }: Answer): void {
  if (response.destroyed) return
  // What was not read of a body is not worth reading: the connection ends with it.
  const close = request.complete ? {} : { connection: 'close' }
  const fixed = { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
  response.writeHead(status, { ...fixed, ...close, ...headers })
  response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(body)}\n`)
}
