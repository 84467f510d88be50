import { LogveilError } from '../../errors.ts'

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
 * What a service answers, as text; redirects are errors, as credentials would go along. Rejects with `DELIVERY_FAILED`: retryable for no answer,
 * 408, 429 and 5xx. `name` stands in errors: neither the address nor the answer does.
 */
export async function callService(name: string, { method, url, headers, body = '' }: ServiceCall): Promise<string> {
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      method,
      headers: { 'user-agent': 'logveil', ...headers },
      body: body === '' ? null : body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs)
    })
    text = await readBody(response)
  } catch {
    throw new LogveilError('DELIVERY_FAILED', `${name} does not answer`, { retryable: true })
  }
  const { status } = response
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
