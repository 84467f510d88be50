import { LogveilError } from '../../errors.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** At most 1 MiB; longer ones are an error. Never told to anybody. */
  readonly body: string
}

export interface PostOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs?: number
}

const defaultTimeoutMs = 15_000
const mostBytes = 2 ** 20

/**
 * One request of a channel over HTTP. Resolves to the answer of any status below 400 but 3xx; rejects with `DELIVERY_FAILED`: retryable for
 * no answer, 408, 425, 429 and 5xx, else final. `name` stands in errors: neither URLs nor what was answered do.
 */
export async function request(name: string, url: string, options: PostOptions): Promise<Answer> {
  const { method = 'POST', headers, body = null, timeoutMs = defaultTimeoutMs } = options
  const signal = AbortSignal.timeout(timeoutMs)
  let response: Response
  let text: string
  try {
    response = await fetch(url, { method, headers, body, redirect: 'manual', signal })
    text = await readBody(response)
  } catch (cause) {
    throw failure(`${name} does not answer (${reasonOf(cause)})`, true, null)
  }
  const { status } = response
  if (status >= 200 && status < 300) return { status, headers: response.headers, body: text }
  const retryable = status >= 500 || status === 408 || status === 425 || status === 429
  throw failure(`${name} answers ${status}`, retryable, retryAfterMs(response.headers, Date.now()))
}

async function readBody(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > mostBytes) throw new Error('too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** The kind only: messages may quote URLs. */
function reasonOf(cause: unknown): string {
  const { name, cause: inner } = cause as { name?: string; cause?: { code?: string } }
  return name === 'TimeoutError' ? 'time-out' : (inner?.code ?? 'connection')
}

/** Seconds or a date; null: nothing was said that can be understood. */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const text = headers.get('retry-after')
  if (text === null) return null
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

function failure(message: string, retryable: boolean, retryAfterMs: number | null): LogveilError {
  return new LogveilError('DELIVERY_FAILED', message, { retryable, retryAfterMs })
}
