// Batches of every format with their secrets taken out: what stands around texts stays, and a file of a runtime stays one.

import { describe, expect, test } from 'vitest'
import { createStreams, redactsLines } from '../../../src/cli/run-lines.ts'
import { bundledDetectors, createRedactor } from '../../../src/index.ts'
import type { Envelope, LineFormat } from '../../../src/model.ts'
import { expand } from '../../../src/scan/template.ts'
import fc from '../../property.ts'

const redactor = createRedactor()
const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 7).text
const gone = '[REDACTED:github-pat-classic]'
const at = '2026-11-25T10:00:00.123456789Z'
const keyBegin = `-----BEGIN RSA PRIVATE ${'KEY'}-----`
const keyEnd = `-----END RSA PRIVATE ${'KEY'}-----`
const keyLines = Array.from({ length: 6 }, (_, i) => expand('{{base64:64}}', 20 + i).text)

function envelope(format: LineFormat, text: string | Buffer): Envelope {
  const payload = Buffer.from(text as string, 'latin1')
  const origin = { resource: {}, format }
  return { payload, format: 'lines', signal: null, encoded: null, deadline: Infinity, stream: 'log', origin }
}

/** Batches of one log, one after another. */
function redact(format: LineFormat, ...texts: (string | Buffer)[]): string {
  const follow = redactsLines(redactor, bundledDetectors, createStreams())
  return texts.map((text) => Buffer.from(follow(envelope(format, text)).payload).toString('latin1')).join('')
}

const cri = (stream: string, tag: string, text: string) => `${at} ${stream} ${tag} ${text}\n`
const docker = (log: string, stream = 'stdout') => `${JSON.stringify({ log, stream, time: at })}\n`
const [before, behind] = [token.slice(0, 15), token.slice(15)]

describe('CRI', () => {
  test('a token cut by a partial line, with lines of the other stream between', () => {
    const lines = [
      cri('stdout', 'P', `a ${before}`),
      cri('stderr', 'F', `b ${token} c`),
      cri('stdout', 'F', `${behind} d`)
    ]
    const clean = [cri('stdout', 'P', `a ${gone}`), cri('stderr', 'F', `b ${gone} c`), cri('stdout', 'F', ' d')]
    expect(redact('cri', lines.join(''))).toBe(clean.join(''))
  })

  test('JSON is JSON', () => {
    const line = cri('stdout', 'F', '{"password":"a-\\"quoted\\"-pass-7x","next":1}')
    expect(redact('cri', line)).toBe(cri('stdout', 'F', '{"password":"[REDACTED:generic-password]","next":1}'))
  })

  test('two private keys, line by line, streams mixed, over two batches', () => {
    const key = [keyBegin, ...keyLines, keyEnd, 'after']
    const lines = key.flatMap((line) => [cri('stdout', 'F', line), cri('stderr', 'F', line)])
    const text = redact('cri', lines.slice(0, 7).join(''), lines.slice(7).join(''))
    expect(keyLines.filter((line) => text.includes(line))).toEqual([])
    expect(text.split('\n').slice(-3)).toEqual([`${at} stdout F after`, `${at} stderr F after`, ''])
    expect(text.split('\n')).toHaveLength(lines.length + 1)
  })

  test('a stream that goes on for long does not end the key of the other one', () => {
    const noise = Array.from({ length: 40 }, (_, i) => cri('stderr', 'F', `line ${i}`)).join('')
    const [first, ...rest] = [keyBegin, ...keyLines].map((line) => cri('stdout', 'F', line))
    const text = redact('cri', first + noise + rest.slice(0, 3).join(''), noise + rest.slice(3).join(''))
    expect(keyLines.filter((line) => text.includes(line))).toEqual([])
  })
})

describe('Docker', () => {
  test('a token cut by a partial line', () => {
    const lines = [docker(`a "${before}`), docker(`b ${token}\n`, 'stderr'), docker(`${behind}" d\n`)]
    const clean = [docker(`a "${gone}`), docker(`b ${gone}\n`, 'stderr'), docker('" d\n')]
    expect(redact('docker', lines.join(''))).toBe(clean.join(''))
  })

  test('labels are looked at', () => {
    const line = `${JSON.stringify({ log: 'part', stream: 'stdout', attrs: { tag: token }, time: at })}\n`
    expect(redact('docker', line)).toBe(line.replace(token, gone))
  })
})

