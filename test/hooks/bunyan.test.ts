import bunyan from 'bunyan'
import { expect, test } from 'vitest'
import { redactStream } from '../../src/bunyan.ts'
import { expand } from '../../src/scan/template.ts'

const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 5).text
const masked = '[REDACTED:github-pat-classic]'
const password = ['correct', 'horse', '7'].join('-')
const passwordMasked = '[REDACTED:generic-password]'

function keeping() {
  const chunks: unknown[] = []
  return {
    chunks,
    write: (chunk: never) => {
      chunks.push(chunk)
      return true
    }
  }
}

test('lines and raw records, the same record for both', () => {
  const lines = keeping()
  const raw = keeping()
  const untouched: unknown[] = []
  const log = bunyan.createLogger({
    name: 'app',
    serializers: bunyan.stdSerializers,
    streams: [
      { stream: redactStream(lines) as never },
      { type: 'raw', stream: redactStream(raw) as never },
      { type: 'raw', stream: { write: (record: unknown) => untouched.push(structuredClone(record)) } as never }
    ]
  })
  const meta = {
    db: { password },
    req: { method: 'GET', url: `/?access_token=${token}`, headers: { authorization: `Bearer ${token}` } }
  }
  log.info(meta, `x ${token}`)
  log.error(new TypeError(`bad ${token}`))
  log.child({ token }).warn('clean text')
  expect(lines.chunks).toHaveLength(3)
  expect(JSON.stringify([lines.chunks, raw.chunks])).not.toMatch(new RegExp(`${token}|${password}`))
  const [first, second, third] = lines.chunks.map((line) => JSON.parse(line as string))
  expect(first).toMatchObject({
    name: 'app',
    level: 30,
    msg: `x ${masked}`,
    db: { password: passwordMasked },
    req: { url: `/?access_token=${masked}`, headers: { authorization: `Bearer ${masked}` } }
  })
  expect(second.err).toMatchObject({ name: 'TypeError', message: `bad ${masked}` })
  expect(second.err.stack).toContain(`TypeError: bad ${masked}\n    at `)
  expect(third).toMatchObject({ token: masked, msg: 'clean text' })
  expect(raw.chunks.map((record) => (record as { msg: string }).msg)).toEqual([first.msg, second.msg, third.msg])
  expect((raw.chunks[0] as { time: unknown }).time).toBeInstanceOf(Date)
  expect(untouched).toMatchObject([{ msg: `x ${token}`, db: { password } }, { msg: `bad ${token}` }, { token }])
  expect(meta.db).toEqual({ password })
})

test('a clean record goes on as the very same object, a clean line as the same text', () => {
  const target = keeping()
  const stream = redactStream(target)
  const record = { msg: 'x', n: 1 }
  stream.write(record)
  stream.write('{"msg":"x"}\n')
  expect(target.chunks[0]).toBe(record)
  expect(target.chunks[1]).toBe('{"msg":"x"}\n')
})

test('what cannot be redacted is withheld, what is dropped goes nowhere, errors of the target reach who listens', async () => {
  const target = keeping()
  const stream = redactStream(target, { policy: { default: 'drop' } })
  const trap = {
    get msg(): string {
      throw new Error(token)
    }
  }
  expect([stream.write({ token }), stream.write(`${token}\n`), stream.write(trap)]).toEqual([true, true, true])
  expect(target.chunks).toEqual([{ msg: '[WITHHELD:error]' }])
  const errors: Error[] = []
  const failing = redactStream({
    write: () => false,
    on: (_: 'error', listener: (error: Error) => void) => listener(new Error('full'))
  })
  failing.on('error', (error) => errors.push(error))
  expect([failing.write('x\n'), errors[0].message]).toEqual([false, 'full'])
  failing.end()
  await failing.close()
})
