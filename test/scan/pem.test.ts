import { describe, expect, test } from 'vitest'
import { bundledDetectors, createRedactor } from '../../src/index.ts'
import type { Field } from '../../src/model.ts'
import { continuesKey } from '../../src/scan/pem.ts'
import { expand } from '../../src/scan/template.ts'

const pem = bundledDetectors.filter(({ id }) => id === 'private-key-pem')
const redactor = createRedactor({ detectors: pem })

function redact(text: string): string {
  return Buffer.from(redactor.redact(Buffer.from(text)).payload)
    .toString()
    .replaceAll('[REDACTED:private-key-pem]', '█')
}

/** The lines of a key with four lines of body. */
function keyLines(label = 'RSA PRIVATE KEY'): string[] {
  return expand(`[[{{pem:${label}:4}}]]`, 3).text.split('\n')
}

/** What is left of them, line by line: the END line is no secret. */
function leftOf(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' || line.includes('END ') ? line : '█'))
}

const labels = [
  'PRIVATE KEY',
  'RSA PRIVATE KEY',
  'EC PRIVATE KEY',
  'DSA PRIVATE KEY',
  'OPENSSH PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'PGP PRIVATE KEY BLOCK',
  'ANY PRIVATE KEY',
  'X25519 PRIVATE KEY'
]

describe('in one record', () => {
  const joints: Record<string, (lines: readonly string[]) => string> = {
    'literal \\n': (lines) => lines.join('\\n'),
    'literal \\r\\n': (lines) => lines.join('\\r\\n'),
    'literal \\\\n': (lines) => lines.join('\\\\n'),
    spaces: (lines) => lines.join(' '),
    nothing: (lines) => lines.join(''),
    '<br>': (lines) => lines.join('<br>'),
    '%0A': (lines) => lines.join('%0A')
  }
  const places: readonly (readonly [string, string])[] = [
    ['', ''],
    ['key="', '\\n" x=1'],
    ["{'key': '", "', 'x': 1}"],
    ['read ', ' from disk'],
    ['<pre>', '</pre>'],
    ['{"key":"', '","n":1}']
  ]

  describe.each(labels)('%s', (label) => {
    test.each(Object.entries(joints))('joined by %s', (_name, join) => {
      const key = join(keyLines(label))
      expect(places.map(([before, after]) => redact(before + key + after))).toEqual(
        places.map(([before, after]) => `${before}█${after}`)
      )
    })

    test('in a JSON string, and in JSON in one', () => {
      const key = `${keyLines(label).join('\n')}\n`
      expect(redact(JSON.stringify({ a: 1, key, b: 2 }))).toBe('{"a":1,"key":"█\\n","b":2}')
      expect(redact(JSON.stringify({ log: JSON.stringify({ key, b: 2 }) }))).toBe(
        '{"log":"{\\"key\\":\\"█\\\\n\\",\\"b\\":2}"}'
      )
    })
  })

  test('several keys are several findings', () => {
    const key = keyLines().join('\\n')
    const line = `a ${key} b ${key} c`
    expect(redact(line)).toBe('a █ b █ c')
    const { findings } = redactor.redact(Buffer.from(line))
    expect(findings.map(({ span, confidence }) => [...span, confidence])).toEqual([
      [2, 2 + key.length, 'confirmed'],
      [5 + key.length, 5 + 2 * key.length, 'confirmed']
    ])
  })

  test('without an END it goes to the end of the text, and is less sure', () => {
    const cut = keyLines().slice(0, 3).join('\\n')
    expect(redact(`a ${cut}\nb`)).toBe('a █\nb')
    expect(redact(`{"key":"${cut}","b":1}`)).toBe('{"key":"█","b":1}')
    expect(redactor.redact(Buffer.from(cut)).findings[0].confidence).toBe('likely')
  })

  test('percent-encoded, also what a URL need not encode', () => {
    const key = keyLines().join('\n')
    expect(redact(`a=${encodeURIComponent(key)}&b=1`)).toBe('a=█&b=1')
    expect(redact(`a=${key.replaceAll(' ', '%20').replaceAll('\n', '%0A')}&b=1`)).toBe('a=█&b=1')
    expect(redact(`a=${encodeURIComponent(key).replaceAll('%20', '+')}&b=1`)).toBe('a=█&b=1')
    expect(redact('-----BEGIN%20PUBLIC%20KEY-----')).toBe('-----BEGIN%20PUBLIC%20KEY-----')
  })

  test('several without an END each go to the quote behind them', () => {
    const cut = '-----BEGIN RSA PRIVATE KEY-----'
    expect(redact(`a "${cut}" "${cut} b" "${cut}\\" c" '${cut}' d`)).toBe('a "█" "█" "█" c" \'█\' d')
    expect(redact(`a "${cut}" b "${keyLines().join(' ')}" c "${cut}" d`)).toBe('a "█" c "█" d')
  })

  test('base64 of a key', () => {
    const encoded = Buffer.from(keyLines().join('\n')).toString('base64')
    expect(redact(`tls.key: ${encoded} x`)).toBe('tls.key: █ x')
    expect(redact(`{"tls.key":"${encoded}"}`)).toBe('{"tls.key":"█"}')
  })

  test('SSH2 labels have four dashes', () => {
    const body = keyLines().slice(1, -1).join('\\n')
    const line = `a ---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\\n${body}\\n---- END SSH2 ENCRYPTED PRIVATE KEY ----`
    // The space before the dashes is a part of neither label.
    expect(redact(line)).not.toContain(body.slice(0, 8))
  })
})

