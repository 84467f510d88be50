// The page for people without a browser: its headers, who gets data, and that it is not there unless it is wanted.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AdminServer, listenAdmin } from '../../src/admin/admin-server.ts'
import { createConsoleApi } from '../../src/admin/console-api.ts'
import { createConsolePage } from '../../src/admin/console-page.ts'
import { checkConfig } from '../../src/config/config-load.ts'
import { createIdentify } from '../../src/sources/bearer.ts'

const files = { 'index.html': '<!doctype html>', 'console.css': 'p{}', 'console.js': '0', 'icon.svg': '<svg/>' }
const holders = [{ name: 'ada', token: 'a-token-of-ada-000', access: 'read' }] as const
const common = { host: '127.0.0.1', port: 0, metrics: async () => '', unready: () => [] }
const service = {
  about: (caller: { name: string } | null) => ({ for: caller?.name ?? null }),
  inventory: async () => ({ secrets: 1 })
}
let guarded: AdminServer
let open: AdminServer
let without: AdminServer

beforeAll(async () => {
  const page = createConsolePage(files)
  const identify = createIdentify(holders)
  guarded = await listenAdmin({ ...common, console: { page, api: createConsoleApi({ identify, service }) } })
  const broken = { ...service, inventory: () => Promise.reject(new Error('value of a secret')) }
  open = await listenAdmin({ ...common, console: { page, api: createConsoleApi({ identify: null, service: broken }) } })
  without = await listenAdmin(common)
})
afterAll(() => Promise.all([guarded.close(), open.close(), without.close()]))

const at = ({ port }: AdminServer, path: string) => `http://127.0.0.1:${port}${path}`

async function answerOf(url: string, init: RequestInit = {}) {
  const response = await fetch(url, { redirect: 'manual', ...init })
  return [response.status, await response.text()]
}

test.each([
  ['', 'text/html; charset=utf-8', '<!doctype html>'],
  ['index.html', 'text/html; charset=utf-8', '<!doctype html>'],
  ['console.css', 'text/css; charset=utf-8', 'p{}'],
  ['console.js', 'text/javascript; charset=utf-8', '0'],
  ['icon.svg', 'image/svg+xml', '<svg/>']
])('/console/%s', async (name, type, body) => {
  const response = await fetch(at(guarded, `/console/${name}`))
  expect([response.status, await response.text()]).toEqual([200, body])
  const { date: _, connection: __, 'keep-alive': ___, etag, ...headers } = Object.fromEntries(response.headers)
  expect(headers).toEqual({
    'cache-control': 'no-cache',
    'content-length': String(body.length),
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
      "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    'content-type': type,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY'
  })
  const again = await answerOf(at(guarded, `/console/${name}`), { headers: { 'if-none-match': `"other", ${etag}` } })
  expect(again).toEqual([304, ''])
  expect(await answerOf(at(guarded, `/console/${name}`), { method: 'HEAD' })).toEqual([200, ''])
  expect(await answerOf(at(guarded, `/console/${name}`), { method: 'POST' })).toEqual([405, ''])
})

test('its address without the slash leads there; other names are not found', async () => {
  const response = await fetch(at(guarded, '/console'), { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([308, '/console/'])
  for (const path of ['/console/x', '/console/../etc/passwd', '/console/%2e%2e/x', '/console//', '/consoles'])
    expect((await answerOf(at(guarded, path)))[0]).toBe(404)
})

test('data is for those with a token; who has none is asked to sign in', async () => {
  const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  const refused = [401, '{"code":"UNAUTHORIZED","message":"a bearer token is needed"}\n']
  expect(await answerOf(at(guarded, '/v1/console'))).toEqual([200, '{"signIn":true}\n'])
  expect(await answerOf(at(guarded, '/v1/console'), as('another-token-0000'))).toEqual(refused)
  expect(await answerOf(at(guarded, '/v1/console/inventory'))).toEqual(refused)
  expect(await answerOf(at(guarded, '/v1/console'), as(holders[0].token))).toEqual([200, '{"for":"ada"}\n'])
  expect(await answerOf(at(guarded, '/v1/console/inventory'), as(holders[0].token))).toEqual([200, '{"secrets":1}\n'])
  expect((await answerOf(at(guarded, '/v1/console'), { method: 'POST' }))[0]).toBe(405)
})

test('without tokens: for this machine, by its own names only; what fails is not quoted', async () => {
  expect(await answerOf(at(open, '/v1/console'))).toEqual([200, '{"for":null}\n'])
  expect(await answerOf(`http://localhost:${open.port}/v1/console`)).toEqual([200, '{"for":null}\n'])
  const rebound = [403, '{"code":"FORBIDDEN","message":"without tokens it answers as localhost only"}\n']
  expect(await asHost(open.port, 'evil.example')).toEqual(rebound)
  expect(await asHost(open.port, '127.0.0.1.evil.example')).toEqual(rebound)
  expect(await answerOf(at(open, '/v1/console/inventory'))).toEqual([
    503,
    '{"code":"UNAVAILABLE","message":"cannot be read now: logveil inventory lint may tell why"}\n'
  ])
})

/** `fetch` sends the host of its address. */
async function asHost(port: number, host: string) {
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/v1/console', headers: { host } }, async (response) => {
      const chunks = await response.toArray()
      resolve([response.statusCode, Buffer.concat(chunks).toString()])
    })
    sent.on('error', reject).end()
  })
}

test('it is not there unless it is wanted', async () => {
  for (const path of ['/console', '/console/', '/v1/console', '/v1/console/inventory'])
    expect(await answerOf(at(without, path))).toEqual([404, '/metrics\n/healthz\n/readyz\n'])
})

test('the configuration: others than this machine need tokens', () => {
  const mistakesOf = (text: string) =>
    checkConfig(text, { env: () => undefined, file: () => undefined }).mistakes.map(({ path, message }) => [
      path,
      message
    ])
  const tokens = 'tickets: { directory: t, api: { tokens: [{ name: ada, token: a-token-of-ada-000 }] } }'
  const needed = [['console', 'needs tokens (tickets.api.tokens), as others than this machine reach admin']]
  expect(mistakesOf('console: true')).toEqual([])
  expect(mistakesOf('console: true\nadmin: "[::1]:9464"')).toEqual([])
  expect(mistakesOf('console: true\nadmin: 0.0.0.0:9464')).toEqual(needed)
  expect(mistakesOf('console: true\nadmin: ":9464"')).toEqual(needed)
  expect(mistakesOf(`console: true\nadmin: 0.0.0.0:9464\n${tokens}`)).toEqual([])
  expect(mistakesOf('console: true\nadmin: null')).toEqual([
    ['console', 'needs an address to be seen at: admin is null']
  ])
})
