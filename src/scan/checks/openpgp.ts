/** What a secret key packet says: `encrypted` is null where its public part cannot be read. */
export interface SecretKeyPacket {
  readonly encrypted: boolean | null
}

/** Public-key algorithms with what their public part is made of: numbers (MPI), a curve's id, key derivation, or so many bytes. RFC 9580 5.5.5 */
const publicParts: Readonly<Record<number, readonly ('mpi' | 'oid' | 'kdf' | number)[]>> = {
  1: ['mpi', 'mpi'],
  2: ['mpi', 'mpi'],
  3: ['mpi', 'mpi'],
  16: ['mpi', 'mpi', 'mpi'],
  17: ['mpi', 'mpi', 'mpi', 'mpi'],
  18: ['oid', 'mpi', 'kdf'],
  19: ['oid', 'mpi'],
  22: ['oid', 'mpi'],
  25: [32],
  26: [56],
  27: [32],
  28: [57]
}

/** The OpenPGP secret key or subkey packet that the bytes begin with (RFC 9580, sections 4.2 and 5.5.3); null when they begin with none. */
export function readSecretKey(bytes: Uint8Array): SecretKeyPacket | null {
  const at = bodyOf(bytes)
  if (at === null) return null
  const version = bytes[at]
  if (version < 3 || version > 6) return null
  const algorithmAt = at + (version === 3 ? 7 : 5)
  const parts = publicParts[bytes[algorithmAt]]
  if (parts === undefined) return null
  const start = algorithmAt + 1
  const usage =
    version >= 5
      ? start + 4 + lengthOf(bytes, start, 4)
      : parts.reduce<number>((i, part) => behind(bytes, i, part), start)
  return { encrypted: usage < bytes.length ? bytes[usage] !== 0 : null }
}

/** Where the packet's body begins, when its tag is that of a secret key (5) or subkey (7) and the body fits. */
function bodyOf(bytes: Uint8Array): number | null {
  const head = bytes[0] ?? 0
  const isNew = (head & 0xc0) === 0xc0
  const tag = isNew ? head & 63 : (head >> 2) & 15
  if ((head & 0x80) === 0 || (tag !== 5 && tag !== 7)) return null
  const size = isNew ? newSize(bytes[1] ?? 0) : [1, 2, 4, 0][head & 3]
  const body = 1 + size
  const length =
    isNew && size === 2
      ? ((bytes[1] - 192) << 8) + (bytes[2] ?? 0) + 192
      : lengthOf(bytes, size === 5 ? 2 : 1, size === 5 ? 4 : size)
  return body + length <= bytes.length ? body : null
}

function newSize(first: number): number {
  if (first < 192) return 1
  return first < 224 ? 2 : 5
}

function lengthOf(bytes: Uint8Array, at: number, size: number): number {
  let length = 0
  for (let i = at; i < at + size; i++) length = length * 256 + (bytes[i] ?? 0)
  return length
}

/** The offset behind a part of the public key. */
function behind(bytes: Uint8Array, at: number, part: 'mpi' | 'oid' | 'kdf' | number): number {
  if (typeof part === 'number') return at + part
  if (part === 'mpi') return at + 2 + Math.ceil(lengthOf(bytes, at, 2) / 8)
  return at + 1 + (bytes[at] ?? 0)
}
