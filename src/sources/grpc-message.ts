import type { ServerHttp2Stream } from 'node:http2'
import { LogveilError } from '../errors.ts'
import type { Encoding } from '../model.ts'
import { type MessagePrefix, prefixBytes, readPrefix } from '../otlp/grpc.ts'
import type { Hold } from './byte-budget.ts'
import { type Body, bodyTooLarge, decode, joined } from './http-body.ts'

/**
 * Reads the one message of a call. Its length is refused before its bytes are kept, when it is over `maxBytes`; the budget is asked as they
 * come, and what has not come within `uploadMs` holds it no longer. null: the sender sent none, or more than one, which no method here
 * takes. Throws `PAYLOAD_INVALID`, `OVERLOADED`.
 */
export async function receiveMessage(
  stream: ServerHttp2Stream,
  encoding: Encoding,
  maxBytes: number,
  hold: Hold,
  uploadMs: number
): Promise<Body | null> {
  const message = await collect(stream, maxBytes, hold, uploadMs)
  if (message === null) return null
  if (!message.compressed) return { payload: message.bytes, encoded: null }
  if (encoding === 'identity') throw new LogveilError('PAYLOAD_INVALID', 'a compressed message without grpc-encoding')
  return decode(message.bytes, encoding, maxBytes, hold)
}

interface Message {
  readonly compressed: boolean
  readonly bytes: Uint8Array
}

function collect(stream: ServerHttp2Stream, maxBytes: number, hold: Hold, uploadMs: number): Promise<Message | null> {
  const chunks: Buffer[] = []
  let size = 0
  let prefix: MessagePrefix | null = null

  function take(chunk: Buffer): void {
    hold.add(chunk.length)
    chunks.push(chunk)
    size += chunk.length
    if (prefix === null && size >= prefixBytes) {
      prefix = readPrefix(chunks.length === 1 ? chunk : Buffer.concat(chunks))
      if (prefix.length > maxBytes) throw bodyTooLarge(maxBytes)
    }
    // A second message: it is refused at the end, and not kept until then.
    if (prefix !== null && size > prefix.length + prefixBytes) chunks.length = 0
  }

  return new Promise((resolve, reject) => {
    const end = (error: unknown): void => {
      clearTimeout(late)
      stream.off('data', onData)
      stream.resume()
      reject(error)
    }
    const late = setTimeout(
      () => end(new LogveilError('PAYLOAD_INVALID', `not sent within ${uploadMs / 1000} s`)),
      uploadMs
    )
    const onData = (chunk: Buffer): void => {
      try {
        take(chunk)
      } catch (error) {
        end(error)
      }
    }
    stream.on('data', onData)
    stream.on('end', () => {
      clearTimeout(late)
      if (prefix === null || size !== prefix.length + prefixBytes) return resolve(null)
      const whole = joined(chunks)
      resolve({ compressed: prefix.compressed, bytes: whole.subarray(prefixBytes) })
    })
    const cutOff = () => end(new LogveilError('PAYLOAD_INVALID', 'the call was cut off'))
    stream.on('aborted', cutOff)
    stream.on('error', cutOff)
  })
}
