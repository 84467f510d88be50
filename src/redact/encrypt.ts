import type { KeyObject } from 'node:crypto'
import { LogveilError } from '../errors.ts'
import { crypto } from './crypto.ts'
import { checkKeyId } from './fingerprint.ts'

/**
 * Who can read sealed secrets: holders of a symmetric key (32 bytes), or of the private half of an X25519 key (32 raw
 * bytes or PEM). The id says later which key it was.
 */
export type EncryptorKey =
  | { readonly id: string; readonly key: Uint8Array }
  | { readonly id: string; readonly publicKey: Uint8Array | string }

export interface Encryptor {
  /** Sealed secret as base64url; 4/3 of the secret's length and about 90 characters more. */
  seal(secret: Uint8Array): string
}

/*
 * sealed = version mode idLength id salt ciphertext tag          as base64url
 *
 *   version   1 byte: 1
 *   mode      1 byte: 1 symmetric key, 2 X25519
 *   salt      32 bytes: random, or the ephemeral public key
 *   tag       16 bytes; authenticates everything before the ciphertext as well
 *
 * AES-256-GCM. Key (32) and nonce (12) = HKDF-SHA256(ikm, salt, info "logveil seal 1"): symmetric: ikm = the key. X25519:
 * ikm = shared secret, ephemeral public key, recipient's public key. A fresh key for every secret, so that the 2^32 limit
 * of random GCM nonces under one key does not apply.
 */
const version = 1
const symmetric = 1
const x25519 = 2
const saltBytes = 32
const tagBytes = 16

/** `random(n)` gives n bytes from a cryptographic source, which the pure core must not open itself. Throws `KEY_INVALID`. */
export function createEncryptor(key: EncryptorKey, random: (bytes: number) => Uint8Array): Encryptor {
  checkKeyId(key.id)
  const agree = 'key' in key ? symmetricAgreement(key.id, key.key) : publicKeyAgreement(key.id, key.publicKey)
  const prefix = Buffer.concat([
    Buffer.from([version, 'key' in key ? symmetric : x25519, key.id.length]),
    Buffer.from(key.id)
  ])
  return {
    seal(secret) {
      const { salt, ikm } = agree(random(saltBytes))
      const header = Buffer.concat([prefix, salt])
      const { key, nonce } = derive(ikm, salt)
      const cipher = crypto().createCipheriv('aes-256-gcm', key, nonce).setAAD(header)
      return Buffer.concat([header, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString('base64url')
    }
  }
}

type Agreement = (random: Uint8Array) => { salt: Uint8Array; ikm: Uint8Array }

function symmetricAgreement(id: string, key: Uint8Array): Agreement {
  checkSymmetricKey(key, `encryption key ${id}`)
  return (random) => ({ salt: random, ikm: key })
}

function publicKeyAgreement(id: string, publicKey: Uint8Array | string): Agreement {
  const recipient = importPublicKey(id, publicKey)
  const recipientBytes = rawPublicKey(recipient)
  return (random) => {
    const ephemeral = privateKeyFrom(random)
    const salt = rawPublicKey(crypto().createPublicKey(ephemeral))
    const shared = crypto().diffieHellman({ privateKey: ephemeral, publicKey: recipient })
    return { salt, ikm: Buffer.concat([shared, salt, recipientBytes]) }
  }
}

/**
 * Opens a sealed secret, for the break-glass holder: `token` is what `seal` gave or the whole placeholder, `key` the symmetric
 * key (32 bytes) or the X25519 private key (32 raw bytes or PEM). Throws `KEY_INVALID`, `DECRYPT_FAILED`.
 */
export function decrypt(token: string, key: Uint8Array | string): Uint8Array {
  const { mode, header, salt, ciphertext, tag } = parse(token)
  const { key: sealKey, nonce } = derive(mode === symmetric ? symmetricKey(key) : agreeWith(salt, key), salt)
  try {
    const decipher = crypto()
      .createDecipheriv('aes-256-gcm', sealKey, nonce, { authTagLength: tagBytes })
      .setAAD(header)
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(ciphertext), decipher.final()])
  } catch (cause) {
    throw new LogveilError('DECRYPT_FAILED', 'the sealed secret was altered or belongs to another key', { cause })
  }
}

/** Id of the key that a sealed secret (or its placeholder) needs. Throws `DECRYPT_FAILED`. */
export function sealedKeyId(token: string): string {
  return parse(token).id
}

