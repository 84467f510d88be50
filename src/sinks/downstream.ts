import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { LogveilError } from '../errors.ts'
import type { Encoding, Envelope, Receipt } from '../model.ts'
import { compress } from '../otlp/encodings.ts'

/** What the sinks of both of OTLP's protocols have in common. */
export interface DownstreamOptions {
  readonly name: string
  /** Scheme, host, port; over HTTP also what stands before `/v1/logs`. */
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly tls: ClientTls
  /** For batches that did not come in compressed. */
  readonly compression: Encoding
  /** Makes a text of the downstream fit to be told to whoever sent the batch. */
  readonly scrub: (text: string) => string
}

/** PEM files; null: the system's authorities, no certificate of our own. */
export interface ClientTls {
  readonly caFile: string | null
  readonly certFile: string | null
  readonly keyFile: string | null
}

export function readClientTls({ caFile, certFile, keyFile }: ClientTls) {
  const read = (path: string | null) => (path === null ? undefined : readPem(path))
  return { ca: read(caFile), cert: read(certFile), key: read(keyFile) }
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    throw new LogveilError('CONFIG_INVALID', `cannot read ${path} (${code})`, { cause })
  }
}

/** A body as it is sent. */
export interface Encoded {
  readonly bytes: Uint8Array
  readonly encoding: Encoding
}

export interface Encoder {
  encode(envelope: Envelope): Promise<Encoded>
  /** The downstream does not take this encoding: it is not used again. */
  refuse(encoding: Encoding): void
}

/** A batch that came in gzip goes on as the same bytes, as every downstream takes that; in another encoding, if that is ours as well. */
export function createEncoder(compression: Encoding): Encoder {
  const taken = new Set<Encoding>(['gzip', compression])
  return {
    async encode({ payload, encoded }) {
      if (encoded !== null && taken.has(encoded.encoding)) return encoded
      const encoding = taken.has(compression) ? compression : 'identity'
      return { bytes: await compress(payload, encoding), encoding }
    },
    refuse: (encoding) => void taken.delete(encoding)
  }
}

/** Time that is left, in ms. Throws when there is none; Infinity stays. */
export function timeLeft({ deadline }: Envelope): number {
  const left = deadline - performance.now()
  if (left <= 0) throw timedOut()
  return left
}

/** What the OTLP specification recommends. */
export const maxReplyBytes = 1 << 22

/** The specification has it final: nobody knows what the downstream did. */
export function replyTooLarge(): LogveilError {
  return new LogveilError('DELIVERY_FAILED', `the downstream answered with more than ${maxReplyBytes} bytes`)
}

export function timedOut(): LogveilError {
  return new LogveilError('DELIVERY_FAILED', 'the downstream did not answer in time', { retryable: true })
}

/** The connection could not be made, or broke. */
export function unreachable(cause: unknown, retryAfterMs: number | null = null): LogveilError {
  // HTTP/2 tells why a connection failed as the cause of why a call did.
  const { cause: inner, code = 'no reason given' } = cause as NodeJS.ErrnoException
  const reason = (inner as NodeJS.ErrnoException | undefined)?.code ?? code
  const message = `the downstream cannot be reached (${reason})`
  return new LogveilError('DELIVERY_FAILED', message, { retryable: true, retryAfterMs, cause })
}

export function scrubbed({ rejected, message }: Receipt, scrub: (text: string) => string): Receipt {
  return { rejected, message: message === '' ? '' : scrub(message) }
}
