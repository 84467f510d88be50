import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { autoCodec } from '../src/codecs/auto.ts'
import {
  type Action,
  bundledDetectors,
  createRedactor,
  LogveilError,
  type Policy,
  type Redacted,
  type RedactorOptions
} from '../src/index.ts'
import type { Match, Scanner, ScanResult } from '../src/model.ts'
import { createEncryptor, decrypt } from '../src/redact/encrypt.ts'
import { createFingerprinter } from '../src/redact/fingerprint.ts'
import { compilePolicy } from '../src/redact/policy.ts'
import { assembleRedactor, type Redactor } from '../src/redactor.ts'
import { createCarry, createScanner } from '../src/scan/scanner.ts'
import { expand } from '../src/scan/template.ts'

const ids = ['github-pat-classic', 'generic-password', 'private-key-pem']
const detectors = bundledDetectors.filter(({ id }) => ids.includes(id))
const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 1).text
const password = ['hun7', 'er2', 'xyz'].join('')
const key = { id: 'k1', key: Buffer.alloc(32, 7) }
const sealKey = Buffer.alloc(32, 9)

function redactor(options: RedactorOptions = {}): Redactor {
  return createRedactor({ detectors, ...options })
}

function textOf({ payload }: Redacted): string {
  return Buffer.from(payload).toString()
}

function redact(text: string, options: RedactorOptions = {}): string {
  return textOf(redactor(options).redact(Buffer.from(text)))
}

function fingerprint(secret: string): string {
  return `k1.${createHmac('sha256', key.key).update(secret).digest().toString('base64url', 0, 12)}`
}

const nothing = { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 }

describe('actions', () => {
  const input = [
    `say ${token} now`,
    `{"password":12345678,"n":1}`,
    `{"log":"{\\"password\\":7654321}"}`,
    'clean',
    ''
  ].join('\n')
  const output = (a: string, b: string, c: string) =>
    [`say ${a} now`, `{"password":${b},"n":1}`, `{"log":"{\\"password\\":${c}}"}`, 'clean', ''].join('\n')
  const pat = '[REDACTED:github-pat-classic]'
  const pass = '[REDACTED:generic-password]'

  test.each<[Action, string]>([
    ['label', output(pat, `"${pass}"`, `\\"${pass}\\"`)],
    ['mask', output('*'.repeat(40), '"********"', '\\"*******\\"')],
    ['partial', output(`ghp_${pat}`, `"${pass}"`, `\\"${pass}\\"`)],
    ['remove', output('', '""', '\\"\\"')],
    ['flag', input],
    ['drop', 'clean\n']
  ])('%s', (action, expected) => {
    const { findings, dropped, records, withheld, payload } = redactor({ policy: { default: action } }).redact(
      Buffer.from(input)
    )
    expect(Buffer.from(payload).toString()).toBe(expected)
    expect(findings.map((finding) => [finding.detector, finding.record, finding.action])).toEqual([
      ['github-pat-classic', 0, action],
      ['generic-password', 1, action],
      ['generic-password', 2, action]
    ])
    expect({ dropped, records, withheld }).toEqual({
      dropped: action === 'drop' ? 3 : 0,
      records: 4,
      withheld: nothing
    })
  })

  test('hmac, and label with a key', () => {
    const withKey = (id: string, secret: string) => `[REDACTED:${id}:${fingerprint(secret)}]`
    const expected = output(
      withKey('github-pat-classic', token),
      `"${withKey('generic-password', '12345678')}"`,
      `\\"${withKey('generic-password', '7654321')}\\"`
    )
    expect(redact(input, { keys: [key], policy: { default: 'hmac' } })).toBe(expected)
    expect(redact(input, { keys: [key] })).toBe(expected)
  })

  test('encrypt', () => {
    const encryptor = createEncryptor({ id: 'seal', key: sealKey }, (bytes) => Buffer.alloc(bytes, 3))
    const out = redact(input, { encryptor, policy: { default: 'encrypt' } })
    const placeholders = out.match(/\[REDACTED:[^\]]*\]/g) ?? []
    expect(placeholders.map((one) => Buffer.from(decrypt(one, sealKey)).toString())).toEqual([
      token,
      '12345678',
      '7654321'
    ])
    const [a, b, c] = placeholders
    expect(out).toBe(output(String(a), `"${b}"`, `\\"${c}\\"`))
    for (const line of out.split('\n').slice(1, 3)) expect(() => JSON.parse(line)).not.toThrow()
  })

  test('flag changes nothing, so that the very same object leaves', () => {
    const payload = Buffer.from(input)
    expect(redactor({ policy: { default: 'flag' } }).redact(payload).payload).toBe(payload)
  })

  test('overrides by detector, confidence and path', () => {
    const policy: Policy = {
      default: 'mask',
      overrides: [
        { detector: 'github-*', path: 'keep.**', action: 'flag' },
        { detector: 'github-*', action: 'remove' },
        { confidence: 'possible', path: '**.password', action: 'label' }
      ]
    }
    const text = `{"keep":{"t":"${token}"},"t":"${token}","a":{"password":"${password}"},"x":"password=${password}"}`
    expect(redact(text, { policy })).toBe(
      `{"keep":{"t":"${token}"},"t":"","a":{"password":"${pass}"},"x":"password=${'*'.repeat(password.length)}"}`
    )
  })

  test('drop takes the record with everything in it, and its line end', () => {
    const policy: Policy = { overrides: [{ detector: 'github-*', action: 'drop' }] }
    const lines = ['a', `password=${password} ${token} password=${password}`, `password=${password}`, token]
    const pair = `password=${pass}`
    expect(redact(lines.join('\n'), { policy })).toBe(`a\n${pair}\n`)
    expect(redact(lines.join('\r\n'), { policy })).toBe(`a\r\n${pair}\r\n`)
    expect(redact(`${token}\n`, { policy })).toBe('')
    expect(redact(token, { policy })).toBe('')
  })
})

