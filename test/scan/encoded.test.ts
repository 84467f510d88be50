import { describe, expect, test } from 'vitest'
import { bundledDetectors, createRedactor } from '../../src/index.ts'
import { expand } from '../../src/scan/template.ts'

const ids = ['github-pat-classic', 'generic-password', 'generic-token', 'generic-secret', 'generic-api-key']
const detectors = bundledDetectors.filter(({ id }) => ids.includes(id))
const redactor = createRedactor({ detectors })

function redact(line: string): string {
  return Buffer.from(redactor.redact(Buffer.from(line)).payload).toString()
}

/** Every placeholder by one sign, whatever detector it names. */
function anonymous(line: string): string {
  return redact(line).replace(/\[REDACTED:[a-z-]+\]/g, '█')
}

type Encode = (text: string) => string

/** All bytes in the same way. */
function all(write: (hex: string, byte: number) => string): Encode {
  return (text) => [...Buffer.from(text)].map((byte) => write(byte.toString(16).padStart(2, '0'), byte)).join('')
}

/** The bytes that some encoder must write otherwise. */
function only(chars: string, write: (hex: string, byte: number) => string): Encode {
  const every = all(write)
  return (text) => [...text].map((char) => (chars.includes(char) ? every(char) : char)).join('')
}

/** What stands for a character stands in its place, so that the secret alone can go. */
const inPlace: Record<string, Encode> = {
  'percent, all of it': all((hex) => `%${hex.toUpperCase()}`),
  'percent, small digits': all((hex) => `%${hex}`),
  'percent, as a URL needs': encodeURIComponent,
  '\\u, all of it': all((hex) => `\\u00${hex}`),
  'JSON string': (text) => JSON.stringify(text).slice(1, -1),
  'JSON string in a JSON string': (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
  'nginx, \\x22': only('"\\', (hex) => `\\x${hex.toUpperCase()}`),
  'HTML, by number': only('"\'&<>=', (_, byte) => `&#${byte};`),
  'HTML, by hex number': only('"\'&<>=', (hex) => `&#x${hex};`),
  'HTML, by name': (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

/** A run that is replaced as a whole. */
const asRun: Record<string, Encode> = {
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64 without padding': (text) => Buffer.from(text).toString('base64').replace(/=+$/, ''),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'hex in capitals': (text) => Buffer.from(text).toString('hex').toUpperCase()
}

const token = expand('[[ghp_{{base62:30}}{{crc32-base62}}]]', 5).text
const password = ['hun7', 'er2', 'xyz'].join('')

/** What may be encoded; @@ is the secret, which has only letters, digits and `_`. */
const plain: Record<string, readonly [text: string, secret: string]> = {
  token: ['@@', token],
  'token in a sentence': ['the token @@ is new', token],
  'token in JSON': ['{"a":"@@","b":1}', token],
  'password in a form': ['user=bob&password=@@&a=1', password],
  'password in JSON': ['{"user":"bob","password":"@@","b":1}', password],
  'password in logfmt': ['msg="login ok" password="@@" a=1', password]
}

const surroundings: readonly (readonly [string, string])[] = [
  ['', ''],
  ['x=1 ', ' y=2'],
  ['x="', '"'],
  ['{"level":"info","data":"', '","n":1}'],
  ["{'data': '", "'}"]
]

/** Whether an encoding may stand there: in JSON its backslashes would be JSON's own. */
function fits(encoded: string, before: string): boolean {
  return !before.startsWith('{"') || !/["\\]/.test(encoded)
}

describe.each(Object.entries(inPlace))('%s', (_name, encode) => {
  test.each(Object.entries(plain))('%s', (_what, [text, secret]) => {
    const encoded = encode(text.replace('@@', secret))
    const rest = text.split('@@').map(encode).join('█')
    const cases = surroundings.filter(([before]) => fits(encoded, before))
    expect(cases.map(([before, after]) => anonymous(before + encoded + after))).toEqual(
      cases.map(([before, after]) => before + rest + after)
    )
  })
})

describe('a token whose joints alone are encoded', () => {
  const tokens = [token, expand('[[glpat-{{base62:20}}]]', 5).text, expand('[[{{jwt}}]]', 5).text]
  const redactor = createRedactor({
    detectors: bundledDetectors.filter(({ provider }) => ['github', 'gitlab', 'jwt'].includes(provider))
  })
  const joints: Record<string, Encode> = {
    '\\x': only('-._', (hex) => `\\x${hex}`),
    '\\x, in capitals': only('-._', (hex) => `\\x${hex.toUpperCase()}`),
    '\\u': only('-._', (hex) => `\\u00${hex}`),
    octal: only('-._', (_, byte) => `\\${byte.toString(8).padStart(3, '0')}`),
    percent: only('-_', (hex) => `%${hex}`),
    'HTML, by number': only('-._', (_, byte) => `&#${byte};`),
    'HTML, by hex number': only('-._', (hex) => `&#x${hex.toUpperCase()};`)
  }

  test.each(Object.entries(joints))('%s', (_name, encode) => {
    for (const one of tokens)
      for (const [before, after] of surroundings.slice(0, 3)) {
        const out = Buffer.from(redactor.redact(Buffer.from(before + encode(one) + after)).payload).toString()
        expect(out.replace(/\[REDACTED:[a-z-]+\]/g, '█')).toBe(`${before}█${after}`)
      }
  })
})

describe.each(Object.entries(asRun))('%s', (_name, encode) => {
  test.each(Object.entries(plain))('%s', (_what, [text, secret]) => {
    // Three places in a group of base64 at which the text can begin.
    const encoded = ['', '-', '::'].map((lead) => encode(lead + text.replace('@@', secret)))
    for (const one of encoded) {
      expect(surroundings.map(([before, after]) => anonymous(before + one + after))).toEqual(
        surroundings.map(([before, after]) => `${before}█${after}`)
      )
    }
  })

  test('what holds no secret stays', () => {
    for (const text of ['nothing to see here, just a longer text', '{"user":"bob","id":12}', 'ghp_short']) {
      const line = `x=${encode(text)} y`
      expect(redact(line)).toBe(line)
    }
  })
})

describe('twice', () => {
  const outer = { ...inPlace, ...asRun }
  const text = `{"password":"${password}"}`

  const inner: Record<string, Encode> = {
    json: (some) => JSON.stringify({ body: some }),
    percent: (some) => `q=${encodeURIComponent(some)}`,
    html: (some) => `<p>${inPlace['HTML, by name'](some)}</p>`,
    base64: (some) => `{"data":"${asRun.base64(some)}"}`,
    hex: (some) => `{"data":"${asRun.hex(some)}"}`
  }
  /** Nothing in the text leads into these: its literals are encoded twice themselves, or what stands behind the key word is. */
  const hidden = [
    ...Object.keys(asRun).flatMap((run) => [`${run}: base64`, `${run}: hex`]),
    'percent, as a URL needs: html',
    'HTML, by number: html',
    'HTML, by hex number: html'
  ]

  test.each(Object.entries(outer))('%s around another one', (name, encode) => {
    const missed = Object.keys(inner).filter((one) => {
      const encoded = encode(inner[one](text))
      const out = anonymous(`x ${encoded} y`)
      return !out.includes('█') || out.includes(encoded) || out.includes(password)
    })
    expect(missed).toEqual(Object.keys(inner).filter((one) => hidden.includes(`${name}: ${one}`)))
  })

  test('base64 in a JSON string in percent-encoding, exactly', () => {
    const json = (data: string) => `{"a":1,"data":"${data}"}`
    const encoded = encodeURIComponent(json(asRun.base64url(text)))
    expect(anonymous(`GET /?q=${encoded}&r=1`)).toBe(`GET /?q=${encodeURIComponent(json('@')).replace('%40', '█')}&r=1`)
  })
})

describe('how often', () => {
  const percent = inPlace['percent, all of it']
  const times = (n: number, text: string, encode: Encode) =>
    Array(n)
      .fill(encode)
      .reduce((some, one) => one(some), text)

  test('four times is scanned', () => {
    for (let n = 1; n <= 4; n++) {
      const encoded = times(n, `a ${token} b`, percent)
      const [before, after] = ['a ', ' b'].map((some) => times(n, some, percent))
      expect(anonymous(`x ${encoded} y`)).toBe(`x ${before}█${after} y`)
    }
  })

  test('five times is withheld', () => {
    const line = `x ${times(5, token, percent)} y\n{"a":"${times(5, token, percent)}","b":1}\nclean\n`
    const { payload, findings, withheld } = redactor.redact(Buffer.from(line))
    expect(Buffer.from(payload).toString()).toBe('x [WITHHELD:depth] y\n{"a":"[WITHHELD:depth]","b":1}\nclean\n')
    expect(findings).toEqual([])
    expect(withheld).toEqual({ depth: 2, size: 0, effort: 0, error: 0, unknown: 0 })
  })

  test('what is withheld stays so', () => {
    const once = redactor.redact(Buffer.from(`x ${times(5, token, percent)} y`)).payload
    expect(redactor.redact(once)).toEqual({
      payload: once,
      findings: [],
      records: 1,
      withheld: { depth: 0, size: 0, effort: 0, error: 0, unknown: 0 },
      dropped: 0
    })
  })

  const nested = (n: number, secret: string) =>
    times(n, `{"password":"${secret}"}`, (inner) => JSON.stringify({ body: inner }))

  test.each([0, 1, 2, 3, 4, 5])('JSON in %i JSON strings is scanned', (n) => {
    expect(anonymous(nested(n, password))).toBe(nested(n, '█'))
  })

  test.each([6, 7, 8])('JSON in %i JSON strings is withheld', (n) => {
    const { payload, withheld } = redactor.redact(Buffer.from(nested(n, password)))
    const out = Buffer.from(payload).toString()
    expect(out).not.toContain(password)
    expect(() => JSON.parse(out)).not.toThrow()
    expect(withheld).toEqual({ depth: 1, size: 0, effort: 0, error: 0, unknown: 0 })
  })
})

describe('pairs of which only a part is encoded', () => {
  test.each([
    ['password%3D«hun7er2xyz»%26user%3Dbob', 'the separator'],
    ['password=«hun7er%202xyz»&user=bob', 'the value'],
    ['redirect=%2Fa%3Fpassword%3D«hun7er2xyz»%26b%3D1', 'a URL in a URL'],
    ['password&#61;«hun7er2xyz»&amp;a=1', 'HTML'],
    ['&quot;password&quot;:&quot;«hun7er2xyz»&quot;', 'HTML quotes'],
    ['{\\x22password\\x22:\\x22«hun7er2xyz»\\x22}', 'nginx'],
    ['{\\"password\\":\\"«hun7er2xyz»\\"}', 'escaped JSON'],
    ['{\\\\\\"password\\\\\\":\\\\\\"«hun7er2xyz»\\\\\\"}', 'escaped JSON, twice'],
    ['msg="login password=\\"«hun7er2xyz»\\" ok" a=1', 'logfmt'],
    ['msg="login password: \\"«hun7er 2xyz»\\", a=1"', 'a value with a space'],
    ['password=\\\\\\"«hun7er2xyz»\\\\\\" ok', 'logfmt, twice'],
    ['{"q":"a=\\"1\\" password=\\"«hun7er2xyz»\\""}', 'JSON that JSON.parse takes'],
    ['{"q":"{\\"pass\\u0077ord\\":\\"«hun7er2xyz»\\"}"}', 'an escape in the key'],
    ['{"pass\\u0077ord":"«hun7er2xyz»"}', 'an escape in the key word'],
    ['{"password":"«hun7er\\u00322xyz»"}', 'an escape in the value'],
    ['{"password":"«hun7er2\\"xyz»"}', 'a quote in the value'],
    ['{"password":"«hun7er2\\/xyz»"}', 'a slash in the value']
  ])('%s (%s)', (line) => {
    expect(anonymous(line.replace(/[«»]/g, ''))).toBe(line.replace(/«.*»/, '█'))
  })
})

test('neighbours that are escapes are no part of a token', () => {
  const forms = [
    't%3D@@%26z',
    't%253D@@%2526z',
    'a\\n@@\\nb',
    'a\\t@@\\tb',
    'a\\u003d@@\\u0026b',
    'a\\x3d@@\\x26b',
    '\x1b[31m@@\x1b[0m'
  ]
  expect(forms.map((form) => anonymous(form.replace('@@', token)))).toEqual(
    forms.map((form) => form.replace('@@', '█'))
  )
})

test('an encoded secret and its plain twin get the same fingerprint', () => {
  const keyed = createRedactor({ detectors, keys: [{ id: 'k', key: Buffer.alloc(32, 1) }] })
  const lines = [token, ...Object.values({ ...inPlace, ...asRun }).map((encode) => encode(token))]
  const { findings } = keyed.redact(Buffer.from(lines.map((line) => `x ${line} y`).join('\n')))
  expect(findings.map(({ detector }) => detector)).toEqual(lines.map(() => 'github-pat-classic'))
  expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(1)
  expect(findings.map(({ length }) => length)).toEqual(lines.map(() => 40))
})
