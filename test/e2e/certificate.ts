import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** A certificate with its key, both as PEM. */
export interface Certificate {
  readonly cert: string
  readonly key: string
  /** Issues another one; it is itself the authority. */
  issue(name: string): Certificate
}

/** An authority of the test's own: no key has to stand in git. */
export function createAuthority(name: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return build(name, privateKey, publicKey, name, privateKey, true)
}

function build(
  name: string,
  own: KeyObject,
  publicKey: KeyObject,
  issuer: string,
  issuerKey: KeyObject,
  authority: boolean
): Certificate {
  const der = certificate(name, publicKey, issuer, issuerKey, authority)
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: own.export({ type: 'pkcs8', format: 'pem' }) as string,
    issue(other) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return build(other, pair.privateKey, pair.publicKey, name, own, false)
    }
  }
}

// X.509 (RFC 5280) in DER: a tag, a length, the content.

function certificate(
  name: string,
  publicKey: KeyObject,
  issuer: string,
  issuerKey: KeyObject,
  authority: boolean
): Buffer {
  const algorithm = sequence(oid('2a8648ce3d040302')) // ecdsa-with-SHA256
  const extensions = [
    sequence(
      oid('551d11'),
      octets(sequence(tag(0x82, Buffer.from('localhost')), tag(0x87, Buffer.from([127, 0, 0, 1]))))
    ),
    ...(authority
      ? [sequence(oid('551d13'), tag(0x01, Buffer.from([255])), octets(sequence(tag(0x01, Buffer.from([255])))))]
      : [])
  ]
  const signed = sequence(
    tag(0xa0, integer(2)),
    integer(Math.floor((1 + Math.random()) * 2 ** 30)),
    algorithm,
    distinguished(issuer),
    sequence(time(-3_600_000), time(86_400_000)),
    distinguished(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tag(0xa3, sequence(...extensions))
  )
  const signature = sign('sha256', signed, issuerKey)
  return sequence(signed, algorithm, tag(0x03, Buffer.concat([Buffer.from([0]), signature])))
}

function tag(number: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([number, ...size]), content])
}

const sequence = (...parts: Buffer[]) => tag(0x30, Buffer.concat(parts))
const octets = (content: Buffer) => tag(0x04, content)
const oid = (hex: string) => tag(0x06, Buffer.from(hex, 'hex'))
const time = (fromNow: number) =>
  tag(0x17, Buffer.from(`${new Date(Date.now() + fromNow).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))

function integer(value: number): Buffer {
  return tag(
    0x02,
    Buffer.from(value < 128 ? [value] : [value >> 24, value >> 16, value >> 8, value].map((byte) => byte & 255))
  )
}

function distinguished(name: string): Buffer {
  return sequence(tag(0x31, sequence(oid('550403'), tag(0x0c, Buffer.from(name)))))
}