describe('JSON', () => {
  test.each([
    [`{"password":"${password}"}`, '{"password":"█"}'],
    ['{"password":12345678}', '{"password":"█"}'],
    ['{"password":-1234.5e6,"a":[]}', '{"password":"█","a":[]}'],
    ['{"password":true,"passwd":null,"pwd":false}', '{"password":true,"passwd":null,"pwd":false}'],
    [`{"password":["${password}","x",12345678]}`, '{"password":["█","x","█"]}'],
    [`{"password":{"value":"${password}","n":1}}`, '{"password":{"value":"█","n":1}}'],
    [`{"name":"password","value":"${password}"}`, '{"name":"password","value":"█"}'],
    [`[["password","${password}"],["n",1]]`, '[["password","█"],["n",1]]'],
    [`["--password","${password}","--x"]`, '["--password","█","--x"]'],
    [`{"a":"${token}","b":["${token}"]}`, '{"a":"█","b":["█"]}'],
    [`{"${token}":1}`, '{"█":1}'],
    [`  {"password" : "${password}"}  `, '  {"password" : "█"}  '],
    [
      `{"log":"{\\"a\\":{\\"password\\":\\"${password}\\"}}","n":1}`,
      '{"log":"{\\"a\\":{\\"password\\":\\"█\\"}}","n":1}'
    ],
    [`{"log":"user=bob password=${password} ok"}`, '{"log":"user=bob password=█ ok"}'],
    [`{"a":1}{"password":"${password}"}`, '{"a":1}{"password":"█"}'],
    [`{"password":"${password}"`, '{"password":"█"'],
    [`{"password":"a\\"b\\\\c\\u0041${password}"}`, '{"password":"█"}'],
    ['{"password":""}', '{"password":""}']
  ])('%s', (text, expected) => {
    expect(redact(text).replace(/\[REDACTED:[a-z-]+\]/g, '█')).toBe(expected)
  })

  test('codec text treats the same bytes as text, json only whole documents as JSON', () => {
    const text = `{"log":"{\\"password\\":7654321}"}\n"password=${password}"\n`
    const pass = '[REDACTED:generic-password]'
    expect(redact(text, { codec: 'text' })).toBe(`{"log":"{\\"password\\":${pass}}"}\n"password=${pass}"\n`)
    expect(redact(text, { codec: 'json' })).toBe(`{"log":"{\\"password\\":\\"${pass}\\"}"}\n"password=${pass}"\n`)
  })
})

