import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { LogveilError } from '../errors.ts'
import { createEncryptor, type Encryptor } from '../redact/encrypt.ts'
import type { FingerprintKey } from '../redact/fingerprint.ts'
import { systemMessage } from './system-message.ts'

/**
 * Fingerprint keys as text: one a line, base64 or hex, with an id before it if wanted (`2025a:kX3...`); the first is the one in use. Blank
 * lines and `#` comments are left out. A key without an id gets one derived from it, so that it stays the same wherever the key is used.
 * `place` names the origin in errors (`KEY_INVALID`), which never hold a part of the key.
 */
export function parseKeys(text: string, place: string): FingerprintKey[] {
  const keys = text.split('\n').flatMap((line, i) => {
    const trimmed = line.trim()
    return trimmed === '' || trimmed.startsWith('#') ? [] : [parseKey(trimmed, `${place}, line ${i + 1}`)]
  })
  if (keys.length === 0)
    throw new LogveilError('KEY_INVALID', `${place} holds no key: make one with \`openssl rand -base64 32\``)
  return keys
}

function parseKey(line: string, place: string): FingerprintKey {
  const [, id, encoded] = /^(?:([a-z0-9-]{1,16}):)?(.*)$/.exec(line) ?? []
  const key = decode(encoded ?? '')
  if (key === null || key.length < 16) {
    throw new LogveilError(
      'KEY_INVALID',
      `${place}: write at least 16 random bytes as base64 or hex, like \`id:key\` or \`key\``
    )
  }
  return { id: id ?? derivedId(key), key }
}

function decode(text: string): Buffer | null {
  if (/^(?:[0-9a-fA-F]{2}){16,}$/.test(text)) return Buffer.from(text, 'hex')
  return /^[A-Za-z0-9+/_-]{22,}={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null
}

/** 32 bits tell keys apart and say nothing about 128 random ones. */
function derivedId(key: Uint8Array): string {
  return createHash('sha256').update('logveil key id').update(key).digest('hex').slice(0, 8)
}

/** Throws `KEY_INVALID`. */
export function readKeys(path: string): FingerprintKey[] {
  return parseKeys(readKeyFile(path), path)
}

/** From a file with an X25519 public key (PEM) or a symmetric key of 32 bytes (base64 or hex, with or without id). Throws `KEY_INVALID`. */
export function readEncryptor(path: string): Encryptor {
  const text = readKeyFile(path)
  if (text.includes('PRIVATE KEY-----')) {
    throw new LogveilError('KEY_INVALID', `${path} holds a private key: sealing needs the public one`)
  }
  if (!text.includes('-----BEGIN PUBLIC KEY-----')) {
    const [key] = parseKeys(text, path)
    return createEncryptor(key, randomBytes)
  }
  return createEncryptor({ id: derivedId(Buffer.from(text.replace(/\s/g, ''))), publicKey: text }, randomBytes)
}

/** Throws `KEY_INVALID`. */
export function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new LogveilError('KEY_INVALID', `cannot read ${path}: ${systemMessage(cause)}`, { cause })
  }
}
