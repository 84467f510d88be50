import pino from 'pino'
import { pinoHttp } from 'pino-http'
import { describe, expect, test } from 'vitest'
import { createLineRedactor, longestLine, wholeLines, withheldLine } from '../../src/hooks/pino-lines.ts'
import { streamWrite } from '../../src/pino.ts'
import fc from '../property.ts'
import { secretOf } from './pino-secrets.ts'

const secret = secretOf(1)
const label = '[REDACTED:github-pat-classic]'
const hook = streamWrite()
const head = '{"level":30,"time":1700000000000,'
const withheld = { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 }

describe('streamWrite', () => {
  test.each([
    ['a short line', `${head}"msg":"hello"}\n`],
    ['what is not ASCII', `${head}"msg":"héllo 😀 \u2028"}\n`],
    ['half of a surrogate pair', `${head}"msg":"\ud800"}\n`],
    ['a line longer than the scratch memory', `${head}"msg":"${'word '.repeat(20_000)}"}\n`],
    ['no JSON', 'word word\n'],
    ['nothing', '']
  ])('gives back the same text: %s', (_, line) => {
    expect(hook(line)).toBe(line)
  })

  test.each([
    ['in a message', `${head}"msg":"at ${secret} é"}\n`, `${head}"msg":"at ${label} é"}\n`],
    ['behind a name', `${head}"token":"${secret}","é":1}\n`, `${head}"token":"${label}","é":1}\n`],
    ['in a name', `${head}"${secret}":1}\n`, `${head}"${label}":1}\n`],
    [
      'in a long line',
      `${head}"a":"${'word '.repeat(20_000)}${secret}"}\n`,
      `${head}"a":"${'word '.repeat(20_000)}${label}"}\n`
    ],
    ['escaped', `${head}"msg":"a\\n${secret}\\tb"}\n`, `${head}"msg":"a\\n${label}\\tb"}\n`],
    ['in no JSON', `token ${secret}\n`, `token ${label}\n`]
  ])('redacts %s', (_, line, expected) => {
    expect(hook(line)).toBe(expected)
  })

  test('what it gives back is JSON whenever it gets JSON', () => {
    const parts = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constant(secret),
        fc.constant('password=hunter2x!'),
        fc.constant('\\')
      )
    )
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.string(), fc.constant('password')), parts), (record) => {
        const line = hook(`${JSON.stringify({ level: 30, ...record })}\n`)
        expect(line).not.toContain(secret)
        expect(Object.keys(JSON.parse(line)).length).toBeGreaterThan(0)
      }),
      { seed: 3, numRuns: 200 }
    )
  })

  test('a dropped line is none', () => {
    const dropping = streamWrite({ policy: { default: 'drop' } })
    expect([dropping(`${head}"msg":"${secret}"}\n`), dropping(`${head}"msg":"x"}\n`)]).toEqual([
      '',
      `${head}"msg":"x"}\n`
    ])
  })

  test('options are as in the library: packs, fingerprints, disabled detectors, known secrets', () => {
    const keyed = streamWrite({
      keys: [{ id: 'k1', key: Buffer.alloc(16, 7) }],
      known: [{ id: 'env:X', value: 'plain words' }]
    })
    expect(keyed(`${head}"msg":"${secret} plain words"}\n`)).toMatch(
      /"msg":"\[REDACTED:github-pat-classic:k1\.[\w-]{16}\] \[REDACTED:env:X:k1\.[\w-]{16}\]"/
    )
    const without = streamWrite({ disable: ['github-pat-classic', 'generic-prefixed-token'] })
    expect(without(`${head}"msg":"${secret}"}\n`)).toBe(`${head}"msg":"${secret}"}\n`)
    expect(() => streamWrite({ disable: ['no-such'] })).toThrow('no detector has the id')
  })

  test('a callback that logs, itself with a secret, ends', () => {
    const seen: string[] = []
    const again = streamWrite({
      findings: { callback: ([{ detector }]) => void seen.push(detector, again(`${head}"msg":"${secret}"}\n`)) }
    })
    expect(again(`${head}"token":"${secret}"}\n`)).toBe(`${head}"token":"${label}"}\n`)
    expect(seen).toEqual(['github-pat-classic', `${head}"msg":"${label}"}\n`])
  })
})

describe('a line that cannot be looked at', () => {
  test('because it is too long', () => {
    const line = `${head}"msg":"${'x'.repeat(longestLine)}"}\n`
    expect(hook(line)).toBe(`${head}"msg":"[WITHHELD:size]"}\n`)
  })

  test('because redaction fails', () => {
    const failing = createLineRedactor(() => {
      throw new Error('no')
    })
    expect(failing(`${head}"msg":"x"}\n`)).toBe(`${head}"msg":"[WITHHELD:error]"}\n`)
  })

  test('because a record fails', () => {
    const payload = Buffer.from('[WITHHELD:error]\n{"msg":"a"}\n[WITHHELD:error]\r\n')
    expect(Buffer.from(wholeLines({ payload, withheld: { ...withheld, error: 2 } })).toString()).toBe(
      '{"msg":"[WITHHELD:error]"}\n{"msg":"a"}\n{"msg":"[WITHHELD:error]"}\n'
    )
    expect(wholeLines({ payload, withheld })).toBe(payload)
  })

  test.each([
    ['', '{"msg":"[WITHHELD:size]"}\n'],
    ['{"level":"info","time":1', '{"msg":"[WITHHELD:size]"}\n'],
    ['{"level":50,"time":17,"a', '{"level":50,"time":17,"msg":"[WITHHELD:size]"}\n']
  ])('keeps level and time of %j', (line, expected) => {
    expect(withheldLine(line, 'size')).toBe(expected)
  })
})

describe('with pino', () => {
  function collect() {
    const lines: string[] = []
    return { lines, stream: { write: (line: string) => void lines.push(line) } }
  }

  test('child loggers, bindings, formats, errors, custom levels', () => {
    const { lines, stream } = collect()
    const log = pino(
      { hooks: { streamWrite: hook }, base: null, timestamp: false, customLevels: { audit: 35 } },
      stream
    )
    log.child({ auth: secret }, { msgPrefix: `${secret} ` }).info('a %s', secret)
    log.audit({ nested: { deep: [secret] } })
    log.error(new Error(secret))
    expect(lines.slice(0, 2)).toEqual([
      `{"level":30,"auth":"${label}","msg":"${label} a ${label}"}\n`,
      `{"level":35,"nested":{"deep":["${label}"]}}\n`
    ])
    expect(lines.join('')).not.toContain(secret)
    expect(JSON.parse(lines[2] ?? '').msg).toBe(label)
  })

  test('pino-http: headers and addresses', () => {
    const { lines, stream } = collect()
    const logger = pinoHttp({ hooks: { streamWrite: hook } }, stream as never)
    const request = {
      method: 'GET',
      url: `/a?access_token=${secret}`,
      headers: { authorization: `Bearer ${secret}` },
      socket: {}
    }
    const response = {
      on: () => response,
      once: () => response,
      removeListener: () => response,
      getHeaders: () => ({}),
      setHeader: () => {}
    }
    logger(request as never, response as never)
    ;(request as unknown as { log: { info(text: string): void } }).log.info('seen')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '').req).toMatchObject({
      url: `/a?access_token=${label}`,
      headers: { authorization: `Bearer ${label}` }
    })
  })
})