describe('findings', () => {
  test('say where, never what', () => {
    const lines = [
      'clean',
      `{"a":{"b c":["x","${token}"]}}`,
      `{"log":"{\\"password\\":\\"${password}\\"}"}`,
      `x ${token}`
    ]
    const text = lines.join('\r\n')
    const { findings, records } = redactor({ keys: [key] }).redact(Buffer.from(text))
    const at = (needle: string, from = 0): [number, number] => {
      const start = Buffer.from(text).indexOf(needle, from)
      return [start, start + needle.length]
    }
    const pat = {
      detector: 'github-pat-classic',
      confidence: 'confirmed',
      severity: bundledDetectors.find(({ id }) => id === 'github-pat-classic')?.severity,
      length: 40,
      fingerprint: fingerprint(token),
      action: 'label',
      hints: {}
    }
    expect(findings).toEqual([
      { ...pat, record: 1, path: 'a.b c.1', span: at(token) },
      {
        ...pat,
        detector: 'generic-password',
        confidence: 'possible',
        severity: 'high',
        record: 2,
        path: 'log.password',
        span: at(password),
        length: password.length,
        fingerprint: fingerprint(password)
      },
      { ...pat, record: 3, path: '', span: at(token, text.lastIndexOf('x ')) }
    ])
    expect(records).toBe(4)
  })

  test('the length is that of the decoded secret, the span that of its bytes in the payload', () => {
    const encoded = Buffer.from(`x ${token}`).toString('base64')
    const text = `a ${encoded} b\n{"password":"\\u0041${password}"}`
    const { findings } = redactor().redact(Buffer.from(text))
    expect(findings.map(({ span, length }) => ({ span, length }))).toEqual([
      { span: [2, 2 + encoded.length], length: 40 },
      { span: [text.indexOf('\\u'), text.length - 2], length: 1 + password.length }
    ])
  })

  test('without a key there is no fingerprint', () => {
    expect(
      redactor()
        .redact(Buffer.from(token))
        .findings.map((finding) => finding.fingerprint)
    ).toEqual([null])
  })

  test('the first key signs', () => {
    const keys = [key, { id: 'old', key: Buffer.alloc(32, 8) }]
    expect(
      redactor({ keys })
        .redact(Buffer.from(token))
        .findings.map((finding) => finding.fingerprint)
    ).toEqual([fingerprint(token)])
  })

  test('an overlap is one edit, and a finding for each detector that adds to it', () => {
    const { findings, payload } = redactor().redact(Buffer.from(`password=${token}`))
    expect(Buffer.from(payload).toString()).toBe('password=[REDACTED:github-pat-classic]')
    expect(findings.map(({ detector }) => detector)).toEqual(['github-pat-classic'])
  })
})

describe('records', () => {
  test.each([
    ['', 0],
    ['a', 1],
    ['a\n', 1],
    ['\n', 1],
    ['\n\n', 2],
    ['a\nb', 2],
    ['a\r\nb\r\n', 2],
    ['a\rb', 1],
    [`${token}\n`, 1],
    [`a\n${token}\nb`, 3],
    [`\n\n${token}\n\n`, 4]
  ])('%j', (text, records) => {
    expect(redactor().redact(Buffer.from(text)).records).toBe(records)
  })
})

describe('a clean payload', () => {
  test.each(['', 'a', 'a\nb\n', '{"a":1}\n', 'password=****\n', `password=[REDACTED:generic-password]\n`])(
    '%j is the same object',
    (text) => {
      const payload = Buffer.from(text)
      expect(redactor().redact(payload)).toEqual({
        payload,
        findings: [],
        records: text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
        withheld: nothing,
        dropped: 0
      })
      expect(redactor().redact(payload).payload).toBe(payload)
    }
  )

  test('of any kind of Uint8Array, also a part of a larger one', () => {
    const whole = new TextEncoder().encode(`${token}|clean|${token}`)
    const part = whole.subarray(41, 46)
    expect(redactor().redact(part).payload).toBe(part)
    expect(textOf(redactor().redact(whole.subarray(0, 43)))).toBe('[REDACTED:github-pat-classic]|cl')
  })

  test('the payload that came in is never written to', () => {
    const payload = Buffer.from(`say ${token}\n{"password":"${password}"}`)
    const before = Buffer.from(payload)
    redactor().redact(payload)
    expect(payload.equals(before)).toBe(true)
  })
})

