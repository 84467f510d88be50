import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { TicketEvent, TicketEventKind, TicketState } from '../../src/model.ts'
import { createPagerDuty } from '../../src/tickets/channels/pagerduty.ts'
import { changed, sighted } from '../../src/tickets/lifecycle.ts'
import { policy, sightingOf } from './backends.ts'

const routingKey = 'R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY12'
const actions = ['trigger', 'acknowledge', 'resolve']
const members = 'routing_key event_action dedup_key payload client client_url links images'.split(' ')
const inPayload = 'summary source severity timestamp component group class custom_details'.split(' ')

/** Alerts as PagerDuty keeps them: open ones by their key, the others counted. */
const open = new Map<string, { state: 'triggered' | 'acknowledged'; triggers: number; summary: string }>()
const resolved: string[] = []
const faults: string[] = []
let answer: { status: number; headers?: Record<string, string> } | null = null

/** Events API v2, by its documentation. */
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const fault = request.url === '/v2/enqueue' ? faultIn(JSON.parse(body.toString()), body.length) : 'path'
  if (fault !== null) faults.push(fault)
  if (fault !== null || answer !== null)
    response.writeHead(fault === null ? (answer?.status ?? 0) : 400, answer?.headers)
  else {
    take(JSON.parse(body.toString()))
    response.writeHead(202)
  }
  response.end('{"status":"success"}')
})

function faultIn(event: Record<string, never>, bytes: number): string | null {
  if (bytes > 512 * 1024) return 'size'
  const unknown = Object.keys(event).find((name) => !members.includes(name))
  if (unknown !== undefined) return unknown
  if (event.routing_key !== routingKey) return 'routing_key'
  if (!actions.includes(event.event_action)) return 'event_action'
  const key: unknown = event.dedup_key
  if (typeof key !== 'string' || key.length > 255) return 'dedup_key'
  if (event.event_action !== 'trigger') return null
  const payload: Record<string, string> = event.payload
  const other = Object.keys(payload).find((name) => !inPayload.includes(name))
  if (other !== undefined) return `payload.${other}`
  if (typeof payload.summary !== 'string' || payload.summary === '' || payload.summary.length > 1024) return 'summary'
  if (typeof payload.source !== 'string' || payload.source === '') return 'source'
  if (Number.isNaN(Date.parse(payload.timestamp))) return 'timestamp'
  return ['critical', 'error', 'warning', 'info'].includes(payload.severity) ? null : 'severity'
}

function take({ event_action: action, dedup_key: key, payload }: Record<string, never>): void {
  const alert = open.get(key)
  if (action === 'trigger') {
    const { summary } = payload as { summary: string }
    open.set(key, { state: alert?.state ?? 'triggered', triggers: (alert?.triggers ?? 0) + 1, summary })
  } else if (action === 'acknowledge' && alert !== undefined) alert.state = 'acknowledged'
  else if (action === 'resolve' && open.delete(key)) resolved.push(key)
}

let channel: ReturnType<typeof createPagerDuty>
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2/enqueue`
  channel = createPagerDuty({ name: 'pagerduty', url, routingKey })
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  open.clear()
  resolved.length = 0
  answer = null
})

const at = Date.UTC(2026, 0, 1)
const nobody = { classification: null, owner: null, runbook: 'https://runbook.example/x' }
const [opening] = sighted(null, sightingOf(1, at), nobody, policy).events

function eventOf(kind: TicketEventKind, state: TicketState): TicketEvent {
  return { ...opening, kind, from: 'open', ticket: { ...opening.ticket, state } }
}

test('one alert from the opening to the end, however often events come; a regression opens another', async () => {
  const { key } = opening.ticket
  for (let i = 0; i < 3; i++) expect(await channel.deliver(opening, null)).toBe(key)
  expect([...open]).toEqual([
    [key, { state: 'triggered', triggers: 3, summary: 'Leaked secret: toy-token, opened: seen for the first time' }]
  ])
  const [acknowledged] = changed(opening.ticket, { to: 'acknowledged', by: 'ada', reason: '', at: at + 1 }).events
  await channel.deliver(acknowledged, key)
  expect(open.get(key)).toMatchObject({ state: 'acknowledged', triggers: 3 })
  await channel.deliver(eventOf('stale-consumer', 'rotated'), key)
  expect(open.get(key)).toMatchObject({ state: 'acknowledged', triggers: 4 })
  for (let i = 0; i < 2; i++) await channel.deliver(eventOf('changed', 'closed'), key)
  expect([open.size, resolved]).toEqual([0, [key]])
  await channel.deliver(eventOf('regression', 'open'), key)
  expect(open.get(key)).toMatchObject({ state: 'triggered', triggers: 1 })
  expect(faults).toEqual([])
})

test('whatever is told first opens it, unless it is over; a digest is an alert of its own', async () => {
  await channel.deliver(eventOf('changed', 'rotating'), null)
  expect(open.get(opening.ticket.key)).toMatchObject({ state: 'acknowledged', triggers: 1 })
  open.clear()
  await channel.deliver(eventOf('changed', 'false-positive'), null)
  expect(open.size).toBe(0)
  const digest = { id: 'digest.default.1', kind: 'digest' as const, at, tenant: 'default', count: 500 }
  await channel.deliver({ ...digest, detectors: { 'toy-token': 500 }, tickets: ['a'] }, null)
  expect(open.get('digest.default.1')?.summary).toBe('500 leaked secrets within a minute')
  expect(faults).toEqual([])
})

test.each([
  [400, false],
  [429, true],
  [500, true],
  [503, true]
])('%d: tried again %s, and the key is not told', async (status, retryable) => {
  answer = { status, headers: { 'retry-after': '7' } }
  const retryAfterMs = 7000
  const error = { code: 'DELIVERY_FAILED', message: `pagerduty answers ${status}`, retryable, retryAfterMs }
  await expect(channel.deliver(opening, null)).rejects.toMatchObject(error)
})
