import { promisify } from 'node:util'
import {
  constants,
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

/** RFC 9659: nobody needs more than 8 MiB to read zstd from the web; a body could ask for gigabytes. */
const zstdParams = { [constants.ZSTD_d_windowLogMax]: 23 }

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
  if (encoding === 'zstd' && zstdFrameEnd(body) !== body.length) throw malformed(encoding, null)
  const whole = decompressSmall(body, encoding)
  if (whole === null) return decompressLarge(body, encoding, admit)
  admit(whole.length)
  return whole
}

/** null: it is more than `syncBytes`. */
function decompressSmall(body: Uint8Array, encoding: Encoding): Uint8Array | null {
  if (body.length > syncBytes || (encoding === 'gzip' && gzipSize(body) > syncBytes)) return null
  const { buffer, engine } = tryToDecompress(body, encoding) ?? { buffer: null, engine: { bytesWritten: body.length } }
  if (engine.bytesWritten < body.length) throw malformed(encoding, null)
  return buffer
}

/** With how much of the body was read: what stands behind the end of its content was not, and nobody would scan it. */
function tryToDecompress(body: Uint8Array, encoding: Encoding): Decompressed | null {
  const decompressSync =
    encoding === 'gzip'
      ? gunzipSync
      : encoding === 'zstd'
        ? zstdDecompressSync
        : isZlib(body)
          ? inflateSync
          : inflateRawSync
  try {
    const params = encoding === 'zstd' ? { params: zstdParams } : {}
    return decompressSync(body, { maxOutputLength: syncBytes, info: true, ...params }) as never
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return null
    throw malformed(encoding, error)
  }
}

interface Decompressed {
  readonly buffer: Uint8Array
  readonly engine: { readonly bytesWritten: number }
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

/**
 * Where the first frame of zstd ends, as its blocks say (RFC 8878, 3.1.1); -1: none does. Senders write one; others would be skipped by some
 * decoders and read by others.
 */
function zstdFrameEnd(body: Uint8Array): number {
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  if (body.length < 6 || view.getUint32(0, true) !== 0xfd2fb528) return -1
  const descriptor = body[4]
  const single = (descriptor & 0x20) !== 0
  const contentSize = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]
  let at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3] + contentSize
  for (let last = false; !last; ) {
    if (at + 3 > body.length) return -1
    const head = body[at] | (body[at + 1] << 8) | (body[at + 2] << 16)
    last = (head & 1) === 1
    const repeated = ((head >> 1) & 3) === 1
    at += 3 + (repeated ? 1 : head >> 3)
  }
  return at + ((descriptor & 4) === 0 ? 0 : 4)
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
        ? createZstdDecompress({ ...options, params: zstdParams })
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
  if (stream.bytesWritten < body.length) throw malformed(encoding, null)
  return Buffer.concat(chunks)
}

/**
 * Whether a compressed body has nothing in it but its content. gzip (RFC 1952) has room for a name, a comment and more, and may be several
 * in one file, each with its own: nobody scans those.
 */
export function isOnly(content: Uint8Array, body: Uint8Array, encoding: Encoding): boolean {
  return encoding !== 'gzip' || ((body[3] & 0x1c) === 0 && gzipSize(body) === content.length % 2 ** 32)
}

function malformed(encoding: Encoding, cause: unknown): LogveilError {
  return new LogveilError('PAYLOAD_INVALID', `the body is no valid ${encoding}`, { cause })
}

const compressors = { gzip: promisify(gzip), deflate: promisify(deflate), zstd: promisify(zstdCompress) }

/** Compresses in Node's thread pool. */
export async function compress(bytes: Uint8Array, encoding: Encoding): Promise<Uint8Array> {
  return encoding === 'identity' ? bytes : compressors[encoding](bytes)
}
