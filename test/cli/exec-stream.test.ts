import { PassThrough } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ByteWriter } from '../../src/cli/byte-writer.ts'
import { redactOutput } from '../../src/cli/exec-stream.ts'
import { noTotals, type PlacedFinding } from '../../src/cli/redact-stream.ts'
import { createRedactor } from '../../src/index.ts'
import { compileKnownTail } from '../../src/scan/known.ts'
import { expand } from '../../src/scan/template.ts'

const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 1).text
const known = [
  { id: 'environment:PHRASE', value: 'maple syrup on toast' },
  { id: 'environment:PIN', value: 'hun7er2xyz' }
]
const redactor = createRedactor({ known })
const knownTail = compileKnownTail(known)

interface Output {
  write(text: string): void
  /** What has been written so far. */
  text(): string
  end(): Promise<{ text: string; findings: PlacedFinding[] }>
}

function open(): Output {
  const source = new PassThrough()
  const chunks: Buffer[] = []
  const findings: PlacedFinding[] = []
  const writer: ByteWriter = {
    failure: null,
    async write(bytes) {
      chunks.push(Buffer.from(bytes))
    }
  }
  const done = redactOutput(source, {
    redactor,
    writer,
    name: 'output',
    maxRecordBytes: 1 << 20,
    holdMs: 1,
    knownTail,
    totals: noTotals(true),
    async onFindings(found) {
      findings.push(...found)
      return true
    }
  })
  const text = () => Buffer.concat(chunks).toString()
  return {
    write: (part) => void source.write(part),
    text,
    async end() {
      source.end()
      await done
      return { text: text(), findings }
    }
  }
}

describe.concurrent('a secret that comes in pieces does not get out', () => {
  test.each([
    ['a token', `x ${token} y`],
    ['a value', 'login password=correct-horse-7 done'],
    ['a value behind a space', 'password: correct-horse-7'],
    ['a header', `Authorization: Bearer ${token}`],
    ['a URL', 'to https://ada:correct-horse-7@host/ ok'],
    ['a quoted value', 'curl -u "ada:correct horse 7" https://host/'],
    ['JSON', '{"value": "correct-horse-7", "name": "DB_PASSWORD"}'],
    ['a known secret', 'it is hun7er2xyz, yes'],
    ['a known secret of several words', 'say maple syrup on toast please']
  ])('%s', async (_, line) => {
    const whole = open()
    whole.write(line)
    const expected = (await whole.end()).text
    expect(expected).toContain('[REDACTED:')
    const halves = open()
    for (let at = 1; at < line.length; at++) {
      halves.write(line.slice(0, at))
      await wait(4)
      halves.write(`${line.slice(at)}\n`)
    }
    const characters = open()
    for (const character of line) {
      characters.write(character)
      await wait(4)
    }
    expect((await halves.end()).text).toBe(`${expected}\n`.repeat(line.length - 1))
    expect((await characters.end()).text).toBe(expected)
  })
})

test('what was shown is not written again, and a finding is told once', async () => {
  const output = open()
  output.write('first\nName: ')
  await expect.poll(output.text).toBe('first\nName: ')
  output.write('ada, pin hun7er2xyz\r\nlast')
  const { text, findings } = await output.end()
  expect(text).toBe('first\nName: ada, pin [REDACTED:environment:PIN]\r\nlast')
  expect(findings.map(({ finding, file, line, record, span }) => [finding.detector, file, line, record, span])).toEqual(
    [['environment:PIN', 'output', 2, 1, [21, 31]]]
  )
})

test('when what was shown proves to be a part of a secret, the rest goes', async () => {
  const output = open()
  output.write('ada:')
  await expect.poll(output.text).toBe('ada:')
  output.write(`${token}\n`)
  expect((await output.end()).text).toBe('ada:[REDACTED:github-pat-classic]\n')
})

test('a private key that comes line by line', async () => {
  const key = expand('[[{{pem:RSA PRIVATE KEY:6}}]]', 3).text.replaceAll('\\n', '\n')
  const output = open()
  for (const line of `a\n${key}\nb\n`.split(/(?<=\n)/)) {
    output.write(line.slice(0, 9))
    await wait(4)
    output.write(line.slice(9))
  }
  const { text } = await output.end()
  expect(text.split('\n').filter((line) => !/^(-----END|\[REDACTED:private-key)/.test(line))).toEqual(['a', 'b', ''])
})
