import type { IncomingMessage } from 'node:http'

/** Which pages may send from a browser (https://fetch.spec.whatwg.org/#http-cors-protocol), as the Collector's receiver has it. */
export interface CorsOptions {
  /** `https://app.example`; `*` stands for any characters: `https://*.example`, or `*` alone for every page. */
  readonly allowedOrigins: readonly string[]
  /** Beside those that OTLP needs; `*`: all. */
  readonly allowedHeaders: readonly string[]
  /** How long a browser may remember the answer; 0: as long as it likes. */
  readonly maxAgeSeconds: number
}

export interface Cors {
  /** What is added to the answer, whatever it is; nothing for other pages, whose browsers then keep it from them. */
  headers(request: IncomingMessage): Readonly<Record<string, string>>
  /** What answers a browser that asks first; null: it does not ask, or may not send. */
  preflight(request: IncomingMessage): Readonly<Record<string, string>> | null
}

const otlpHeaders =
  'accept accept-language authorization content-encoding content-language content-type x-requested-with'.split(' ')

export function createCors({ allowedOrigins, allowedHeaders, maxAgeSeconds }: CorsOptions): Cors {
  const origins = allowedOrigins.map(pattern)
  const known = new Set([...otlpHeaders, ...allowedHeaders.map((name) => name.toLowerCase())])
  const isAllowed = (origin: string | undefined): origin is string =>
    origin !== undefined && origins.some((one) => one.test(origin))
  const maxAge = maxAgeSeconds === 0 ? {} : { 'access-control-max-age': String(maxAgeSeconds) }

  return {
    headers({ headers: { origin } }) {
      if (!isAllowed(origin)) return { vary: 'origin' }
      return {
        vary: 'origin',
        'access-control-allow-origin': origin,
        // Beacons always come with credentials, which mean nothing here.
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'retry-after'
      }
    },
    preflight({ method, headers }) {
      if (method !== 'OPTIONS' || headers['access-control-request-method'] !== 'POST') return null
      if (!isAllowed(headers.origin)) return null
      const wanted = (headers['access-control-request-headers'] ?? '').toLowerCase().split(/[\s,]+/)
      if (!known.has('*') && wanted.some((name) => name !== '' && !known.has(name))) return null
      const names = wanted.filter((name) => /^[a-z0-9-]+$/.test(name)).join(', ')
      return {
        'access-control-allow-methods': 'POST',
        ...(names === '' ? {} : { 'access-control-allow-headers': names }),
        ...maxAge
      }
    }
  }
}

function pattern(origin: string): RegExp {
  const parts = origin.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 'i')
}
