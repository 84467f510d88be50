import type { Encoding, Envelope, Format, Signal } from '../../model.ts'
import { crc32c } from './crc32c.ts'

// A segment is a file of frames, one behind the other; a frame is a batch. All numbers are little-endian.
//
//   0  3  "LVQ"
//   3  1  version, 1
//   4  4  bytes of the body
//   8  4  CRC32C of the body
//  12  1  signal
//  13  1  format
//  14  1  encoding of the body
//  15  1  0
//  16  6  sequence: the frame's number in its queue
//  22  6  when it was stored, in ms since 1970
//  28  4  CRC32C of the 28 bytes before
//  32     body: the batch as the sink is handed it, in the encoding it came in or none
//
// The head has a CRC of its own, so that its length can be trusted when the body is broken.

export const headBytes = 32
export const magic = Buffer.from('LVQ')
const version = 1

const signals: readonly (Signal | null)[] = [null, 'logs', 'traces', 'metrics']
const formats: readonly Format[] = ['lines', 'otlp-proto', 'otlp-json']
const encodings: readonly Encoding[] = ['identity', 'gzip', 'deflate', 'zstd']

export interface FrameHead {
  readonly bodyBytes: number
  readonly bodyCrc: number
  readonly signal: Signal | null
  readonly format: Format
  readonly encoding: Encoding
  readonly sequence: number
  /** ms since 1970. */
  readonly storedAt: number
  /** false: of another version of logveil; only its length means anything. */
  readonly known: boolean
}

/** What is stored of a batch: as it came where it is clean, so that it can go on like that. */
export function bodyOf({ payload, encoded }: Envelope): { bytes: Uint8Array; encoding: Encoding } {
  return encoded ?? { bytes: payload, encoding: 'identity' }
}

export function encodeHead({ signal, format, encoding, bodyBytes, bodyCrc, sequence, storedAt }: FrameHead): Buffer {
  const head = Buffer.alloc(headBytes)
  magic.copy(head)
  head[3] = version
  head.writeUInt32LE(bodyBytes, 4)
  head.writeUInt32LE(bodyCrc, 8)
  head[12] = signals.indexOf(signal)
  head[13] = formats.indexOf(format)
  head[14] = encodings.indexOf(encoding)
  head.writeUIntLE(sequence, 16, 6)
  head.writeUIntLE(storedAt, 22, 6)
  head.writeUInt32LE(crc32c(head.subarray(0, 28)), 28)
  return head
}

/** null: no head stands here. */
export function decodeHead(bytes: Buffer): FrameHead | null {
  if (bytes.length < headBytes || !bytes.subarray(0, 3).equals(magic)) return null
  if (bytes.readUInt32LE(28) !== crc32c(bytes.subarray(0, 28))) return null
  return {
    bodyBytes: bytes.readUInt32LE(4),
    bodyCrc: bytes.readUInt32LE(8),
    signal: signals[bytes[12]] ?? null,
    format: formats[bytes[13]] ?? 'lines',
    encoding: encodings[bytes[14]] ?? 'identity',
    sequence: bytes.readUIntLE(16, 6),
    storedAt: bytes.readUIntLE(22, 6),
    known: bytes[3] === version
  }
}
