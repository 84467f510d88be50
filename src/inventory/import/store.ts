import { setTimeout as sleep } from 'node:timers/promises'
import { LogveilError } from '../../errors.ts'

/** A store with an API over HTTP. */
export interface Store {
  /** Stands in errors: neither credentials nor what was answered do. */
  readonly name: string
  readonly url: string
  headers(request: {
    readonly method: string
    readonly url: URL
    readonly body: string
  }): Readonly<Record<string, string>>
}

export interface Ask {
  readonly method?: string
  /** Behind the store's URL. */
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Null instead of an error when it is not there. */
  readonly mayMiss?: boolean
}

const timeoutMs = 30_000
const tries = 4
const mostBytes = 2 ** 26

/**
 * The JSON that a store answers. Throttling and trouble (429, 5xx, no answer) are waited out, a few times. Rejects with `INPUT_FAILED`. Redirects
 * are errors: credentials would go along.
 */
export async function ask<T>(store: Store, request: Ask): Promise<T | null> {
  for (let attempt = 1; ; attempt++) {
    const answer = await send(store, request)
    if (typeof answer !== 'number') return answer as T
    if (answer === 404 && request.mayMiss === true) return null
    const passes = answer === 0 || answer === 429 || answer >= 500
    if (!passes || attempt === tries) throw failed(store, answer)
    await sleep(250 * 2 ** attempt)
  }
}

/** A status, 0 for no answer, or what was answered. */
async function send(store: Store, { method = 'GET', path, body = '', headers = {} }: Ask): Promise<unknown> {
  const url = new URL(store.url.replace(/\/$/, '') + path)
  const own = store.headers({ method, url, body })
  let text: string
  try {
    const response = await fetch(url, {
      method,
      headers: { accept: 'application/json', 'user-agent': 'logveil', ...headers, ...own },
      body: body === '' ? null : body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs)
    })
    if (!response.ok) {
      await response.body?.cancel()
      return response.status
    }
    text = await readBody(response, store)
  } catch (error) {
    if (error instanceof LogveilError) throw error
    return 0
  }
  try {
    return JSON.parse(text)
  } catch {
    // Its message quotes the text.
    throw new LogveilError('INPUT_FAILED', `${store.name} does not answer JSON`)
  }
}

/** The name of a store's next page, as it tells it; null: there is none. Throws `INPUT_FAILED` at one that came before: it would never end. */
export function createPager({ name }: Store): (next: unknown) => string | null {
  const seen = new Set<string>()
  return (next) => {
    if (next === undefined || next === null || next === '') return null
    const page = String(next)
    if (seen.has(page)) throw new LogveilError('INPUT_FAILED', `${name} names the same page twice`)
    seen.add(page)
    return page
  }
}

async function readBody(response: Response, { name }: Store): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > mostBytes) throw new LogveilError('INPUT_FAILED', `${name} answers more than ${mostBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function failed({ name }: Store, status: number): LogveilError {
  if (status === 0) return new LogveilError('INPUT_FAILED', `${name} does not answer`)
  const hint = status === 401 || status === 403 ? ': these credentials may not read secrets' : ''
  return new LogveilError('INPUT_FAILED', `${name} answers with status ${status}${hint}`)
}
