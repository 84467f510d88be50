// The API of tickets over a real ledger: every answer is what its OpenAPI document says, nothing is taken that it does not say, nothing is quoted.
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AdminServer, listenAdmin } from '../../src/admin/admin-server.ts'
import { openApi } from '../../src/admin/openapi.ts'
import { actions } from '../../src/admin/ticket-shapes.ts'
import { createTicketsApi } from '../../src/admin/tickets-api.ts'
import { createTicketsService } from '../../src/cli/tickets-service.ts'
import { createIdentify } from '../../src/sources/bearer.ts'
import type { Database } from '../../src/tickets/database.ts'
import { type Ledger, openLedger } from '../../src/tickets/ledger.ts'
import { backends, dayMs, openAt, policy, sightingOf } from '../tickets/backends.ts'

const tokens = [
  { name: 'ada', token: 'a-token-of-ada-000', access: 'change' },
  { name: 'eve', token: 'a-token-of-eve-000', access: 'read' }
] as const
const document = JSON.parse(JSON.stringify(openApi('1.2.3')))
const [sqlite] = backends
const begin = Date.now() - dayMs
const secret = ['correct', 'horse', 'battery', '9'].join('-')
let admin: AdminServer
let database: Database
let ledger: Ledger
let failing = false

beforeAll(async () => {
  await sqlite.begin()
  database = openAt(await sqlite.fresh())
  ledger = await openLedger(database, policy)
  const place = { service: 'pay', trace: '0af7' }
  const places = [{ place, count: 1, first: begin, last: begin }]
  const seen = Array.from({ length: 5 }, (_, i) => sightingOf(i, begin + i, { places, hints: { account: 'a' } }))
  await ledger.record('w', 1, seen, begin)
  const broken = new Proxy(ledger, {
    get: (target, name) => (failing ? () => Promise.reject(new Error(secret)) : target[name as keyof Ledger])
  })
  const service = createTicketsService(broken, (text) => text.replaceAll(secret, '[REDACTED]'))
  admin = await listenAdmin({
    host: '127.0.0.1',
    port: 0,
    metrics: async () => '',
    unready: () => [],
    tickets: createTicketsApi({ identify: createIdentify(tokens), service, version: '1.2.3' })
  })
})
afterAll(async () => {
  await admin.close()
  await database.close()
  await sqlite.end()
})

const ajv = new Ajv2020({ strict: true, allErrors: true })
addFormats.default(ajv)
ajv.addSchema({ $id: 'doc', ...document, ...keywordsOf(document) }, 'doc')

/** Ajv in strict mode wants to know the words of OpenAPI around the schemas. */
function keywordsOf(root: object): object {
  for (const name of Object.keys(root)) ajv.addKeyword({ keyword: name })
  return {}
}

interface Asked {
  readonly method?: string
  readonly token?: string
  readonly body?: unknown
  readonly type?: string
}

/** The answer, which its document has to allow. */
async function ask(
  path: string,
  { method = 'GET', token = tokens[0].token, body, type = 'application/json' }: Asked = {}
) {
  const headers = { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': type }) }
  const sent = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const response = await fetch(`http://127.0.0.1:${admin.port}${path}`, { method, headers, body: sent ?? null })
  const text = await response.text()
  expect(text).not.toContain(secret)
  const answer = JSON.parse(text)
  const known = document.paths[pathOf(path)]?.[method.toLowerCase()]
  if (known !== undefined) {
    const { schema } = known.responses[response.status].content['application/json']
    const validate = ajv.compile('$ref' in schema ? { $ref: `doc${schema.$ref}` } : schema)
    expect([validate(answer), validate.errors]).toEqual([true, null])
  }
  return { status: response.status, answer, headers: response.headers }
}

function pathOf(path: string): string {
  return path.split('?')[0].replace(/^\/v1\/tickets\/[^/]+/, '/v1/tickets/{id}')
}

const change = (id: string, action: string, body: unknown = {}, more: Asked = {}) =>
  ask(`/v1/tickets/${id}/${action}`, { method: 'POST', body, ...more })

async function ids(): Promise<string[]> {
  return (await ask('/v1/tickets')).answer.tickets.map(({ id }: { id: string }) => id)
}

test('the document is served, without a token, and is whole', async () => {
  const response = await fetch(`http://127.0.0.1:${admin.port}/v1/openapi.json`)
  expect([response.status, await response.json()]).toEqual([200, document])
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name
  )
  expect(new Set(refs)).toEqual(new Set(Object.keys(document.components.schemas)))
  expect(Object.keys(document.paths)).toHaveLength(5 + Object.keys(actions).length)
  const named = Object.values(document.paths).flatMap((path) => Object.values(path as object))
  expect(new Set(named.map(({ operationId }) => operationId)).size).toBe(named.length)
})

