import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Files of the page by name, as text: `index.html`, `console.js`, ... (built out of src/admin/console/). */
export type ConsoleFiles = Readonly<Record<string, string>>

/** Answers requests below `/console`; false for others. */
export type ConsolePage = (request: IncomingMessage, response: ServerResponse) => boolean

/** The page without any data: whoever gets it still needs a token. Everything is in memory. */
export function createConsolePage(files: ConsoleFiles): ConsolePage {
  const assets = new Map(Object.entries(files).map(([name, text]) => [`/console/${name}`, assetOf(name, text)]))
  const index = assets.get('/console/index.html')
  if (index !== undefined) assets.set('/console/', index)
  return ({ method, url = '', headers }, response) => {
    const path = url.split('?')[0]
    // Without the slash the names of its files would mean others.
    if (path === '/console') return end(response, 308, { location: '/console/' })
    const asset = assets.get(path)
    if (asset === undefined) return false
    if (method !== 'GET' && method !== 'HEAD') return end(response, 405, { allow: 'GET, HEAD' })
    const { body, type, etag } = asset
    const known = headers['if-none-match']?.split(',').some((one) => one.trim() === etag)
    if (known) return end(response, 304, { etag })
    const about = { 'content-type': type, 'content-length': body.length, etag }
    return end(response, 200, about, method === 'HEAD' ? undefined : body)
  }
}

interface Asset {
  readonly body: Buffer
  readonly type: string
  readonly etag: string
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml'
}

function assetOf(name: string, text: string): Asset {
  const body = Buffer.from(text)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { body, type: types[name.slice(name.lastIndexOf('.') + 1)] ?? 'text/plain; charset=utf-8', etag }
}

/** Nothing but our own files runs, nothing is asked of others, nobody frames it; text never becomes markup (Trusted Types). */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'"
].join('; ')

const guards = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  // Asked for anew each time, which costs 304: after an update nobody works with the page before.
  'cache-control': 'no-cache'
}

function end(response: ServerResponse, status: number, headers: object, body?: Buffer): true {
  response.writeHead(status, { ...guards, ...headers } as never).end(body)
  return true
}
