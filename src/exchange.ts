import { LogveilError } from './errors.ts'

export interface ExchangeOptions {
  /** Of the service, for errors: neither its address nor what it answered stands in them. */
  readonly name: string
  readonly method: string
  readonly url: string | URL
  readonly headers: Readonly<Record<string, string>>
  /** Empty: none. */
  readonly body: string
  readonly signal: AbortSignal
  /** What is longer is no answer. */
  readonly mostBytes: number
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * One request over HTTP and its whole answer, whatever its status. Redirects are answers like others: credentials would go along. What a status means,
 * and whether to ask again, each caller has to know. Rejects with `DELIVERY_FAILED`, retryable, when there is no answer.
 */
export async function exchange({
  name,
  url,
  method,
  headers,
  body,
  signal,
  mostBytes
}: ExchangeOptions): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      headers: { 'user-agent': 'logveil', ...headers },
      body: body === '' ? null : body,
      redirect: 'manual',
      signal
    })
    return { status: response.status, headers: response.headers, text: await readBody(response, mostBytes) }
  } catch (cause) {
    throw new LogveilError('DELIVERY_FAILED', `${name} does not answer (${reasonOf(cause)})`, { retryable: true })
  }
}

async function readBody(response: Response, mostBytes: number): Promise<string> {
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