describe('journald', () => {
  const sized = (name: string, value: string) => {
    const size = Buffer.alloc(8)
    size.writeBigUInt64LE(BigInt(value.length))
    return `${name}\n${size.toString('latin1')}${value}\n`
  }

  test('text and binary fields, whose length changes', () => {
    const entry = (message: string, command: string) =>
      `__REALTIME_TIMESTAMP=1795600800123456\n_PID=7\nMESSAGE=${message}\n${sized('MORE', `two\nlines ${message}`)}_CMDLINE=${command}\n\n`
    const text = entry(`a ${token}`, `x --token ${token}`) + entry('clean', 'x')
    expect(redact('journald', text)).toBe(entry(`a ${gone}`, `x --token ${gone}`) + entry('clean', 'x'))
  })

  test('a private key, a line an entry', () => {
    const entry = (line: string) =>
      `__CURSOR=s=1\n__REALTIME_TIMESTAMP=1\n${Array.from({ length: 20 }, (_, i) => `_FIELD${i}=${i}\n`).join('')}_PID=7\nMESSAGE=${line}\n\n`
    const text = redact('journald', ...[keyBegin, ...keyLines, keyEnd, 'after'].map(entry))
    expect(keyLines.filter((line) => text.includes(line))).toEqual([])
    expect(text.endsWith('MESSAGE=after\n\n')).toBe(true)
  })
})

test('syslog: private keys of two programs at once', () => {
  const line = (app: string, text: string) => `<13>1 ${at} host ${app} 7 - - ${text}\n`
  const key = [keyBegin, ...keyLines, keyEnd]
  const lines = [...key, 'x', 'x'].flatMap((text, i) => [line('a', text), line('b', i < 2 ? 'x' : key[i - 2])])
  const text = redact('syslog', lines.slice(0, 5).join(''), lines.slice(5).join(''))
  expect(keyLines.filter((keyLine) => text.includes(keyLine))).toEqual([])
  expect(text.split('\n')).toHaveLength(lines.length + 1)
})

describe('wrapped base64', () => {
  const secret = `first words ${token} and last words, so that it gets long enough`
  const encoded = Buffer.from(secret).toString('base64')
  const lines = encoded.match(/.{1,64}/g) as string[]
  test.each<[LineFormat, (line: string) => string]>([
    ['plain', (line) => `${line}\n`],
    ['plain', (line) => `${line}\r\n`],
    ['cri', (line) => cri('stdout', 'F', line)]
  ])('%s', (format, frame) => {
    expect(lines.length).toBeGreaterThan(1)
    const text = redact(format, ['before', ...lines, 'after'].map(frame).join(''))
    expect(lines.filter((line) => text.includes(line))).toEqual([])
    expect(text.split('\n')).toHaveLength(lines.length + 3)
    expect(text.endsWith(frame('after'))).toBe(true)
    expect(text.startsWith(`${frame('before')}`)).toBe(true)
  })

  test('other base64 stays', () => {
    const text = `${'QUJD'.repeat(16)}\n${'REVG'.repeat(16)}\nR0hJ\n`
    expect(redact('plain', text)).toBe(text)
  })
})

describe('clean batches are the very same bytes', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '"', '\\', '{', '=', '\r', 'é', 'P', 'F', ':'),
    maxLength: 30
  })
  const line = fc.oneof(
    text,
    fc
      .tuple(fc.constantFrom('stdout', 'stderr'), fc.constantFrom('P', 'F'), text)
      .map(([s, t, x]) => cri(s, t, x).slice(0, -1)),
    fc
      .tuple(text, fc.boolean(), fc.constantFrom('stdout', 'stderr'))
      .map(([x, whole, s]) => docker(whole ? `${x}\n` : x, s).slice(0, -1)),
    text.map((x) => `MESSAGE=${x}`),
    text.map((x) => `<13>Nov 25 10:00:00 host app: ${x}`)
  )
  test.each<LineFormat>(['plain', 'json', 'cri', 'docker', 'journald', 'syslog'])('%s', (format) => {
    const follow = redactsLines(redactor, bundledDetectors, createStreams())
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, ended) => {
        const one = envelope(format, Buffer.from(lines.join('\n') + (ended ? '\n' : '')))
        expect(follow(one).payload).toBe(one.payload)
      }),
      { numRuns: 300 }
    )
  })

  test.each<LineFormat>(['cri', 'docker', 'journald', 'syslog'])(
    '%s: and with a secret, only that changes',
    (format) => {
      fc.assert(
        fc.property(fc.array(line, { maxLength: 8 }), fc.nat({ max: 8 }), (lines, where) => {
          const secret = {
            cri: cri('stdout', 'F', `x ${token} y`),
            docker: docker(`x ${token} y\n`),
            journald: `MESSAGE=x ${token} y\n`,
            syslog: `<13>Nov 25 10:00:00 host app: x ${token} y\n`
          }
          const others = lines.filter((one) => !/ P |[^n]","stream/.test(one))
          const all = [...others.slice(0, where), secret[format as 'cri'].slice(0, -1), ...others.slice(where)].join(
            '\n'
          )
          expect(redact(format, Buffer.from(`${all}\n`))).toBe(
            Buffer.from(`${all}\n`.replace(token, gone)).toString('latin1')
          )
        }),
        { numRuns: 200 }
      )
    }
  )
})