describe('carry', () => {
  const lines = expand('[[{{pem:RSA PRIVATE KEY:3}}]]', 1).text.split('\n')

  test('links the payloads of a stream', () => {
    const one = redactor()
    const carry = one.createCarry()
    const out = lines.map((line) => textOf(one.redact(Buffer.from(`${line}\n`), carry)))
    expect(out).toEqual([...Array(4).fill('[REDACTED:private-key-pem]\n'), `${lines[4]}\n`])
  })

  test('streams do not meet', () => {
    const one = redactor()
    const [a, b] = [one.createCarry(), one.createCarry()]
    expect(textOf(one.redact(Buffer.from(lines[0]), a))).toBe('[REDACTED:private-key-pem]')
    expect(textOf(one.redact(Buffer.from(lines[1]), b))).toBe(lines[1])
    expect(textOf(one.redact(Buffer.from(lines[1])))).toBe(lines[1])
    expect(textOf(one.redact(Buffer.from(lines[1]), a))).toBe('[REDACTED:private-key-pem]')
  })

  test('is put back when a payload fails and is redacted record by record', () => {
    const one = failing(/BOOM/)
    const carry = one.createCarry()
    const text = [lines[3], lines[0], lines[1], 'BOOM', lines[2]].join('\n')
    const pem = '[REDACTED:private-key-pem]'
    expect(textOf(one.redact(Buffer.from(text), carry))).toBe([lines[3], pem, pem, '[WITHHELD:error]', pem].join('\n'))
  })
})

describe('createRedactor refuses', () => {
  test.each<[string, RedactorOptions, string, string]>([
    ['no detectors', { detectors: [] }, 'DETECTORS_EMPTY', 'no detector is left: nothing would be redacted'],
    ['all disabled', { disable: ids }, 'DETECTORS_EMPTY', 'no detector is left: nothing would be redacted'],
    [
      'an unknown id',
      { disable: ['github-pat-clasic'] },
      'DETECTOR_UNKNOWN',
      'no detector has the id "github-pat-clasic"; see `logveil detectors list`'
    ],
    [
      'hmac without a key',
      { policy: { default: 'hmac' } },
      'KEY_MISSING',
      'action hmac needs a fingerprint key: give one or choose another action'
    ],
    [
      'encrypt without a key',
      { policy: { overrides: [{ detector: 'x', action: 'encrypt' }] } },
      'KEY_MISSING',
      'action encrypt needs an encryption key: give one or choose another action'
    ],
    [
      'an unknown action',
      { policy: { default: 'burn' as Action } },
      'POLICY_INVALID',
      'default: action is one of label, mask, partial, hmac, encrypt, remove, drop, flag'
    ]
  ])('%s', (_what, options, code, message) => {
    expect(() => redactor(options)).toThrow(LogveilError)
    expect(() => redactor(options)).toThrow(expect.objectContaining({ code, message, retryable: false }))
  })

  test('disable leaves the others', () => {
    expect(redact(`${token} password=${password}`, { disable: ['generic-password'] })).toBe(
      `[REDACTED:github-pat-classic] password=${password}`
    )
  })
})

/** A redactor whose scanner throws on payloads that match; the error quotes them, as parsers' errors do. */
function failing(pattern: RegExp, onError?: (error: unknown) => void): Redactor {
  const scanner = createScanner(detectors)
  return assemble(
    {
      ...scanner,
      scan(payload, codec, carry) {
        const result = scanner.scan(payload, codec, carry)
        const text = Buffer.from(payload).toString()
        if (pattern.test(text)) throw new TypeError(`cannot scan ${text}`)
        return result
      }
    },
    onError
  )
}

function assemble(scanner: Scanner, onError?: (error: unknown) => void): Redactor {
  return assembleRedactor({
    scanner,
    codec: autoCodec,
    policy: compilePolicy(),
    fingerprinter: createFingerprinter([]),
    onError,
    createCarry
  })
}

