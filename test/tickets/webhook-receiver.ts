// A receiver of webhooks that takes nothing but what Standard Webhooks 1.0.0 and CloudEvents 1.0 say, written from their text.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CloudEvent } from '../../src/tickets/cloud-event.ts'

export interface WebhookReceiver {
  readonly url: string
  /** What was taken, in the order it came, also what came again. */
  readonly taken: readonly CloudEvent[]
  /** Bodies and headers as they came, also of what was refused. */
  readonly raw: readonly string[]
  /** What is wrong with what came: nothing ought to be. */
  readonly faults: readonly string[]
  close(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  /** Answers after so long. */
  readonly ms?: number
  /** The connection ends without an answer, although the event was taken. */
  readonly broken?: boolean
}

/** `answer` decides by the number of the request, from 0, what a well-formed request is answered; null: it is taken. */
export async function receiveWebhooks(
  secret: string,
  answer: (request: number, event: CloudEvent) => Answer | null = () => null
): Promise<WebhookReceiver> {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const taken: CloudEvent[] = []
  const raw: string[] = []
  const faults: string[] = []
  let requests = 0
  const server = createServer(async (request, response) => {
    try {
      const body = await read(request)
      raw.push(`${JSON.stringify(request.headers)}\n${body}`)
      const fault = faultIn(request, body, key)
      if (fault !== null) {
        faults.push(fault)
        response.writeHead(400).end()
        return
      }
      const event: CloudEvent = JSON.parse(body)
      const { status, headers = {}, ms = 0, broken = false } = answer(requests++, event) ?? { status: 204 }
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
      if (broken || status < 300) taken.push(event)
      if (broken) request.socket.destroy()
      else response.writeHead(status, headers).end()
    } catch {
      // Whoever sent it was killed meanwhile.
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    taken,
    raw,
    faults,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

export function faultIn(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  body: string,
  key: Buffer
): string | null {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (method !== 'POST') return 'method'
  if (typeof id !== 'string' || id === '') return 'webhook-id'
  if (typeof timestamp !== 'string' || !/^\d+$/.test(timestamp)) return 'webhook-timestamp'
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return 'webhook-timestamp is not now'
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  const signed = String(signatures)
    .split(' ')
    .map((one) => one.split(','))
    .some(([version, text]) => {
      const given = Buffer.from(text ?? '', 'base64')
      return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
    })
  if (!signed) return 'webhook-signature'
  if (Buffer.byteLength(body) > 20_000) return 'longer than 20 kB'
  if (headers['content-type'] !== 'application/cloudevents+json') return 'content-type'
  return faultInEvent(JSON.parse(body), id)
}

function faultInEvent(event: Record<string, unknown>, webhookId: string): string | null {
  const attributes = ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'data']
  const unknown = Object.keys(event).find((name) => !attributes.includes(name))
  if (unknown !== undefined) return `unknown attribute ${unknown}`
  if (event.specversion !== '1.0') return 'specversion'
  for (const name of ['id', 'source', 'type', 'subject', 'time', 'datacontenttype'])
    if (typeof event[name] !== 'string' || event[name] === '' || /\p{Cc}/u.test(event[name])) return name
  if (event.id !== webhookId) return 'id is not webhook-id'
  if (Number.isNaN(Date.parse(String(event.time)))) return 'time'
  return event.datacontenttype === 'application/json' && typeof event.data === 'object' ? null : 'data'
}
