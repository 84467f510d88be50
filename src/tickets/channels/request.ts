import { LogveilError } from '../../errors.ts'
import { type Answer, exchange } from '../../exchange.ts'

/** A service with an API over HTTP. */
export interface Service {
  /** Stands in errors: neither URLs nor what was answered do. */
  readonly name: string
  /** What paths are appended to. */
  readonly url: string
  /** Credentials, mostly. */
  readonly headers: Readonly<Record<string, string>>
  /** For all calls of a delivery together; default 25 s. */
  readonly timeoutMs?: number | undefined
}

export interface Outgoing {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH'
  /** Empty: the URL as it is. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: object | string
}

/** What a service answers instead of doing it: a status of HTTP, or the name that its API has for an error. */
export class Refusal extends LogveilError {
  readonly answer: number | string

  constructor(name: string, answer: number | string, options: RefusalOptions) {
    const { throttled = false, retryable = false, retryAfterMs = null } = options
    const code = throttled ? 'OVERLOADED' : 'DELIVERY_FAILED'
    super(code, `${name} answers ${answer}`, { retryable: throttled || retryable, retryAfterMs })
    this.answer = answer
  }
}

interface RefusalOptions {
  /** The service asks for fewer requests: retryable. */
  readonly throttled?: boolean
  readonly retryable?: boolean
  readonly retryAfterMs?: number | null
}

export function isRefusal(error: unknown, answer: number | string): error is Refusal {
  return error instanceof Refusal && error.answer === answer
}

/**
 * The calls of one delivery. Each is one request over HTTP, and rejects with `DELIVERY_FAILED`: retryable for no answer, one that `read` cannot take, 408,
 * 425 and 5xx, else final; or with `OVERLOADED`, retryable, when the service asks for fewer requests: 429, or 403 as GitHub says it. What a
 * service refuses is a `Refusal`. Redirects are not followed: they are errors.
 */
export interface Calls {
  /** Whatever is answered. */
  send(outgoing: Outgoing): Promise<void>
  /** Resolves to what `read` makes of the answer, which is JSON. */
  call<T>(outgoing: Outgoing, read: (json: never, headers: Headers) => T): Promise<T>
  /** The same for what may be gone: null for 404 and 410. */
  callIfThere<T>(outgoing: Outgoing, read: (json: never, headers: Headers) => T): Promise<T | null>
}

const defaultTimeoutMs = 25_000
const mostBytes = 2 ** 22

export function beginCalls({ name, url, headers, timeoutMs = defaultTimeoutMs }: Service): Calls {
  const signal = AbortSignal.timeout(timeoutMs)

  function ask({ method = 'POST', path = '', headers: more = {}, body = '' }: Outgoing): Promise<Answer> {
    const isJson = typeof body === 'object'
    return exchange({
      name,
      method,
      url: url + path,
      headers: { ...(isJson ? asJson : {}), ...headers, ...more },
      body: isJson ? JSON.stringify(body) : body,
      signal,
      mostBytes
    })
  }

  async function perform<T>(outgoing: Outgoing, read: Read<T>, mayMiss: boolean): Promise<T | null> {
    const { status, headers, text } = await ask(outgoing)
    if (mayMiss && (status === 404 || status === 410)) return null
    if (status < 200 || status > 299) throw refusalOf(name, status, headers)
    try {
      return read(text, headers)
    } catch {
      throw new LogveilError('DELIVERY_FAILED', `${name} answers what its API does not say`, { retryable: true })
    }
  }

  return {
    async send(outgoing) {
      await perform(outgoing, () => null, false)
    },
    call: (outgoing, read) => perform(outgoing, reading(read), false) as never,
    callIfThere: (outgoing, read) => perform(outgoing, reading(read), true)
  }
}

type Read<T> = (text: string, headers: Headers) => T

function reading<T>(read: (json: never, headers: Headers) => T): Read<T> {
  return (text, headers) => read(JSON.parse(text) as never, headers)
}

const asJson = { 'content-type': 'application/json', accept: 'application/json' }

function refusalOf(name: string, status: number, headers: Headers): Refusal {
  const retryAfterMs = waitMs(headers, Date.now())
  const throttled = status === 429 || (status === 403 && retryAfterMs !== null)
  const retryable = status >= 500 || status === 408 || status === 425
  return new Refusal(name, status, { throttled, retryable, retryAfterMs })
}

/** `Retry-After` in seconds or as a date, or GitHub's and GitLab's time at which there is room again; null: nothing that can be understood. */
export function waitMs(headers: Headers, now: number): number | null {
  const text = headers.get('retry-after')
  if (text !== null && /^\d{1,9}$/.test(text)) return Number(text) * 1000
  const left = headers.get('x-ratelimit-remaining') ?? headers.get('ratelimit-remaining')
  const reset = headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset')
  const at = text !== null ? Date.parse(text) : left === '0' && reset !== null ? Number(reset) * 1000 : Number.NaN
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
