// Colours of a terminal between a key, its separator and its value, as logrus, tint, zap, pino-pretty, rich, jq and grep write them.
import { expect, test } from 'vitest'
import { createRedactor } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'

const redactor = createRedactor({})

function redact(line: string): string {
  return Buffer.from(redactor.redact(Buffer.from(line)).payload).toString()
}

const password = ['hun7', 'er2', 'xyz'].join('')
const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 5).text
const passwordGone = '[REDACTED:generic-password]'
const tokenGone = '[REDACTED:github-pat-classic]'

/** `~` is the introducer; what is around the secret must stay byte for byte what it is, or colours run on. */
const lines: Record<string, string> = {
  'logrus: the key': '~[36mINFO~[0m[0042] login failed   ~[36mpassword~[0m=@@ ~[36muser~[0m=ada',
  'tint: key and separator': '~[2mpassword=~[0m@@ next=1',
  'zap: the value': 'login\t{"password": ~[32m"@@"~[0m}',
  'pino-pretty: key': '    ~[35mpassword~[39m: "@@"',
  'jq: key with its quotes, value with its own': '~[34;1m"password"~[0m~[1;39m: ~[0m~[0;32m"@@"~[0m~[1;39m,',
  'rich: each of the three': '~[33mpassword~[0m~[2m=~[0m~[38;2;255;121;198m@@~[0m next',
  'grep: the key word found': 'app.log:~[01;31m~[Kpassword~[m~[K=@@ user=ada'
}

/** How ESC reaches a log; the two last are how `cat -v` and rsyslog show it. */
const introducers: Record<string, string> = {
  'ESC itself': '\x1b',
  'as \\u001b': '\\u001b',
  'as \\x1b': '\\x1b',
  'as \\033': '\\033',
  'as ^[': '^[',
  'as #033': '#033'
}

for (const [shape, line] of Object.entries(lines)) {
  for (const [name, introducer] of Object.entries(introducers)) {
    test(`${shape}, ${name}`, () => {
      const coloured = line.replaceAll('~', introducer)
      const redacted = redact(coloured.replace('@@', password))
      expect(redacted).not.toContain(password)
      // An escape before the value is taken for a part of it; the one that ends the colour stays.
      if (!introducer.startsWith('\\')) expect(redacted).toBe(coloured.replace('@@', passwordGone))
      expect(redact(redacted)).toBe(redacted)
    })
  }
  test(`${shape}, in a member of JSON`, () => {
    const record = (secret: string) =>
      JSON.stringify({ log: line.replaceAll('~', '\x1b').replace('@@', secret), stream: 'stdout' })
    expect(redact(record(password))).toBe(record(passwordGone))
  })
}

test('ESC taken out', () => {
  expect(redact(`[36mpassword[0m=${password} next`)).toBe(`[36mpassword[0m=${passwordGone} next`)
  expect(redact(`[33m${token}[0m`)).toBe(`[33m${tokenGone}[0m`)
})

test('a token that begins behind a colour, however it is written', () => {
  for (const colour of ['\x1b[31m', '\\x1b[1;32m', '\\033[1m', '\\u001b[0m', '^[[33m', '#033[33m', '\x1b[01;31m\x1b[K'])
    expect(redact(`x${colour}${token}`)).toBe(`x${colour}${tokenGone}`)
})

test('colours where nothing is secret', () => {
  for (const line of [
    '~[36mtoken~[0m=true',
    '~[36mpassword~[0m: ~[31mmissing~[0m',
    '~[2mtoken_count=~[0m1288',
    '[m password'
  ]) {
    const coloured = line.replaceAll('~', '\x1b')
    expect(redact(coloured)).toBe(coloured)
  }
})
