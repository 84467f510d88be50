import type { Check } from '../../model.ts'
import { decodeBase32, encodeBase32 } from './base-n.ts'
import { crc32 } from './crc32.ts'

const userSeed = 0xe0b9692d
const applicationSeed = 0x1019f92e
/** Where the checksum's bytes stand among the 32, least significant first. */
const places = [22, 8, 7, 2]

/**
 * Azure DevOps personal access token without prefix: base32 of 32 bytes, of which four, scattered, are the CRC-32 of the others,
 * XORed with a constant for its kind. microsoft/security-utilities, SEC101_102_AdoPat.cs
 */
export const azureDevopsPat: Check = {
  name: 'azure-devops-pat',
  description:
    'CRC-32 scattered over the token (Azure DevOps personal access tokens of 52 characters; microsoft/security-utilities)',
  check(secret) {
    const bytes = secret.length === 52 ? decodeBase32(secret) : null
    if (bytes === null) return 'fail'
    const crc = crcOf(bytes)
    const stored = places.reduce((sum, place, i) => sum + bytes[place] * 256 ** i, 0)
    return stored === (crc ^ userSeed) >>> 0 || stored === (crc ^ applicationSeed) >>> 0 ? 'pass' : 'fail'
  }
}

/** A token of 52 characters, from 32 random bytes. */
export function azureDevopsToken(random: Uint8Array): string {
  const bytes = Uint8Array.from(random)
  const checksum = (crcOf(bytes) ^ userSeed) >>> 0
  places.forEach((place, i) => {
    bytes[place] = checksum >>> (8 * i)
  })
  return encodeBase32(bytes).toLowerCase()
}

function crcOf(bytes: Uint8Array): number {
  return crc32(Buffer.from(bytes.filter((_, i) => !places.includes(i))).toString('latin1'))
}
