import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it arrived. */
export interface Arrived {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array | string
  readonly delayMs?: number
}

export interface HttpDownstream {
  readonly url: URL
  readonly arrived: Arrived[]
  /** What it answers from now on; by default an empty success. */
  answers(answer: (request: Arrived) => Answer): void
  close(): Promise<void>
}

/** A backend of the test's own on loopback. */
export async function startHttpDownstream(): Promise<HttpDownstream> {
  const arrived: Arrived[] = []
  let answer: (request: Arrived) => Answer = () => ({})
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks) }
    arrived.push(one)
    const { status = 200, headers = {}, body = '', delayMs = 0 } = answer(one)
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    response.writeHead(status, { 'content-type': one.headers['content-type'], ...headers }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    arrived,
    answers(next) {
      answer = next
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    }
  }
}
