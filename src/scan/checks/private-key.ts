import type { Check, Verdict } from '../../model.ts'
import { alone } from './around.ts'
import { decodeBase64 } from './base-n.ts'
import { serviceAccountHints } from './gcp-service-account.ts'
import { readSecretKey } from './openpgp.ts'
import { nameAt, stringEnd, uint32 } from './ssh-blob.ts'

/** Line ends as loggers write them: escaped, percent-encoded, in HTML, or as rsyslog does. */
const lineEnd = /\\+u000[ad]|\\+[nrt]|%0[ad]|%20|<br ?\/?>|&#(?:10|13|x[ad]);|#01[25]|\s/gi

/**
 * A private key with its armour: base64 of DER (RFC 7468, RFC 5208, RFC 5915, RFC 8017), of OpenSSH's format (openssh/openssh-portable,
 * PROTOCOL.key), of ssh.com's, or of an OpenPGP packet (RFC 9580). Without an END it is cut off, and nothing to prove.
 */
export const privateKey: Check = {
  name: 'private-key',
  description:
    'label and the structure under its base64: DER, OpenSSH, SSH2, OpenPGP (private keys; RFC 7468, RFC 9580)',
  check: (secret) => read(secret).verdict,
  hints(secret, around = alone) {
    const { encrypted } = read(secret)
    return {
      ...(encrypted === null ? {} : { encrypted: encrypted ? 'yes' : 'no' }),
      ...serviceAccountHints(around)
    }
  }
}

interface Reading {
  readonly verdict: Verdict
  /** Whether a passphrase protects it; null when that cannot be read. */
  readonly encrypted: boolean | null
}

function read(secret: string): Reading {
  const armour = /^-{4,5} ?BEGIN ([A-Z0-9 ]{0,60}?)PRIVATE KEY( BLOCK)? ?-{4,5}/i.exec(secret)
  if (armour === null) return { verdict: 'fail', encrypted: null }
  const label = armour[1].toUpperCase()
  const complete = /-{4,5} ?END [A-Z0-9 ]{0,80}-{4,5}$/i.test(secret.slice(-100))
  const text = secret.slice(armour[0].length).replace(lineEnd, '\n')
  const bytes = decodeBase64(bodyOf(text))
  const found = bytes === null ? null : structureOf(bytes, label, text)
  return {
    verdict: complete ? (found?.fits ? 'pass' : 'fail') : 'unknown',
    encrypted: found?.encrypted ?? (/ENCRYPTED/.test(label) ? true : null)
  }
}

/** The lines of base64, without headers before and checksum or END behind. */
function bodyOf(text: string): string {
  const lines = text
    .split('-----', 1)[0]
    .split('\n')
    .filter((line) => line !== '')
  const isBody = (line: string) => /^[A-Za-z0-9+/]+={0,2}$/.test(line)
  const long = lines.findIndex((line) => line.length >= 40 && isBody(line))
  const start = long >= 0 ? long : lines.findLastIndex((line) => !isBody(line) && !line.startsWith('=')) + 1
  const end = lines.findIndex((line, i) => i >= start && !isBody(line))
  return lines.slice(start, end < 0 ? undefined : end).join('')
}

function structureOf(bytes: Uint8Array, label: string, text: string): { fits: boolean; encrypted: boolean | null } {
  if (label.includes('PGP')) {
    const packet = readSecretKey(bytes)
    return { fits: packet !== null, encrypted: packet?.encrypted ?? null }
  }
  if (startsWith(bytes, openSshMagic)) return openSsh(bytes)
  if (uint32(bytes, 0) === 0x3f6ff9eb) return ssh2(bytes)
  // RFC 1421: the whole DER is one ciphertext.
  if (/Proc-Type:\s{0,4}4,\s{0,4}ENCRYPTED/.test(text))
    return { fits: /DEK-Info:\s{0,4}[A-Z0-9-]+,[0-9A-F]{16,32}/.test(text) && bytes.length % 8 === 0, encrypted: true }
  return { fits: isDer(bytes), encrypted: label.includes('ENCRYPTED') || isEncryptedInfo(bytes) }
}

const openSshMagic = 'openssh-key-v1\0'

function startsWith(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.subarray(0, text.length)).toString('latin1') === text
}

/** Magic, cipher, key derivation, its options, number of keys. */
function openSsh(bytes: Uint8Array): { fits: boolean; encrypted: boolean | null } {
  const cipher = nameAt(bytes, openSshMagic.length)
  const derivation = stringEnd(bytes, openSshMagic.length)
  const keys = uint32(bytes, stringEnd(bytes, stringEnd(bytes, derivation)))
  return { fits: cipher !== null && keys >= 1 && keys < 16, encrypted: cipher === null ? null : cipher !== 'none' }
}

/** Magic, length, key type, cipher. */
function ssh2(bytes: Uint8Array): { fits: boolean; encrypted: boolean | null } {
  const cipher = nameAt(bytes, stringEnd(bytes, 8))
  return { fits: cipher !== null, encrypted: cipher === null ? null : cipher !== 'none' }
}

/** A SEQUENCE as long as the bytes that begins with a version (INTEGER) or, encrypted, with an algorithm (SEQUENCE). */
function isDer(bytes: Uint8Array): boolean {
  const head = headOf(bytes)
  return head > 0 && (bytes[head] === 0x02 || bytes[head] === 0x30)
}

function isEncryptedInfo(bytes: Uint8Array): boolean {
  const head = headOf(bytes)
  return head > 0 && bytes[head] === 0x30
}

/** Length of the header of a SEQUENCE that is all there is; 0 when it is none. */
function headOf(bytes: Uint8Array): number {
  if (bytes[0] !== 0x30 || bytes.length < 4) return 0
  const size = bytes[1] < 0x80 ? 0 : bytes[1] & 0x7f
  if (size > 3) return 0
  let length = size === 0 ? bytes[1] : 0
  for (let i = 0; i < size; i++) length = length * 256 + bytes[2 + i]
  return 2 + size + length === bytes.length ? 2 + size : 0
}
