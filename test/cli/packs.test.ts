import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { runDetectors } from '../../src/cli/detectors.ts'
import { createTrial } from '../../src/cli/detectors-test.ts'
import { parsePacks } from '../../src/cli/pack-option.ts'
import { detectorFilesIn, readDetectorFiles } from '../../src/config/detector-files.ts'
import { LogveilError } from '../../src/errors.ts'
import { bundledDetectors, createRedactor, packDetectors, packNames } from '../../src/index.ts'
import type { Detector } from '../../src/model.ts'
import { formatMistake } from '../../src/scan/load/load.ts'
import { selfTest } from '../../src/scan/load/self-test.ts'
import { expand } from '../../src/scan/template.ts'
import { main, run } from './spawn.ts'

const directory = fileURLToPath(new URL('../../detectors/packs', import.meta.url))
const optional = ['strict', 'pii'] as const

const card = expand('4{{digits:14}}{{luhn}}', 1).text
const token = expand('{{base62:32}}', 1).text

describe('packs', () => {
  test('are the folders of detectors/packs', () => {
    expect(readdirSync(directory).sort()).toEqual([...optional].sort())
    expect(packNames).toEqual(['default', ...optional])
  })

  test.each(optional)('%s: the generated list is that of the files: else `npm run build:generated`', (pack) => {
    const { placed, mistakes } = readDetectorFiles(detectorFilesIn(`${directory}/${pack}`))
    expect([...mistakes, ...placed.flatMap(selfTest)].map(formatMistake)).toEqual([])
    const lean = placed.map(({ detector: { override, ...detector } }) => ({
      ...detector,
      examples: [],
      counterExamples: []
    }))
    expect(packDetectors([pack]).map(({ literals, run, ...detector }) => detector)).toEqual(lean)
  })

  test.each(optional)('%s: every example is found beside the default pack', (pack) => {
    const own = readDetectorFiles(detectorFilesIn(`${directory}/${pack}`)).placed.map(
      ({ detector }): Detector => detector
    )
    const trial = createTrial([...bundledDetectors, ...own])
    expect(own.flatMap((detector) => trial(detector).map((failure) => [detector.id, failure]))).toEqual([])
  })

  test('are off, but for the default', () => {
    const line = Buffer.from(`paid with ${card}, got ${token}\n`)
    const redacted = (packs: readonly ('default' | 'strict' | 'pii')[]) =>
      Buffer.from(createRedactor({ packs }).redact(line).payload).toString()
    expect(redacted([])).toBe(line.toString())
    expect(redacted(['default'])).toBe(line.toString())
    expect(redacted(['pii'])).toBe(`paid with [REDACTED:pii-card-number], got ${token}\n`)
    expect(redacted(['strict', 'pii'])).toBe(
      'paid with [REDACTED:pii-card-number], got [REDACTED:generic-random-token]\n'
    )
  })

  test('leave the name of a secret to who knows more of it', () => {
    const { redact } = createRedactor({ packs: ['strict'] })
    const found = (line: string) => redact(Buffer.from(line)).findings.map(({ detector }) => detector)
    expect(found(`api_key=${token}`)).toEqual(['generic-api-key'])
    expect(found(expand('at {{jwt}} end', 1).text)).toEqual(
      createRedactor()
        .redact(Buffer.from(expand('at {{jwt}} end', 1).text))
        .findings.map(({ detector }) => detector)
    )
    expect(found(`postgres://ada:${token}@db/x`)).toEqual(['url-password'])
  })

  test('tell the network of a card and the country of an account, never the number', () => {
    const { redact } = createRedactor({ packs: ['pii'] })
    const { findings } = redact(Buffer.from(`${card} DE89370400440532013000`))
    expect(findings.map(({ detector, confidence, hints }) => [detector, confidence, hints])).toEqual([
      ['pii-card-number', 'likely', { network: 'visa' }],
      ['pii-iban', 'likely', { country: 'DE' }]
    ])
  })

  test('redact twice as once', () => {
    const { redact } = createRedactor({ packs: ['strict', 'pii'] })
    const once = redact(Buffer.from(`{"a":"${token}","b":${card}}\n${token}/${token}+${token}\n`)).payload
    expect(Buffer.from(once).toString()).toBe(
      '{"a":"[REDACTED:generic-random-token]","b":"[REDACTED:pii-card-number]"}\n[REDACTED:generic-random-base64]\n'
    )
    expect(redact(once).payload).toBe(once)
  })

  test('that there are not are refused', () => {
    expect(() => createRedactor({ packs: ['all' as 'pii'] })).toThrow(
      new LogveilError('CONFIG_INVALID', 'there is no pack "all": packs are default, strict, pii')
    )
    expect(() => createRedactor({ packs: ['pii'], detectors: bundledDetectors })).toThrow(
      new LogveilError(
        'CONFIG_INVALID',
        'detectors and packs exclude each other: put packDetectors(...) into detectors'
      )
    )
  })

  test('alone, without any other detector', () => {
    const { redact } = createRedactor({ detectors: packDetectors(['strict']) })
    expect(Buffer.from(redact(Buffer.from(`password=x ${token}`)).payload).toString()).toBe(
      'password=x [REDACTED:generic-random-token]'
    )
  })
})

describe('--pack', () => {
  test.each([
    [[], []],
    [['pii'], ['pii']],
    [
      ['default,strict', 'pii', 'strict'],
      ['default', 'strict', 'pii']
    ]
  ])('%j', (values, packs) => {
    expect(parsePacks(values)).toEqual(packs)
  })

  test.each([
    ['strct', '--pack: there is no pack "strct"; did you mean strict?'],
    ['zzzzzzzz', '--pack: there is no pack "zzzzzzzz"; packs are default, strict, pii'],
    ['', '--pack: there is no pack ""; packs are default, strict, pii']
  ])('%j is refused', (value, message) => {
    expect(() => parsePacks([value])).toThrow(new LogveilError('USAGE_INVALID', message))
  })

  test('lists what is named', async () => {
    const ids = async (...args: string[]) =>
      JSON.parse((await runDetectors(['list', '--json', ...args])).text).map(({ id }: { id: string }) => id)
    expect(await ids('--pack', 'pii')).toEqual(['pii-card-number', 'pii-card-number-keyed', 'pii-iban'])
    expect(await ids('--pack', 'default,pii')).toEqual([
      ...bundledDetectors.map(({ id }) => id),
      'pii-card-number',
      'pii-card-number-keyed',
      'pii-iban'
    ])
  })

  test('explains and redacts with it', async () => {
    const { text } = await runDetectors(['explain', '--pack', 'pii', `x ${card}`])
    expect(text).toContain('pii-card-number  likely, high, action label network=visa')
    expect(await run(main, ['redact', '--no-summary', '--pack', 'pii'], `x ${card}\n`)).toEqual({
      status: 0,
      stdout: 'x [REDACTED:pii-card-number]\n',
      stderr: ''
    })
    expect(
      await run(main, ['redact', '--no-summary', '--pack', 'pii', '--disable', 'pii-card-number'], `x ${card}\n`)
    ).toEqual({
      status: 0,
      stdout: `x ${card}\n`,
      stderr: ''
    })
  })
})
