// Binary packets of SSH and OpenPGP: bounds are checked, nothing throws.

/** A 32-bit big-endian number; NaN behind the end. */
export function uint32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) return Number.NaN
  return bytes[at] * 0x1000000 + ((bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3])
}

/** Where the SSH string (RFC 4251: length, bytes) at `at` ends; NaN when it does not fit. */
export function stringEnd(bytes: Uint8Array, at: number): number {
  const end = at + 4 + uint32(bytes, at)
  return end <= bytes.length ? end : Number.NaN
}

/** The SSH string at `at` when it is a short name; null otherwise. */
export function nameAt(bytes: Uint8Array, at: number): string | null {
  const end = stringEnd(bytes, at)
  if (!(end - at - 4 <= 64)) return null
  const text = Buffer.from(bytes.subarray(at + 4, end)).toString('latin1')
  return /^[A-Za-z0-9@./,{}_-]+$/.test(text) ? text : null
}

/** Whether the bytes are SSH strings and nothing else, at least one. */
export function isStrings(bytes: Uint8Array): boolean {
  let at = 0
  while (at < bytes.length) at = stringEnd(bytes, at)
  return at === bytes.length && at > 0
}
