import type { Random } from './template-random.ts'

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** A JSON Web Token (RFC 7519) with readable header and claims, and 32 random bytes where the signature stands. */
export function fakeJwt(random: Random): string {
  const issued = 1_700_000_000 + random.below(50_000_000)
  const header = { alg: 'HS256', typ: 'JWT' }
  const claims = { iss: 'https://id.example.test', sub: random.text(base62, 12), iat: issued, exp: issued + 3600 }
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.${Buffer.from(random.bytes(32)).toString('base64url')}`
}

/** The lines of a PEM block (RFC 7468) with `lines` full lines of 64 characters, whose beginning is what the label says. */
export function fakePem(random: Random, label: string, lines: number): string[] {
  const start = beginning(label, lines * 48)
  const body = Buffer.concat([start, random.bytes(Math.max(0, lines * 48 - start.length))]).toString('base64')
  const wrapped = body.match(/.{1,64}/g) ?? []
  const armour = label.startsWith('PGP') ? ['', ...wrapped, `=${random.text(base62, 4)}`] : wrapped
  return [`-----BEGIN ${label}-----`, ...armour, `-----END ${label}-----`]
}

/** DER: SEQUENCE with its length, then INTEGER 0, the version (RFC 8017 A.1.2, RFC 5958). */
function beginning(label: string, size: number): Buffer {
  if (label.startsWith('OPENSSH'))
    return Buffer.from('openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01', 'latin1')
  // Secret key packet: length, version 4, time, RSA (RFC 9580, 5.5).
  if (label.startsWith('PGP')) return Buffer.from([0x95, (size - 3) >> 8, (size - 3) & 255, 4, 0x65, 0, 0, 0, 1])
  const length = size - 4
  return Buffer.from([0x30, 0x82, length >> 8, length & 255, 0x02, 0x01, 0x00])
}
