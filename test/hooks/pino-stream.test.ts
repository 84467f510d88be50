import { readFileSync, writeFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { createLineCutter } from '../../src/hooks/line-cutter.ts'
import { createRedactingStream } from '../../src/hooks/pino-stream.ts'
import transport from '../../src/pino.ts'
import { temporaryDirectory } from '../cli/spawn.ts'
import fc from '../property.ts'
import { secretOf } from './pino-secrets.ts'

const directory = temporaryDirectory()
afterAll(directory.remove)

const secret = secretOf(2)
const label = '[REDACTED:github-pat-classic]'
const line = (i: number, text = 'x') => `{"level":30,"time":1,"i":${i},"msg":"${text}"}\n`

describe('the cutter', () => {
  test('any cut of any text gives whole lines, and all of it', () => {
    const texts = fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r') })
    fc.assert(
      fc.property(texts, fc.array(fc.nat({ max: 5 })), (text, sizes) => {
        const cutter = createLineCutter(100, () => Buffer.from('too long'))
        const bytes = Buffer.from(text)
        const pieces: Buffer[] = []
        let at = 0
        for (const size of sizes) {
          pieces.push(bytes.subarray(at, at + size))
          at = Math.min(bytes.length, at + size)
        }
        const taken = [...pieces, bytes.subarray(at)].map((piece) => cutter.take(piece).toString('latin1'))
        expect(taken.every((lines) => lines === '' || lines.endsWith('\n'))).toBe(true)
        expect(taken.join('') + cutter.finish().toString('latin1')).toBe(bytes.toString('latin1'))
      })
    )
  })

  test('what is too long is replaced, by its beginning, and the next line is whole again', () => {
    const cutter = createLineCutter(5, (head) => Buffer.from(`<${head}>\n`))
    const taken = ['ab\nabc', 'defg', 'hi', 'jk\nxyz\nab', 'cdefgh'].map((piece) =>
      cutter.take(Buffer.from(piece)).toString()
    )
    expect(taken).toEqual(['ab\n', '', '', '<abcdefg>\nxyz\n', ''])
    expect(cutter.finish().toString()).toBe('<abcdefgh>\n')
  })
})

describe('the transport', () => {
  test('to a file, behind what it holds, in folders that it makes', async () => {
    const destination = directory.path('a/b/c.log')
    for (const end of ['\n', '']) {
      const stream = transport({ destination, mkdir: true })
      stream.end(line(1, secret) + line(2).trimEnd() + end)
      await finished(stream)
    }
    expect(readFileSync(destination, 'utf8')).toBe((line(1, label) + line(2)).repeat(2).trimEnd())
  })

  test('to a file that it replaces', async () => {
    const destination = directory.path('replaced.log')
    writeFileSync(destination, 'before\n')
    const stream = transport({ destination, append: false })
    stream.end(line(1))
    await finished(stream)
    expect(readFileSync(destination, 'utf8')).toBe(line(1))
  })

  test('cannot be made for a file that cannot be opened', () => {
    expect(() => transport({ destination: directory.path('no/such/folder') })).toThrow('no/such/folder: ENOENT')
  })

  test('what is no JSON is redacted as text; a private key over several lines, too', async () => {
    const destination = directory.path('text.log')
    const stream = transport({ destination })
    const body = `${'Ab1+/'.repeat(12)}\n`
    stream.write(`starting with token=${secret}\nno JSON\n-----BEGIN RSA PRIVATE KEY-----\n${body}`)
    stream.end(`${body}-----END RSA PRIVATE KEY-----\nbehind\n`)
    await finished(stream)
    const text = readFileSync(destination, 'utf8')
    expect(text.split('\n').slice(0, 2)).toEqual([`starting with token=${label}`, 'no JSON'])
    expect(text.split('\n').slice(-2)).toEqual(['behind', ''])
    expect(text).not.toContain('Ab1')
  })

  test('flush: everything so far is in the file', async () => {
    const destination = directory.path('flushed.log')
    const stream = transport({ destination })
    for (let i = 0; i < 1000; i++) stream.write(line(i))
    await new Promise<void>((resolve) => stream.flush(() => resolve()))
    expect(readFileSync(destination, 'utf8').split('\n')).toHaveLength(1001)
    stream.end()
    await finished(stream)
  })

  test('before another stream, whatever the cuts; findings go to their file', async () => {
    const findings = directory.path('findings.jsonl')
    const stream = transport({ findings: { file: findings }, service: 'shop' })
    const text = Array.from({ length: 2000 }, (_, i) => line(i, i % 100 === 0 ? secretOf(i) : 'é')).join('')
    const bytes = Buffer.from(text)
    let received = ''
    const last = new Writable({
      write(piece, _, done) {
        received += piece
        setImmediate(done)
      }
    })
    await pipeline(
      function* () {
        for (let at = 0; at < bytes.length; at += 777) yield bytes.subarray(at, at + 777)
      },
      stream,
      last
    )
    expect(received).toBe(Array.from({ length: 2000 }, (_, i) => line(i, i % 100 === 0 ? label : 'é')).join(''))
    const reported = readFileSync(findings, 'utf8')
      .trimEnd()
      .split('\n')
      .map((one) => JSON.parse(one))
    expect(reported).toHaveLength(20)
    expect(reported[0]).toEqual({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      placement: 'pino',
      service: 'shop',
      detector: 'github-pat-classic',
      confidence: 'possible',
      severity: reported[0].severity,
      path: 'msg',
      length: 40,
      fingerprint: null,
      action: 'label',
      hints: reported[0].hints,
      expired: null
    })
  })

  test('waits for whoever reads: memory is bounded', () => {
    const stream = createRedactingStream({
      redact: (payload) => ({ payload, withheld: { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 } }),
      openEnd: () => new Writable({ write: () => {} }),
      close: async () => {}
    })
    let written = 0
    while (stream.write(`${'x'.repeat(9999)}\n`)) written++
    // What is buffered on both sides of the stream and at its end.
    expect(written).toBeLessThan(100)
    stream.destroy()
  })

  test('an error of the destination is one of the transport', async () => {
    const failing = new Writable({ write: (_, __, done) => done(new Error('disk full')) })
    const stream = createRedactingStream({
      redact: (payload) => ({ payload, withheld: { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 } }),
      openEnd: () => failing,
      close: async () => {}
    })
    stream.write(line(1))
    await expect(finished(stream)).rejects.toThrow('disk full')
  })
})
