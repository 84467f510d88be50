import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { LogveilError } from '../../src/errors.ts'
import { checks } from '../../src/scan/checks/index.ts'
import { expand, templateMistake } from '../../src/scan/template.ts'
import fc from '../property.ts'

const seeds = Array.from({ length: 50 }, (_, i) => i)

function marked(template: string, seed: number, size?: 'random' | 'least' | 'most'): string[] {
  const { text, spans } = expand(template, seed, size)
  return spans.map(([start, end]) => Buffer.from(text).subarray(start, end).toString())
}

test('leaves plain text as it is', () => {
  expect(expand('a {b} [c] ]] }} {"d":{"e":[1,[2]]}} $x', 1)).toEqual({
    text: 'a {b} [c] ]] }} {"d":{"e":[1,[2]]}} $x',
    spans: []
  })
})

test('takes the marks out and counts bytes, not characters', () => {
  expect(expand('é=[[ü]] 密=[[b]];', 1)).toEqual({
    text: 'é=ü 密=b;',
    spans: [
      [3, 5],
      [10, 11]
    ]
  })
  expect(expand('[[ab]][[c]]', 1)).toEqual({
    text: 'abc',
    spans: [
      [0, 2],
      [2, 3]
    ]
  })
  expect(expand('["[[ab]]"]', 1)).toEqual({ text: '["ab"]', spans: [[2, 4]] })
})

test('writes literal braces and brackets', () => {
  expect(expand('{{lbraces}} x {{rbraces}} {{lbrackets}}y{{rbrackets}}', 1)).toEqual({
    text: '{{ x }} [[y]]',
    spans: []
  })
})

test('fills in the same text for the same seed, for ever', () => {
  const template = '[[{{base62:20}}]] {{hex:8-40}} {{uuid}}'
  expect(expand(template, 7)).toEqual(expand(template, 7))
  expect(expand(template, 7).text).not.toBe(expand(template, 8).text)
  // Changing the generator changes every example of every detector: that must be on purpose.
  expect(
    createHash('sha256').update(expand('{{base62:40}} {{base64url:40}} {{uuid}}', 1).text).digest('hex').slice(0, 16)
  ).toBe('7553ef498473e963')
})

