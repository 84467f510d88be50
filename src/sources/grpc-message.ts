import type { ServerHttp2Stream } from 'node:http2'
import { LogveilError } from '../errors.ts'
import type { Encoding } from '../model.ts'
import { type MessagePrefix, prefixBytes, readPrefix } from '../otlp/grpc.ts'
import { grpcCodes, type Refusal, refusal } from '../otlp/status.ts'
import type { Hold } from './byte-budget.ts'
import { gather } from './gather.ts'
import { type Body, bodyTooLarge, decode } from './http-body.ts'

const noMessage = refusal(400, grpcCodes.unimplemented, 'the method takes one message')
const wrongFlag = refusal(400, grpcCodes.internal, 'a message is compressed as grpc-encoding says, or not at all')

/**
 * Reads the one message of a call. Its length is refused before its bytes are kept, when it is over `maxBytes`; the budget is asked as they
 * come, and what has not come within `uploadMs` holds it no longer. A refusal: the sender sent none, or more than one, which no method here
 * takes, or one whose flag does not fit. Throws `PAYLOAD_INVALID`, `OVERLOADED`, `DELIVERY_FAILED`.
 */
export async function receiveMessage(
  stream: ServerHttp2Stream,
  encoding: Encoding,
  maxBytes: number,
  hold: Hold,
  uploadMs: number
): Promise<Body | Refusal> {
  const message = await collect(stream, maxBytes, hold, uploadMs)
  if (message === null) return noMessage
  const { flag, bytes } = message
  if (flag === 0) return { payload: bytes, encoded: null }
  if (flag > 1 || encoding === 'identity') return wrongFlag
  return decode(bytes, encoding, maxBytes, hold)
}

interface Message {
  readonly flag: number
  readonly bytes: Uint8Array
}

/** null: not exactly one. */
function collect(stream: ServerHttp2Stream, maxBytes: number, hold: Hold, uploadMs: number): Promise<Message | null> {
  let gathering = gather()
  let prefix: MessagePrefix | null = null

  function take(chunk: Buffer): void {
    hold.add(chunk.length)
    gathering.add(chunk)
    if (prefix === null && gathering.size >= prefixBytes) {
      prefix = readPrefix(gathering.head(prefixBytes))
      if (prefix.length > maxBytes) throw bodyTooLarge(maxBytes)
    }
  }

  return new Promise((resolve, reject) => {
    /** The rest, if there is any, is read and not kept. */
    const settle = (settled: () => void): void => {
      clearTimeout(late)
      stream.off('data', onData)
      stream.resume()
      gathering = gather()
      settled()
    }
    const fail = (error: unknown): void => settle(() => reject(error))
    const late = setTimeout(() => fail(notSent(uploadMs)), uploadMs)
    const onData = (chunk: Buffer): void => {
      try {
        take(chunk)
        if (prefix !== null && gathering.size > prefix.length + prefixBytes) settle(() => resolve(null))
      } catch (error) {
        fail(error)
      }
    }
    stream.on('data', onData)
    stream.on('end', () => {
      clearTimeout(late)
      if (prefix === null || gathering.size !== prefix.length + prefixBytes) return resolve(null)
      resolve({ flag: prefix.flag, bytes: gathering.whole().subarray(prefixBytes) })
    })
    const cutOff = () => fail(new LogveilError('PAYLOAD_INVALID', 'the call was cut off'))
    stream.on('aborted', cutOff)
    stream.on('error', cutOff)
  })
}

/** It may be the network that is slow: what was not sent may come again. */
function notSent(uploadMs: number): LogveilError {
  return new LogveilError('DELIVERY_FAILED', `not sent within ${uploadMs / 1000} s`, { retryable: true })
}