describe('what cannot be scanned is withheld', () => {
  test('an error takes only the records it meets', () => {
    const errors: unknown[] = []
    const text = `a\nBOOM ${token}\r\n{"x":"${token}"}\nBOOM\n${token}`
    const result = failing(/BOOM/, (error) => errors.push(error)).redact(Buffer.from(text))
    const pat = '[REDACTED:github-pat-classic]'
    expect(textOf(result)).toBe(`a\n[WITHHELD:error]\r\n{"x":"${pat}"}\n[WITHHELD:error]\n${pat}`)
    expect({ ...result, payload: null, findings: null }).toEqual({
      payload: null,
      findings: null,
      records: 5,
      withheld: { depth: 0, size: 0, effort: 0, error: 2, unknown: 0 },
      unscanned: { depth: 0, size: 0, effort: 0, error: 49, unknown: 0 },
      dropped: 0
    })
    expect(result.findings.map(({ record, span }) => ({ record, span }))).toEqual([
      { record: 2, span: [text.indexOf('{"x"') + 6, text.indexOf('{"x"') + 46] },
      { record: 4, span: [text.length - 40, text.length] }
    ])
    expect(errors).toHaveLength(1)
    expect(inspect(result)).not.toContain('BOOM')
  })

  test('so does one behind the scan', () => {
    const scanner = createScanner(detectors)
    const broken: Scanner = {
      ...scanner,
      scan(payload, codec, carry): ScanResult {
        const { matches, withheld } = scanner.scan(payload, codec, carry)
        return { matches: matches.map((match): Match => ({ ...match, end: match.end + 1_000_000 })), withheld }
      }
    }
    expect(textOf(assemble(broken).redact(Buffer.from(`a\n${token}\nb\n`)))).toBe('a\n[WITHHELD:error]\nb\n')
  })

  test('also in JSON records, which stay JSON or become a marker as a whole', () => {
    const out = textOf(failing(/BOOM/).redact(Buffer.from(`{"a":"BOOM ${token}"}\n{"a":"${token}"}\n`)))
    expect(out).toBe('[WITHHELD:error]\n{"a":"[REDACTED:github-pat-classic]"}\n')
  })

  test('depth: what is encoded five times', () => {
    const percent = (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('')
    const five = Array(5)
      .fill(percent)
      .reduce((text: string, encode: (some: string) => string) => encode(text), token)
    const text = `x ${five} y\n{"a":"${five}","b":"${token}","n":1}\n${token} ${five}\n`
    const result = redactor().redact(Buffer.from(text))
    const pat = '[REDACTED:github-pat-classic]'
    expect(textOf(result)).toBe(
      `x [WITHHELD:depth] y\n{"a":"[WITHHELD:depth]","b":"${pat}","n":1}\n${pat} [WITHHELD:depth]\n`
    )
    expect(result.withheld).toEqual({ depth: 3, size: 0, effort: 0, error: 0, unknown: 0 })
    expect(result.findings).toHaveLength(2)
  })

  test('a part that is withheld swallows the redactions in it', () => {
    const scanner = createScanner(detectors)
    const withholding: Scanner = {
      ...scanner,
      scan(payload, codec, carry): ScanResult {
        const { matches } = scanner.scan(payload, codec, carry)
        const [{ field, start, end }] = matches
        return { matches, withheld: [{ start: start - 2, end: end - 4, reason: 'size', field }] }
      }
    }
    const result = assemble(withholding).redact(Buffer.from(`abcd ${token} efgh`))
    expect(textOf(result)).toBe('abc[WITHHELD:size] efgh')
    expect(result.withheld).toEqual({ depth: 0, size: 1, effort: 0, error: 0, unknown: 0 })
    expect(result.unscanned?.size).toBe(2 + token.length - 4)
  })

  test('a redactor goes on after an error', () => {
    const one = failing(/BOOM/)
    expect(textOf(one.redact(Buffer.from('BOOM')))).toBe('[WITHHELD:error]')
    expect(textOf(one.redact(Buffer.from(token)))).toBe('[REDACTED:github-pat-classic]')
  })
})

test('the same input gives the same output, whatever was redacted in between', () => {
  const one = redactor({ keys: [key] })
  const texts = [`say ${token}`, `{"password":"${password}"}`, 'clean', `password=${password}`]
  const first = texts.map((text) => textOf(one.redact(Buffer.from(text))))
  const again = texts.toReversed().map((text) => textOf(one.redact(Buffer.from(text))))
  expect(again.toReversed()).toEqual(first)
})