describe('random parts keep to their alphabet and length', () => {
  test.each([
    ['{{base62:36}}', /^[0-9A-Za-z]{36}$/],
    ['{{hex:32}}', /^[0-9a-f]{32}$/],
    ['{{HEX:8}}', /^[0-9A-F]{8}$/],
    ['{{digits:12}}', /^[1-9][0-9]{11}$/],
    ['{{lower:6}}', /^[a-z]{6}$/],
    ['{{upper:6}}', /^[A-Z]{6}$/],
    ['{{alnum-lower:20}}', /^[0-9a-z]{20}$/],
    ['{{alnum-upper:20}}', /^[0-9A-Z]{20}$/],
    ['{{base32:16}}', /^[A-Z2-7]{16}$/],
    ['{{base32-lower:52}}', /^[a-z2-7]{52}$/],
    ['{{base58:69}}', /^[1-9A-HJ-NP-Za-km-z]{69}$/],
    ['{{base64:86}}', /^[A-Za-z0-9+/]{86}$/],
    ['{{base64url:43}}', /^[A-Za-z0-9_-]{43}$/],
    ['{{set:abc:9}}', /^[abc]{9}$/],
    ['{{set:a-f0-3:9}}', /^[a-f0-3]{9}$/],
    ['{{set:z-a:9}}', /^[za-]{9}$/],
    ['{{set::_-:9}}', /^[:_-]{9}$/],
    ['{{uuid}}', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['{{base62:3-5}}', /^[0-9A-Za-z]{3,5}$/]
  ])('%s', (template, pattern) => {
    for (const seed of seeds) expect(expand(template, seed).text).toMatch(pattern)
  })
})

test('a range takes every length, or the one that is asked for', () => {
  const lengths = new Set(seeds.map((seed) => expand('{{base62:3-5}}', seed).text.length))
  expect([...lengths].sort()).toEqual([3, 4, 5])
  expect(expand('{{base62:3-5}}{{hex:10-20}}', 1, 'least').text).toHaveLength(13)
  expect(expand('{{base62:3-5}}{{hex:10-20}}', 1, 'most').text).toHaveLength(25)
})

test.each([
  ['{{hex:8}}', [/[0-9]/, /[a-f]/]],
  ['{{HEX:8}}', [/[0-9]/, /[A-F]/]],
  ['{{base62:16}}', [/[0-9]/, /[A-Z]/, /[a-z]/]],
  ['{{base64url:16}}', [/[0-9]/, /[A-Z]/, /[a-z]/]],
  ['{{alnum-lower:8}}', [/[0-9]/, /[a-z]/]]
])('%s has a character of every class', (template, classes) => {
  for (const seed of seeds) for (const pattern of classes) expect(expand(template, seed).text).toMatch(pattern)
})

test('base64 of text with parts in it', () => {
  expect(expand('Basic [[{{b64:ann:x1}}]]', 1).text).toBe(`Basic ${Buffer.from('ann:x1').toString('base64')}`)
  expect(expand('{{b64url:~~~?}}', 1).text).toBe(Buffer.from('~~~?').toString('base64url'))
  for (const seed of seeds) {
    const [secret] = marked('[[{{b64:{{lower:5}}:{{base62:20}}}}]]', seed)
    expect(Buffer.from(secret, 'base64').toString()).toMatch(/^[a-z]{5}:[0-9A-Za-z]{20}$/)
    expect(Buffer.from(expand('{{b64:{{b64:{"a":{"b":1}{{hex:2}}}}}}', seed).text, 'base64').toString()).toMatch(
      /^[A-Za-z0-9+/=]+$/
    )
  }
})

test('JSON Web Tokens can be read', () => {
  const [header, payload, signature] = expand('{{jwt}}', 3)
    .text.split('.')
    .map((part) => Buffer.from(part, 'base64url'))
  expect(JSON.parse(header.toString())).toEqual({ alg: 'HS256', typ: 'JWT' })
  expect(JSON.parse(payload.toString())).toEqual({
    iss: 'https://id.example.test',
    sub: expect.stringMatching(/^[0-9A-Za-z]{12}$/),
    iat: expect.any(Number),
    exp: expect.any(Number)
  })
  expect(signature).toHaveLength(32)
})

describe('PEM blocks', () => {
  test('have the length that their DER header says', () => {
    const lines = expand('{{pem:RSA PRIVATE KEY:12}}', 1).text.split('\n')
    expect([lines[0], lines.at(-1)]).toEqual(['-----BEGIN RSA PRIVATE KEY-----', '-----END RSA PRIVATE KEY-----'])
    expect(lines.slice(1, -1).map((line) => line.length)).toEqual(Array(12).fill(64))
    const der = Buffer.from(lines.slice(1, -1).join(''), 'base64')
    expect([der[0], der[1], der.readUInt16BE(2)]).toEqual([0x30, 0x82, der.length - 4])
  })

  test('of OpenSSH begin with its magic', () => {
    const body = expand('{{pem:OPENSSH PRIVATE KEY:6}}', 1).text.split('\n').slice(1, -1).join('')
    expect(Buffer.from(body, 'base64').subarray(0, 15).toString('latin1')).toBe('openssh-key-v1\0')
  })

  test('of PGP have a blank line and a checksum', () => {
    const lines = expand('{{pem:PGP PRIVATE KEY BLOCK:3}}', 1).text.split('\n')
    expect(lines.map((line) => line.length)).toEqual([37, 0, 64, 64, 64, 5, 35])
  })

  test('fit on one line with escapes', () => {
    expect(expand('{{pem-line:EC PRIVATE KEY:2}}', 1).text).toBe(
      expand('{{pem:EC PRIVATE KEY:2}}', 1).text.replaceAll('\n', '\\n')
    )
  })
})

describe('what a checksum part ends passes its check', () => {
  test.each([
    ['github-crc32', '[[ghp_{{base62:30}}{{crc32-base62}}]]'],
    ['github-crc32', 'x [[ghr_{{base62:70}}{{crc32-base62}}]]'],
    ['github-fine-grained', '[[github_pat_{{base62:22}}_{{base62:43}}{{github-fine-grained}}{{base62:8}}]]'],
    ['vercel-crc32', '[[vcp_{{base64url:50}}{{vercel-crc32}}]]'],
    ['gitlab-routable', 'x-[[glpat-{{base64url:27-300}}.01.{{gitlab-routable}}]]'],
    ['gitlab-routable', '[[glrt-t1_{{base64url:27}}.{{gitlab-routable}}]]'],
    ['grafana-crc32', '[[glsa_{{base62:32}}_{{grafana-crc32}}]]'],
    ['cloudflare-crc32', '[[cfk_{{base62:40}}{{cloudflare-crc32}}]]'],
    ['atlassian-crc32', 'ATLASSIAN_TOKEN=[[ATATT3xFfGF0{{base64url:150}}={{atlassian-crc32}}]]'],
    ['zuplo-crc32', '[[zpka_{{hex:32}}_{{zuplo-crc32}}]]'],
    ['confluent-crc32', '[[cflt{{base64:54}}{{confluent-crc32}}]]'],
    ['azure-cask', '[[{{base62:52}}JQQJ99AK{{base62:12}}AAAAACOG{{azure-cask}}]]'],
    ['azure-his-v1', 'AccountKey=[[{{base64:76}}+ASt{{azure-his-v1}}]];'],
    ['azure-his-v1', '[[{{base62:33}}+ASb{{azure-his-v1}}]]'],
    ['azure-his-v1', '[[{{base62:42}}+ACR{{azure-his-v1}}]]'],
    ['azure-his-v1', '[[-_{{base64url:42}}AzFu{{azure-his-v1}}]]'],
    ['entra-client-secret', '[[{{base62:3}}8Q~{{set:A-Za-z0-9.~_-:31}}{{entra-client-secret}}]]'],
    ['azure-devops-pat', '[[{{azure-devops-pat}}]]'],
    ['jwt', '[[{{jwt}}]]']
  ])('%s: %s', (name, template) => {
    for (const seed of seeds) {
      const secrets = marked(template, seed)
      expect(secrets.map((secret) => [secret, checks[name].check(secret)])).toEqual(
        secrets.map((secret) => [secret, 'pass'])
      )
      // One changed character fails it.
      const broken = secrets.map(
        (secret) => secret.slice(0, -9) + (secret.at(-9) === 'b' ? 'c' : 'b') + secret.slice(-8)
      )
      if (name !== 'jwt') expect(broken.map((secret) => checks[name].check(secret))).toEqual(['fail'])
    }
  })

  test('without a mark they cover the run of characters before them', () => {
    const { text } = expand('token=ghp_{{base62:30}}{{crc32-base62}} end', 1)
    expect(checks['github-crc32'].check(text.slice(6, -4))).toBe('pass')
    const atlassian = expand('"ATCTT3xFfG{{base64url:30}}={{atlassian-crc32}}"', 1).text
    expect(checks['atlassian-crc32'].check(atlassian.slice(1, -1))).toBe('pass')
  })
})

describe('says what is wrong, without quoting the template', () => {
  test.each([
    ['[[a', '[[ is not closed: end the secret with ]]'],
    ['a[[]]b', '[[ ]] marks nothing: put the secret between them'],
    ['{{base62}}', '{{base62}} needs a length: {{base62:N}} or {{base62:N-M}}'],
    ['{{base62:x}}', '{{base62}} needs a length: {{base62:N}} or {{base62:N-M}}'],
    ['{{base62:5-3}}', '{{base62}} needs a length: {{base62:N}} or {{base62:N-M}}'],
    ['{{base62:0}}', '{{base62}} needs a length: {{base62:N}} or {{base62:N-M}}'],
    ['{{base61:5}}', '{{ }} holds no part that is known: did you mean {{base62}}?'],
    ['{{zzzzzzzz}}', '{{ }} holds no part that is known: detectors/README.md lists them'],
    ['{{toString}}', '{{ }} holds no part that is known: detectors/README.md lists them'],
    ['{{ name }}', '{{ is not followed by a part name: write {{lbraces}} for literal braces'],
    ['{{base62:5', '{{ is not closed: end the part with }}'],
    ['{{b64:abc', '{{ is not closed: end the part with }}'],
    ['{{uuid:5}}', '{{uuid}} takes no argument'],
    ['{{set:abc}}', '{{set}} needs characters and a length: {{set:CHARS:N}}'],
    ['{{set:5}}', '{{set}} needs characters and a length: {{set:CHARS:N}}'],
    ['{{pem:5}}', '{{pem}} needs a label and a number of lines: {{pem:RSA PRIVATE KEY:12}}'],
    ['{{pem:rsa:5}}', '{{pem}} needs a label and a number of lines: {{pem:RSA PRIVATE KEY:12}}']
  ])('%s', (template, message) => {
    expect(templateMistake(template)).toBe(message)
    expect(() => expand(template, 1)).toThrow(new LogveilError('DETECTOR_INVALID', message))
  })

  test('nothing, for a good one', () => {
    expect(templateMistake('a=[[{{base62:5}}]] {{b64:{{uuid}}}}')).toBe(null)
  })
})

test('any text either expands or is refused with a reason', () => {
  const piece = fc.oneof(fc.constantFrom('[[', ']]', '{{', '}}', 'base62:4', 'uuid', 'b64:', ':', '-'), fc.string())
  fc.assert(
    fc.property(
      fc.array(piece).map((parts) => parts.join('')),
      fc.integer(),
      (template, seed) => {
        const mistake = templateMistake(template)
        if (mistake !== null) {
          expect(mistake.length).toBeGreaterThan(10)
          return
        }
        const { text, spans } = expand(template, seed)
        const size = Buffer.byteLength(text)
        for (const [start, end] of spans) expect(0 <= start && start <= end && end <= size).toBe(true)
      }
    )
  )
})
