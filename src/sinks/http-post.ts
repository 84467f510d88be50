import { Agent, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { LogveilError } from '../errors.ts'
import {
  type DownstreamOptions,
  type Encoded,
  maxReplyBytes,
  readClientTls,
  replyTooLarge,
  timedOut,
  unreachable
} from './downstream.ts'

export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Uint8Array
}

/** Connections to one downstream, kept alive. */
export interface Http {
  /** One request. Rejects with `DELIVERY_FAILED`, retryable, when there is no answer within the time. */
  post(path: string, contentType: string, encoded: Encoded, leftMs: number): Promise<Reply>
  close(): void
}

/** Throws `CONFIG_INVALID` when a certificate cannot be read. */
export function openHttp({ url, tls, headers }: Pick<DownstreamOptions, 'url' | 'tls' | 'headers'>): Http {
  const secure = url.protocol === 'https:'
  const agent = secure ? new SecureAgent({ keepAlive: true, ...readClientTls(tls) }) : new Agent({ keepAlive: true })
  const base = { agent, method: 'POST', protocol: url.protocol, hostname: hostOf(url), port: url.port }
  return {
    post: (path, contentType, { bytes, encoding }, leftMs) =>
      post(secure ? secureRequest : request, bytes, leftMs, {
        ...base,
        path,
        headers: {
          ...headers,
          'content-type': contentType,
          'content-length': bytes.length,
          ...(encoding === 'identity' ? {} : { 'content-encoding': encoding })
        }
      }),
    close: () => agent.destroy()
  }
}

/** Without the brackets that URLs write around IPv6. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

function post(send: typeof request, body: Uint8Array, leftMs: number, options: RequestOptions): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = send(options, (response) => receive(response).then(resolve, fail))
    const timer = leftMs === Number.POSITIVE_INFINITY ? undefined : setTimeout(expire, leftMs)
    function expire(): void {
      reject(timedOut())
      sent.destroy()
    }
    // A connection kept alive may end just as it is used: that says nothing of the downstream, so try at once.
    function fail(error: unknown): void {
      reject(error instanceof LogveilError ? error : unreachable(error, sent.reusedSocket ? 0 : null))
    }
    sent.on('error', fail)
    sent.on('close', () => clearTimeout(timer))
    sent.end(body)
  })
}

function receive(response: IncomingMessage): Promise<Reply> {
  const { statusCode: status = 0, headers } = response
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve, reject) => {
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxReplyBytes) return void chunks.push(chunk)
      reject(replyTooLarge())
      response.destroy()
    })
    response.on('end', () => resolve({ status, headers, body: Buffer.concat(chunks) }))
    response.on('error', reject)
  })
}