test('lists in pages, by state, detector and tenant', async () => {
  const all = await ids()
  expect(all).toHaveLength(5)
  const first = await ask('/v1/tickets?limit=2')
  const second = await ask(`/v1/tickets?limit=2&after=${first.answer.next}`)
  const third = await ask(`/v1/tickets?limit=2&after=${second.answer.next}`)
  expect([first, second, third].flatMap(({ answer }) => answer.tickets.map(({ id }: { id: string }) => id))).toEqual(
    all
  )
  expect(third.answer.next).toBeNull()
  const count = async (query: string) => (await ask(`/v1/tickets?${query}`)).answer.tickets.length
  expect(await count('state=open&state=closed')).toBe(5)
  expect(await count('state=closed')).toBe(0)
  expect(await count('detector=toy-token&tenant=default')).toBe(5)
  expect(await count('tenant=other')).toBe(0)
})

test('the life of a ticket, with who and why in its history', async () => {
  const [id] = await ids()
  const states = []
  for (const action of ['ack', 'rotate', 'rotated', 'verify'])
    states.push((await change(id.slice(0, 8), action)).answer.state)
  states.push((await change(id, 'close', { reason: 'done' })).answer.state)
  states.push((await change(id, 'reopen', { reason: `not done: ${secret}` })).answer.state)
  expect(states).toEqual(['acknowledged', 'rotating', 'rotated', 'verified', 'closed', 'open'])
  const until = new Date(Date.now() + dayMs).toISOString()
  const risk = await change(id, 'accept', { reason: 'known', until })
  expect(risk.answer).toMatchObject({ state: 'accepted-risk', over: true, expires: until })
  await change(id, 'false-positive', { reason: 'an example', until })
  expect((await ask('/v1/allowlist')).answer.entries).toEqual([
    expect.objectContaining({ owner: 'ada', reason: 'an example', expires: until, expired: false })
  ])
  const { history } = (await ask(`/v1/tickets/${id}`)).answer
  expect(history.map(({ actor, to, reason }: Record<string, string>) => `${actor} ${to} ${reason}`.trim())).toEqual([
    'logveil open seen for the first time',
    'ada acknowledged',
    'ada rotating',
    'ada rotated',
    'ada verified',
    'ada closed done',
    'ada open not done: [REDACTED]',
    'ada accepted-risk known',
    'ada false-positive an example'
  ])
  expect((await ask(`/v1/tickets/${id}/history`)).answer.history).toEqual(history)
  await change(id, 'reopen')
})

test('nobody changes anything without the right token', async () => {
  const [id] = await ids()
  for (const token of ['', 'a-token-of-ada-00', 'a-token-of-ada-0000', 'a-token-of-eve-001']) {
    const { status, headers } = await change(id, 'ack', {}, { token })
    expect([token, status, headers.get('www-authenticate')]).toEqual([token, 401, 'Bearer'])
    expect((await ask('/v1/tickets', { token })).status).toBe(401)
  }
  expect((await change(id, 'ack', {}, { token: tokens[1].token })).status).toBe(403)
  expect((await ask('/v1/tickets', { token: tokens[1].token })).status).toBe(200)
  expect((await ask(`/v1/tickets/${id}`)).answer.state).toBe('open')
})

