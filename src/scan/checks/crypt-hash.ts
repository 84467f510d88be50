import type { Check, Verdict } from '../../model.ts'
import { canonicalBase64 } from './base-n.ts'

const bcrypt64 = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const crypt64 = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

interface Scheme {
  /** What says that a hash is of this scheme. */
  readonly mark: RegExp
  /** The scheme's fields, each a group. */
  readonly fields: RegExp
  readonly holds: (fields: readonly string[]) => boolean
}

const between = (text: string, least: number, most: number) => Number(text) >= least && Number(text) <= most

/** A digest whose size is no multiple of 3 bytes leaves bits of the last character unused: they are zero, above in crypt's order. */
const endsBelow = (hash: string, limit: number) => crypt64.indexOf(hash.slice(-1)) < limit

const isBase64Of = (text: string, ...sizes: number[]) =>
  sizes.includes(canonicalBase64(text.replaceAll('.', '+'))?.length ?? -1)

/** In bytes. */
const digestSizes: Readonly<Record<string, number>> = {
  md5: 16,
  sha: 20,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64
}

const schemes: readonly Scheme[] = [
  {
    mark: /^\$2[abxy]\$/,
    fields: /^\$2[abxy]\$([0-9]{2})\$[./A-Za-z0-9]{22}([./A-Za-z0-9]{31})$/,
    holds: ([cost, hash]) => between(cost, 4, 31) && bcrypt64.indexOf(hash.slice(-1)) % 4 === 0
  },
  {
    mark: /^\$argon2/,
    fields:
      /^\$argon2(?:id|i|d)\$(?:v=(?:16|19)\$)?m=([0-9]{1,10}),t=([0-9]{1,10}),p=([0-9]{1,8})\$([A-Za-z0-9+/]+=*)\$([A-Za-z0-9+/]+=*)$/,
    holds: ([memory, passes, lanes, salt, hash]) =>
      between(lanes, 1, 0xffffff) &&
      between(passes, 1, 0xffffffff) &&
      between(memory, 8 * Number(lanes), 0xffffffff) &&
      (canonicalBase64(salt)?.length ?? 0) >= 8 &&
      isBase64Of(hash, 16, 20, 24, 32, 48, 64, 128)
  },
  {
    mark: /^\$5\$/,
    fields: /^\$5\$(?:rounds=([0-9]+)\$)?[^$:\s]{0,16}\$([./A-Za-z0-9]{43})$/,
    holds: ([rounds = '5000', hash]) => between(rounds, 1000, 999_999_999) && endsBelow(hash, 16)
  },
  {
    mark: /^\$6\$/,
    fields: /^\$6\$(?:rounds=([0-9]+)\$)?[^$:\s]{0,16}\$([./A-Za-z0-9]{86})$/,
    holds: ([rounds = '5000', hash]) => between(rounds, 1000, 999_999_999) && endsBelow(hash, 4)
  },
  {
    mark: /^\$(?:1|apr1)\$/,
    fields: /^\$(?:1|apr1)\$[^$:\s]{0,8}\$([./A-Za-z0-9]{22})$/,
    holds: ([hash]) => endsBelow(hash, 4)
  },
  {
    mark: /^\$(?:g?y|7)\$/,
    fields: /^\$(?:(?:g?y)\$[./A-Za-z0-9]+\$[./A-Za-z0-9]{0,86}|7\$[./A-Za-z0-9]{11,97})\$([./A-Za-z0-9]{43})$/,
    holds: ([hash]) => endsBelow(hash, 16)
  },
  {
    mark: /^\$[PH]\$/,
    fields: /^\$[PH]\$([./A-Za-z0-9])[./A-Za-z0-9]{8}([./A-Za-z0-9]{22})$/,
    holds: ([cost, hash]) => between(String(crypt64.indexOf(cost)), 7, 30) && endsBelow(hash, 4)
  },
  {
    mark: /pbkdf2[_-]sha/,
    fields: /^\$?pbkdf2[_-]sha(1|256|512)\$([0-9]+)\$[^$\s]+\$([A-Za-z0-9./+]+={0,2})$/,
    holds: ([digest, rounds, hash]) =>
      between(rounds, 1, 0xffffffff) && isBase64Of(hash, { 1: 20, 256: 32, 512: 64 }[digest] ?? -1)
  },
  {
    mark: /^SCRAM-SHA-256\$/,
    fields: /^SCRAM-SHA-256\$([0-9]+):([A-Za-z0-9+/]+=*)\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)$/,
    holds: ([rounds, salt, stored, server]) =>
      between(rounds, 1, 0x7fffffff) &&
      canonicalBase64(salt) !== null &&
      isBase64Of(stored, 32) &&
      isBase64Of(server, 32)
  },
  {
    mark: /^\{(?:s?sha|s?md5)/i,
    fields: /^\{(s?)(sha|sha-?1|sha-?256|sha-?384|sha-?512|md5)\}([A-Za-z0-9+/]+={0,2})$/i,
    holds: ([salted, digest, hash]) => {
      const size = digestSizes[digest.toLowerCase().replace('-', '')]
      const length = canonicalBase64(hash)?.length ?? 0
      return salted === '' ? length === size : length >= size + 4 && length <= size + 64
    }
  },
  {
    mark: /^pbkdf2:sha/,
    fields: /^pbkdf2:(sha1|sha224|sha256|sha384|sha512)(?::([0-9]{1,9}))?\$[A-Za-z0-9]+\$([0-9a-f]+)$/,
    holds: ([digest, rounds = '1', hash]) => between(rounds, 1, 999_999_999) && hash.length === 2 * digestSizes[digest]
  }
]

/**
 * Password hashes: number of fields, cost in its range, and a digest of the right size whose unused bits are zero. crypt(5) of libxcrypt,
 * akkadia.org "Unix crypt using SHA-256 and SHA-512", PHC string format, Passlib's modular crypt format, RFC 5803 (SCRAM), RFC 2307.
 */
export const cryptHash: Check = {
  name: 'crypt-hash',
  description:
    'fields, cost and size of the digest (password hashes: crypt, htpasswd, Argon2, PBKDF2, SCRAM; crypt(5))',
  check(secret): Verdict {
    const scheme = schemes.find(({ mark }) => mark.test(secret))
    if (scheme === undefined) return 'unknown'
    const match = scheme.fields.exec(secret)
    return match !== null && scheme.holds(match.slice(1)) ? 'pass' : 'fail'
  }
}
