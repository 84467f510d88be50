import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { checks } from '../../../src/scan/checks/index.ts'
import { readSecretKey } from '../../../src/scan/checks/openpgp.ts'
import { isStrings, nameAt, stringEnd, uint32 } from '../../../src/scan/checks/ssh-blob.ts'

const { check, hints } = checks['private-key']
const judged = (key: string) => [check(key), hints?.(key)]

const uint = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
const ssh = (value: string | Buffer) => Buffer.concat([uint(value.length), Buffer.from(value)])
const armour = (label: string, body: Buffer, tail: string[] = []) =>
  [
    `-----BEGIN ${label}-----`,
    ...(body.toString('base64').match(/.{1,64}/g) ?? []),
    ...tail,
    `-----END ${label}-----`
  ].join('\n')

describe('keys that node:crypto made', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const ed = generateKeyPairSync('ed25519').privateKey
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  const secret = { cipher: 'aes-128-cbc', passphrase: 'x' }
  const rows: [name: string, key: string, encrypted: 'yes' | 'no'][] = [
    ['PKCS#8, EC', ec.export({ type: 'pkcs8', format: 'pem' }) as string, 'no'],
    ['PKCS#8, Ed25519', ed.export({ type: 'pkcs8', format: 'pem' }) as string, 'no'],
    ['PKCS#8, RSA', rsa.export({ type: 'pkcs8', format: 'pem' }) as string, 'no'],
    ['SEC 1', ec.export({ type: 'sec1', format: 'pem' }) as string, 'no'],
    ['PKCS#1', rsa.export({ type: 'pkcs1', format: 'pem' }) as string, 'no'],
    ['PKCS#8, encrypted', rsa.export({ type: 'pkcs8', format: 'pem', ...secret }) as string, 'yes'],
    ['PKCS#1, encrypted', rsa.export({ type: 'pkcs1', format: 'pem', ...secret }) as string, 'yes'],
    ['SEC 1, encrypted', ec.export({ type: 'sec1', format: 'pem', ...secret }) as string, 'yes']
  ]
  const joints: Record<string, string> = {
    'line feeds': '\n',
    CRLF: '\r\n',
    'literal \\n': '\\n',
    'literal \\\\r\\\\n': '\\\\r\\\\n',
    spaces: ' ',
    '<br>': '<br>',
    '%0A': '%0A',
    '#012': '#012'
  }

  describe.each(rows)('%s', (_, pem, encrypted) => {
    test.each(Object.entries(joints))('joined by %s', (_name, joint) => {
      expect(judged(pem.trim().replaceAll('\n', joint))).toEqual(['pass', { encrypted }])
    })

    test('cut off proves nothing', () => {
      const lines = pem.trim().split('\n')
      expect(check(lines.slice(0, -1).join('\n'))).toBe('unknown')
      expect(check(lines[0])).toBe('unknown')
    })

    test('with a body cut short fails', () => {
      const lines = pem.trim().split('\n')
      lines.splice(-2, 1)
      // What is encrypted as a whole has no structure left but its blocks.
      expect(check(lines.join('\n'))).toBe(pem.includes('Proc-Type') ? check(lines.join('\n')) : 'fail')
      lines.splice(1, lines.length - 2, 'MIIEowIBAAKCAQEA...')
      expect(check(lines.join('\n'))).toBe('fail')
    })
  })

  test('what is encrypted as a whole comes in blocks', () => {
    const [, , , , , , [, pem]] = rows
    const lines = pem.trim().split('\n')
    expect(check([...lines.slice(0, 4), 'A'.repeat(64), ...lines.slice(-1)].join('\n'))).toBe('pass')
    expect(check([...lines.slice(0, 4), 'A'.repeat(60), ...lines.slice(-1)].join('\n'))).toBe('fail')
  })
})

