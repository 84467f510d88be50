import { PassThrough, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import winston from 'winston'
import { expand } from '../../src/scan/template.ts'
import { type PlacedFinding, redact } from '../../src/winston.ts'

const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 5).text
const masked = '[REDACTED:github-pat-classic]'
const password = ['correct', 'horse', '7'].join('-')
const passwordMasked = '[REDACTED:generic-password]'
const { combine, errors, json, printf, simple, splat, timestamp, uncolorize, colorize, prettyPrint } = winston.format

/** A logger whose lines, and infos as transports get them, are kept. */
function logger(...formats: winston.Logform.Format[]) {
  const lines: string[] = []
  const infos: Record<string | symbol, unknown>[] = []
  const stream = new PassThrough()
  stream.on('data', (chunk) => lines.push(chunk.toString()))
  const objects = new winston.transports.Stream({ stream: new Writable() })
  objects.log = (info, next) => {
    infos.push(info)
    next()
  }
  const transports = [new winston.transports.Stream({ stream, eol: '\n' }), objects]
  const log = winston.createLogger({ level: 'silly', format: combine(...formats), transports })
  return { log, lines, infos, text: () => lines.join('') }
}

describe('a line, and the info that other transports get', () => {
  test('of JSON', () => {
    const { log, lines, infos } = logger(json(), redact())
    log.info(`x ${token}`, { password, nested: { url: `https://h/?access_token=${token}` }, n: 5 })
    const expected = {
      level: 'info',
      message: `x ${masked}`,
      password: passwordMasked,
      nested: { url: `https://h/?access_token=${masked}` },
      n: 5
    }
    expect(lines.map((line) => JSON.parse(line))).toEqual([expected])
    expect(infos).toMatchObject([expected])
    expect(infos[0][Symbol.for('level')]).toBe('info')
    expect(
      Object.getOwnPropertySymbols(infos[0])
        .map((symbol) => JSON.stringify(infos[0][symbol]))
        .join()
    ).not.toContain(token)
  })

  test.each([
    ['simple', [simple()], `info: x ${masked} {"password":"${passwordMasked}"}\n`],
    [
      'printf',
      [printf(({ message, password: p }) => `> ${message} password=${p}`)],
      `> x ${masked} password=${passwordMasked}\n`
    ],
    ['splat', [splat(), printf(({ message }) => `${message}`)], `x ${masked}\n`],
    ['prettyPrint', [prettyPrint()], `  password: '${passwordMasked}',\n`],
    ['colours', [colorize(), simple()], `\x1b[32minfo\x1b[39m: x ${masked} {"password":"${passwordMasked}"}\n`]
  ])('of %s', (_, formats, expected) => {
    const { log, text } = logger(...formats, redact())
    log.info(`x ${token}`, { password })
    expect(text()).toContain(expected)
    expect(text()).not.toMatch(new RegExp(`${token}|${password}`))
  })

  test('wherever the format stands', () => {
    const { log, lines } = logger(redact(), timestamp(), splat(), json(), uncolorize())
    log.info('x %s', token, { password })
    expect(JSON.parse(lines[0])).toMatchObject({ message: `x ${masked}`, password: passwordMasked })
  })

  test('of errors, with stack and cause', () => {
    const { log, lines } = logger(errors({ stack: true, cause: true }), json(), redact())
    const error = Object.assign(new TypeError(`bad ${token}`, { cause: new Error(token) }), { password })
    log.error(error)
    log.error('failed', error)
    log.error({ level: 'error', message: error } as never)
    expect(lines).toHaveLength(3)
    for (const line of lines) expect(line).not.toMatch(new RegExp(`${token}|${password}`))
    expect(JSON.parse(lines[0])).toMatchObject({ message: `bad ${masked}`, password: passwordMasked, level: 'error' })
    expect(JSON.parse(lines[0]).stack).toMatch(/^TypeError: bad \[REDACTED:github-pat-classic\]\n {4}at /)
    expect(JSON.parse(lines[1]).message).toBe(`failed bad ${masked}`)
    expect(error.message).toBe(`bad ${token}`)
  })
})

test('what is clean stays the same object; what is logged is not changed', () => {
  const format = redact()
  const clean = {
    level: 'info',
    message: 'hi',
    [Symbol.for('level')]: 'info',
    [Symbol.for('message')]: '{"message":"hi"}'
  }
  expect(format.transform(clean)).toBe(clean)
  const meta = { db: { password } }
  const { log, lines } = logger(json(), redact())
  log.info('x', meta)
  expect(meta).toEqual({ db: { password } })
  expect(JSON.parse(lines[0]).db).toEqual({ password: passwordMasked })
})

test('children, profiles and default members pass as well', () => {
  const { log, lines } = logger(json(), redact())
  log.defaultMeta = { 'api-key': token }
  log.child({ requestToken: token }).warn('x')
  log.profile(`job ${token}`)
  log.profile(`job ${token}`)
  expect(lines).toHaveLength(2)
  for (const line of lines) expect(line).not.toContain(token)
})

test('circles, big integers, getters that throw: nothing is thrown, nothing gets out', () => {
  const { log, lines } = logger(json(), redact())
  const circle: Record<string, unknown> = { token, n: 10n }
  circle.self = circle
  log.info('a', circle)
  log.info('b', { list: [circle, new Map([[token, password]])], when: new Date(0), f: () => token })
  expect(lines).toHaveLength(2)
  for (const line of lines) expect(line).not.toMatch(new RegExp(`${token}|${password}`))
  expect(JSON.parse(lines[0])).toMatchObject({ message: 'a', token: masked, n: '10' })
  const trap = {
    level: 'info',
    message: 'c',
    get secret(): string {
      throw new Error(token)
    }
  }
  expect(redact().transform(trap)).toEqual({
    level: 'info',
    message: '[WITHHELD:error]',
    [Symbol.for('message')]: '[WITHHELD:error]'
  })
})

test('a dropped record is not logged', () => {
  const { log, lines } = logger(json(), redact({ policy: { default: 'drop' } }))
  log.info(`x ${token}`)
  log.info('y')
  expect(lines).toEqual(['{"level":"info","message":"y"}\n'])
})

test('findings are told, each once, also those that only the finished line holds', async () => {
  const told: PlacedFinding[] = []
  const format = redact({ findings: { callback: (found) => told.push(...found) } })
  const { log } = logger(
    printf(({ message }) => `${message} key=${token}`),
    format
  )
  log.info('x')
  log.info('y', { password })
  await format.close()
  expect(told.map(({ placement, detector, path }) => [placement, detector, path])).toEqual([
    ['winston', 'github-pat-classic', ''],
    ['winston', 'generic-password', 'password']
  ])
})