test.each<[string, number, string, () => Promise<{ status: number; answer: { code: string } }>]>([
  ['a query nobody knows', 400, 'QUERY_INVALID', () => ask(`/v1/tickets?q=${secret}`)],
  ['a state that is none', 400, 'QUERY_INVALID', () => ask(`/v1/tickets?state=${secret}`)],
  ['a limit twice', 400, 'QUERY_INVALID', () => ask('/v1/tickets?limit=1&limit=2')],
  ['a limit too high', 400, 'QUERY_INVALID', () => ask('/v1/tickets?limit=1001')],
  ['a place that is none', 400, 'QUERY_INVALID', () => ask(`/v1/tickets?after=${secret}`)],
  ['a query where there is none', 400, 'QUERY_INVALID', () => ask('/v1/tickets/abcd?x=1')],
  ['an id that is none', 404, 'TICKET_UNKNOWN', () => ask(`/v1/tickets/${secret}`)],
  ['an id with an escape', 404, 'TICKET_UNKNOWN', () => ask("/v1/tickets/abcd'%20or%201=1")],
  ['an id of no ticket', 404, 'TICKET_UNKNOWN', () => ask('/v1/tickets/ffffffffffffffff')],
  ['no JSON', 400, 'BODY_INVALID', () => change('abcd', 'ack', `{${secret}`)],
  ['no object', 400, 'BODY_INVALID', () => change('abcd', 'ack', '[]')],
  ['bytes that are no text', 400, 'BODY_INVALID', () => change('abcd', 'ack', '"\\ud800', {})],
  ['a member nobody knows', 400, 'BODY_INVALID', () => change('abcd', 'ack', { [secret]: 1 })],
  ['who somebody else is', 400, 'BODY_INVALID', () => change('abcd', 'ack', { by: 'root' })],
  ['a reason that is too long', 400, 'BODY_INVALID', () => change('abcd', 'ack', { reason: 'x'.repeat(2001) })],
  ['an end that is none', 400, 'BODY_INVALID', () => change('abcd', 'accept', { reason: 'x', until: secret })],
  [
    'no reason where one is needed',
    400,
    'BODY_INVALID',
    () => change('abcd', 'accept', { until: '2999-01-01T00:00:00Z' })
  ],
  ['a body that is too long', 413, 'BODY_TOO_LARGE', () => change('abcd', 'ack', ' '.repeat(16_385))],
  ['a body of another kind', 415, 'MEDIA_TYPE_INVALID', () => change('abcd', 'ack', '{}', { type: 'text/plain' })]
])('%s is refused', async (_, status, code, send) => {
  const { answer, ...got } = await send()
  expect([got.status, answer.code]).toEqual([status, code])
})

test('what leads nowhere is a conflict; what is no path of it is answered as before', async () => {
  const [id] = await ids()
  expect(await change(id, 'verify')).toMatchObject({ status: 409, answer: { code: 'TICKET_INVALID' } })
  expect(await change(id, 'close')).toMatchObject({ status: 409 })
  const past = { reason: 'x', until: '2020-01-01T00:00:00Z' }
  expect(await change(id, 'false-positive', past)).toMatchObject({ status: 409 })
  const raw = (path: string, method = 'GET') =>
    fetch(`http://127.0.0.1:${admin.port}${path}`, { method }).then(({ status }) => status)
  expect(await raw(`/v1/tickets/${id}/explode`, 'POST')).toBe(404)
  expect(await raw(`/v1/tickets/${id}/ack`)).toBe(405)
  expect(await raw('/v1/tickets', 'DELETE')).toBe(405)
  expect(await raw('/v1/tickets/x/y/z')).toBe(404)
  expect(await raw('//')).toBe(404)
  expect(await raw('/healthz')).toBe(200)
})

test('a ledger that fails is no reason to tell why', async () => {
  failing = true
  expect(await ask('/v1/tickets')).toMatchObject({ status: 503, answer: { code: 'LEDGER_FAILED' } })
  failing = false
})
