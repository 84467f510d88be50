/** CRC-32 as in zlib, PNG and Ethernet: reflected polynomial 0x04C11DB7. Own table, because node:zlib has it only from Node 22 on. */
export function crc32(text: string): number {
  let crc = 0xffffffff
  for (let i = 0; i < text.length; i++) crc = table[(crc ^ text.charCodeAt(i)) & 0xff] ^ (crc >>> 8)
  return ~crc >>> 0
}

const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  return crc
})

/** The checksum's four bytes, most significant first. */
export function bigEndian(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
}

/** The checksum's four bytes, least significant first. */
export function littleEndian(value: number): string {
  return [...bigEndian(value)].reverse().join('')
}

export function hexOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('hex')
}
