/** Whatever comes in: nothing crashes, no line vanishes, no byte outside the secrets changes, and a secret beside it still goes. */
import { describe, expect, test } from 'vitest'
import { bundledDetectors, createRedactor } from '../src/index.ts'
import { expand } from '../src/scan/template.ts'

const ids = ['github-pat-classic', 'generic-password', 'private-key-pem']
const small = bundledDetectors.filter(({ id }) => ids.includes(id))
const errors: unknown[] = []
const onError = (error: unknown) => errors.push(error)
const redactors = {
  few: createRedactor({ detectors: small, onError }),
  text: createRedactor({ detectors: small, codec: 'text', onError }),
  json: createRedactor({ detectors: small, codec: 'json', onError }),
  all: createRedactor({ onError })
}

const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 1).text
const placeholder = '[REDACTED:github-pat-classic]'

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

function repeat(text: string, bytes: number): string {
  return text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes)
}

const mega = 1_000_000

/** One character a byte; no line feeds, no secrets. */
const garbage: Record<string, string> = {
  'invalid UTF-8': '\x80\xbf\xc0\xaf\xfe\xff\xf8\x88\x80\x80\x80',
  'cut-off UTF-8': 'x\xe2\x82',
  'overlong and surrogates': '\xc0\x80\xed\xa0\x80\xed\xbf\xbf\xf4\x90\x80\x80',
  'all bytes but the line feed': Array.from({ length: 256 }, (_, i) => (i === 10 ? '' : String.fromCharCode(i))).join(
    ''
  ),
  NUL: '\0\0\0',
  'NUL in JSON': '{"a":"\0"}',
  'byte order mark': '\xef\xbb\xbf{"a":1}',
  'lone carriage returns': 'a\rb\r\rc',
  'U+2028, U+2029, NEL': '\xe2\x80\xa8\xe2\x80\xa9\xc2\x85\x0b\x0c',
  'ANSI colours': '\x1b[31mred\x1b[0m',
  'broken JSON: open string': '{"a":"b',
  'broken JSON: open object': '{"a":{"b":[1,2',
  'broken JSON: trailing comma': '{"a":1,}',
  'broken JSON: single quotes': "{'a':'b'}",
  'broken JSON: two values': '{"a":1} {"b":2}',
  'broken JSON: bad escape': '{"a":"\\x"}',
  'broken JSON: half a \\u': '{"a":"\\u12"}',
  'broken JSON: lone surrogate': '{"a":"\\ud800"}',
  'broken JSON: control character': '{"a":"\t"}',
  'JSON numbers': '[1e999,-0,0.1e-5,123456789012345678901234567890]',
  'duplicate and empty keys': '{"":1,"":2,"a":3,"a":4}',
  'deep arrays': `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
  'deep objects': `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
  'deep arrays without an end': '['.repeat(10_000),
  'quotes inside quotes inside quotes': JSON.stringify(JSON.stringify(JSON.stringify(JSON.stringify('"')))),
  'half an escape': '\\u00 \\u006 \\x \\x4 %4 % &#; &#x &quot',
  'a megabyte of quotes': repeat('"', mega),
  'a megabyte of single quotes': repeat("'", mega),
  'a megabyte of backslashes': repeat('\\', mega),
  'a megabyte of escaped quotes': repeat('\\"', mega),
  'a megabyte of brackets': repeat('{[', mega),
  'a megabyte of percent signs': repeat('%', mega),
  'a megabyte of escapes': repeat('%25', mega),
  'a megabyte of \\u0020': repeat('\\u0020', mega),
  'a megabyte of base64': repeat('QUJD', mega),
  'a megabyte of hex': repeat('0123456789abcdef', mega),
  'a megabyte of NUL': repeat('\0', mega),
  'a megabyte of colons and spaces': repeat(': ', mega),
  'a megabyte of equals signs': repeat('=', mega)
}

/** Placed so that no grammar can join the token to the garbage. */
const lines = [token, `x ${token} y`, `{"a":"${token}","b":1}`]
const redacted = lines.map((line) => line.replace(token, placeholder))

