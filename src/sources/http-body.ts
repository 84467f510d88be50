import type { IncomingMessage } from 'node:http'
import { LogveilError } from '../errors.ts'
import type { Encoding, Envelope } from '../model.ts'
import { decompress, gzipSize, isOnly } from '../otlp/encodings.ts'
import { tooLarge } from '../otlp/status.ts'
import type { Hold } from './byte-budget.ts'
import { type Gathering, gather } from './gather.ts'

export type Body = Pick<Envelope, 'payload' | 'encoded'>

/**
 * Reads a request's body. Compressed and decompressed bytes are counted as they come, each against `maxBytes`, both against the budget:
 * nothing is kept beyond either. Throws `PAYLOAD_INVALID`, `OVERLOADED`.
 */
export async function receiveBody(
  request: IncomingMessage,
  encoding: Encoding,
  maxBytes: number,
  hold: Hold
): Promise<Body> {
  if (Number(request.headers['content-length']) > maxBytes) throw drained(request, maxBytes, bodyTooLarge(maxBytes))
  return decode(await collect(request, maxBytes, hold), encoding, maxBytes, hold)
}

/** The same for bytes that are here already and held. */
export async function decode(bytes: Uint8Array, encoding: Encoding, maxBytes: number, hold: Hold): Promise<Body> {
  if (encoding === 'identity') return { payload: bytes, encoded: null }
  // Said to be more, it need not be tried: an honest bomb costs nothing.
  if (encoding === 'gzip' && gzipSize(bytes) > maxBytes) throw bodyTooLarge(maxBytes)
  const payload = await decompress(bytes, encoding, limited(maxBytes, hold))
  return { payload, encoded: isOnly(payload, bytes, encoding) ? { encoding, bytes } : null }
}

/** Admits bytes up to a limit and as the budget has them. */
function limited(maxBytes: number, hold: Hold): (bytes: number) => void {
  let total = 0
  return (bytes) => {
    total += bytes
    if (total > maxBytes) throw bodyTooLarge(maxBytes)
    hold.add(bytes)
  }
}

export function bodyTooLarge(maxBytes: number): LogveilError {
  return new LogveilError('PAYLOAD_INVALID', `larger than ${maxBytes} bytes`, { cause: tooLarge })
}

function collect(request: IncomingMessage, maxBytes: number, hold: Hold): Promise<Uint8Array> {
  const admit = limited(maxBytes, hold)
  let gathering: Gathering | null = gather()
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      try {
        admit(chunk.length)
        gathering?.add(chunk)
      } catch (error) {
        request.off('data', take)
        gathering = null
        reject(drained(request, maxBytes, error))
      }
    }
    request.on('data', take)
    request.on('end', () => gathering !== null && resolve(gathering.whole()))
    request.on('error', () => reject(new LogveilError('PAYLOAD_INVALID', 'the body was cut off')))
  })
}

/** The rest of a body is read and thrown away, so that its sender reads the answer instead of a reset; for senders of endless bodies, not. */
function drained<T>(request: IncomingMessage, maxBytes: number, error: T): T {
  let rest = 0
  request.on('data', (chunk: Buffer) => {
    rest += chunk.length
    if (rest > maxBytes) request.destroy()
  })
  return error
}