describe('OpenSSH', () => {
  const key = (cipher: string, keys: number) =>
    armour(
      'OPENSSH PRIVATE KEY',
      Buffer.concat([
        Buffer.from('openssh-key-v1\0'),
        ssh(cipher),
        ssh(cipher === 'none' ? 'none' : 'bcrypt'),
        ssh(cipher === 'none' ? '' : Buffer.concat([ssh(Buffer.alloc(16, 9)), uint(16)])),
        uint(keys),
        ssh(Buffer.concat([ssh('ssh-ed25519'), ssh(Buffer.alloc(32, 1))])),
        ssh(Buffer.alloc(136, 2))
      ])
    )

  test('plain and encrypted', () => {
    expect(judged(key('none', 1))).toEqual(['pass', { encrypted: 'no' }])
    expect(judged(key('aes256-ctr', 1))).toEqual(['pass', { encrypted: 'yes' }])
  })

  test('fails without a key, or with another magic', () => {
    expect(check(key('none', 0))).toBe('fail')
    expect(check(key('no ne', 1))).toBe('fail')
    expect(check(armour('OPENSSH PRIVATE KEY', Buffer.from(`openssh-key-v2\0${'x'.repeat(90)}`)))).toBe('fail')
  })
})

test('ssh.com: magic, length, key type, cipher', () => {
  const key = (cipher: string) => {
    const rest = Buffer.concat([ssh('if-modn{sign{rsa-pkcs1-sha1}}'), ssh(cipher), ssh(Buffer.alloc(64, 5))])
    const body = Buffer.concat([uint(0x3f6ff9eb), uint(8 + rest.length), rest])
    return armour('SSH2 ENCRYPTED PRIVATE KEY', body)
      .replaceAll('-----', '---- ')
      .replace(/ $/, '')
      .replaceAll('----  ', '---- ')
  }
  const dashes = (text: string) => text.replaceAll(/---- ?(BEGIN|END) ([A-Z0-9 ]+?) ?----/g, '---- $1 $2 ----').trim()
  expect(judged(dashes(key('3des-cbc')))).toEqual(['pass', { encrypted: 'yes' }])
  expect(judged(dashes(key('none')))).toEqual(['pass', { encrypted: 'no' }])
  expect(check(dashes(key('!')))).toBe('fail')
})

describe('OpenPGP', () => {
  const mpi = (bits: number) => {
    const size = Buffer.alloc(2)
    size.writeUInt16BE(bits)
    return Buffer.concat([size, Buffer.alloc(Math.ceil(bits / 8), 0x5a)])
  }
  const oid = Buffer.from('092b06010401da470f01', 'hex')
  const curve = Buffer.concat([oid, mpi(263)])
  const publicParts: Record<number, Buffer> = {
    1: Buffer.concat([mpi(2047), mpi(17)]),
    17: Buffer.concat([mpi(2048), mpi(256), mpi(2045), mpi(2047)]),
    18: Buffer.concat([curve, Buffer.from('03010807', 'hex')]),
    19: curve,
    22: curve,
    25: Buffer.alloc(32, 1),
    27: Buffer.alloc(32, 1),
    28: Buffer.alloc(57, 1)
  }
  const body = (version: number, algorithm: number, usage: number) =>
    Buffer.concat([
      Buffer.from([version, 0x65, 0, 0, 0, ...(version === 3 ? [0, 0] : []), algorithm]),
      ...(version >= 5 ? [uint(publicParts[algorithm].length)] : []),
      publicParts[algorithm],
      Buffer.from([usage]),
      Buffer.alloc(40, 7)
    ])
  const oldPacket = (data: Buffer) => Buffer.concat([Buffer.from([0x95, data.length >> 8, data.length & 255]), data])
  const newPacket = (data: Buffer) => {
    if (data.length < 192) return Buffer.concat([Buffer.from([0xc5, data.length]), data])
    const rest = data.length - 192
    return Buffer.concat([Buffer.from([0xc5, 192 + (rest >> 8), rest & 255]), data])
  }
  const longPacket = (data: Buffer) => Buffer.concat([Buffer.from([0xc5, 255]), uint(data.length), data])

  test.each(Object.keys(publicParts).map(Number))(
    'algorithm %i, plain and encrypted, in packets of every kind',
    (algorithm) => {
      for (const pack of [oldPacket, newPacket, longPacket]) {
        expect(readSecretKey(pack(body(4, algorithm, 0)))).toEqual({ encrypted: false })
        expect(readSecretKey(pack(body(4, algorithm, 254)))).toEqual({ encrypted: true })
        expect(readSecretKey(pack(body(6, algorithm, 253)))).toEqual({ encrypted: true })
        expect(readSecretKey(pack(body(4, algorithm, 0)).subarray(0, -1))).toBe(null)
      }
    }
  )

  test('version 3, and what is no secret key', () => {
    expect(readSecretKey(oldPacket(body(3, 1, 255)))).toEqual({ encrypted: true })
    expect(readSecretKey(oldPacket(body(7, 1, 0)))).toBe(null)
    expect(readSecretKey(Buffer.concat([Buffer.from([0x99]), oldPacket(body(4, 1, 0)).subarray(1)]))).toBe(null)
    expect(readSecretKey(oldPacket(Buffer.from([4, 0, 0, 0, 0, 99, 0])))).toBe(null)
    expect(readSecretKey(oldPacket(Buffer.from([4, 0, 0, 0, 0, 1])))).toEqual({ encrypted: null })
    expect(readSecretKey(Buffer.alloc(0))).toBe(null)
  })

  test('in armour, with headers and checksum', () => {
    const key = armour('PGP PRIVATE KEY BLOCK', newPacket(body(4, 1, 254)), ['=aB3d']).replace(
      '\n',
      '\nVersion: GnuPG v2\nComment: of the release team\n\n'
    )
    expect(judged(key)).toEqual(['pass', { encrypted: 'yes' }])
    expect(check(armour('PGP PRIVATE KEY BLOCK', Buffer.alloc(120, 0x41)))).toBe('fail')
  })
})

