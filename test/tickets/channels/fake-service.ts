// What the fakes of services are made of: a server that takes nothing but what the service's documentation says, and can be told to fail.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** null: it is no JSON. */
  readonly json: never
}

export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** Instead of what the service answers. */
export interface Failure {
  /** null: as it would have answered. */
  readonly status: number | null
  readonly headers?: Record<string, string>
  readonly body?: string
  /** Answers after so long. */
  readonly ms?: number
  /** What was asked is done, but the connection ends without an answer. */
  readonly broken?: boolean
}

/** What was made of the tickets. */
export interface Thing {
  /** The id of its ticket, or of the digest. */
  readonly ticket: string
  readonly state: string
  /** Ids of the events that it tells of, in order. */
  readonly events: readonly string[]
}

export interface FakeApi {
  /** Whether who asks may. */
  authorized(asked: Asked): boolean
  /** What the service answers; a text: what is wrong with what was asked, which is answered with 400. */
  handle(asked: Asked): Reply | string
  things(): readonly Thing[]
}

export interface Fake extends Pick<FakeApi, 'things'> {
  readonly url: string
  /** What was wrong with what was asked: nothing ought to be. */
  readonly faults: string[]
  /** All that came, with its headers. */
  readonly raw: string[]
  /** Decides by the number of the request, from 0; null: it works. */
  fails(how: (request: number) => Failure | null): void
  close(): Promise<void>
}

export async function startFake(api: FakeApi): Promise<Fake> {
  const faults: string[] = []
  const raw: string[] = []
  let how: (request: number) => Failure | null = () => null
  let requests = 0
  const server = createServer(async (request, response) => {
    try {
      const asked = await read(request)
      raw.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}\n${asked.text}`)
      const failure = how(requests++)
      if (failure?.ms !== undefined) await new Promise((resolve) => setTimeout(resolve, failure.ms))
      if (failure?.status != null) {
        response.writeHead(failure.status, failure.headers).end(failure.body)
        return
      }
      const reply = replyTo(asked)
      if (failure?.broken === true) request.socket.destroy()
      else {
        response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers })
        response.end(reply.body === undefined ? '' : JSON.stringify(reply.body))
      }
    } catch (error) {
      // Whoever sent it was killed meanwhile; anything else is a mistake of the fake.
      if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') faults.push(String(error))
      response.destroy()
    }
  }).listen(0, '127.0.0.1')

  function replyTo(asked: Asked): Reply {
    if (!api.authorized(asked)) return { status: 401, body: { message: 'unauthorized' } }
    const reply = api.handle(asked)
    if (typeof reply !== 'string') return reply
    faults.push(`${asked.method} ${asked.path}: ${reply}`)
    return { status: 400, body: { message: reply } }
  }

  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    raw,
    things: () => api.things(),
    fails(next) {
      how = next
      requests = 0
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake')
  const { method = '', headers } = request
  return { method, path: pathname, query: searchParams, headers: headers as never, text, json: parse(text) as never }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Names that are not among those there are; null: none. */
export function unknownIn(value: object, known: string): string | null {
  const names = known.split(' ')
  const name = Object.keys(value).find((one) => !names.includes(one))
  return name === undefined ? null : `unknown field ${name}`
}

export function isText(value: unknown, least: number, most: number): value is string {
  return typeof value === 'string' && value.length >= least && value.length <= most && value.isWellFormed()
}

export function isLine(value: unknown, most: number): value is string {
  return isText(value, 1, most) && !/[\p{Cc}\u2028\u2029]/u.test(value)
}

/** `logveil event ID.` in a text. */
export function eventsIn(text: string): string[] {
  return [...text.matchAll(/logveil event ([\w.-]+)\./g)].map(([, id]) => id)
}

/** `logveil-ID`, as a word. */
export function ticketIn(text: string): string {
  return /logveil-([0-9a-z][0-9a-z.-]*[0-9a-z])/.exec(text)?.[1] ?? ''
}