describe('over several records', () => {
  const prefixes = ['', '2024-01-01T00:00:00.000Z INFO app ', 'Jan  1 00:00:00 host app[12]: ', '  ', '\t', 'app  | ']

  describe.each(labels)('%s', (label) => {
    test.each(prefixes)('behind %j', (prefix) => {
      const lines = keyLines(label)
      const text = (some: readonly string[]) => some.map((line) => `${prefix}${line}\n`).join('')
      expect(redact(`${prefix}before\n${text(lines)}${prefix}after\n`)).toBe(
        `${prefix}before\n${text(leftOf(lines))}${prefix}after\n`
      )
    })
  })

  test('CRLF', () => {
    const lines = ['a', ...keyLines(), 'b', '']
    expect(redact(lines.join('\r\n'))).toBe(['a', ...leftOf(keyLines()), 'b', ''].join('\r\n'))
  })

  test('one JSON record a line', () => {
    const forms: readonly ((line: string) => string)[] = [
      (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2024-01-01T00:00:00Z' }),
      (line) => JSON.stringify({ level: 30, time: 1700000000000, pid: 7, hostname: 'web-1', msg: line }),
      (line) => JSON.stringify({ a: { b: [line] } })
    ]
    const lines = ['before', ...keyLines(), 'after']
    for (const form of forms) {
      expect(redact(lines.map(form).join('\n'))).toBe(['before', ...leftOf(keyLines()), 'after'].map(form).join('\n'))
    }
  })

  test('in quotes, as logfmt and reprs write them', () => {
    const forms: readonly ((line: string) => string)[] = [
      (line) => `level=info msg="${line}"`,
      (line) => `level=info msg="${line}\\n" n=1`,
      (line) => `INFO '${line}'`,
      (line) => `INFO {'line': '${line}'}`
    ]
    const lines = ['before', ...keyLines(), 'after']
    for (const form of forms) {
      expect(redact(lines.map(form).join('\n'))).toBe(['before', ...leftOf(keyLines()), 'after'].map(form).join('\n'))
    }
  })

  test('headers of an encrypted key, and a blank line', () => {
    const [begin, ...body] = keyLines()
    const lines = [begin, 'Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-128-CBC,0123456789ABCDEF', '', ...body, 'after']
    expect(redact(lines.join('\n'))).toBe(['█', '█', '█', '', ...leftOf(body), 'after'].join('\n'))
  })

  test('two keys', () => {
    const lines = keyLines()
    expect(redact([...lines, ...lines, 'after'].join('\n'))).toBe(
      [...leftOf(lines), ...leftOf(lines), 'after'].join('\n')
    )
  })

  test('short last lines', () => {
    for (const last of ['Zm9v', 'Zm8=', 'Zg==', 'AbCd12', '=aB3d']) {
      const lines = [...keyLines().slice(0, 3), last, '-----END RSA PRIVATE KEY-----', 'after']
      expect(redact(lines.join('\n'))).toBe(['█', '█', '█', '█', lines[4], 'after'].join('\n'))
    }
  })

  test('what stands behind END is nothing any more', () => {
    const body = keyLines()[1]
    expect(redact([...keyLines(), body].join('\n'))).toBe([...leftOf(keyLines()), body].join('\n'))
  })
})

/** Lines as they stand in logs, of all lengths. */
const ordinary = [
  'GET /health 200 1ms',
  '2024-11-05T10:04:07.123Z INFO worker-3 request took 12 ms',
  'ok',
  'done',
  '- item',
  '-----',
  '{"level":30,"msg":"hello","n":1}',
  '{"id":"3f2b8c1e9d4a7f60","sha":"da39a3ee5e6b4b0d3255bfef95601890afd80709"}',
  '[1,2,3]',
  '    at Object.<anonymous> (/app/index.js:10:15)',
  'user=alice action=login',
  'https://example.test/a/b?c=d',
  '12345',
  'a b'
]

describe('a key that never ends', () => {
  const open = keyLines().slice(0, 3)

  test('takes nothing of 500 ordinary lines', () => {
    const lines = Array.from({ length: 500 }, (_, i) => ordinary[i % ordinary.length])
    for (const begun of [open, open.slice(0, 1)]) {
      expect(redact([...begun, ...lines].join('\n'))).toBe([...leftOf(begun), ...lines].join('\n'))
    }
  })

  test.each(ordinary)('leaves %j, and is over when there is enough of it', (line) => {
    const body = open[1]
    const lines = [...Array<string>(40).fill(line), body]
    expect(redact([...open, ...lines].join('\n'))).toBe(['█', '█', '█', ...lines].join('\n'))
  })

  test('is not over because of a line in between', () => {
    const [begin, ...body] = keyLines()
    for (const line of [
      '2024-11-05 INFO another thread',
      '{"level":30,"msg":"another thread"}',
      '2024-11-05 INFO app '
    ]) {
      const lines = body.flatMap((part) => [line, part])
      expect(redact([begin, ...lines].join('\n'))).toBe(
        ['█', ...body.flatMap((part) => [line, ...leftOf([part])])].join('\n')
      )
    }
  })

  test('takes body lines for 64 KiB', () => {
    const body = open[1]
    const lines = [open[0], ...Array<string>(2000).fill(body)]
    const out = redact(lines.join('\n')).split('\n')
    const taken = out.filter((line) => line === '█').length
    expect(out).toEqual([...Array<string>(taken).fill('█'), ...Array<string>(2001 - taken).fill(body)])
    expect(taken).toBe(1 + 65_536 / 64)
  })
})

describe('payloads of one stream', () => {
  const text = ['before', ...keyLines(), 'after', ''].join('\n')

  test('carry the open key, wherever they are cut', () => {
    const records = text.split(/(?<=\n)/)
    for (let cut = 0; cut <= records.length; cut++) {
      const carry = redactor.createCarry()
      const out = [records.slice(0, cut), records.slice(cut)].map((part) =>
        Buffer.from(redactor.redact(Buffer.from(part.join('')), carry).payload).toString()
      )
      expect(out.join('').replaceAll('[REDACTED:private-key-pem]', '█')).toBe(
        ['before', ...leftOf(keyLines()), 'after', ''].join('\n')
      )
    }
  })

  test('stand alone without a carry', () => {
    const [begin, body] = keyLines()
    expect(redact(begin)).toBe('█')
    expect(redact(body)).toBe(body)
  })

  test('other records in between count in the same way', () => {
    const [begin, body] = keyLines()
    const records = [
      begin,
      ...Array<string>(20).fill('ordinary'),
      body,
      ...Array<string>(3).fill('ordinary'),
      'Ab12'
    ].map((line) => `${line}\n`)
    const carry = redactor.createCarry()
    const out = records.map((record) => Buffer.from(redactor.redact(Buffer.from(record), carry).payload).toString())
    expect(out.join('')).toBe(Buffer.from(redactor.redact(Buffer.from(records.join(''))).payload).toString())
    expect(out.slice(1)).toEqual(records.slice(1))
  })

  test('a carry holds numbers only, and is closed at the end', () => {
    const carry = redactor.createCarry()
    redactor.redact(Buffer.from(`${keyLines()[0]}\n`), carry)
    expect(carry).toEqual({ budget: 65_536, detector: 0, gap: 0 })
    redactor.redact(Buffer.from(`${keyLines()[1]}\n`), carry)
    expect(carry).toEqual({ budget: 65_472, detector: 0, gap: 0 })
    redactor.redact(Buffer.from('ordinary\n'.repeat(40)), carry)
    expect(carry.budget).toBe(0)
  })
})

test.each([
  '-----BEGIN CERTIFICATE-----',
  '-----BEGIN PUBLIC KEY-----',
  '-----BEGIN RSA PUBLIC KEY-----',
  '-----BEGIN CERTIFICATE REQUEST-----',
  '-----BEGIN PGP PUBLIC KEY BLOCK-----',
  '-----BEGIN PGP MESSAGE-----',
  '-----BEGIN DH PARAMETERS-----',
  '-----BEGIN ssh private key-----',
  '-----BEGIN-----',
  '---- BEGIN SSH2 PUBLIC KEY ----',
  '-----END RSA PRIVATE KEY-----'
])('%s is no private key', (label) => {
  const lines = ['a', label, ...keyLines().slice(1, -1), label.replace('BEGIN', 'END'), 'b']
  for (const joint of ['\n', '\\n', ' ']) {
    const text = lines.join(joint)
    expect(redact(text)).toBe(text)
  }
})

describe('continuesKey', () => {
  function look(text: string, role: Field['role'] = 'text', adjacent = true): string {
    const bytes = Buffer.from(`<${text}>`)
    const found = continuesKey({ bytes, start: 1, end: bytes.length - 1, role } as unknown as Field, adjacent)
    return typeof found === 'string' ? found : bytes.subarray(found.start, found.end).toString()
  }
  const line = 'Ab1+'.repeat(16)

  test.each([
    [line, line],
    [`  ${line}\r`, line],
    [`app[1]: ${line}`, line],
    [`2024-01-01 INFO ${line.slice(0, 40)}`, line.slice(0, 40)],
    [`INFO ${line.slice(0, 39)}`, 'none'],
    [line.slice(0, 40), line.slice(0, 40)],
    [line.repeat(2), line.repeat(2)],
    [line.repeat(3), 'none'],
    ['Ab1=', 'Ab1='],
    ['Ab12=', 'Ab12='],
    ['app[1]: Ab1=', 'Ab1='],
    ['app[1]: Abc=', 'none'],
    ['app[1]: ab==', 'ab=='],
    ['level=info msg=', 'none'],
    ['app[1]: =Ab12', '=Ab12'],
    ['app[1]: Ab12', 'none'],
    ['Ab12', 'Ab12'],
    ['=Ab12', '=Ab12'],
    ['Ab1', 'none'],
    ['word', 'none'],
    ['WORD', 'none'],
    ['word12', 'none'],
    ['1234', 'none'],
    ['', 'blank'],
    [' \t ', 'blank'],
    ['Proc-Type: 4,ENCRYPTED', 'Proc-Type: 4,ENCRYPTED'],
    ['DEK-Info: AES-128-CBC,AB', 'DEK-Info: AES-128-CBC,AB'],
    ['Comment: "a b"', 'Comment: "a b"'],
    ['-----END RSA PRIVATE KEY-----', 'end'],
    [`app: ${line}\\n-----END RSA PRIVATE KEY-----`, 'end'],
    ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'none'],
    ['commit DA39A3EE5E6B4B0D3255BFEF95601890AFD80709', 'none'],
    ['GET /x HTTP/1.1', 'none'],
    [`${line} tail`, line],
    [`level=info msg="${line}" n=1`, line],
    [`level=info msg="${line}\\n"`, line],
    [`(${line})`, 'none'],
    [`key=${line}`, 'none']
  ])('%j is %j', (text, expected) => {
    expect(look(text)).toBe(expected)
  })

  test('a short piece counts only right behind another one', () => {
    const texts = ['Ab12', 'app[1]: Ab1=', 'app[1]: =Ab12', line, `app: ${line}`]
    expect(texts.map((text) => look(text, 'text', false))).toEqual(['none', 'none', 'none', line, line])
  })

  test('a short value of JSON is a piece only with padding', () => {
    expect(['Ab12', 'Ab1=', line].map((text) => look(text, 'value'))).toEqual(['none', 'Ab1=', line])
  })
})
