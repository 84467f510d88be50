import { LogveilError } from '../../errors.ts'
import { exchange } from '../../exchange.ts'

export interface ServiceCall {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Empty: none. */
  readonly body?: string
}

const timeoutMs = 25_000
const mostBytes = 2 ** 20

/**
 * What a service answers, as text. Rejects with `DELIVERY_FAILED`: retryable for no answer, 408, 429 and 5xx. `name` stands in errors: neither the
 * address nor the answer does. Not as channels ask (tickets/channels/request.ts): an order that may have been carried out is not given
 * again because its answer is odd, each call has its own time, and a hook that asks for fewer requests holds up no other.
 */
export async function callService(name: string, { method, url, headers, body = '' }: ServiceCall): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs)
  const { status, text } = await exchange({ name, method, url, headers, body, signal, mostBytes })
  if (status >= 200 && status < 300) return text
  const retryable = status >= 500 || status === 408 || status === 429
  throw new LogveilError('DELIVERY_FAILED', `${name} answers ${status}`, { retryable })
}

/** The same, JSON of a shape that `read` takes apart. */
export async function askService<T>(name: string, call: ServiceCall, read: (json: never) => T): Promise<T> {
  const text = await callService(name, call)
  try {
    return read(JSON.parse(text) as never)
  } catch (error) {
    if (error instanceof LogveilError) throw error
    throw new LogveilError('DELIVERY_FAILED', `${name} answers what its API does not say`)
  }
}

/** What cannot work, whoever tries again. */
export function hopeless(message: string): LogveilError {
  return new LogveilError('DELIVERY_FAILED', message)
}
