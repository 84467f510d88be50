import type { Check } from '../../model.ts'
import { decodeBase64 } from './base-n.ts'

/**
 * HashiCorp Vault tokens in base64url. `hvs.` is a protobuf message (version 1, HMAC, token), `hvb.` a sealed one, which begins with the
 * number of its key (4 bytes) and of the cipher (1 or 2); of `hvr.` nothing is published. hashicorp/vault, vault/tokens/token.proto and vault/barrier_aes_gcm.go
 */
export const vaultProto: Check = {
  name: 'vault-proto',
  description: 'protobuf of version, HMAC and token (HashiCorp Vault service and batch tokens)',
  check(secret) {
    if (secret.startsWith('hvr.')) return 'unknown'
    const bytes = decodeBase64(secret.slice(4))
    if (bytes === null) return 'fail'
    if (secret.startsWith('hvs.')) return isSignedToken(bytes) ? 'pass' : 'fail'
    return secret.startsWith('hvb.') && isSealed(bytes) ? 'pass' : 'fail'
  }
}

/** Field 1 is the number 1; then byte strings, of which the last ends where the token does. */
function isSignedToken(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x08 || bytes[1] !== 0x01 || bytes.length < 4) return false
  let at = 2
  while (at < bytes.length) {
    if ((bytes[at] & 7) !== 2 || at + 1 >= bytes.length) return false
    const long = bytes[at + 1] >= 0x80
    const length = long ? (bytes[at + 1] & 0x7f) | (bytes[at + 2] << 7) : bytes[at + 1]
    at += (long ? 3 : 2) + length
  }
  return at === bytes.length
}

function isSealed(bytes: Uint8Array): boolean {
  return bytes.length > 32 && bytes[0] === 0 && bytes[1] === 0 && (bytes[4] === 1 || bytes[4] === 2)
}
