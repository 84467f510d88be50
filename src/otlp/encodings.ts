import { promisify } from 'node:util'
import {
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
  deflate,
  gunzipSync,
  gzip,
  inflateRawSync,
  inflateSync,
  zstdCompress,
  zstdDecompressSync
} from 'node:zlib'
import { LogveilError } from '../errors.ts'
import type { Encoding } from '../model.ts'

/** The content coding of a header's value; empty is `identity`; null: one that nobody here knows, or more than one. */
export function parseEncoding(value: string | undefined): Encoding | null {
  const name = (value ?? '').trim().toLowerCase()
  return Object.hasOwn(names, name) ? names[name] : null
}

const names: Readonly<Record<string, Encoding>> = {
  '': 'identity',
  identity: 'identity',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  zstd: 'zstd'
}

export const supportedEncodings = 'gzip, zstd, deflate'

/** Most that is decompressed where it would block others. */
const syncBytes = 1 << 20

/**
 * Decompresses a body. `admit` is told how many bytes more are there, before they are kept, and throws to end it: a bomb costs what is
 * admitted. Small bodies are done on the spot, as a stream costs more than they do. Throws `PAYLOAD_INVALID`.
 */
export async function decompress(
  body: Uint8Array,
  encoding: Encoding,
  admit: (bytes: number) => void
): Promise<Uint8Array> {
  if (encoding === 'identity') return body
  const whole = decompressSmall(body, encoding)
  if (whole === null) return decompressLarge(body, encoding, admit)
  admit(whole.length)
  return whole
}

/** null: it is more than `syncBytes`. */
function decompressSmall(body: Uint8Array, encoding: Encoding): Uint8Array | null {
  if (body.length > syncBytes || (encoding === 'gzip' && gzipSize(body) > syncBytes)) return null
  const options = { maxOutputLength: syncBytes }
  try {
    if (encoding === 'gzip') return gunzipSync(body, options)
    if (encoding === 'zstd') return zstdDecompressSync(body, options)
    return isZlib(body) ? inflateSync(body, options) : inflateRawSync(body, options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return null
    throw malformed(encoding, error)
  }
}

/** Deflate makes nothing smaller than that. */
const bestRatio = 1032

/**
 * What the trailer of gzip says of its size, modulo 2^32; 0 where that cannot be, as in a body that is cut off. Who lies to say less is
 * found out while it is decompressed.
 */
export function gzipSize(body: Uint8Array): number {
  if (body.length < 18 || body[0] !== 0x1f || body[1] !== 0x8b) return 0
  const size = Buffer.from(body.buffer, body.byteOffset, body.length).readUInt32LE(body.length - 4)
  return size > body.length * bestRatio ? 0 : size
}

/** `deflate` means zlib's format, and some send what is in it. */
function isZlib(body: Uint8Array): boolean {
  return body.length >= 2 && (body[0] & 0x0f) === 8 && ((body[0] << 8) | body[1]) % 31 === 0
}

async function decompressLarge(
  body: Uint8Array,
  encoding: Encoding,
  admit: (bytes: number) => void
): Promise<Uint8Array> {
  const options = { chunkSize: 1 << 16 }
  const stream =
    encoding === 'gzip'
      ? createGunzip(options)
      : encoding === 'zstd'
        ? createZstdDecompress(options)
        : isZlib(body)
          ? createInflate(options)
          : createInflateRaw(options)
  const chunks: Uint8Array[] = []
  stream.end(body)
  try {
    for await (const chunk of stream) {
      admit(chunk.length)
      chunks.push(chunk)
    }
  } catch (error) {
    throw error instanceof LogveilError ? error : malformed(encoding, error)
  }
  return Buffer.concat(chunks)
}

function malformed(encoding: Encoding, cause: unknown): LogveilError {
  return new LogveilError('PAYLOAD_INVALID', `the body is no valid ${encoding}`, { cause })
}

const compressors = { gzip: promisify(gzip), deflate: promisify(deflate), zstd: promisify(zstdCompress) }

/** Compresses in Node's thread pool. */
export async function compress(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  return encoding === 'identity' ? bytes : compressors[encoding](bytes)
}