describe.each(Object.entries(garbage))('%s', (_name, text) => {
  test.each(Object.entries(redactors))(
    '%s detectors: stays as it is, and the secrets around it go',
    (name, redactor) => {
      const input = latin1(`${text}\n${lines[0]}\r\n${text}\n${lines[1]}\n${lines[2]}\n${text}`)
      // With all detectors the garbage of a megabyte is looked at once more: fewer copies.
      const one = name === 'all' ? latin1(`${lines[0]}\r\n${text}\n${lines[1]}\n${lines[2]}`) : input
      const expected =
        name === 'all'
          ? `${redacted[0]}\r\n${text}\n${redacted[1]}\n${redacted[2]}`
          : `${text}\n${redacted[0]}\r\n${text}\n${redacted[1]}\n${redacted[2]}\n${text}`
      const result = redactor.redact(one)
      expect(latin1(expected).equals(result.payload)).toBe(true)
      expect(result.withheld).toEqual({ depth: 0, size: 0, effort: 0, error: 0, unknown: 0 })
      expect(result.findings.map(({ detector }) => detector)).toEqual(Array(3).fill('github-pat-classic'))
      expect(errors).toEqual([])
    }
  )

  test('the secret goes on the same line, too', () => {
    const input = latin1(`${text} ${token} ${text}\n`)
    const { payload } = redactors.few.redact(input)
    expect(latin1(`${text} ${placeholder} ${text}\n`).equals(payload)).toBe(true)
  })

  test('alone it is the same object', () => {
    for (const end of ['', '\n', '\r\n', '\n\n\n']) {
      const input = latin1(text + end)
      for (const redactor of [redactors.few, redactors.text, redactors.json]) {
        expect(redactor.redact(input).payload).toBe(input)
      }
    }
  })
})

describe('secrets in broken JSON', () => {
  const password = ['hun7', 'er2', 'xyz'].join('')

  test.each([
    [`{"password":"${password}"`, '{"password":"█"'],
    [`{"password":"${password}`, '{"password":"█'],
    [`{"a":"\\x","password":"${password}"}`, '{"a":"\\x","password":"█"}'],
    [`{"a":1,}{"password": "${password}"}`, '{"a":1,}{"password": "█"}'],
    [`{"a":"\t","password":"${password}","b":1}`, '{"a":"\t","password":"█","b":1}'],
    [`{a:1,password:"${password}",b:2}`, '{a:1,password:"█",b:2}'],
    [`{"log":"{\\"password\\":\\"${password}`, '{"log":"{\\"password\\":\\"█'],
    [`"password":"${password}"}`, '"password":"█"}'],
    [`\0{"password":"${password}"}\0`, '\0{"password":"█"}\0'],
    [`{"password":"${password}\xff"}`, '{"password":"█"}'],
    [`{"password":12345678`, '{"password":█'],
    [
      `${'['.repeat(2000)}{"password":"${password}"}${']'.repeat(2000)}`,
      `${'['.repeat(2000)}{"password":"█"}${']'.repeat(2000)}`
    ]
  ])('%#', (text, expected) => {
    const { payload } = redactors.few.redact(latin1(text))
    expect(Buffer.from(payload).toString('latin1').replaceAll('[REDACTED:generic-password]', '█')).toBe(expected)
  })
})

describe('line ends', () => {
  test.each(['', '\n', '\r\n', '\r', '\n\r', '\r\r\n', '\n\n', '\u2028'])('%j', (end) => {
    for (const count of [1, 2, 5]) {
      const input = Buffer.from(`${token}${end}`.repeat(count))
      const { payload, records } = redactors.few.redact(input)
      // Nobody knows where one ends that has nothing behind it: all of them go.
      expect(Buffer.from(payload).toString()).toBe(end === '' ? placeholder : `${placeholder}${end}`.repeat(count))
      expect(records).toBe(input.toString().replace(/\n$/, '').split('\n').length)
    }
  })

  test('empty lines', () => {
    const input = Buffer.from(`\n\n${token}\n\n\n${token}\n`)
    expect(Buffer.from(redactors.few.redact(input).payload).toString()).toBe(`\n\n${placeholder}\n\n\n${placeholder}\n`)
  })
})

test('many records of every kind in one payload', () => {
  const short = Object.values(garbage).filter((text) => text.length < 1000)
  const input: string[] = []
  const expected: string[] = []
  for (let i = 0; i < 5000; i++) {
    const text = short[i % short.length]
    const kind = i % 7
    input.push(kind < 3 ? lines[kind] : text)
    expected.push(kind < 3 ? redacted[kind] : text)
  }
  const result = redactors.all.redact(latin1(input.join('\n')))
  expect(latin1(expected.join('\n')).equals(result.payload)).toBe(true)
  expect(result.records).toBe(5000)
  expect(errors).toEqual([])
})

test('a key and its value of a megabyte', () => {
  const password = repeat('hun7er2xyz', mega)
  const forms = (value: string) => [
    `password=${value}`,
    `password: ${value} x`,
    `{"password":"${value}"}`,
    `{"password":"${value}`
  ]
  expect(
    forms(password).map((text) => Buffer.from(redactors.few.redact(Buffer.from(text)).payload).toString())
  ).toEqual(forms('[REDACTED:generic-password]'))
})