function parse(token: string) {
  const sealed = Buffer.from(/:enc:([A-Za-z0-9_-]+)\]$/.exec(token)?.[1] ?? token, 'base64url')
  const idEnd = 3 + (sealed[2] ?? 0)
  const saltEnd = idEnd + saltBytes
  const [sealedVersion, mode] = sealed
  if (sealedVersion !== version || (mode !== symmetric && mode !== x25519) || sealed.length < saltEnd + tagBytes) {
    throw new LogveilError('DECRYPT_FAILED', 'this is no sealed secret, or it was cut off: pass the whole placeholder')
  }
  return {
    mode,
    id: sealed.toString('latin1', 3, idEnd),
    header: sealed.subarray(0, saltEnd),
    salt: sealed.subarray(idEnd, saltEnd),
    ciphertext: sealed.subarray(saltEnd, sealed.length - tagBytes),
    tag: sealed.subarray(sealed.length - tagBytes)
  }
}

function symmetricKey(key: Uint8Array | string): Uint8Array {
  if (typeof key === 'string')
    throw new LogveilError('KEY_INVALID', 'this secret is sealed with a symmetric key: pass its 32 bytes')
  checkSymmetricKey(key, 'decryption key')
  return key
}

function agreeWith(ephemeral: Uint8Array, key: Uint8Array | string): Uint8Array {
  const privateKey = importPrivateKey(key)
  try {
    const shared = crypto().diffieHellman({ privateKey, publicKey: publicKeyFrom(ephemeral) })
    return Buffer.concat([shared, ephemeral, rawPublicKey(crypto().createPublicKey(privateKey))])
  } catch (cause) {
    throw new LogveilError('DECRYPT_FAILED', 'the sealed secret was altered', { cause })
  }
}

function derive(ikm: Uint8Array, salt: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const derived = new Uint8Array(crypto().hkdfSync('sha256', ikm, salt, 'logveil seal 1', 44))
  return { key: derived.subarray(0, 32), nonce: derived.subarray(32) }
}

function checkSymmetricKey(key: Uint8Array, what: string): void {
  if (key.length !== 32) throw new LogveilError('KEY_INVALID', `${what} has ${key.length} bytes: AES-256 needs 32`)
}

/** Fails for points of low order too, with which the shared secret would be known to everybody. */
function importPublicKey(id: string, key: Uint8Array | string): KeyObject {
  try {
    const publicKey = typeof key === 'string' ? crypto().createPublicKey(key) : publicKeyFrom(key)
    crypto().diffieHellman({ privateKey: privateKeyFrom(new Uint8Array(32).fill(1)), publicKey })
    return publicKey
  } catch (cause) {
    throw new LogveilError('KEY_INVALID', `public key ${id}: pass an X25519 key as 32 bytes or PEM`, { cause })
  }
}

function importPrivateKey(key: Uint8Array | string): KeyObject {
  try {
    const privateKey = typeof key === 'string' ? crypto().createPrivateKey(key) : privateKeyFrom(key)
    if (privateKey.asymmetricKeyType === 'x25519') return privateKey
  } catch {
    // The cause could quote the key.
  }
  throw new LogveilError('KEY_INVALID', 'private key: pass an X25519 key as 32 bytes or PEM')
}

// RFC 8410: SPKI and PKCS #8 of X25519 are these bytes and the raw key behind them.
const spki = Buffer.from('302a300506032b656e032100', 'hex')
const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex')

function publicKeyFrom(raw: Uint8Array): KeyObject {
  requireRaw(raw)
  return crypto().createPublicKey({ key: Buffer.concat([spki, raw]), format: 'der', type: 'spki' })
}

function privateKeyFrom(raw: Uint8Array): KeyObject {
  requireRaw(raw)
  return crypto().createPrivateKey({ key: Buffer.concat([pkcs8, raw]), format: 'der', type: 'pkcs8' })
}

function rawPublicKey(key: KeyObject): Uint8Array {
  return key.export({ format: 'der', type: 'spki' }).subarray(spki.length)
}

/** X25519 keys have 32 bytes; DER would silently take the first ones of a longer one. */
function requireRaw(raw: Uint8Array): void {
  if (raw.length !== 32) throw new LogveilError('KEY_INVALID', `an X25519 key has 32 bytes, not ${raw.length}`)
}
