import type { Check } from '../../model.ts'
import { decodeBase58 } from './base-n.ts'
import { sha256 } from './sha256.ts'

/** What the bytes of a kind of key look like without their checksum. */
interface Kind {
  readonly network: 'mainnet' | 'testnet'
  readonly encrypted?: 'yes'
  readonly fits: (bytes: Uint8Array) => boolean
}

const begins = (bytes: Uint8Array, ...version: number[]) => version.every((byte, i) => bytes[i] === byte)

/** 32 bytes of key behind the version; a 1 at the end says that the public key is compressed. */
const wif = (version: number) => (bytes: Uint8Array) =>
  begins(bytes, version) && (bytes.length === 33 || (bytes.length === 34 && bytes[33] === 1))

/** Version, depth, parent, number, chain code (45 bytes in all), 0, key. */
const extended =
  (...version: number[]) =>
  (bytes: Uint8Array) =>
    bytes.length === 78 && begins(bytes, ...version) && bytes[45] === 0

const kinds: readonly Kind[] = [
  { network: 'mainnet', fits: wif(0x80) },
  { network: 'testnet', fits: wif(0xef) },
  { network: 'mainnet', fits: extended(0x04, 0x88, 0xad, 0xe4) },
  { network: 'mainnet', fits: extended(0x04, 0x9d, 0x78, 0x78) },
  { network: 'mainnet', fits: extended(0x04, 0xb2, 0x43, 0x0c) },
  { network: 'testnet', fits: extended(0x04, 0x35, 0x83, 0x94) },
  { network: 'testnet', fits: extended(0x04, 0x4a, 0x4e, 0x28) },
  { network: 'testnet', fits: extended(0x04, 0x5f, 0x18, 0xbc) },
  { network: 'mainnet', encrypted: 'yes', fits: (bytes) => bytes.length === 39 && begins(bytes, 0x01, 0x42) },
  { network: 'mainnet', encrypted: 'yes', fits: (bytes) => bytes.length === 39 && begins(bytes, 0x01, 0x43) }
]

/**
 * Bitcoin keys in base58check: the last 4 bytes are the first of SHA-256(SHA-256(all before)). Wallet import format
 * (en.bitcoin.it/wiki/Wallet_import_format), extended private keys (BIP 32, SLIP 132), encrypted keys (BIP 38).
 */
export const base58check: Check = {
  name: 'base58check',
  description: 'double SHA-256 in the last 4 bytes (Bitcoin keys: wallet import format, BIP 32, BIP 38)',
  check: (secret) => (kindOf(secret) === undefined ? 'fail' : 'pass'),
  hints(secret) {
    const kind = kindOf(secret)
    if (kind === undefined) return {}
    return { network: kind.network, ...(kind.encrypted === undefined ? {} : { encrypted: kind.encrypted }) }
  }
}

/** The bytes before a checksum that holds; null when it does not. */
export function base58Payload(text: string): Uint8Array | null {
  const bytes = decodeBase58(text)
  if (bytes === null || bytes.length < 5) return null
  const payload = bytes.subarray(0, -4)
  const digest = sha256(latin1Of(sha256(latin1Of(payload))))
  return bytes.subarray(-4).every((byte, i) => byte === digest[i]) ? payload : null
}

function kindOf(secret: string): Kind | undefined {
  const payload = base58Payload(secret)
  return payload === null ? undefined : kinds.find(({ fits }) => fits(payload))
}

function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
