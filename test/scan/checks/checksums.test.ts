import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { checks } from '../../../src/scan/checks/index.ts'

/** Bodies that look like nothing; the checksums are computed here, with node:zlib and node:crypto. */
const letters = 'Qz7Kp2Wm9Xc4Vb6Nh1Jd8Ls3Gf5Ta0RyUeIoPqMwZxBvCnDkFjGhLtYrEsWu'
const body = (length: number) => letters.repeat(5).slice(0, length)
const zeros = (length: number) => 'b'.repeat(length)

const base62 = (value: number) => {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  let text = ''
  for (let rest = BigInt(value); text.length < 6; rest /= 62n) text = digits[Number(rest % 62n)] + text
  return text
}
const bigEndianHex = (value: number) => value.toString(16).padStart(8, '0')
const littleEndian = (value: number) => {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}
const base32 = (data: Buffer) => {
  const bits = [...data].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(five, 2)])
    .join('')
}

const githubPat = `github_pat_${body(22)}_${body(43)}`
const gitlab = (prefix: string, payload: string, version: string) => {
  const head = `${prefix}${payload}${version}.${payload.length.toString(36).padStart(2, '0')}`
  return head + crc32(head).toString(36).padStart(7, '0')
}
const grafana = `glsa_${body(32)}`
const atlassian = `ATATT3xFfGF0${body(160)}=`
const confluent = body(54)

const vectors: [name: string, token: string][] = [
  ...['ghp', 'gho', 'ghu', 'ghs', 'npm'].map((prefix): [string, string] => [
    'github-crc32',
    `${prefix}_${body(30)}${base62(crc32(body(30)))}`
  ]),
  ['github-crc32', `ghr_${body(70)}${base62(crc32(body(70)))}`],
  [
    'github-fine-grained',
    `${githubPat}${base32(createHash('sha256').update(githubPat).digest()).slice(0, 8)}${zeros(8)}`
  ],
  ...['vcp', 'vci', 'vca', 'vcr', 'vck'].map((prefix): [string, string] => [
    'vercel-crc32',
    `${prefix}_a_b-${body(46)}${base62(crc32(`a_b-${body(46)}`))}`
  ]),
  ['gitlab-routable', gitlab('glpat-', body(32), '.01')],
  ['gitlab-routable', gitlab('glpat-', `-_${body(298)}`, '.01')],
  ['gitlab-routable', gitlab('glrt-t3_', body(27), '')],
  ['grafana-crc32', `${grafana}_${littleEndian(crc32(grafana)).toString('hex')}`],
  ...['cfut', 'cfat', 'cfk'].map((prefix): [string, string] => [
    'cloudflare-crc32',
    `${prefix}_${body(40)}${bigEndianHex(crc32(body(40)))}`
  ]),
  ['atlassian-crc32', `${atlassian}${bigEndianHex(crc32(atlassian)).toUpperCase()}`],
  ['atlassian-crc32', `ATBB${body(24)}${bigEndianHex(crc32(`ATBB${body(24)}`)).toUpperCase()}`],
  ['zuplo-crc32', `zpka_${body(32)}_${bigEndianHex(crc32(body(32)))}`],
  ['confluent-crc32', `cflt${confluent}${littleEndian(crc32(confluent)).toString('base64').slice(0, 6)}`]
]

const changed = (token: string, at: number) =>
  token.slice(0, at) + (token[at] === 'c' ? 'd' : 'c') + token.slice(at + 1)

describe.each(vectors)('%s', (name, token) => {
  test('passes what zlib and crypto computed', () => expect(checks[name].check(token)).toBe('pass'))

  test('fails a changed character, at both ends of what is covered', () => {
    const prefix = token.search(/[Qa-]/)
    expect(checks[name].check(changed(token, Math.max(6, prefix + 1)))).toBe('fail')
    expect(checks[name].check(changed(token, token.length - (name === 'github-fine-grained' ? 9 : 1)))).toBe('fail')
  })

  test('fails a token cut short, grown, or folded', () => {
    expect(checks[name].check(token.slice(0, -1))).toBe('fail')
    expect(checks[name].check(`${token}x`)).toBe('fail')
    expect(checks[name].check(token.toUpperCase())).toBe('fail')
  })
})

test('the length that GitLab writes is that of the payload', () => {
  expect(gitlab('glpat-', body(32), '.01').split('.').at(-1)?.slice(0, 2)).toBe('0w')
})

test('Grafana writes its checksum in little-endian order: the other order fails', () => {
  expect(checks['grafana-crc32'].check(`${grafana}_${bigEndianHex(crc32(grafana))}`)).toBe('fail')
})

test('GitHub fine-grained tokens have no CRC: one in base62 fails', () => {
  const head = `${githubPat}${zeros(10)}`
  expect(checks['github-fine-grained'].check(`${head}${base62(crc32(head))}`)).toBe('fail')
})

describe('no check throws, whatever it is given', () => {
  const inputs = [
    '',
    '_',
    '.',
    ':',
    '-',
    '=',
    'a',
    'é\xff\x00',
    '{}',
    'eyJ',
    'eyJ.',
    '..',
    '....',
    letters,
    `${letters}.${letters}.${letters}`,
    'e30.e30.',
    '\x00'.repeat(93)
  ]
  test.each(Object.values(checks))('$name', (check) => {
    for (const input of [...inputs, ...vectors.map(([, token]) => token)]) {
      expect(['pass', 'fail', 'unknown', 'reject']).toContain(check.check(input))
      for (const value of Object.values(check.hints?.(input) ?? {})) expect(value).toMatch(/^[\x20-\x7e]*$/)
    }
  })
})

test('every check stands under its own name, with a description', () => {
  expect(Object.entries(checks).map(([name, check]) => name === check.name)).toEqual(
    Object.keys(checks).map(() => true)
  )
  const directory = new URL('../../../src/scan/checks/', import.meta.url)
  const declared = readdirSync(directory)
    .map((file) => readFileSync(new URL(file, directory), 'utf8'))
    .flatMap((text) => /: Check = [\s\S]*?name: '([a-z0-9-]+)'/.exec(text)?.[1] ?? [])
  expect(Object.keys(checks).sort()).toEqual(declared.sort())
  for (const { description } of Object.values(checks)) expect(description.length).toBeGreaterThan(20)
})
