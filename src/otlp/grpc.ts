// gRPC over HTTP/2 as https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md has it, for calls of one message each way. A message:
// one byte (1: compressed with the `grpc-encoding` of the headers), its length in four bytes, big-endian, and its bytes.

export const prefixBytes = 5
export const grpcContentType = 'application/grpc+proto'
export const grpcEncodings = 'identity,gzip,zstd,deflate'

/** What stands before a message. */
export function messagePrefix(length: number, compressed: boolean): Buffer {
  const prefix = Buffer.alloc(prefixBytes)
  prefix[0] = compressed ? 1 : 0
  prefix.writeUInt32BE(length, 1)
  return prefix
}

export interface MessagePrefix {
  /** 1: compressed. */
  readonly flag: number
  readonly length: number
}

export function readPrefix(bytes: Uint8Array): MessagePrefix {
  return {
    flag: bytes[0],
    length: ((bytes[1] << 24) | (bytes[2] << 16) | (bytes[3] << 8) | bytes[4]) >>> 0
  }
}

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 }

/** `grpc-timeout` in ms; null when there is none that can be read. */
export function parseTimeout(value: string | undefined): number | null {
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(value ?? '') ?? []
  return digits === undefined ? null : Number(digits) * unitMs[unit]
}

/** At most eight digits are allowed, so long ones are told in seconds. */
export function formatTimeout(ms: number): string {
  const whole = Math.max(1, Math.floor(ms))
  return whole < 1e8 ? `${whole}m` : `${Math.min(99_999_999, Math.floor(whole / 1000))}S`
}

/** `grpc-message`: printable ASCII but `%`; all else in UTF-8, percent-encoded. */
export function encodeMessage(text: string): string {
  return text.replace(/[^ -$&-~]+/gu, (part) =>
    [...Buffer.from(part)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')
  )
}

/** What is encoded wrongly stays as it is. */
export function decodeMessage(text: string): string {
  const bytes = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString()
}
