import { describe, expect, test } from 'vitest'
import { decidedEnd, firstDifference } from '../../src/cli/exec-partial.ts'
import { createRedactor } from '../../src/index.ts'
import { compileKnownTail } from '../../src/scan/known.ts'
import { expand } from '../../src/scan/template.ts'
import { detectors } from '../own-detectors.ts'

const known = [
  { id: 'environment:PHRASE', value: 'maple syrup on toast' },
  { id: 'environment:PIN', value: 'hun7er2xyz' }
]
const redactor = createRedactor({ known })
const redact = (bytes: Uint8Array) => redactor.redact(bytes).payload
const rules = { redact, knownTail: compileKnownTail(known) }

/** What is shown of a line without an end. */
function shown(line: string): string {
  const bytes = Buffer.from(line)
  return bytes.toString('utf8', 0, decidedEnd(bytes, rules))
}

describe('what a line begins with is shown', () => {
  test.each([
    'Password: ',
    'Password:',
    '[sudo] password for ada: ',
    "Password for 'https://ada@example.test': ",
    'Continue? (y/n)',
    'Do you want to continue? [Y/n] ',
    'Is this OK? (yes) ',
    '\x1b[32m?\x1b[0m Project name:\x1b[0m',
    '❯',
    '>>> ',
    '\x1b[1G\x1b[0K⠙',
    '..........',
    'test one ... ',
    '[1/4] Resolving packages...',
    '\r\x1b[Kfetching  45%',
    '\r[=====>    ] (12/340)',
    'Step 3/12 : '
  ])('as a whole: %j', (line) => {
    expect(shown(line)).toBe(line)
  })

  test.each([
    ['uploading the arti', 'uploading the '],
    ['user=ada password=abc123xyz more ', 'user=ada '],
    ['the pin is hun', 'the pin is '],
    ['I like maple', 'I like '],
    ['I like maple syrup ', ''],
    ['with token ghp_', 'with token '],
    ['key: -----BEGIN RSA ', 'key: '],
    ['signed with -', 'signed with '],
    ['half a colour \x1b[3', 'half a colour '],
    ['half a letter \u00e9'.slice(0, -1), 'half a letter ']
  ])('as far as that is safe: %j', (line, expected) => {
    expect(shown(line)).toBe(expected)
  })

  test.each(['password="correct horse ', '{"value": "abc", ', ' [{"a": 1}, ', 'x'.repeat(20_000), ''])(
    'or not at all: %j',
    (line) => {
      expect(shown(line)).toBe('')
    }
  )
})

test('nothing of any detector’s examples is shown before its end, wherever it is cut', () => {
  const lines = detectors.flatMap(({ examples }) => examples.flatMap((one) => expand(one, 7).text.split('\n')))
  let cuts = 0
  const given: string[] = []
  for (const line of lines.map((one) => Buffer.from(one)).filter(({ length }) => length < 2000)) {
    const limit = firstDifference(line, redact(line))
    for (let at = 1 + (cuts % 7); at < line.length; at += 7) {
      cuts++
      const end = decidedEnd(line.subarray(0, at), rules)
      if (limit < line.length && end > limit) given.push(line.toString('utf8', limit, end))
    }
  }
  expect(cuts).toBeGreaterThan(30_000)
  // Names of kinds, in public: `perm:`, `agent:`, `token-ab12c:`.
  expect(given.filter((part) => !/^([a-z]{2,12}(-[a-z0-9]{5})?|\d):$/.test(part))).toEqual([])
})