describe('PuTTY', () => {
  const putty = checks['putty-key']
  const around = (before: string) => ({ before: (bytes: number) => before.slice(-bytes), after: () => '' })
  const file = (cipher: string) =>
    around(
      `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: ${cipher}\nComment: x\nPublic-Lines: 2\nAAAA\nPrivate-Lines: 1\n`
    )
  const plain = ssh(Buffer.alloc(32, 3)).toString('base64')
  const rsa = Buffer.concat([256, 129, 128, 128].map((size) => ssh(Buffer.alloc(size, 4)))).toString('base64')
  const blocks = Buffer.alloc(48, 0xee).toString('base64')

  test('plain keys are SSH strings', () => {
    expect([plain, rsa, (rsa.match(/.{1,64}/g) ?? []).join('\\r\\n')].map((key) => putty.check(key))).toEqual([
      'pass',
      'pass',
      'pass'
    ])
    expect(putty.check(plain, file('none'))).toBe('pass')
    expect(putty.hints?.(plain, file('none'))).toEqual({ encrypted: 'no' })
    expect(putty.hints?.(plain)).toEqual({})
  })

  test('encrypted ones prove nothing', () => {
    expect(putty.check(blocks, file('aes256-cbc'))).toBe('unknown')
    expect(putty.hints?.(blocks, file('aes256-cbc'))).toEqual({ encrypted: 'yes' })
    expect(putty.check(plain, file('aes256-cbc'))).toBe('fail')
  })

  test('others fail', () => {
    expect([blocks, plain.slice(0, -4), `${plain.slice(0, -4)}!!!!`, ''].map((key) => putty.check(key))).toEqual(
      Array(4).fill('fail')
    )
  })
})

test('SSH strings that reach behind the end are none', () => {
  const bytes = Buffer.concat([uint(3), Buffer.from('abc'), uint(0xffffffff)])
  expect([uint32(bytes, 0), uint32(bytes, 7), uint32(bytes, 9)]).toEqual([3, 0xffffffff, Number.NaN])
  expect([stringEnd(bytes, 0), stringEnd(bytes, 7), stringEnd(bytes, Number.NaN)]).toEqual([7, Number.NaN, Number.NaN])
  expect([nameAt(bytes, 0), nameAt(bytes, 7), nameAt(ssh('a b'), 0), nameAt(ssh('x'.repeat(65)), 0)]).toEqual([
    'abc',
    null,
    null,
    null
  ])
  expect([isStrings(bytes), isStrings(bytes.subarray(0, 7)), isStrings(Buffer.alloc(0))]).toEqual([false, true, false])
})
