import { argon2Sync, createHash, pbkdf2Sync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { checks } from '../../../src/scan/checks/index.ts'

const { check } = checks['crypt-hash']
const bare = (data: Buffer) => data.toString('base64').replace(/=+$/, '')
const salt = Buffer.from(Array.from({ length: 16 }, (_, i) => i * 11 + 3))
const derive = (size: number, digest: string) => pbkdf2Sync('hello', salt, 10, size, digest)

/** Written in parts, for no scanner of this repository to find a hash. */
const field = (...parts: string[]) => parts.join('$')

/**
 * "Hello world!" hashed by OpenSSL (`passwd -1 -apr1 -5 -6`) and by libxcrypt (crypt(3)); the last one is of phpass's own test. Their fields
 * are joined here.
 */
const published = [
  field('', '1', 'saltstri', 'YMyguxXMBpd2TEZ.vS/3q1'),
  field('', 'apr1', 'saltstri', 'aGfuB7Lcvs2TUeFTqUVfN0'),
  field('', '5', 'saltstri', 'AcFF27v62S0zwgTU0yv0eKFexEp411.69eNIGyiG0L5'),
  field('', '5', 'rounds=10000', 'saltstringsaltst', '3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA'),
  field('', '6', 'saltstri', 'TuQo8ue714Ctf4Zl7Ctg70/YwYXvMiZP8AgmExw/pTqWoUKmQ9LD2WQO4j78UOYkYf3xOZCXu6asrMlXdzzMM1'),
  field('', 'y', 'j9T', 'F5Jx5fExrKuPp53xLKQ..1', '42RgPIrXdXSEEs77lDi/4IqKVqFBAVaHJkzw5uD1r57'),
  field('', 'gy', 'j9T', 'F5Jx5fExrKuPp53xLKQ..1', 'uLkBCRJb/TzKBTR3DrVo2tiThTkOvFiPjk1DUnHM8aA'),
  field('', '7', 'CU..../....2Q9obwLhin8qvQl6sisAO/', '8seeLVpHjJ8Ra6XdkOFqgjmEyueK9hxzBB4Pej3P0Y8'),
  field('', '2b', '05', 'CCCCCCCCCCCCCCCCCCCCC.z6PrHbuSsMSSwIGFy1JGevQZf6CqJ1y'),
  field('', 'P', '9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0')
]

/** Made here by node:crypto. */
const computed = [
  field('', 'argon2id', 'v=19', 'm=64,t=1,p=1', bare(salt), bare(argon2(32))),
  field('', 'argon2id', 'v=19', 'm=64,t=1,p=1', bare(salt), bare(argon2(64))),
  field('pbkdf2_sha256', '10', 'saltsalt', derive(32, 'sha256').toString('base64')),
  field('pbkdf2_sha1', '10', 'saltsalt', derive(20, 'sha1').toString('base64')),
  field('', 'pbkdf2-sha512', '10', bare(salt), bare(derive(64, 'sha512')).replaceAll('+', '.')),
  field('SCRAM-SHA-256', `4096:${salt.toString('base64')}`, `${sha('stored')}:${sha('server')}`),
  ...['SHA', 'SHA1', 'SHA256', 'SHA512', 'MD5'].map((name) => `{${name}}${digestOf(name).toString('base64')}`),
  ...['SSHA', 'SSHA256', 'SMD5'].map(
    (name) => `{${name}}${Buffer.concat([digestOf(name.slice(1)), salt]).toString('base64')}`
  ),
  field('pbkdf2:sha256:1000', 'saltsalt', derive(32, 'sha256').toString('hex'))
]

function sha(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}

function digestOf(name: string): Buffer {
  return createHash(name.replace(/^SHA$/, 'SHA1')).update('hello').digest()
}

function argon2(tagLength: number): Buffer {
  return argon2Sync('argon2id', { message: 'hello', nonce: salt, parallelism: 1, tagLength, memory: 64, passes: 1 })
}

describe.each([...published, ...computed].map((hash, i) => [i, hash.slice(0, 8), hash] as const))(
  '%i %s',
  (_, _name, hash) => {
    const padding = /=*$/.exec(hash)?.[0] ?? ''
    const digest = hash.slice(0, hash.length - padding.length)

    test('passes', () => expect(check(hash)).toBe('pass'))

    test('fails cut short or grown', () => {
      expect(check(digest.slice(0, -1) + padding)).toBe('fail')
      // A longer salt behind the digest is as good.
      expect(check(`${digest}A${padding}`)).toBe(hash.startsWith('{SMD5}') ? 'pass' : 'fail')
    })
  }
)

test('bits that no digest has make it fail', () => {
  const last = published.map((hash) => `${hash.slice(0, -1)}z`)
  expect(last.map((text) => check(text))).toEqual(last.map(() => 'fail'))
})

test.each([
  field('', '2b', '03', 'CCCCCCCCCCCCCCCCCCCCC.z6PrHbuSsMSSwIGFy1JGevQZf6CqJ1y'),
  field('', '2b', '32', 'CCCCCCCCCCCCCCCCCCCCC.z6PrHbuSsMSSwIGFy1JGevQZf6CqJ1y'),
  field('', '5', 'rounds=999', 'saltstri', 'AcFF27v62S0zwgTU0yv0eKFexEp411.69eNIGyiG0L5'),
  field('', 'argon2id', 'v=19', 'm=7,t=1,p=1', bare(salt), bare(Buffer.alloc(32))),
  field('', 'argon2id', 'v=19', 'm=64,t=0,p=1', bare(salt), bare(Buffer.alloc(32))),
  field('', 'argon2id', 'v=19', 'm=64,t=1,p=1', bare(salt.subarray(0, 4)), bare(Buffer.alloc(32))),
  field('', 'P', '2IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0'),
  `{SSHA}${digestOf('SHA').toString('base64')}`,
  `{SHA}${digestOf('SHA256').toString('base64')}`,
  field('pbkdf2:sha256:1000', 'saltsalt', derive(20, 'sha1').toString('hex')),
  field('pbkdf2_sha256', '0', 'saltsalt', derive(32, 'sha256').toString('base64')),
  field('pbkdf2_sha256', '10', 'saltsalt', derive(20, 'sha1').toString('base64'))
])('a cost, salt or size out of range fails: %#', (hash) => expect(check(hash)).toBe('fail'))

test.each(['', 'x', field('', 'scheme', 'x'), 'sha1$salt$hash'])('"%s" is of no scheme that is known', (text) =>
  expect(check(text)).toBe('unknown')
)
