import { createHmac } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { decrypt } from '../../src/redact/encrypt.ts'
import { main, run, temporaryDirectory } from './spawn.ts'

const { path, remove } = temporaryDirectory()
afterAll(remove)

const secret = ['correct', '7x', 'horse'].join('-')
const input = `user=ada password=${secret}\nclean\n{"password":"${secret}","pin":1}\n`
const key = Buffer.alloc(32, 5)

/** The input with the secret in both places replaced. */
function replaced(text: string): string {
  return `user=ada password=${text}\nclean\n{"password":"${text}","pin":1}\n`
}

const redact = (...args: string[]) => run(main, ['redact', ...args], input)

describe.concurrent('logveil redact with the detectors of the package', () => {
  test.each([
    [[], '[REDACTED:generic-password]'],
    [['--action', 'mask'], '*'.repeat(secret.length)],
    [['--action', 'partial'], '[REDACTED:generic-password]'],
    [['--action', 'remove'], ''],
    [['--action', 'flag'], secret],
    [['--codec', 'text'], '[REDACTED:generic-password]'],
    [['--disable', 'generic-password'], secret]
  ])('%j', async (args, expected) => {
    expect(await redact(...args)).toEqual({ status: 0, stdout: replaced(expected), stderr: '' })
  })

  test('--action drop', async () => {
    expect(await redact('--action', 'drop', '--fail-on-findings')).toEqual({ status: 1, stdout: 'clean\n', stderr: '' })
  })

  test('--key-file', async () => {
    writeFileSync(path('key'), `k1:${key.toString('base64')}\n`)
    const fingerprint = createHmac('sha256', key).update(secret).digest().toString('base64url', 0, 12)
    expect(await redact('--key-file', path('key'), '--action', 'hmac')).toEqual({
      status: 0,
      stdout: replaced(`[REDACTED:generic-password:k1.${fingerprint}]`),
      stderr: ''
    })
    expect(await redact('--action', 'hmac')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'logveil: action hmac needs a fingerprint key: give one or choose another action\n'
    })
  })

  test('--findings say whether a credential has run out, when it says so itself', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = (exp: number | undefined) =>
      `${part({ alg: 'HS256' })}.${part({ iss: 'id.test', exp })}.${'x7Y'.repeat(14)}`
    const lines = [token(1_700_000_000), token(4_000_000_000), token(undefined)].map((jwt) => `t ${jwt}\n`).join('')
    expect((await run(main, ['redact', '--findings', path('f.jsonl')], lines)).status).toBe(0)
    const findings = readFileSync(path('f.jsonl'), 'utf8').trimEnd().split('\n')
    expect(findings.map((line) => JSON.parse(line)).map(({ line, hints, expired }) => [line, hints, expired])).toEqual([
      [1, { iss: 'id.test', alg: 'HS256', expires: '2023-11-14T22:13:20Z' }, true],
      [2, { iss: 'id.test', alg: 'HS256', expires: '2096-10-02T07:06:40Z' }, false],
      [3, { iss: 'id.test', alg: 'HS256' }, undefined]
    ])
  })

  test('--encrypt-to', async () => {
    writeFileSync(path('seal'), key.toString('hex'))
    const { status, stdout, stderr } = await redact('--action', 'encrypt', '--encrypt-to', path('seal'))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const placeholders = stdout.match(/\[REDACTED:[^\]]*\]/g) ?? []
    expect(placeholders.map((one) => Buffer.from(decrypt(one, key)).toString())).toEqual([secret, secret])
    expect(new Set(placeholders).size).toBe(2)
  })

  test('--disable of an unknown id, --detectors of a missing file', async () => {
    expect(await redact('--disable', 'toy-token')).toEqual({
      status: 2,
      stdout: '',
      stderr: 'logveil: no detector has the id "toy-token"; see `logveil detectors list`\n'
    })
    expect(await redact('--detectors', path('missing.yaml'))).toEqual({
      status: 2,
      stdout: '',
      stderr: `logveil: cannot read ${path('missing.yaml')}: no such file or directory\n`
    })
  })

  test('--detectors adds to those of the package', async () => {
    writeFileSync(
      path('toy.yaml'),
      `provider: toy
name: Toy
references: [https://example.com/toy]
detectors:
  - id: toy-token
    name: Toy token
    severity: low
    keywords: [toy_]
    pattern: '(toy_[a-z]{8})'
    examples: ['a [[toy_abcdefgh]] b', 'x=[[toy_hgfedcba]]']
    counterExamples: ['toy_abc']
`
    )
    const text = `toy_qwertzui password=${secret}\n`
    expect(await run(main, ['redact', '--detectors', path('toy.yaml')], text)).toEqual({
      status: 0,
      stdout: '[REDACTED:toy-token] password=[REDACTED:generic-password]\n',
      stderr: ''
    })
  })
})
